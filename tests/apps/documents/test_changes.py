"""Acts on many documents: tags, holds, acceptances, setting aside; counted, barred, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from tests.apps.conftest import World

from chancery.apps.documents import actions, changes, queries
from chancery.apps.documents.models import Change, Document, Tag, TagMark
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.audit.queries import entries_for
from chancery.platform.jobs.actions import run_pending


def ids_of(**where: object) -> list[str]:
    """Return ids in order of number."""
    return list(Document.objects.filter(**where).order_by("sequence").values_list("id", flat=True))


@pytest.fixture
def every(collected: Callable[[], str]) -> list[str]:
    """All documents of the evidence."""
    collected()
    return ids_of()


def test_a_tag_is_put_on_counted_and_taken_off(world: World, matter_id: str, every: list[str], at: datetime) -> None:
    actor = world.actor("reviewer-1")
    mark = {"actor": actor, "matter_id": matter_id, "at": at}
    first = actions.change_documents(act="tag", document_ids=every[:3], value=" Key  people ", **mark)
    again = actions.change_documents(act="tag", document_ids=every[:4], value="KEY PEOPLE", **mark)
    assert (first.changed, again.changed, again.chosen) == (3, 1, 4)
    assert [(tag.name, tag.documents) for tag in queries.tags(actor=actor, matter_id=matter_id)] == [("Key people", 4)]
    page = queries.document_page(actor=actor, matter_id=matter_id, filters={"tag": Tag.objects.get().id})
    assert [row.id for row in page.rows] == every[:4]
    undone = actions.undo_change(actor=actor, change_id=first.id, at=at)
    assert undone.state == "undone"
    assert list(TagMark.objects.values_list("document_id", flat=True)) == [every[3]]
    assert Tag.objects.get().documents == 1
    with pytest.raises(Refused) as refusal:
        actions.undo_change(actor=actor, change_id=first.id, at=at)
    assert refusal.value.code == "cannot_be_taken_back"
    entries = entries_for(actor=world.actor("manager"), object_type="change", object_id=first.id)
    assert sorted(entry.act for entry in entries) == ["documents.change_undone", "documents.changed"]


def test_removing_a_tag_can_be_taken_back(world: World, matter_id: str, every: list[str], at: datetime) -> None:
    mark = {"actor": world.actor("manager"), "matter_id": matter_id, "at": at, "value": "hot"}
    actions.change_documents(act="tag", document_ids=every[:2], **mark)
    removed = actions.change_documents(act="untag", document_ids=every, **mark)
    assert (removed.changed, TagMark.objects.count()) == (2, 0)
    actions.undo_change(actor=world.actor("manager"), change_id=removed.id, at=at)
    assert sorted(TagMark.objects.values_list("document_id", flat=True)) == sorted(every[:2])


def test_only_what_has_a_code_is_accepted_and_a_reason_is_needed(
    world: World, matter_id: str, every: list[str], at: datetime
) -> None:
    actor = world.actor("manager")
    with pytest.raises(Refused) as refusal:
        actions.change_documents(actor=actor, matter_id=matter_id, act="accept", document_ids=every, note="  ", at=at)
    assert refusal.value.code == "reason_missing"
    assert Change.objects.count() == 0
    done = actions.change_documents(
        actor=actor, matter_id=matter_id, act="accept", document_ids=every, note="Logo only", at=at
    )
    with_code = ids_of(exception__gt="")
    assert (done.changed, done.barred) == (len(with_code), len(every) - len(with_code))
    assert ids_of(accepted=True) == with_code
    history = queries.changes_of_document(actor=actor, document_id=with_code[0])
    assert [(row.act, row.note, row.by_label) for row in history] == [("accept", "Logo only", actor.label)]


def test_what_is_on_hold_is_neither_exported_replaced_reviewed_nor_set_aside(
    world: World, matter_id: str, every: list[str], at: datetime, signed_in: Callable[[str], Client]
) -> None:
    actor = world.actor("manager")
    broken = Document.objects.get(exception="corrupt")
    actions.change_documents(
        actor=actor, matter_id=matter_id, act="hold", document_ids=[broken.id], note="Order of 3 May", at=at
    )
    for act in ("review", "set_aside"):
        done = actions.change_documents(
            actor=actor, matter_id=matter_id, act=act, document_ids=[broken.id], value="hand", at=at
        )
        assert (done.changed, done.barred) == (0, 1)
    sent = signed_in("manager").post(f"/matters/{matter_id}/documents/export/", {"row": every})
    lines = b"".join(sent.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == len(every)
    assert broken.control_number not in "".join(lines)
    with pytest.raises(Refused) as refusal:
        actions.replace_file(actor=actor, document_id=broken.id, source=Path(__file__), at=at)
    assert refusal.value.code == "on_hold"


def test_what_is_set_aside_leaves_review_and_comes_back(
    world: World, matter_id: str, every: list[str], at: datetime
) -> None:
    actor = world.actor("attorney")
    place = {"tenant_id": world.client_id, "matter_id": matter_id}
    before = [row.id for row in queries.reviewable_documents(**place)]
    done = actions.change_documents(
        actor=actor, matter_id=matter_id, act="set_aside", document_ids=before[:2], value="hand", at=at
    )
    assert [row.id for row in queries.reviewable_documents(**place)] == before[2:]
    actions.undo_change(actor=actor, change_id=done.id, at=at)
    assert [row.id for row in queries.reviewable_documents(**place)] == before


def test_many_are_changed_in_the_background_and_a_broken_run_goes_on(
    world: World, matter_id: str, every: list[str], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "AT_ONCE", 2)
    monkeypatch.setattr(changes, "CHUNK", 3)
    actor = world.actor("manager")
    asked = actions.change_documents(
        actor=actor, matter_id=matter_id, act="tag", document_ids=every, value="all", at=at
    )
    assert (asked.state, asked.changed) == ("waiting", 0)

    class Killed(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        actions.carry_out(actor=actor, change_id=asked.id, at=at, advance=stop)
    assert TagMark.objects.count() == 3
    run_pending()
    row = Change.objects.get()
    assert (row.state, row.done, row.changed, TagMark.objects.count()) == ("done", len(every), len(every), len(every))
    actions.undo_change(actor=actor, change_id=asked.id, at=at)
    run_pending()
    assert (TagMark.objects.count(), Change.objects.get().state) == (0, "undone")


@pytest.mark.parametrize(("who", "act"), [("reviewer-1", "hold"), ("reviewer-1", "review"), ("counsel", "set_aside")])
def test_roles_that_may_not(world: World, matter_id: str, every: list[str], at: datetime, who: str, act: str) -> None:
    with pytest.raises(Refused) as refusal:
        actions.change_documents(
            actor=world.actor(who), matter_id=matter_id, act=act, document_ids=every, note="why", at=at
        )
    assert refusal.value.code == "not_allowed"
    with pytest.raises(NotFound):
        actions.change_documents(
            actor=world.actor("counsel-2"), matter_id=matter_id, act="tag", document_ids=every, value="x", at=at
        )
    assert Change.objects.count() == 0


def test_pages_ask_do_tell_and_undo(
    world: World, matter_id: str, every: list[str], signed_in: Callable[[str], Client]
) -> None:
    browser = signed_in("manager")
    table = f"/matters/{matter_id}/exceptions/?view=any"
    chosen = {"everything": "1", "filter": table}
    address = f"/matters/{matter_id}/documents/acts/accept/"
    asked = browser.post(address, chosen)
    assert asked.status_code == 200
    with_code = Document.objects.filter(exception__gt="").count()
    assert f"{with_code} documents" in asked.content.decode()
    assert browser.post(address, {**chosen, "asked": "1", "reason": ""}).status_code == 422
    done = browser.post(address, {**chosen, "asked": "1", "reason": "Not needed"})
    assert (done.status_code, done["Location"]) == (302, table)
    assert Document.objects.filter(accepted=True).count() == with_code
    listed = browser.get(f"/matters/{matter_id}/documents/acts/").content.decode()
    assert "Not needed" in listed
    change = Change.objects.get()
    undo = f"/matters/{matter_id}/documents/changes/{change.id}/undo/"
    assert signed_in("counsel-2").post(undo).status_code == 404
    assert browser.post(undo).status_code == 302
    assert Document.objects.filter(accepted=True).count() == 0
    shown = browser.get(f"/matters/{matter_id}/documents/?change={change.id}").content.decode()
    assert shown.count("<th scope=row") == with_code
    assert browser.post(f"/matters/{matter_id}/documents/acts/burn/", chosen).status_code == 404


def test_columns_stand_in_the_address_and_in_saved_views(
    world: World, matter_id: str, every: list[str], signed_in: Callable[[str], Client]
) -> None:
    browser = signed_in("manager")
    base = f"/matters/{matter_id}/documents/"
    page = browser.get(f"{base}?cols=number&cols=tags&cols=size&sort=-size").content.decode()
    head = page[page.index("<thead>") : page.index("</thead>")]
    assert ("Tags" in head, "Custodian" in head) == (True, False)
    assert "cols=number%2Csize%2Ctags" in page
    browser.post(f"{base}views/", {"name": "Small", "query": "cols=number%2Ctags&sort=-size"})
    kept = browser.get(f"{base}?view=v-{queries.saved_views(actor=world.actor('manager'), matter_id=matter_id)[0].id}")
    head = kept.content.decode().split("<thead>")[1].split("</thead>")[0]
    assert ("Tags" in head, "Size" in head) == (True, False)


def test_passwords_are_tried_on_every_encrypted_document_when_asked(
    world: World, matter_id: str, every: list[str], at: datetime
) -> None:
    Document.objects.filter(id__in=every[:2]).update(exception="encrypted", status="exception")
    actor = world.actor("manager")
    asked = actions.retry_with_passwords(
        actor=actor, document_ids=every[:1], passwords=["x"], at=at, on_every_encrypted=True
    )
    repairs = {row.id: row.document_id for row in queries.repairs_of(actor=actor, matter_id=matter_id)}
    assert sorted(repairs[key] for key in asked) == sorted(every[:2])
    again = actions.retry_with_passwords(actor=actor, document_ids=every[:1], passwords=[], at=at)
    assert [row.kind for row in queries.repairs_of(actor=actor, matter_id=matter_id) if row.id in again] == ["retry"]
