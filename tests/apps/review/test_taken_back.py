"""Documents chosen for review by hand, and that choice taken back: decisions stay, the rest leaves."""

from __future__ import annotations

from apps.matter_kit import Kit, answers
from chancery.apps.documents.actions import change_documents, undo_change
from chancery.apps.operations.models import WorkItem
from chancery.apps.review.actions.coding import save_coding
from chancery.apps.review.models import Batch, BatchDocument, Coding
from chancery.apps.review.queries.desk import batches_of
from chancery.apps.review.queries.progress import progress
from chancery.platform.audit.queries import entries_for
from chancery.platform.events.models import Delivery
from chancery.platform.jobs.worker import run_pending

COPY, ENCRYPTED, IN_A_BATCH = 7, 8, 0


def add(kit: Kit, *places: int) -> str:
    """Choose documents for review by hand; returns the act."""
    ids = [kit.first.documents[place] for place in places]
    return change_documents(
        actor=kit.actor("manager"), matter_id=kit.first.matter_id, act="review", document_ids=ids, at=kit.later()
    ).id


def undo(kit: Kit, change_id: str) -> None:
    """Take the act back and let the news go round."""
    assert undo_change(actor=kit.actor("manager"), change_id=change_id, at=kit.later()).state == "undone"
    run_pending()
    assert not Delivery.objects.exclude(state="done").exists()


def placed(kit: Kit) -> dict[str, int]:
    """Return the number of the batch of every document of the matter."""
    rows = BatchDocument.objects.filter(batch__matter_id=kit.first.matter_id)
    return dict(rows.values_list("document_id", "batch__number"))


def test_what_nobody_decided_leaves_and_an_empty_batch_is_withdrawn_with_its_work(kit: Kit) -> None:
    before = placed(kit)
    act = add(kit, COPY, ENCRYPTED, IN_A_BATCH)
    run_pending()
    batch = Batch.objects.get(wanted_by=act)
    assert (batch.number, batch.size) == (3, 2)
    assert placed(kit) == before | dict.fromkeys((kit.first.documents[COPY], kit.first.documents[ENCRYPTED]), 3)
    total = progress(actor=kit.actor("manager"), matter_id=kit.first.matter_id).total
    undo(kit, act)
    assert placed(kit) == before, "what was in a batch before the act stays there"
    batch.refresh_from_db()
    assert (batch.state, batch.size) == ("withdrawn", 0)
    assert WorkItem.objects.get(id=batch.work_item_id).state == "cancelled"
    now = progress(actor=kit.actor("manager"), matter_id=kit.first.matter_id)
    assert (now.total, now.batches_open) == (total - 2, 2)
    shown = batches_of(actor=kit.actor("manager"), matter_id=kit.first.matter_id)
    assert [(row.number, row.state) for row in shown] == [(1, "open"), (2, "open"), (3, "withdrawn")]
    entries = entries_for(actor=kit.actor("manager"), object_type="batch", object_id=batch.id)
    assert [(e.before, e.after) for e in entries if e.act == "batch.shrunk"] == [({"documents": 2}, {"documents": 0})]


def test_a_decision_stays_and_completes_what_is_left(kit: Kit) -> None:
    act = add(kit, COPY, ENCRYPTED)
    run_pending()
    batch = Batch.objects.get(wanted_by=act)
    save_coding(
        actor=kit.actor(kit.reviewer_of(batch.id)),
        batch_id=batch.id,
        document_id=kit.first.documents[ENCRYPTED],
        answers=answers(),
        at=kit.later(),
    )
    undo(kit, act)
    batch.refresh_from_db()
    assert (batch.state, batch.size, batch.coded) == ("complete", 1, 1)
    assert list(batch.places.values_list("document_id", flat=True)) == [kit.first.documents[ENCRYPTED]]
    assert WorkItem.objects.get(id=batch.work_item_id).state == "done"
    assert Coding.objects.filter(superseded=False, document_id=kit.first.documents[ENCRYPTED]).count() == 1


def test_a_choice_taken_back_before_anybody_heard_of_it_forms_no_batch(kit: Kit) -> None:
    act = add(kit, COPY)
    undo(kit, act)
    assert not Batch.objects.filter(wanted_by=act).exists() and kit.first.documents[COPY] not in placed(kit)


def test_it_can_be_added_again(kit: Kit) -> None:
    undo_me = add(kit, COPY)
    run_pending()
    undo(kit, undo_me)
    again = add(kit, COPY)
    run_pending()
    assert placed(kit)[kit.first.documents[COPY]] == Batch.objects.get(wanted_by=again).number == 4
