"""Pages of the review room: a fixed number of queries, the contract of the desk's script, who gets 404."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.matter_kit import Kit, Paper, lay_out
from chancery.apps.review.actions.batching import form_batches
from chancery.apps.review.models import Batch, BatchDocument, Coding
from chancery.platform.access.actions import raise_wall
from chancery.platform.access.actors import system_actor
from chancery.platform.audit.models import Entry

Browser = Callable[[str], Client]
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def at() -> datetime:
    """Pages read the clock, so these tests act now."""
    return timezone.now()


def desk_url(kit: Kit, place: int = 0, name: str = "desk_document") -> str:
    return reverse(f"review:{name}", args=[kit.first.batches[0], kit.first.documents[place]])


def queries_of(browser: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert browser.get(url).status_code == 200
    return len(caught)


def test_the_desk_asks_a_fixed_number_of_queries(kit: Kit, signed_in: Browser, at: datetime) -> None:
    browser = signed_in(kit.reviewer_of(kit.first.batches[0]))
    browser.get(desk_url(kit))
    first = queries_of(browser, desk_url(kit))
    papers = tuple(Paper(f"More/{number}.txt", f"Text {number}") for number in range(40))
    ids = lay_out(tenant_id=kit.first.tenant_id, matter_id=kit.first.matter_id, at=at, papers=papers)
    batch = Batch.objects.get(id=kit.first.batches[0])
    BatchDocument.objects.bulk_create(
        BatchDocument(batch=batch, document_id=key, position=100 + place) for place, key in enumerate(ids)
    )
    assert queries_of(browser, desk_url(kit)) == first
    assert first <= 30
    control = reverse("review:control", args=[kit.first.matter_id])
    before = queries_of(browser, control)
    form_batches(
        actor=system_actor(tenant_id=kit.first.tenant_id),
        tenant_id=kit.first.tenant_id,
        matter_id=kit.first.matter_id,
        at=at,
        size=1,
    )
    assert queries_of(browser, control) == before
    assert before <= 25


def test_save_and_next_answers_with_the_next_document(kit: Kit, signed_in: Browser) -> None:
    browser = signed_in(kit.reviewer_of(kit.first.batches[0]))
    answer = browser.post(desk_url(kit, 0, "code"), {"responsive": "responsive", "privilege": "none"}, headers=FRAGMENT)
    assert (answer.status_code, answer["X-Next"]) == (200, kit.first.documents[1])
    assert "undo" in answer.content.decode()
    plain = browser.post(desk_url(kit, 1, "code") + "?q=pumps", {"responsive": "responsive", "privilege": "none"})
    assert (plain.status_code, plain["Location"]) == (302, desk_url(kit, 2) + "?q=pumps")
    for place in (2, 5, 10):
        last = browser.post(
            desk_url(kit, place, "code"), {"responsive": "not_responsive", "privilege": "none"}, headers=FRAGMENT
        )
    assert (last.status_code, last["HX-Redirect"]) == (204, reverse("review:queue"))
    closed = browser.post(desk_url(kit, 0, "code"), {"responsive": "responsive", "privilege": "none"}, headers=FRAGMENT)
    assert closed.status_code == 409
    assert Coding.objects.count() == 5


def test_a_refused_decision_keeps_what_was_typed_and_names_what_is_missing(kit: Kit, signed_in: Browser) -> None:
    browser = signed_in(kit.reviewer_of(kit.first.batches[0]))
    given = {"responsive": "responsive", "privilege": "AC", "note": "Ask Dana <b>", "issues": ["price", "damages"]}
    answer = browser.post(desk_url(kit, 0, "code"), given, headers=FRAGMENT)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ask Dana &lt;b&gt;" in page
    assert page.count(" checked") == 5  # responsive, AC, two issues, the usual confidentiality
    assert "Privilege description for the log: Decide this before you go on." in page
    assert not Coding.objects.exists()
    whole = browser.post(desk_url(kit, 0, "code"), given)
    assert whole.status_code == 422
    assert "Error:" in whole.content.decode()


def test_a_prefetch_is_nobodys_view_and_the_first_heartbeat_makes_it_one(kit: Kit, signed_in: Browser) -> None:
    browser = signed_in(kit.reviewer_of(kit.first.batches[0]))
    views = Entry.objects.filter(act="document.viewed", object_id=kit.first.documents[1])
    browser.get(desk_url(kit, 1), headers={**FRAGMENT, "X-Purpose": "prefetch"})
    assert views.count() == 0
    focus = reverse("review:focus", args=[kit.first.batches[0]])
    answer = browser.post(focus, {"document": kit.first.documents[1], "seconds": "0", "shown": "1"})
    assert (answer.status_code, views.count()) == (204, 1)
    for bad in ("-5", "many", "99999999", ""):
        assert browser.post(focus, {"document": kit.first.documents[1], "seconds": bad}).status_code == 204
    assert browser.post(focus, {"document": kit.second.documents[0], "seconds": "5"}).status_code == 404


def test_hits_are_marked_and_a_word_that_is_absent_is_told(kit: Kit, signed_in: Browser) -> None:
    browser = signed_in(kit.reviewer_of(kit.first.batches[0]))
    found = browser.get(desk_url(kit) + "?q=pumps").content.decode()
    assert "<mark data-hit>pumps</mark>" in found
    assert "Not in this document" in browser.get(desk_url(kit) + "?q=zebra").content.decode()
    assert browser.get(desk_url(kit) + "?q=(((").status_code == 200


def test_walls_and_parts_decide_who_finds_the_pages(kit: Kit, signed_in: Browser, at: datetime) -> None:
    holder = kit.reviewer_of(kit.first.batches[0])
    urls = {
        "desk": desk_url(kit),
        "batch": reverse("review:desk", args=[kit.first.batches[0]]),
        "control": reverse("review:control", args=[kit.first.matter_id]),
        "queue": reverse("review:queue"),
    }
    expected = {
        holder: {"desk": 200, "batch": 200, "control": 200, "queue": 200},
        "manager": {"desk": 200, "batch": 200, "control": 200, "queue": 200},
        "counsel": {"desk": 404, "batch": 404, "control": 200, "queue": 404},
        "counsel-2": {"desk": 404, "batch": 404, "control": 404, "queue": 404},
        "administrator": {"desk": 404, "batch": 404, "control": 200, "queue": 404},
    }
    for who, codes in expected.items():
        browser = signed_in(who)
        assert {name: browser.get(url).status_code for name, url in urls.items()} == codes, who
    raise_wall(
        actor=kit.actor("administrator"),
        tenant_id=kit.first.tenant_id,
        matter_id=kit.first.matter_id,
        user_id=kit.world.person[holder].id,
        reason="Worked for the other side",
        at=at,
    )
    walled = signed_in(holder)
    assert {name: walled.get(url).status_code for name, url in urls.items()} == {
        "desk": 404,
        "batch": 404,
        "control": 404,
        "queue": 200,
    }
    assert "Batch 1" not in walled.get(urls["queue"]).content.decode()
    coded = walled.post(desk_url(kit, 0, "code"), {"responsive": "responsive", "privilege": "none"})
    assert (coded.status_code, Coding.objects.count()) == (404, 0)
    nav = walled.get(reverse("workspace:home")).content.decode()
    assert kit.first.matter_id not in nav


def test_forged_ids_end_as_not_found(kit: Kit, signed_in: Browser) -> None:
    browser = signed_in(kit.reviewer_of(kit.first.batches[0]))
    for batch_id, document_id in (
        (kit.first.batches[0], kit.second.documents[0]),
        (kit.first.batches[0], "x" * 26),
        ("0" * 26, kit.first.documents[0]),
    ):
        for name in ("code", "undo"):
            url = reverse(f"review:{name}", args=[batch_id, document_id])
            assert browser.post(url, {"responsive": "responsive", "privilege": "none"}).status_code == 404
    assert not Coding.objects.exists()


def test_the_machine_interface_answers_the_same(kit: Kit, signed_in: Browser) -> None:
    browser = signed_in(kit.reviewer_of(kit.first.batches[0]))
    matter_id = kit.first.matter_id
    batches = browser.get(f"/api/matters/{matter_id}/batches").json()
    assert [(item["number"], item["language"], item["size"], item["coded"]) for item in batches] == [
        (1, "en", 5, 0),
        (2, "zh", 3, 0),
    ]
    state = browser.get(f"/api/matters/{matter_id}/review").json()
    assert (state["total"], state["coded"], state["hours_left"]) == (8, 0, None)
    assert [item["id"] for item in browser.get("/api/review/queue").json()] == [kit.first.batches[0]]
    assert signed_in("counsel-2").get(f"/api/matters/{matter_id}/review").status_code == 404
    assert signed_in("counsel").get(f"/api/matters/{matter_id}/batches").status_code == 404
    assert signed_in("counsel").get(f"/api/matters/{matter_id}/review").status_code == 200
