"""The second look: drawn by itself, served blind to somebody else, settled, the decision of record changed."""

from __future__ import annotations

from typing import Any

import pytest

from apps.matter_kit import Kit, answers
from chancery.apps.operations.actions.quality import resolve_overturn
from chancery.apps.operations.models import Sample, SampleItem
from chancery.apps.operations.queries.quality import latest_sample
from chancery.apps.review.actions.coding import save_coding, undo_coding
from chancery.apps.review.actions.looks import KIND, draw_second_look
from chancery.apps.review.models import Batch, Coding
from chancery.apps.review.queries.desk import desk, hidden_decisions, history_of
from chancery.apps.review.queries.progress import decisions, progress, reviewed_units
from chancery.apps.review.queries.sources import coded_documents
from chancery.apps.workspace.queries import record_of
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.events.models import Announcement
from chancery.platform.jobs.worker import run_pending

PLACES = {0: (0, 1, 2, 5, 10), 1: (3, 4, 6)}


def review_everything(kit: Kit, *, one_reviewer: str = "") -> None:
    """Decide every document: 0 and 5 responsive, 5 privileged, the others not responsive."""
    if one_reviewer:
        Batch.objects.filter(matter_id=kit.first.matter_id).update(assignee=kit.world.person[one_reviewer])
        for batch in Batch.objects.filter(matter_id=kit.first.matter_id):
            from chancery.apps.operations.models import WorkItem

            WorkItem.objects.filter(id=batch.work_item_id).update(assignee=kit.world.person[one_reviewer])
    for number, places in PLACES.items():
        batch_id = kit.first.batches[number]
        actor = kit.actor(kit.reviewer_of(batch_id))
        for place in places:
            given = answers(responsive="responsive" if place in (0, 5) else "not_responsive")
            if place == 5:
                given |= {"privilege": "AC", "description": "Advice of counsel on delivery"}
            save_coding(
                actor=actor,
                batch_id=batch_id,
                document_id=kit.first.documents[place],
                answers=given,
                at=kit.later(),
            )
    run_pending()


def second_batch(kit: Kit) -> Batch:
    return Batch.objects.get(matter_id=kit.first.matter_id, level=2)


def look(kit: Kit, document_id: str, **given: Any) -> Any:
    batch = second_batch(kit)
    return save_coding(
        actor=kit.actor(kit.reviewer_of(batch.id)),
        batch_id=batch.id,
        document_id=document_id,
        answers=answers(**given),
        at=kit.later(),
    )


@pytest.fixture
def reviewed(kit: Kit) -> Kit:
    """Everything decided by reviewer-1; the second look drawn and served."""
    review_everything(kit, one_reviewer="reviewer-1")
    return kit


def test_the_second_look_is_drawn_by_itself_and_served_to_somebody_else(reviewed: Kit) -> None:
    sample = latest_sample(matter_id=reviewed.first.matter_id, kind=KIND)
    assert sample is not None
    # The standard of the service asks for at least 20; the population of 8 is smaller and is taken whole.
    assert (sample.population, sample.size, sample.state, sample.done) == (8, 8, "open", 0)
    batch = second_batch(reviewed)
    assert (batch.number, batch.size, batch.coded, batch.state) == (3, 8, 0, "open")
    assert reviewed.reviewer_of(batch.id) == "reviewer-2"
    run_pending()
    assert Sample.objects.count() == 1
    again = draw_second_look(actor=reviewed.actor("manager"), matter_id=reviewed.first.matter_id, at=reviewed.later())
    assert (again.id, Batch.objects.filter(level=2).count()) == (sample.id, 1)


def test_nobody_else_draws_it_and_not_before_everything_is_decided(kit: Kit) -> None:
    matter_id = kit.first.matter_id
    with pytest.raises(Refused) as refused:
        draw_second_look(actor=kit.actor("manager"), matter_id=matter_id, at=kit.later())
    assert refused.value.code == "review_unfinished"
    for who in ("reviewer-1", "counsel", "administrator"):
        with pytest.raises(Refused) as refused:
            draw_second_look(actor=kit.actor(who), matter_id=matter_id, at=kit.later())
        assert refused.value.code == "not_allowed"
    assert not Sample.objects.exists()


def test_the_first_decision_reaches_the_second_reviewer_by_no_way(reviewed: Kit) -> None:
    kit, document_id = reviewed, reviewed.first.documents[5]
    second = kit.actor("reviewer-2")
    record = desk(actor=second, batch_id=second_batch(kit).id, document_id=document_id)
    assert (record.blind, record.values, record.history, record.mine) == (True, {}, (), True)
    first = desk(actor=second, batch_id=kit.first.batches[0], document_id=document_id)
    assert (first.values, first.history, first.previous_values) == ({}, (), {})
    assert history_of(actor=second, document_id=document_id) == ()
    coding = Coding.objects.get(document_id=document_id)
    assert coded_documents(actor=second, coding_ids=[coding.id]) == []
    # The record holds nothing of it for a reviewer: the decisions are the only acts on this document.
    with pytest.raises(NotFound):
        record_of(actor=second, object_type="document", object_id=document_id)
    entries = record_of(actor=second, matter_id=kit.first.matter_id)
    assert entries
    assert [item for item in entries if item.act.startswith("coding.")] == []
    seen = record_of(actor=kit.actor("manager"), object_type="document", object_id=document_id, kind="coding")
    assert [item.after["privilege"] for item in seen] == ["AC"]  # type: ignore[index]
    look(kit, document_id, privilege="WP", description="Notes for trial")
    assert [item.values["privilege"] for item in history_of(actor=second, document_id=document_id)] == ["WP", "AC"]
    assert hidden_decisions(actor=second, document_ids=kit.first.documents[:6]) == set(kit.first.documents[:5])


