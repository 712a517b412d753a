"""My work, the home of a matter, the record, the palette and background work, for every persona."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.matter_kit import Kit, answers
from chancery.apps.review.actions.coding import save_coding
from chancery.apps.workspace.queries import matter_home, my_work, record_of
from chancery.foundation.errors import NotFound
from chancery.platform.access.actions import raise_wall
from chancery.platform.audit.verification import verify_stream
from chancery.platform.jobs.actions import enqueue
from chancery.platform.jobs.models import Job

Browser = Callable[[str], Client]
EVERYBODY = ("counsel", "counsel-2", "manager", "reviewer-1", "reviewer-2", "attorney", "administrator")


@pytest.fixture
def at() -> datetime:
    """Pages read the clock, so these tests act now."""
    return timezone.now()


def wall(kit: Kit, who: str) -> None:
    raise_wall(
        actor=kit.actor("administrator"),
        tenant_id=kit.first.tenant_id,
        matter_id=kit.first.matter_id,
        user_id=kit.world.person[who].id,
        reason="Former employer",
        at=kit.at,
    )


def test_my_work_shows_each_person_what_waits_for_them(kit: Kit) -> None:
    now = kit.at
    found = {who: my_work(actor=kit.actor(who), now=now) for who in EVERYBODY}
    first, second = kit.reviewer_of(kit.first.batches[0]), kit.reviewer_of(kit.first.batches[1])
    assert {first, second} == {"reviewer-1", "reviewer-2"}
    assert [item.size for item in found[first].batches] == [5]
    assert [item.size for item in found[second].batches] == [3]
    assert {who: len(item.batches) for who, item in found.items() if item.batches} == {first: 1, second: 1}
    assert {who: len(item.items) for who, item in found.items() if item.items} == {first: 1, second: 1}
    assert {who: len(item.matters) for who, item in found.items()} == {
        "counsel": 1,
        "counsel-2": 1,
        "manager": 2,
        "reviewer-1": 1,
        "reviewer-2": 1,
        "attorney": len(found["attorney"].matters),
        "administrator": 2,
    }
    assert all(item.due_today == 0 for item in found.values())
    wall(kit, first)
    walled = my_work(actor=kit.actor(first), now=now)
    assert (walled.batches, walled.items, walled.matters) == ((), (), ())


def test_the_home_of_a_matter_counts_what_is_there(kit: Kit) -> None:
    home = matter_home(actor=kit.actor("counsel"), matter_id=kit.first.matter_id, now=kit.at)
    assert (home.accounting.documents, home.accounting.exceptions, home.accounting.duplicates) == (11, 1, 1)
    assert (home.progress.total, home.progress.coded) == (8, 0)
    assert sorted(item.side for item in home.parties) == ["adverse", "client", "counsel"]
    assert home.clock is not None
    assert len(home.record) == 8
    for who in ("counsel-2",):
        with pytest.raises(NotFound):
            matter_home(actor=kit.actor(who), matter_id=kit.first.matter_id, now=kit.at)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_for_every_persona(kit: Kit, signed_in: Browser, language: str) -> None:
    matter_id = kit.first.matter_id
    document = kit.first.documents[0]
    pages = {
        "home": "/",
        "matter": f"/matters/{matter_id}/",
        "record": f"/matters/{matter_id}/record/",
        "matter object": f"/record/matter/{matter_id}/",
        "unknown object": f"/record/document/{document}/",
        "help": "/help/",
        "palette": "/palette/?q=supply",
    }
    for who in EVERYBODY:
        person = kit.world.person[who]
        person.language = language
        person.save(update_fields=["language"])
        browser = signed_in(who)
        codes = {name: browser.get(url).status_code for name, url in pages.items()}
        hidden = 404 if who == "counsel-2" else 200
        assert codes == {
            "home": 200,
            "matter": hidden,
            "record": hidden,
            "matter object": hidden,
            "unknown object": 404,
            "help": 200,
            "palette": 200,
        }, who


def test_pages_ask_a_fixed_number_of_queries(kit: Kit, signed_in: Browser) -> None:
    browser = signed_in("manager")
    for url, most in (
        ("/", 30),
        (f"/matters/{kit.first.matter_id}/", 40),
        (f"/matters/{kit.first.matter_id}/record/", 20),
        ("/palette/?q=supply", 20),
    ):
        browser.get(url)
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(url).status_code == 200
        assert len(caught) <= most, (url, len(caught))


def test_the_record_of_one_object_and_its_kinds(kit: Kit, signed_in: Browser) -> None:
    batch_id, document_id = kit.first.batches[0], kit.first.documents[0]
    holder = kit.reviewer_of(batch_id)
    save_coding(
        actor=kit.actor(holder),
        batch_id=batch_id,
        document_id=document_id,
        answers=answers(privilege="AC", description="Advice on delivery"),
        at=kit.later(),
    )
    entries = record_of(actor=kit.actor("counsel"), object_type="document", object_id=document_id)
    assert [item.act for item in entries] == ["coding.saved"]
    url = f"/record/document/{document_id}/"
    page = signed_in("counsel").get(url).content.decode()
    assert "Privilege: Attorney–client" in page
    assert "Advice on delivery" in page
    other = signed_in("reviewer-2" if holder == "reviewer-1" else "reviewer-1")
    for address in (url, f"/matters/{kit.first.matter_id}/record/?kind=coding", f"/matters/{kit.first.matter_id}/"):
        shown = other.get(address).content.decode()
        assert "Advice on delivery" not in shown, address
        assert "Attorney–client" not in shown, address
    assert signed_in("counsel-2").get(url).status_code == 404
    assert signed_in("counsel-2").get(f"{url}?kind=coding").status_code == 404
    assert signed_in("counsel").get(f"{url}?kind=invoice").status_code == 200
    assert signed_in("counsel").get(f"{url}?before=abc&kind=%27").status_code == 200


def test_the_exported_record_verifies_and_seals_other_matters(kit: Kit, signed_in: Browser) -> None:
    url = reverse("workspace:record_export", args=[kit.first.matter_id])
    assert signed_in("counsel").get(url).status_code == 405
    for who in ("counsel-2", "reviewer-1", "administrator"):
        assert signed_in(who).post(url).status_code == 404, who
    page = reverse("workspace:record", args=[kit.first.matter_id])
    offered = {who: url in signed_in(who).get(page).content.decode() for who in ("counsel", "manager", "reviewer-1")}
    assert offered == {"counsel": True, "manager": True, "reviewer-1": False}
    answer = signed_in("counsel").post(url)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    lines = text.splitlines(keepends=True)
    verdict = verify_stream(iter(lines))
    assert (verdict.ok, verdict.first_bad_seq) == (True, None)
    assert verdict.entries == len(lines) - 1
    assert "Freight inquiry" not in text
    assert json.loads(lines[-2])["body"]["act"] == "record.exported" if "body" in lines[-2] else True
    changed = [line.replace("Supply dispute", "Supply disputé") for line in lines]
    assert changed != lines
    assert verify_stream(iter(changed)).ok is False
    assert verify_stream(iter([*lines[:5], *lines[6:]])).first_bad_seq == 6


def test_the_palette_never_shows_a_walled_matter_or_its_documents(kit: Kit, signed_in: Browser) -> None:
    def found(who: str, words: str) -> str:
        return signed_in(who).get("/palette/", {"q": words}).content.decode()

    matter_url = reverse("workspace:matter", args=[kit.first.matter_id])
    document_url = reverse("documents:viewer", args=[kit.first.documents[0]])
    assert matter_url in found("reviewer-1", "supply")
    assert document_url in found("reviewer-1", "offer")
    assert matter_url not in found("counsel-2", "supply")
    assert document_url not in found("counsel-2", "offer")
    assert document_url not in found("administrator", "offer")
    wall(kit, "reviewer-1")
    wall(kit, "manager")
    for who in ("reviewer-1", "manager"):
        assert matter_url not in found(who, "supply"), who
        assert document_url not in found(who, "offer"), who
        for url in (matter_url, f"{matter_url}record/", document_url):
            assert signed_in(who).get(url).status_code == 404


def test_background_work_is_shown_and_stopped_by_those_who_may(kit: Kit, signed_in: Browser, at: datetime) -> None:
    made = enqueue(
        name="search.index",
        tenant_id=kit.first.tenant_id,
        matter_id=kit.first.matter_id,
        payload={},
        actor=kit.actor("manager"),
        at=at,
        idempotency_key="test",
    )
    url, stop = reverse("workspace:job", args=[made.id]), reverse("workspace:job_cancel", args=[made.id])
    page = signed_in("manager").get(url).content.decode()
    assert stop in page
    for who in ("counsel-2",):
        assert signed_in(who).get(url).status_code == 404
        assert signed_in(who).post(stop).status_code == 404
    assert signed_in("manager").get(stop).status_code == 405
    assert Job.objects.get(id=made.id).state == "queued"
    stopped = signed_in("manager").post(stop)
    assert (stopped.status_code, Job.objects.get(id=made.id).state) == (200, "cancelled")
    assert stop not in stopped.content.decode()
    assert signed_in("manager").post(stop).status_code == 200
    assert signed_in("manager").get(reverse("workspace:job", args=["0" * 26])).status_code == 404
