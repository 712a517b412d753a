"""What lies on a reviewer's desk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chancery.apps.documents.queries import DocumentRecord, document, family_of
from chancery.apps.review import policies
from chancery.apps.review.coding_forms import CodingForm, coding_form
from chancery.apps.review.models import Batch, BatchDocument, Coding
from chancery.foundation.errors import NotFound
from chancery.platform.tenancy.actors import Actor


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A document's line in the queue."""

    document_id: str
    number: str
    name: str
    coded: bool
    current: bool


@dataclass(frozen=True, slots=True)
class CodingRecord:
    """One decision in the history of a document."""

    id: str
    by: str
    by_zh: str
    at: datetime
    values: dict[str, Any]
    origin: str
    level: int
    superseded: bool


@dataclass(frozen=True, slots=True)
class DeskRecord:
    """Everything the three panes need.

    values: answers to start from; blind: a second look, whose first decision stays hidden; mine: may be saved here.
    """

    batch_id: str
    batch_number: int
    matter_id: str
    matter_number: str
    matter_title: str
    matter_title_zh: str
    level: int
    blind: bool
    mine: bool
    closed: bool
    size: int
    coded: int
    places: tuple[PlaceRecord, ...]
    document: DocumentRecord
    family: tuple[DocumentRecord, ...]
    next_id: str | None
    previous_id: str | None
    form: CodingForm
    values: dict[str, Any]
    previous_values: dict[str, Any]
    history: tuple[CodingRecord, ...]


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch in a list, loaded with its matter and the person on whose desk it lies."""

    id: str
    matter_id: str
    matter_number: str
    matter_title: str
    matter_title_zh: str
    number: int
    level: int
    language: str
    state: str
    size: int
    coded: int
    assignee: str
    assignee_zh: str
    assignee_id: str
    work_item_id: str
    sample_id: str
    state_name: str


def batch_record(batch: Batch) -> BatchRecord:
    """Return the plain record of a batch loaded with its matter and assignee."""
    person = batch.assignee
    return BatchRecord(
        id=batch.id,
        matter_id=batch.matter_id,
        matter_number=batch.matter.number,
        matter_title=batch.matter.title,
        matter_title_zh=batch.matter.title_zh,
        number=batch.number,
        level=batch.level,
        language=batch.language,
        state=batch.state,
        size=batch.size,
        coded=batch.coded,
        assignee=(person.display_name or person.username) if person else "",
        assignee_zh=person.display_name_zh if person else "",
        assignee_id=str(batch.assignee_id or ""),
        work_item_id=batch.work_item_id,
        sample_id=batch.sample_id,
        state_name=str(Batch.State(batch.state).label),
    )


def queue(*, actor: Actor, limit: int = 100) -> list[BatchRecord]:
    """Return the unfinished batches on the actor's desk: second looks first, then by age."""
    found = (
        policies.batches_for(actor)
        .filter(assignee_id=actor.user_id or None)
        .exclude(state__in=Batch.ENDED)
        .select_related("assignee", "matter")
        .order_by("-level", "created_at", "number")
    )
    return [batch_record(batch) for batch in found[:limit]]


def batches_of(*, actor: Actor, matter_id: str) -> list[BatchRecord]:
    """Return the batches of a matter in their order."""
    found = (
        policies.batches_for(actor).filter(matter_id=matter_id).select_related("assignee", "matter").order_by("number")
    )
    return [batch_record(batch) for batch in found]


def history_of(*, actor: Actor, document_id: str) -> tuple[CodingRecord, ...]:
    """Return the decisions on a document that the actor may read, newest first."""
    found = policies.decisions_for(actor).filter(document_id=document_id).select_related("by").order_by("-at", "-id")
    return tuple(
        CodingRecord(
            id=item.id,
            by=item.by.display_name or item.by.username,
            by_zh=item.by.display_name_zh,
            at=item.at,
            values=item.values,
            origin=item.origin,
            level=item.level,
            superseded=item.superseded,
        )
        for item in found[:50]
    )


def _place(batch: Batch, document_id: str | None) -> tuple[list[BatchDocument], int]:
    places = list(
        batch.places.select_related("document")
        .only("document_id", "position", "coded", "batch_id", "document__control_number", "document__name")
        .order_by("position")
    )
    if not places:
        raise NotFound
    if document_id is None:
        first = next((index for index, place in enumerate(places) if not place.coded), 0)
        return places, first
    for index, place in enumerate(places):
        if place.document_id == document_id:
            return places, index
    raise NotFound


def desk(*, actor: Actor, batch_id: str, document_id: str | None = None) -> DeskRecord:
    """Return the desk for one document of a batch, or the first without a decision.

    Raises NotFound if the batch is unknown or forbidden, or the document is not in it.
    """
    batch = policies.batches_for(actor).select_related("matter").filter(id=batch_id).first()
    if batch is None or not policies.may_review(actor):
        raise NotFound
    places, here = _place(batch, document_id)
    current = places[here]
    blind = policies.is_blind(actor, batch)
    standing = policies.decisions_for(actor).filter(
        document_id=current.document_id, level=batch.level, superseded=False
    )
    own = standing.first()
    before = (
        Coding.objects.filter(batch=batch, by_id=actor.user_id or None, superseded=False)
        .exclude(document_id=current.document_id)
        .order_by("-at")
        .first()
    )
    waiting = [place for place in places[here + 1 :] + places[:here] if not place.coded]
    return DeskRecord(
        batch_id=batch.id,
        batch_number=batch.number,
        matter_id=batch.matter_id,
        matter_number=batch.matter.number,
        matter_title=batch.matter.title,
        matter_title_zh=batch.matter.title_zh,
        level=batch.level,
        blind=blind,
        mine=str(batch.assignee_id) == actor.user_id and batch.state not in Batch.ENDED,
        closed=batch.state in Batch.ENDED,
        size=batch.size,
        coded=batch.coded,
        places=tuple(
            PlaceRecord(
                document_id=place.document_id,
                number=place.document.control_number,
                name=place.document.name,
                coded=place.coded,
                current=place is current,
            )
            for place in places
        ),
        document=document(actor=actor, document_id=current.document_id),
        family=tuple(family_of(actor=actor, document_id=current.document_id)),
        next_id=waiting[0].document_id if waiting else None,
        previous_id=places[here - 1].document_id if here else None,
        form=coding_form(),
        values=dict(own.values) if own else {},
        previous_values=dict(before.values) if before else {},
        history=() if blind else history_of(actor=actor, document_id=current.document_id),
    )


def hidden_decisions(*, actor: Actor, document_ids: Collection[str]) -> set[str]:
    """Return those of the documents whose first decisions the actor may not read; at most two queries.

    For pages of other rooms that show what was decided, such as the record.
    """
    wanted = set(document_ids)
    if actor.system or not wanted:
        return set()
    ahead = set(policies.second_look_ahead(actor).filter(document_id__in=wanted))
    if policies.reads_decisions(actor):
        return ahead
    found = Coding.objects.filter(document_id__in=wanted, level=2, by_id=actor.user_id or None)
    return wanted - set(found.values_list("document_id", flat=True))


def waiting_count(actor: Actor) -> int:
    """Return how many unfinished batches lie on the actor's desk; one query."""
    found = policies.batches_for(actor).filter(assignee_id=actor.user_id or None)
    return found.exclude(state__in=Batch.ENDED).count()