def test_a_lead_who_takes_the_second_look_does_not_see_the_first_either(reviewed: Kit) -> None:
    batch = second_batch(reviewed)
    Batch.objects.filter(id=batch.id).update(assignee=reviewed.world.person["attorney"])
    attorney, document_id = reviewed.actor("attorney"), reviewed.first.documents[0]
    assert desk(actor=attorney, batch_id=reviewed.first.batches[0], document_id=document_id).values == {}
    assert history_of(actor=attorney, document_id=document_id) == ()
    entries = record_of(actor=attorney, object_type="document", object_id=document_id, kind="coding")
    assert [item.after for item in entries] == [None]


def test_the_first_reviewer_cannot_take_the_second_look(reviewed: Kit) -> None:
    batch = second_batch(reviewed)
    Batch.objects.filter(id=batch.id).update(assignee=reviewed.world.person["reviewer-1"])
    with pytest.raises(Refused) as refused:
        look(reviewed, reviewed.first.documents[0])
    assert refused.value.code == "same_person"
    assert not Coding.objects.filter(level=2).exists()
    assert not SampleItem.objects.filter(second_at__isnull=False).exists()


def test_an_overturn_settled_for_the_second_changes_the_decision_of_record(reviewed: Kit) -> None:
    kit = reviewed
    matter_id, overturned = kit.first.matter_id, kit.first.documents[5]
    for place in (0, 1, 2, 3, 4, 5, 6, 10):
        look(kit, kit.first.documents[place], responsive="responsive" if place in (0, 5) else "not_responsive")
    run_pending()
    sample = latest_sample(matter_id=matter_id, kind=KIND)
    assert sample is not None
    assert (sample.state, sample.done, sample.overturned, sample.unresolved) == ("complete", 8, 1, 1)
    assert decisions(matter_id=matter_id)[overturned].privilege == "AC"
    with pytest.raises(Refused) as refused:
        undo_coding(
            actor=kit.actor("reviewer-2"), batch_id=second_batch(kit).id, document_id=overturned, at=kit.later()
        )
    assert refused.value.code == "nothing_to_undo"
    before = Announcement.objects.filter(name="review.coding_changed").count()
    resolve_overturn(
        actor=kit.actor("manager"),
        sample_id=sample.id,
        subject_id=overturned,
        keep="second",
        reason="No lawyer was on the call.",
        at=kit.later(),
    )
    run_pending()
    found = decisions(matter_id=matter_id)[overturned]
    assert (found.privilege, found.responsive, found.description) == ("none", True, "")
    assert found.by_id == kit.world.person["manager"].id
    assert Announcement.objects.filter(name="review.coding_changed").count() == before + 1
    assert Coding.objects.filter(document_id=overturned, level=1).count() == 2
    # Settling is no new work at a desk, and does not open another sample.
    assert sum(item.documents for item in reviewed_units(matter_id=matter_id) if item.level == 1) == 7
    again = draw_second_look(actor=kit.actor("manager"), matter_id=matter_id, at=kit.later())
    assert again.id == sample.id


def test_the_second_look_cannot_be_changed_once_given(reviewed: Kit) -> None:
    document_id = reviewed.first.documents[0]
    look(reviewed, document_id)
    look(reviewed, document_id)
    with pytest.raises(Refused) as refused:
        look(reviewed, document_id, responsive="not_responsive")
    assert refused.value.code == "already_decided"
    assert Coding.objects.get(document_id=document_id, level=2).responsive == "responsive"


def test_progress_counts_what_was_decided_and_how_fast(reviewed: Kit) -> None:
    state = progress(actor=reviewed.actor("counsel"), matter_id=reviewed.first.matter_id)
    assert (state.total, state.coded, state.batches_open, state.batches_complete) == (8, 8, 0, 2)
    assert (state.responsive, state.not_responsive, state.privileged, state.redaction) == (2, 6, 1, 0)
    assert [(person.name, person.documents) for person in state.reviewers] == [("Reviewer 1", 8)]
    with pytest.raises(NotFound):
        record_of(actor=reviewed.actor("counsel-2"), matter_id=reviewed.first.matter_id)
    empty = progress(actor=reviewed.actor("counsel-2"), matter_id=reviewed.first.matter_id)
    assert (empty.total, empty.responsive, empty.reviewers) == (0, 0, ())
