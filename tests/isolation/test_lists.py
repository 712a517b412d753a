"""Lists, searches, counts, suggestions, palette, navigation, records and exports never hold what lies elsewhere."""

from __future__ import annotations

import json
import re

import pytest

from chancery.platform.access.actions import lower_wall, raise_wall, revoke_membership
from chancery.platform.access.values import Role
from chancery.platform.identity.actions import issue_api_token, revoke_api_token
from isolation.addresses import fills, fixed_values, routes, values_of
from isolation.probing import ask
from isolation.test_routes import STRANGERS, UNSEEN
from isolation.world import START, World, rows

WITHOUT_IDS = [
    route for route in routes()
    if not route.names and not route.reason and not re.match(r"api/openapi|api/docs|api/$", route.pattern)
]  # fmt: skip
WORDS = [
    "zqbetaqz",
    "harbour",
    "Price",
    "港口",
    "zqb*",
    "from:zqbetaqz",
    "custodian:zqbetaqz",
    "Aurelle",
    "NOT zqalphaqz",
]

TEXTS = re.compile(
    "(Shipment|Price|note|one|Review|Second|Third|Fourth|advice|annex|custodian) zqbetaqz|Medical", re.IGNORECASE
)


def _lists(world: World) -> list[str]:
    """Return every address without an object, plain and with each way to ask for more."""
    paths = [f"/{route.pattern}" for route in WITHOUT_IDS if "GET" in route.methods]
    paths += [
        f"/{place}?q={word}" for word in WORDS for place in ("search/", "search/suggestions/", "palette/", "api/search")
    ]
    foreign = world.b.matter_ids[0]
    paths += [
        f"/{place}?matter={foreign}&q=harbour" for place in ("search/", "search/suggestions/", "work/", "invoices/")
    ]
    people = world.people
    paths += [f"/record/user/{user}/" for user in people.values()]
    return paths


@pytest.mark.parametrize("login", STRANGERS, ids=[login or "signed-out" for login in STRANGERS])
def test_no_list_shows_the_other_client(both: World, login):
    browser = both.browser(login)
    problems = []
    for path in _lists(both):
        answer = ask(browser, "GET", path)
        text = answer.raw.decode("utf-8", "replace")
        # A page may repeat the words that were asked; then only texts nobody asked for count.
        told = (TEXTS if "q=" in path else UNSEEN).search(text)
        if told and not (login == "walled-manager" and "zqbetaqz" not in text):
            problems.append(f"{path}: {told}")
        if answer.status >= 500:
            problems.append(f"{path}: {answer.status}")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("login", ["counsel", "reviewer-a", "attorney-a"])
def test_own_pages_name_nobody_elses(both: World, login):
    """Pages of the own matters, records and exports included, hold nothing of the other client."""
    browser, problems, shown = both.browser(login), [], 0
    own, fixed = values_of(both.a), fixed_values()
    for route in routes():
        if route.reason or not route.names or "object_type" in route.names or "GET" not in route.methods:
            continue
        for filled in fills(route, own, fixed):
            answer = ask(browser, "GET", route.path(filled))
            shown += answer.status == 200
            if UNSEEN.search(answer.raw.decode("utf-8", "replace")):
                problems.append(f"{route.pattern} {filled}")
            if answer.status >= 500:
                problems.append(f"{route.pattern} {answer.status}")
    assert not problems, "\n".join(problems)
    assert shown > 20


def test_the_exported_record_names_nobody_elses(both: World):
    answer = ask(both.browser("counsel"), "POST", f"/matters/{both.a.matter_id}/record/export/")
    assert answer.status == 200
    assert both.a.mark in answer.raw.decode()
    assert not UNSEEN.search(answer.raw.decode())


def test_counts_are_of_what_may_be_seen(both: World):
    def total(login: str, words: str) -> int:
        return int(json.loads(ask(both.browser(login), "GET", f"/api/search?q={words}").raw)["total"])

    assert total("counsel", "harbour") > 0
    assert total("reviewer-a", "harbour") == total("counsel", "harbour") == total("walled-reviewer", "harbour")
    assert total("manager", "harbour") == total("counsel", "harbour") + total("counsel-2", "harbour")
    assert total("walled-manager", "harbour") == total("counsel", "harbour")
    assert total("counsel", "zqbetaqz") == total("idle", "harbour") == 0
    assert total("administrator", "harbour") == 0


