"""Decisions on documents: made, copied, undone, superseded, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from chancery.apps.operations.actions.quality import record_second_look
from chancery.apps.operations.actions.work import complete_work, start_work
from chancery.apps.review import events, policies
from chancery.apps.review.actions.focus import beat
from chancery.apps.review.coding_forms import CodingForm, coding_form, decided
from chancery.apps.review.models import Batch, BatchDocument, Coding
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce
from chancery.platform.tenancy.actors import Actor


@dataclass(frozen=True, slots=True)
class Saved:
    """What a saved decision leads to; ``next_document_id`` is None at the end of the batch.

    also_coded: members of the family that got the same decision. may_undo: it can still be taken back.
    """

    coding_id: str
    next_document_id: str | None
    batch_complete: bool
    also_coded: int
    may_undo: bool


def lock_batch(*, actor: Actor, batch_id: str) -> Batch:
    """Return the batch, locked, if it lies on the actor's desk.

    Raises NotFound if it is unknown or forbidden, Refused ``checked_out`` if it is somebody else's.
    """
    batch = policies.batches_for(actor).select_for_update(of=("self",)).filter(id=batch_id).first()
    if batch is None or not policies.may_review(actor):
        raise NotFound
    if str(batch.assignee_id) != actor.user_id:
        raise Refused("This batch is with somebody else.", code="checked_out")
    return batch


def _put_on_record(*, actor: Actor, coding: Coding, before: Coding | None, label: str, at: datetime) -> None:
    """Record a decision; what a second look decides stays out of the record until both looks are compared."""
    first = coding.level == 1
    record(
        tenant_id=coding.tenant_id,
        actor=actor,
        act="coding.saved" if first else "coding.second_look",
        object_type="document",
        object_id=coding.document_id,
        matter_id=coding.matter_id,
        label=label,
        at=at,
        before=dict(before.values) if before and first else None,
        after=dict(coding.values) if first else None,
        detail={
            "origin": coding.origin,
            "batch": coding.batch.number if coding.batch else None,
            "by": str(coding.by_id),
        },
    )


def write_decision(
    *,
    actor: Actor,
    batch: Batch | None,
    tenant_id: str,
    matter_id: str,
    document_id: str,
    label: str,
    form: CodingForm,
    values: Mapping[str, Any],
    origin: str,
    by_id: str,
    level: int,
    at: datetime,
) -> tuple[Coding, bool]:
    """Write one decision and supersede the one before; the same decision twice is written once.

    Returns the decision and whether it is another one than before; the caller announces the change.
    """
    before = (
        Coding.objects.select_for_update()
        .filter(document_id=document_id, level=level, superseded=False, matter_id=matter_id)
        .first()
    )
    if before is not None and before.values == values and str(before.by_id) == str(by_id):
        return before, False
    if before is not None:
        Coding.objects.filter(id=before.id).update(superseded=True)
    coding = Coding.objects.create(
        tenant_id=tenant_id,
        matter_id=matter_id,
        document_id=document_id,
        batch=batch,
        level=level,
        form=f"{form.id} v{form.version}",
        values=dict(values),
        responsive=values["responsive"],
        privilege=values["privilege"],
        origin=origin,
        by_id=by_id,
        at=at,
    )
    if before is not None:
        Coding.objects.filter(id=before.id).update(superseded_by=coding)
    _put_on_record(actor=actor, coding=coding, before=before, label=label, at=at)
    changed = before is None or any(before.values.get(key) != value for key, value in values.items())
    return coding, changed and level == 1


def announce_change(*, tenant_id: str, matter_id: str, document_id: str, at: datetime) -> None:
    """Say that the decision on a document (or, with an empty id, on several) is another one than before."""
    announce(events.CodingChanged(tenant_id=tenant_id, matter_id=matter_id, document_id=document_id), at=at)


@transaction.atomic
def save_coding(
    *,
    actor: Actor,
    batch_id: str,
    document_id: str,
    answers: Mapping[str, Any],
    at: datetime,
    with_family: bool = False,
    seconds: int = 0,
) -> Saved:
    """Record a reviewer's decision on one document and name the next one.

    seconds: focused seconds since the last heartbeat. with_family: the other members of the family in this batch
    that have no decision get the same one.
    Exact duplicates follow the copy that was reviewed. Raises Refused ``coding_incomplete``, ``checked_out`` or
    ``batch_closed`` and NotFound.
    """
    batch = lock_batch(actor=actor, batch_id=batch_id)
    if batch.state in Batch.ENDED:
        raise Refused("This batch is complete: its decisions stand.", code="batch_closed")
    places = list(batch.places.select_related("document").order_by("position"))
    here = next((place for place in places if place.document_id == document_id), None)
    if here is None:
        raise NotFound
    form = coding_form()
    values = decided(form=form, answers=answers)
    targets = [here]
    if with_family and batch.level == 1:
        family = here.document.family_id
        targets += [p for p in places if p.document.family_id == family and not p.coded and p is not here]
    written = [
        _decide(actor=actor, batch=batch, place=place, form=form, values=values, here=here, at=at) for place in targets
    ]
    beat(actor=actor, batch=batch, document_id=document_id, seconds=seconds, at=at)
    complete = _advance(actor=actor, batch=batch, at=at)
    return Saved(
        coding_id=written[0].id,
        next_document_id=_next(places, here),
        batch_complete=complete,
        also_coded=len(targets) - 1,
        may_undo=batch.level == 1 and not complete,
    )


def _decide(
    *,
    actor: Actor,
    batch: Batch,
    place: BatchDocument,
    form: CodingForm,
    values: dict[str, Any],
    here: BatchDocument,
    at: datetime,
) -> Coding:
    coding, changed = write_decision(
        actor=actor,
        batch=batch,
        tenant_id=batch.tenant_id,
        matter_id=batch.matter_id,
        document_id=place.document_id,
        label=place.document.control_number or place.document.name,
        form=form,
        values=values,
        origin=Coding.Origin.DESK if place is here else Coding.Origin.PROPAGATED,
        by_id=actor.user_id,
        level=batch.level,
        at=at,
    )
    if changed:
        announce_change(tenant_id=batch.tenant_id, matter_id=batch.matter_id, document_id=place.document_id, at=at)
    if batch.level == 2:
        record_second_look(
            actor=actor,
            sample_id=batch.sample_id,
            subject_id=place.document_id,
            values={key: values[key] for key in form.decision},
            at=at,
        )
    if not place.coded:
        place.coded = True
        place.save(update_fields=["coded"])
        Batch.objects.filter(id=batch.id).update(coded=F("coded") + 1)
    return coding


def _next(places: Sequence[BatchDocument], here: BatchDocument) -> str | None:
    ahead = [place for place in places if place.position > here.position and not place.coded]
    behind = [place for place in places if place.position < here.position and not place.coded]
    following = (ahead or behind)[:1]
    return following[0].document_id if following else None


def _advance(*, actor: Actor, batch: Batch, at: datetime) -> bool:
    batch.refresh_from_db(fields=["coded", "state"])
    if batch.state == Batch.State.OPEN:
        batch.state = Batch.State.IN_REVIEW
        batch.save(update_fields=["state"])
        start_work(actor=actor, work_item_id=batch.work_item_id, at=at)
    if batch.coded < batch.size:
        return False
    close_batch(actor=actor, batch=batch, at=at)
    return True


def close_batch(*, actor: Actor, batch: Batch, at: datetime, draw: bool = True) -> None:
    """Close a batch whose documents all have a decision, and say so when it was the last of its level."""
    if batch.state in Batch.ENDED:
        return
    batch.state = Batch.State.COMPLETE
    batch.completed_at = at
    batch.save(update_fields=["state", "completed_at"])
    complete_work(actor=actor, work_item_id=batch.work_item_id, at=at)
    record(
        tenant_id=batch.tenant_id,
        actor=actor,
        act="batch.completed",
        object_type="batch",
        object_id=batch.id,
        matter_id=batch.matter_id,
        label=f"Batch {batch.number}",
        at=at,
        after={"documents": batch.size},
    )
    if batch.level == 1:
        say_if_level_done(tenant_id=batch.tenant_id, matter_id=batch.matter_id, at=at, draw=draw)


def say_if_level_done(*, tenant_id: str, matter_id: str, at: datetime, draw: bool = True) -> None:
    """Announce that every first decision of a matter is made, if some were to be made and none is left."""
    batches = Batch.objects.filter(matter_id=matter_id, level=1)
    if not batches.exclude(state__in=Batch.ENDED).exists() and batches.filter(state=Batch.State.COMPLETE).exists():
        announce(events.FirstLevelCompleted(tenant_id=tenant_id, matter_id=matter_id, draw=draw), at=at)


@transaction.atomic
def undo_coding(*, actor: Actor, batch_id: str, document_id: str, at: datetime) -> None:
    """Take back the actor's own latest decision in an unfinished batch; the one before it stands again.

    A second look cannot be taken back. Raises Refused ``nothing_to_undo``, and NotFound for a document that is
    not in the batch.
    """
    batch = lock_batch(actor=actor, batch_id=batch_id)
    place = batch.places.select_related("document").filter(document_id=document_id).first()
    if place is None:
        raise NotFound
    if batch.level == 2 or batch.state in Batch.ENDED:
        raise Refused("This decision can no longer be taken back.", code="nothing_to_undo")
    current = (
        Coding.objects.select_for_update()
        .filter(document_id=document_id, level=1, superseded=False, matter_id=batch.matter_id)
        .first()
    )
    if current is None or str(current.by_id) != actor.user_id:
        raise Refused("There is no decision of yours to take back.", code="nothing_to_undo")
    earlier = Coding.objects.filter(superseded_by=current).order_by("-at").first()
    Coding.objects.filter(id=current.id).update(superseded=True)
    if earlier is not None:
        Coding.objects.filter(id=earlier.id).update(superseded=False, superseded_by=None)
    else:
        freed = BatchDocument.objects.filter(id=place.id, coded=True).update(coded=False)
        Batch.objects.filter(id=batch.id).update(coded=F("coded") - freed)
    record(
        tenant_id=batch.tenant_id,
        actor=actor,
        act="coding.undone",
        object_type="document",
        object_id=document_id,
        matter_id=batch.matter_id,
        label=place.document.control_number or place.document.name,
        at=at,
        before=dict(current.values),
        after=dict(earlier.values) if earlier else None,
    )
    announce_change(tenant_id=batch.tenant_id, matter_id=batch.matter_id, document_id=document_id, at=at)
