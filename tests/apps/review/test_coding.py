"""Decisions at the desk: complete or refused, next in order, copied to the family, taken back, never lost."""

from __future__ import annotations

from typing import Any

import pytest

from apps.matter_kit import Kit, answers
from chancery.apps.operations.models import WorkItem
from chancery.apps.review.actions.coding import save_coding, undo_coding
from chancery.apps.review.coding_forms import CodingRefused
from chancery.apps.review.models import Batch, BatchDocument, Coding
from chancery.apps.review.queries.desk import desk, queue
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.audit.models import Entry
from chancery.platform.events.models import Announcement


def rows() -> tuple[int, int, int]:
    return Coding.objects.count(), BatchDocument.objects.filter(coded=True).count(), Entry.objects.count()


def code(kit: Kit, place: int, *, batch: int = 0, by: str = "", **given: Any) -> Any:
    batch_id = kit.first.batches[batch]
    return save_coding(
        actor=kit.actor(by or kit.reviewer_of(batch_id)),
        batch_id=batch_id,
        document_id=kit.first.documents[place],
        answers=given.pop("answers", answers()),
        at=kit.later(),
        **given,
    )


def test_batches_keep_families_whole_and_languages_apart(kit: Kit) -> None:
    batches = list(Batch.objects.filter(matter_id=kit.first.matter_id).order_by("number"))
    documents = kit.first.documents
    assert [(batch.number, batch.language, batch.size) for batch in batches] == [(1, "en", 5), (2, "zh", 3)]
    placed = [list(batch.places.order_by("position").values_list("document_id", flat=True)) for batch in batches]
    # The family of 0 with its Chinese attachment stays together; 7 is a copy, 8 an exception, 9 a mailbox.
    assert placed == [[documents[n] for n in (0, 1, 2, 5, 10)], [documents[n] for n in (3, 4, 6)]]
    assert all(batch.work_item_id and batch.assignee_id for batch in batches)


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({}, {"responsive": "missing", "privilege": "missing"}),
        ({"responsive": "perhaps", "privilege": "none"}, {"responsive": "unknown"}),
        ({"responsive": "responsive", "privilege": "AC"}, {"description": "missing"}),
        ({"responsive": "responsive", "privilege": "WP", "description": "  "}, {"description": "missing"}),
        ({"responsive": "responsive", "privilege": "AC", "description": "x" * 501}, {"description": "too_long"}),
        ({"responsive": "responsive", "privilege": "none", "issues": ["price", "weather"]}, {"issues": "unknown"}),
    ],
)
def test_an_incomplete_decision_is_refused_and_changes_nothing(
    kit: Kit, given: dict[str, Any], problems: dict[str, str]
) -> None:
    before = rows()
    with pytest.raises(CodingRefused) as refused:
        code(kit, 0, answers=given)
    assert refused.value.fields == problems
    assert rows() == before


def test_a_description_without_privilege_is_dropped_and_issues_stand_in_the_order_of_the_form(kit: Kit) -> None:
    code(kit, 0, answers=answers(description="left over", issues=["damages", "delivery"], redaction="on"))
    values = Coding.objects.get().values
    assert (values["description"], values["issues"], values["redaction"]) == ("", ["delivery", "damages"], True)
    assert values["confidentiality"] == "confidential"


def test_saving_names_the_next_document_in_order_and_goes_round_to_those_skipped(kit: Kit) -> None:
    documents = kit.first.documents
    first = code(kit, 1)
    assert (first.next_document_id, first.batch_complete, first.may_undo) == (documents[2], False, True)
    assert code(kit, 2).next_document_id == documents[5]
    assert code(kit, 5).next_document_id == documents[10]
    assert code(kit, 10).next_document_id == documents[0]
    last = code(kit, 0)
    assert (last.next_document_id, last.batch_complete, last.may_undo) == (None, True, False)
    batch = Batch.objects.get(id=kit.first.batches[0])
    assert (batch.state, batch.coded) == ("complete", 5)
    assert WorkItem.objects.get(id=batch.work_item_id).state == "done"


