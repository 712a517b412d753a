"""Who may open and do what: every address as every role, against a reviewed table; unlisted means denied.

After a change that is meant, write the table anew with ``python -m pytest tests/isolation/test_roles.py --write-roles``
and read the difference line by line before it is committed.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from chancery.project.api import api
from isolation.addresses import Route, fills, fixed_values, routes, values_of
from isolation.forms import api_bodies
from isolation.probing import Answer, ask
from isolation.test_routes import bodies  # noqa: F401 - a fixture
from isolation.world import World, row

TABLE = Path(__file__).with_name("role_matrix.toml")
PERSONAS = {
    "counsel": "counsel", "manager": "manager", "reviewer": "reviewer-1", "attorney": "attorney",
    "administrator": "administrator", "nobody": None,
}  # fmt: skip
DENIED = {401, 403, 404, 405}
HEAD = """# Which roles an address answers: GET shows, POST acts. Read by test_roles.py; what is not listed is denied.
# A role counts as allowed if the answer is not "there is nothing here": a page, a redirect, a form with errors, or a
# refusal by the state of the object. "nobody" is somebody who is not signed in.

"""


class _Undone(Exception):
    """Leaves a transaction so that it is undone."""


def _own(world: World) -> list[dict[str, list[str]]]:
    """Return objects to try: those of the delivered matter, and those under way."""
    found = values_of(world.a)
    service = {"service_id": ["document-review"], "professional_id": [row("providers.Professional")]}
    return [{**found, **service, "object_type": ["document"], "object_id": found["document_id"]}]


def _allowed(route: Route, status: int, location: str) -> bool:
    unread = route.pattern.startswith("api/") and status == 422  # the call did not fit, so nobody was asked
    return status not in DENIED and not unread and not location.startswith("/accounts/login/")


def _asked(browser: Client, method: str, route: Route, filled: dict[str, str], sent: dict[str, Any]) -> Answer:
    path = route.path(filled)
    if route.pattern.endswith("/files") and method == "POST":
        return ask(browser, method, path, data={"file": SimpleUploadedFile("probe.txt", b"probe"), "path": "probe.txt"})
    return ask(browser, method, f"{path}?q=harbour" if method == "GET" else path, **sent)


def _answers(world: World, forms: dict[str, dict[str, list[str]]]) -> dict[str, list[str]]:
    fixed, json_bodies = fixed_values(), api_bodies(api.get_openapi_schema().get("components", {}))
    found: dict[str, set[str]] = {}
    browsers = {role: world.browser(login) for role, login in PERSONAS.items()}
    for route in routes():
        if re.match(r"accounts/|sign-in/|api/openapi|api/docs|api/$", route.pattern):
            continue
        for method in route.methods:
            for values in _own(world):
                for filled in fills(route, values, fixed) if route.names else [{}]:
                    for role, browser in browsers.items():
                        sent = {
                            "data": forms.get(route.pattern, {}),
                            "json_body": json_bodies.get((re.sub(r"<(\w+)>", r"{\1}", route.pattern), method)),
                        }
                        key = f"{method} /{route.pattern}"
                        if role in found.setdefault(key, set()):
                            continue
                        try:
                            with transaction.atomic():
                                answer = _asked(browser, method, route, filled, sent)
                                raise _Undone
                        except _Undone:
                            pass
                        assert answer.status < 500, (role, method, route.pattern, answer.status)
                        if _allowed(route, answer.status, answer.headers.get("Location", "")):
                            found[key].add(role)
    return {key: sorted(roles) for key, roles in found.items() if roles}


@pytest.mark.slow
def test_roles_are_as_reviewed(both: World, bodies, request):  # noqa: F811
    answers = _answers(both, bodies)
    if request.config.getoption("--write-roles", default=False):
        lines = [
            f'"{key}" = [{", ".join(repr(role).replace(chr(39), chr(34)) for role in answers[key])}]'
            for key in sorted(answers, key=lambda item: (item.split()[1], item))
        ]
        TABLE.write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    reviewed = tomllib.loads(TABLE.read_text("utf-8"))
    wrong = {
        key: (answers.get(key), reviewed.get(key))
        for key in {*answers, *reviewed}
        if answers.get(key) != reviewed.get(key)
    }
    assert wrong == {}, "answered, reviewed"


def test_the_table_says_what_the_house_promises():
    """Rules of the field that hold whatever the table says: they would survive a careless rewrite of it."""
    table = {key: set(roles) for key, roles in tomllib.loads(TABLE.read_text("utf-8")).items()}

    def roles(pattern: str) -> set[str]:
        found = [who for key, who in table.items() if re.search(pattern, key)]
        return set().union(*found) if found else set()

    assert roles(r"") - {"nobody"} == {"counsel", "manager", "reviewer", "attorney", "administrator"}
    assert roles(r" /administration/") == {"administrator"}
    assert roles(r"/conflicts/|/walls/|/people/") & {"counsel", "nobody"} == set()
    assert roles(r"/walls/") == {"manager", "administrator"}
    assert roles(r"POST /walls/<str:wall_id>/lower/") == {"administrator"}
    assert roles(r"/sign-offs/<\w*:?sign_off_id>/(sign|refuse)|api/sign-offs/<sign_off_id>/(sign|refuse)") == {
        "attorney"
    }
    assert roles(r"POST .*(prepare/|/productions$)") <= {"manager"}
    assert roles(r" /invoices/|api/invoices/<") & {"reviewer", "administrator", "nobody"} == set()
    assert roles(r"quotes/<|requests/<") & {"reviewer", "administrator", "nobody"} == set()
    assert roles(r"POST .*quotes/<.*>/accept") == {"counsel"}
    assert roles(r"POST .*invoices/<.*>/(approve|pay)") == {"counsel"}
    assert roles(r"review/batches") & {"counsel", "administrator", "nobody"} == set()
    assert roles(r"/documents/<\w*:?document_id>") & {"administrator", "nobody"} == set()
    assert roles(r"POST /jobs/") & {"nobody"} == set()
    assert {key for key, who in table.items() if "nobody" in who} <= OPEN


OPEN = {"GET /alive/", "POST /alive/", "POST /preferences/", "GET /help/", "POST /help/"}
