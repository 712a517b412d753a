"""Every address with the other client's ids: it answers as if they did not exist, shows nothing, changes nothing."""

from __future__ import annotations

import re

import pytest
from django.apps import apps

from chancery.foundation.identifiers import new_id
from chancery.project.api import api
from isolation.addresses import Route, fills, fixed_values, object_pairs, routes, values_of
from isolation.forms import GENERAL, api_bodies, forms_on
from isolation.probing import Answer, ask, state_of
from isolation.world import World

STRANGERS = ["counsel", "reviewer-a", "attorney-a", "walled-reviewer", "walled-attorney", "walled-manager", None]
UNSEEN = re.compile("zqbetaqz|Aurelle|奥瑞尔", re.IGNORECASE)
FIXED = ("page", "key", "object_type", "act", "part", "rule")
WITH_IDS = [route for route in routes() if route.names and not route.reason]


def test_every_address_is_covered(both: World):
    values, fixed = values_of(both.b), fixed_values()
    missing = {
        (route.pattern, name)
        for route in WITH_IDS
        for name in route.names
        if name not in ("object_type", "object_id") and not values.get(name) and name not in fixed
    }
    assert not missing, f"register these parameters in addresses.values_of: {sorted(missing)}"


def test_exemptions_are_still_needed():
    patterns = [route.pattern for route in routes()]
    from isolation.addresses import EXEMPT

    assert [form for form in EXEMPT if not any(re.fullmatch(form, pattern) for pattern in patterns)] == []


def _filled(route: Route, world: World, login: str | None) -> list[dict[str, str]]:
    if "object_type" in route.names:
        return object_pairs(world.b)
    walled = login is not None and login.startswith("walled")
    return fills(route, values_of(world.b, of_matters_only=walled), fixed_values())


def _bodies(world: World) -> dict[str, dict[str, list[str]]]:
    """Return the forms that the first client's people are shown, as examples of what to send."""
    own, fixed = values_of(world.a), fixed_values()
    paths = [
        route.path(filled)
        for route in routes()
        if not route.reason and not route.pattern.startswith("api/") and "object_type" not in route.names
        for filled in (fills(route, own, fixed) if route.names else [{}])
    ]
    found: dict[str, dict[str, list[str]]] = {}
    for login in ("reviewer-1", "administrator", "attorney", "counsel", "manager"):
        for pattern, data in forms_on(world.browser(login), paths).items():
            found.setdefault(pattern, {}).update(data)
    return found


@pytest.fixture(scope="package")
def bodies(the_world: World) -> dict[str, dict[str, list[str]]]:
    return _bodies(the_world)


@pytest.mark.slow
@pytest.mark.parametrize("login", STRANGERS, ids=[login or "signed-out" for login in STRANGERS])
def test_the_other_clients_ids_lead_nowhere(both: World, bodies, login):
    browser = both.browser(login)
    before, entries = state_of(both.b.tenant_id), apps.get_model("audit.Entry").objects.count()
    json_bodies = api_bodies(api.get_openapi_schema().get("components", {}))
    problems, probes = [], 0
    for route in WITH_IDS:
        for method in route.methods:
            sent = {
                "data": bodies.get(route.pattern, GENERAL),
                "json_body": json_bodies.get((re.sub(r"<(\w+)>", r"{\1}", route.pattern), method)),
            }
            like = None
            for filled in _filled(route, both, login):
                if like is None:
                    unknown = {name: filled[name] if name in FIXED else new_id() for name in route.names}
                    like = ask(browser, method, route.path(unknown), known=unknown.values(), **sent)
                answer = ask(browser, method, route.path(filled), known=filled.values(), **sent)
                probes += 1
                problems += _problems(route, method, filled, answer, like)
    assert not problems, "\n".join(problems)
    assert probes > 300
    assert state_of(both.b.tenant_id) == before
    assert apps.get_model("audit.Entry").objects.count() == entries


def _problems(route: Route, method: str, filled: dict[str, str], answer: Answer, like: Answer) -> list[str]:
    where = f"{method} {route.pattern} {filled}"
    found = []
    if answer.status != like.status:
        found.append(f"{where}: {answer.status}, unknown ids {like.status}")
    elif answer.body != like.body:
        found.append(f"{where}: another body than for unknown ids")
    if answer.status >= 500:
        found.append(f"{where}: fault {answer.status}")
    if answer.status == 200 and "object_type" not in route.names and method != "HEAD":
        found.append(f"{where}: 200")
    if answer.wrote or like.wrote:
        found.append(f"{where}: wrote {answer.wrote or like.wrote}")
    if UNSEEN.search(answer.raw.decode("utf-8", "replace")):
        found.append(f"{where}: shows the other client")
    return found