def test_a_batch_on_another_desk_or_closed_is_refused_and_nothing_changes(kit: Kit) -> None:
    other = "reviewer-2" if kit.reviewer_of(kit.first.batches[0]) == "reviewer-1" else "reviewer-1"
    before = rows()
    for who, refusal in ((other, "checked_out"), ("manager", "checked_out"), ("attorney", "checked_out")):
        with pytest.raises(Refused) as refused:
            code(kit, 0, by=who)
        assert refused.value.code == refusal
    for who in ("counsel", "counsel-2", "administrator"):
        with pytest.raises(NotFound):
            code(kit, 0, by=who)
    with pytest.raises(NotFound):
        code(kit, 3)  # lies in the other batch
    assert rows() == before
    for place in (0, 1, 2, 5, 10):
        code(kit, place)
    before = rows()
    with pytest.raises(Refused) as refused:
        code(kit, 0, answers=answers(responsive="not_responsive"))
    assert (refused.value.code, rows()) == ("batch_closed", before)


def test_the_same_decision_twice_is_written_once_and_another_supersedes_it(kit: Kit) -> None:
    code(kit, 0)
    code(kit, 0)
    assert Coding.objects.count() == 1
    assert Entry.objects.filter(act="coding.saved").count() == 1
    changed = code(kit, 0, answers=answers(responsive="not_responsive"))
    first, second = Coding.objects.order_by("at")
    assert (first.superseded, first.superseded_by_id, first.responsive) == (True, second.id, "responsive")
    assert (second.superseded, second.id, second.responsive) == (False, changed.coding_id, "not_responsive")
    assert Batch.objects.get(id=kit.first.batches[0]).coded == 1
    entry = Entry.objects.filter(act="coding.saved").latest("id")
    assert '"responsive":"not_responsive"' in entry.body.replace(" ", "")
    assert Announcement.objects.filter(name="review.coding_changed").count() == 2


def test_the_rest_of_the_family_follows_but_not_what_has_a_decision(kit: Kit) -> None:
    documents = kit.first.documents
    code(kit, 2, answers=answers(responsive="not_responsive"))
    saved = code(kit, 0, with_family=True)
    assert (saved.also_coded, saved.next_document_id) == (1, documents[5])
    found = {item.document_id: (item.responsive, item.origin) for item in Coding.objects.filter(superseded=False)}
    assert found == {
        documents[0]: ("responsive", "desk"),
        documents[1]: ("responsive", "propagated"),
        documents[2]: ("not_responsive", "desk"),
    }
    assert Batch.objects.get(id=kit.first.batches[0]).coded == 3


def test_taking_back_restores_the_decision_before_or_frees_the_document(kit: Kit) -> None:
    batch_id, document_id = kit.first.batches[0], kit.first.documents[0]
    actor = kit.actor(kit.reviewer_of(batch_id))
    code(kit, 0)
    code(kit, 0, answers=answers(responsive="not_responsive"))
    undo_coding(actor=actor, batch_id=batch_id, document_id=document_id, at=kit.later())
    assert Coding.objects.get(superseded=False).responsive == "responsive"
    assert Batch.objects.get(id=batch_id).coded == 1
    undo_coding(actor=actor, batch_id=batch_id, document_id=document_id, at=kit.later())
    assert not Coding.objects.filter(superseded=False).exists()
    assert Coding.objects.count() == 2
    assert Batch.objects.get(id=batch_id).coded == 0
    with pytest.raises(Refused) as refused:
        undo_coding(actor=actor, batch_id=batch_id, document_id=document_id, at=kit.later())
    assert refused.value.code == "nothing_to_undo"
    with pytest.raises(NotFound):
        undo_coding(actor=actor, batch_id=batch_id, document_id=kit.first.documents[3], at=kit.later())
    with pytest.raises(NotFound):
        undo_coding(actor=kit.actor("counsel"), batch_id=batch_id, document_id=document_id, at=kit.later())


def test_the_queue_and_the_desk_show_only_what_belongs_there(kit: Kit) -> None:
    holder = kit.reviewer_of(kit.first.batches[0])
    assert [item.id for item in queue(actor=kit.actor(holder))] == [kit.first.batches[0]]
    record = desk(actor=kit.actor(holder), batch_id=kit.first.batches[0])
    assert (record.document.id, record.mine, record.size, record.coded) == (kit.first.documents[0], True, 5, 0)
    assert desk(actor=kit.actor("manager"), batch_id=kit.first.batches[0]).mine is False
    for who in ("counsel", "counsel-2", "administrator"):
        with pytest.raises(NotFound):
            desk(actor=kit.actor(who), batch_id=kit.first.batches[0])
    with pytest.raises(NotFound):
        desk(actor=kit.actor(holder), batch_id=kit.first.batches[0], document_id=kit.first.documents[3])