def _surfaces(world: World) -> list[str]:
    matter, b = world.a.matter_id, values_of(world.a)
    names = ["document_id", "batch_id", "production_id", "sample_id", "sign_off_id", "work_item_id", "collection_id"]
    places = {
        "document_id": "documents", "batch_id": "review/batches", "production_id": "productions",
        "sample_id": "samples", "sign_off_id": "sign-offs", "work_item_id": "work", "collection_id": "collections",
    }  # fmt: skip
    paths = [f"/{places[name]}/{b[name][0]}/" for name in names]
    paths += [
        f"/matters/{matter}/{page}"
        for page in (
            "",
            "documents/",
            "review/",
            "record/",
            "processing/",
            "exceptions/",
            "clock/",
            "productions/",
            "search/?q=harbour",
            "time/",
        )
    ]
    paths += [f"/api/documents/{b['document_id'][0]}", f"/api/matters/{matter}/documents", f"/jobs/{b['job_id'][0]}/"]
    return paths


def _sight(world: World, login: str) -> dict[str, int]:
    browser = world.browser(login)
    return {path: ask(browser, "GET", path).status for path in _surfaces(world)}


@pytest.mark.parametrize("login", ["attorney-a", "reviewer-1", "manager"])
def test_a_wall_closes_everything_at_once_and_opens_again(both: World, login):
    """The same signed-in browser: open, closed by the next request after the wall, open after it is lowered."""
    administrator = both.actor("administrator")
    browser, token = both.browser(login), both.token(login)
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    open_before = {path for path in _surfaces(both) if browser.get(path).status_code == 200}
    assert len(open_before) >= 12
    walls = [
        raise_wall(
            actor=administrator, tenant_id=both.a.tenant_id, matter_id=matter_id, user_id=both.user(login).id,
            reason="A former client", at=START,
        )
        for matter_id in both.a.matter_ids
    ]  # fmt: skip
    assert {path for path in _surfaces(both) if browser.get(path).status_code != 404} == set()
    for path in ("/", "/matters/", "/work/", "/review/", "/sign-offs/", "/invoices/", "/requests/", "/walls/",
                 "/conflicts/", "/search/?q=harbour", "/search/suggestions/?q=zq", "/palette/?q=Review",
                 f"/record/user/{both.user(login).id}/"):  # fmt: skip
        assert both.a.mark not in browser.get(path).content.decode(), path
    for path in ("/api/search?q=harbour", "/api/work", "/api/sign-offs", "/api/requests"):
        answer = both.browser(None).get(path, **bearer)
        assert answer.status_code == 200
        assert both.a.mark not in answer.content.decode()
    for wall_id in walls:
        lower_wall(actor=administrator, wall_id=wall_id, reason="It ended", at=START)
    assert {path for path in _surfaces(both) if browser.get(path).status_code == 200} == open_before


def test_a_wall_bars_from_being_given_work(both: World):
    """The barred person is not among those who can be given the matter's work, nor are they on its team."""
    browser = both.browser("manager")
    item = rows("operations.WorkItem", matter_id=both.b.second_matter_id, state="assigned")[0]
    barred = both.people["walled-reviewer"]
    answer = browser.post(f"/work/{item}/give/", {"give-person": barred, "give-reason": "Probe"})
    from django.apps import apps

    assert answer.status_code in (404, 409, 422)
    assert apps.get_model("operations.WorkItem").objects.get(pk=item).assignee_id != barred


def test_rights_end_with_the_next_request(both: World):
    browser = both.browser("counsel")
    path = f"/matters/{both.a.matter_id}/"
    actor = both.actor("counsel")
    token_id, token = issue_api_token(actor=actor, user_id=actor.user_id, label="test", at=START)
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    api_path = f"/api/matters/{both.a.matter_id}/documents"
    assert browser.get(path).status_code == 200
    assert both.browser(None).get(api_path, **bearer).status_code == 200
    revoke_api_token(actor=actor, token_id=token_id, at=START)
    assert both.browser(None).get(api_path, **bearer).status_code == 401
    revoke_membership(
        actor=both.actor("administrator"),
        user_id=actor.user_id,
        tenant_id=both.a.tenant_id,
        role=Role.COUNSEL,
        at=START,
    )
    assert browser.get(path).status_code == 404


