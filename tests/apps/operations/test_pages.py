"""Pages of the room, for every persona in both languages, and forms that do what they say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from apps.conftest import World
from apps.operations.conftest import answers
from chancery.apps.operations import actions, queries
from chancery.apps.operations.actions import NeedSpec, PopulationItem
from chancery.platform.access.actors import system_actor
from chancery.platform.access.values import Role
from chancery.platform.identity.models import User

Browser = Callable[[str], Client]
NOBODY = {"counsel": 404, "counsel-2": 404, "manager": 404, "reviewer-1": 404, "attorney": 404, "administrator": 404}


@pytest.fixture
def at() -> datetime:
    """Pages read the clock, so these tests act now."""
    return timezone.now()


@pytest.fixture
def places(staffed: World, quoted: queries.RequestRecord, matter_id: str, at: datetime) -> dict[str, str]:
    """One of everything, by name of its page."""
    manager = staffed.actor("manager")
    assert quoted.quote is not None
    sample = actions.draw_sample(
        actor=manager,
        tenant_id=staffed.client_id,
        matter_id=matter_id,
        kind="review",
        population=[
            PopulationItem(f"d{number}", staffed.person["reviewer-1"].id, {"responsive": "responsive"})
            for number in range(12)
        ],
        at=at,
    )
    actions.record_second_look(
        actor=staffed.actor("reviewer-2"),
        sample_id=sample.id,
        subject_id=sample.subject_ids[0],
        values={"responsive": "not_responsive"},
        at=at,
    )
    checklist = actions.open_checklist(
        actor=manager,
        tenant_id=staffed.client_id,
        matter_id=matter_id,
        subject_type="production",
        subject_id="p1",
        at=at,
    )
    for point in checklist.points:
        actions.tick(actor=manager, checklist_id=checklist.id, key=point.key, evidence="Seen", at=at)
    sign_off = actions.request_sign_off(
        actor=manager,
        tenant_id=staffed.client_id,
        matter_id=matter_id,
        subject_type="production",
        subject_id="p1",
        subject_hash="a" * 64,
        summary={"volume": "VOL001", "documents": 12},
        checklist_id=checklist.id,
        at=at,
    )
    work = actions.open_work_item(
        actor=system_actor(tenant_id=staffed.client_id),
        tenant_id=staffed.client_id,
        matter_id=matter_id,
        kind="review_batch",
        subject_type="batch",
        subject_id="b1",
        title="Batch 1",
        need=NeedSpec(role=Role.REVIEWER, grade="paralegal", skills=("document-review",), language="zh"),
        at=at,
    )
    return {
        "catalogue": "/catalogue/",
        "service": "/catalogue/document-review/",
        "service_edit": "/catalogue/document-review/edit/",
        "order": "/requests/new/document-review/",
        "requests": "/requests/",
        "request": f"/requests/{quoted.id}/",
        "quote": f"/quotes/{quoted.quote.id}/",
        "work": "/work/",
        "board": "/work/board/",
        "work_item": f"/work/{work.id}/",
        "clock": f"/matters/{matter_id}/clock/",
        "sample": f"/samples/{sample.id}/",
        "checklist": f"/checklists/{checklist.id}/",
        "sign_offs": "/sign-offs/",
        "sign_off": f"/sign-offs/{sign_off.id}/",
    }


OPEN_TO = {
    "catalogue": {"counsel", "counsel-2", "manager", "attorney"},
    "service": {"counsel", "counsel-2", "manager", "attorney"},
    "service_edit": {"manager"},
    "order": {"counsel", "counsel-2", "manager"},
    "requests": {"counsel", "counsel-2", "manager", "attorney"},
    "request": {"counsel", "manager", "attorney"},
    "quote": {"counsel", "manager", "attorney"},
    "work": {"manager", "reviewer-1", "attorney", "administrator"},
    "board": {"manager", "reviewer-1", "attorney", "administrator"},
    "work_item": {"manager", "reviewer-1", "attorney", "administrator"},
    "clock": {"counsel", "manager", "reviewer-1", "attorney", "administrator"},
    "sample": {"manager", "reviewer-1", "attorney"},
    "checklist": {"manager", "reviewer-1", "attorney"},
    "sign_offs": {"counsel", "counsel-2", "manager", "attorney"},
    "sign_off": {"counsel", "manager", "attorney"},
}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_to_those_it_is_for_and_hides_from_others(
    places: dict[str, str], signed_in: Browser, language: str
) -> None:
    User.objects.update(language=language)
    got: dict[str, set[str]] = {name: set() for name in places}
    for username in NOBODY:
        browser = signed_in(username)
        for name, url in places.items():
            answer = browser.get(url)
            assert answer.status_code in (200, 404), (username, url, answer.status_code)
            if answer.status_code == 200:
                got[name].add(username)
                assert len(answer.content) < 60_000, (name, len(answer.content))
    assert got == OPEN_TO


def test_lists_cost_the_same_number_of_queries_however_long(
    staffed: World,
    matter_id: str,
    signed_in: Browser,
    at: datetime,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for number in range(30):
        actions.open_work_item(
            actor=system_actor(tenant_id=staffed.client_id),
            tenant_id=staffed.client_id,
            matter_id=matter_id,
            kind="review_batch",
            subject_type="batch",
            subject_id=f"b{number}",
            title=f"Batch {number}",
            need=NeedSpec(role=Role.REVIEWER, grade="paralegal", minutes=5),
            at=at,
        )
    browser = signed_in("manager")
    with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
        assert browser.get("/work/?view=live").status_code == 200
    with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
        assert browser.get("/work/board/").status_code == 200


def test_an_order_is_placed_in_one_form(staffed: World, signed_in: Browser) -> None:
    browser = signed_in("counsel")
    given = {**answers(), "title": "Supply dispute", "key": "k1", "submit": "1"}
    answer = browser.post("/requests/new/document-review/", given)
    assert answer.status_code == 302
    record = queries.request(actor=staffed.actor("counsel"), request_id=answer["Location"].split("/")[-2])
    assert (record.state, record.decision) == ("quoted", "accept")
    assert browser.post("/requests/new/document-review/", given).status_code == 409
    assert len(queries.list_requests(actor=staffed.actor("counsel"))) == 1


def test_an_incomplete_order_says_what_is_missing_and_keeps_what_was_typed(staffed: World, signed_in: Browser) -> None:
    browser = signed_in("counsel")
    given = {**answers(documents="many", consent=None), "title": "Supply dispute", "key": "k2", "submit": "1"}
    answer = browser.post("/requests/new/document-review/", given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“many” is not a number." in page and 'value="many"' in page
    fixed = {**given, "documents": "300"}
    answer = browser.post("/requests/new/document-review/", fixed)
    assert answer.status_code == 422 and "This answer is needed." in answer.content.decode()
    assert [record.state for record in queries.list_requests(actor=staffed.actor("counsel"))] == ["draft"]


def test_a_manager_may_only_order_for_a_client(staffed: World, signed_in: Browser) -> None:
    browser = signed_in("manager")
    given = {**answers(), "title": "Forged", "client": staffed.provider_id, "key": "k3"}
    assert browser.post("/requests/new/document-review/", given).status_code == 422
    assert queries.list_requests(actor=staffed.actor("manager")) == []


def test_the_client_accepts_on_the_page(staffed: World, quoted: queries.RequestRecord, signed_in: Browser) -> None:
    assert quoted.quote is not None
    url = f"/quotes/{quoted.quote.id}/accept/"
    assert signed_in("counsel-2").post(url).status_code == 404
    assert signed_in("manager").post(url).status_code == 404
    answer = signed_in("counsel").post(url)
    held = queries.request(actor=staffed.actor("counsel"), request_id=quoted.id)
    assert (answer.status_code, answer["Location"]) == (302, f"/matters/{held.matter_id}/")


def test_a_new_version_is_compared_before_it_is_published(staffed: World, signed_in: Browser) -> None:
    browser = signed_in("manager")
    page = browser.get("/catalogue/document-review/edit/")
    form = page.context["form"]
    data = {"note": "New rates", "based_on": "1"}
    data |= {name: item.after for name, item in form.places.items()}
    rate = next(name for name, item in form.places.items() if item.place == "price.rates.USD.paralegal")
    compared = browser.post("/catalogue/document-review/edit/", {**data, rate: "41.00", "compare": "1"})
    assert compared.status_code == 200
    assert [(words, item.before, item.after) for words, item in compared.context["found"]] == [
        ("rate for an hour · USD · Paralegal", "38.00", "41.00")
    ]
    bad = browser.post("/catalogue/document-review/edit/", {**data, rate: "cheap", "publish": "1"})
    assert bad.status_code == 422
    assert browser.post("/catalogue/document-review/edit/", {**data, rate: "41.00", "publish": "1"}).status_code == 302
    assert queries.service(service_id="document-review").version == 2
    shown = browser.get("/catalogue/document-review/").content.decode()
    assert "<ins" in shown and "41.00" in shown


def test_chosen_work_is_given_to_somebody_else(staffed: World, places: dict[str, str], signed_in: Browser) -> None:
    work_id = places["work_item"].split("/")[-2]
    browser = signed_in("manager")
    assert work_id in browser.post("/work/reassign/", {"row": [work_id]}).content.decode()
    target = staffed.person["reviewer-2"].id
    given = {"row": [work_id], "give-person": target, "give-reason": "Knows the case"}
    assert signed_in("reviewer-1").post("/work/reassign/", given).status_code == 404
    assert browser.post("/work/reassign/", {**given, "give-reason": ""}).status_code == 422
    assert browser.post("/work/reassign/", given).status_code == 302
    held = queries.work_item(actor=staffed.actor("manager"), work_item_id=work_id)
    assert (held.assignee_id, held.pinned) == (target, True)


def test_the_attorney_signs_what_was_shown(staffed: World, places: dict[str, str], signed_in: Browser) -> None:
    url = places["sign_off"]
    assert signed_in("manager").post(f"{url}sign/", {"hash": "a" * 64}).status_code == 404
    attorney = signed_in("attorney")
    assert attorney.post(f"{url}sign/", {"hash": "b" * 64}).status_code == 409
    assert attorney.post(f"{url}sign/", {"hash": "a" * 64}).status_code == 409
    held = queries.sign_off(actor=staffed.actor("attorney"), sign_off_id=url.split("/")[-2])
    assert held.state == "waiting"
    assert attorney.post(f"{places['sample']}waive/", {"waive-reason": "Settled"}).status_code == 302
    attorney_actor = staffed.actor("attorney")
    sample = queries.sample(actor=attorney_actor, sample_id=places["sample"].split("/")[-2])
    where = f"{places['sample']}{sample.items[0].subject_id}/"
    assert attorney.post(where, {"keep-1-keep": "second", "keep-1-reason": "Read both"}).status_code == 302
    done = attorney.post(f"{url}sign/", {"hash": "a" * 64})
    assert done.status_code == 302, done.content.decode()[-1500:]
    held = queries.sign_off(actor=staffed.actor("attorney"), sign_off_id=url.split("/")[-2])
    assert (held.state, held.attorney) == ("signed", "Attorney")
    assert "a" * 64 in attorney.get(url).content.decode()