def test_reviewers_read_no_money_and_no_first_decisions_in_the_record(both: World):
    manager = both.browser("manager").get(f"/matters/{both.a.second_matter_id}/record/").content.decode()
    mine = both.browser("reviewer-a").get(f"/matters/{both.a.second_matter_id}/record/").content.decode()
    assert "accepted the quote" in manager or "engaged" in manager or "opened the matter" in manager
    assert "accepted the quote" not in mine
    pages = [
        both.browser("reviewer-a").get(f"/record/document/{document}/").content.decode()
        for document in rows("documents.Document", matter_id=both.a.second_matter_id)
    ]
    assert not any(f"Note {both.a.mark}" in page for page in pages)


def test_forged_ids_in_forms_and_lists_change_nothing(both: World):
    """Ids of the other client inside a form: rows of lists, people, matters, documents, copies."""
    from isolation.probing import state_of

    before = state_of(both.b.tenant_id)
    b, a = values_of(both.b), values_of(both.a)
    matter = both.a.matter_id
    forged: list[tuple[str, str, dict[str, object]]] = [
        ("counsel", f"/matters/{matter}/documents/export/", {"row": b["document_id"]}),
        (
            "counsel",
            f"/matters/{matter}/documents/export/",
            {"everything": "1", "filter": f"/matters/{both.b.matter_id}/documents/?q="},
        ),
        ("counsel", "/invoices/approve/", {"row": b["invoice_id"]}),
        (
            "counsel",
            f"/matters/{matter}/exceptions/retry/",
            {"row": b["document_id"], "passwords": "x", "document": b["document_id"]},
        ),
        ("counsel", f"/matters/{matter}/documents/views/{b['view_id'][0]}/forget/", {}),
        ("counsel", f"/invoices/{a['invoice_id'][0]}/lines/{b['line_id'][0]}/query/", {"text": "Probe"}),
        ("counsel", f"/invoices/{a['invoice_id'][0]}/lines/{a['line_id'][0]}/answer/{b['query_id'][0]}/", {}),
        (
            "counsel",
            "/requests/new/document-review/",
            {"client": both.b.tenant_id, "tenant": both.b.tenant_id, "title": "Probe"},
        ),
        ("walled-manager", "/walls/", {"matter": both.b.matter_id, "person": both.people["idle"], "reason": "Probe"}),
        (
            "walled-manager",
            "/work/reassign/",
            {"row": b["work_item_id"], "give-person": both.people["idle"], "give-reason": "Probe"},
        ),
        (
            "reviewer-a",
            "/work/reassign/",
            {"row": b["work_item_id"], "give-person": both.people["idle"], "give-reason": "Probe"},
        ),
        (
            "reviewer-1",
            f"/review/batches/{a['batch_id'][0]}/focus/",
            {"document": b["document_id"][0], "seconds": "5", "shown": "1"},
        ),
        (
            "reviewer-1",
            f"/review/batches/{a['batch_id'][0]}/documents/{b['document_id'][0]}/code/",
            {"responsive": "responsive", "privilege": "none"},
        ),
        ("manager", f"/samples/{a['sample_id'][0]}/{b['subject_id'][0]}/", {"keep": "first", "reason": "Probe"}),
        ("manager", f"/matters/{matter}/processing/{b['job_id'][0]}/", {"act": "cancel"}),
    ]
    for login, path, data in forged:
        answer = ask(both.browser(login), "POST", path, data=data)
        assert answer.status < 500, path
        assert not UNSEEN.search(answer.raw.decode("utf-8", "replace")), path
    kept = state_of(both.b.tenant_id)
    assert {name for name in kept if kept[name] != before[name]} == set()
    from django.apps import apps

    assert not apps.get_model("operations.Request").objects.filter(title="Probe", tenant_id=both.b.tenant_id).exists()
