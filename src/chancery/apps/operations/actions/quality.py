"""Second looks: a random sample by somebody else, blind; differences settled with a reason."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from chancery.apps.operations import events, policies
from chancery.apps.operations.actions.work import NeedSpec, close_work_of, open_work_item
from chancery.apps.operations.models import Engagement, Sample, SampleItem, WorkItem
from chancery.apps.operations.queries.quality import SampleItemRecord, SampleRecord, decision_text, sample
from chancery.engines.quality.sampling import sample as draw
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.scopes import may_see_matter, require_person, require_role
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce

PLAN_WITHOUT_ENGAGEMENT: dict[str, Any] = {"share": "0.10", "minimum": 10, "decision_fields": []}


class QualityRefused(Refused):
    """A second look, its settlement or waiver that the rules do not allow."""

    code = "quality_refused"


@dataclass(frozen=True, slots=True)
class PopulationItem:
    """One finished subject: who decided first and how. label: what people call it, such as a control number."""

    subject_id: str
    first_by: str
    first_values: dict[str, Any] = field(default_factory=dict)
    label: str = ""


def _note(actor: Actor, act: str, row: Sample, at: datetime, **values: Any) -> None:
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type="sample",
        object_id=row.id,
        label=f"{row.kind} {row.number}",
        matter_id=row.matter_id,
        at=at,
        **values,
    )


def _locked(actor: Actor, sample_id: str) -> Sample:
    row = policies.samples_for(actor).select_for_update(of=("self",)).filter(id=sample_id).first()
    if row is None:
        raise NotFound
    return row


def _keep_items(row: Sample, drawn: Sequence[PopulationItem]) -> None:
    SampleItem.objects.bulk_create(
        SampleItem(
            sample=row,
            position=position,
            subject_id=item.subject_id,
            label=item.label[:200],
            first_by_id=item.first_by,
            first_values=item.first_values,
        )
        for position, item in enumerate(drawn, start=1)
    )


@transaction.atomic
def draw_sample(
    *,
    actor: Actor,
    tenant_id: str,
    matter_id: str,
    kind: str,
    population: Sequence[PopulationItem],
    at: datetime,
    minutes_each: Decimal = Decimal("1.5"),
) -> SampleRecord:
    """Draw a simple random sample for a blind second look and open the work for somebody who authored none of it.

    Share, minimum and deciding fields come from the service standard that was agreed; the seed is the matter's
    id, the kind and the number of the sample, so anyone can draw it again. The same population gives the same
    sample. Refused: ``population_empty``; NotFound for a matter the actor may not see.
    """
    require_role(actor, Role.MANAGER, Role.REVIEWER, Role.ATTORNEY)
    if not may_see_matter(actor, tenant_id=tenant_id, matter_id=matter_id):
        raise NotFound
    if not population:
        raise QualityRefused("There is nothing to take a second look at.", code="population_empty")
    engagement = Engagement.objects.filter(matter_id=matter_id).first()
    plan = (engagement.quality["samples"].get(kind) if engagement else None) or PLAN_WITHOUT_ENGAGEMENT
    by_id = {item.subject_id: item for item in population}
    held = hashlib.sha256("\n".join(sorted(f"{one.subject_id} {one.first_by}" for one in population)).encode())
    existing = Sample.objects.filter(matter_id=matter_id, kind=kind, population_hash=held.hexdigest()).first()
    if existing is not None:
        return sample(actor=actor, sample_id=existing.id)
    last = Sample.objects.filter(matter_id=matter_id, kind=kind).aggregate(last=Max("number"))["last"] or 0
    seed = f"{matter_id}/{kind}/{last + 1}"
    drawn = draw(population=list(by_id), seed=seed, share=Decimal(plan["share"]), minimum=int(plan["minimum"]))
    row = Sample.objects.create(
        tenant_id=tenant_id,
        matter_id=matter_id,
        kind=kind,
        number=last + 1,
        population=len(by_id),
        population_hash=held.hexdigest(),
        size=len(drawn),
        plan=plan,
        seed=seed,
        drawn_by_id=actor.user_id or None,
        drawn_at=at,
    )
    _keep_items(row, [by_id[one] for one in drawn])
    _note(
        actor, "sample.drawn", row, at,
        after={"population": row.population, "size": row.size, "seed": seed, "plan": plan},
    )  # fmt: skip
    _open_second_look(actor, row, [by_id[one] for one in drawn], engagement, minutes_each, at)
    return sample(actor=actor, sample_id=row.id)


def _open_second_look(
    actor: Actor,
    row: Sample,
    items: list[PopulationItem],
    engagement: Engagement | None,
    minutes_each: Decimal,
    at: datetime,
) -> None:
    """Open the work; nobody may take a second look at what the same person decided first."""
    work = open_work_item(
        actor=actor,
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        kind=WorkItem.Kind.SECOND_LOOK,
        subject_type="sample",
        subject_id=row.id,
        title=f"Second look {row.number}: {row.size} of {row.population}",
        title_zh=f"第二人复核 {row.number}：抽取 {row.size} / {row.population}",
        need=NeedSpec(
            role=Role.REVIEWER,
            grade=engagement.grade if engagement else "",
            skills=tuple(engagement.skills) if engagement else (),
            minutes=max(1, int(minutes_each * len(items))),
            not_authored_by=tuple(sorted({item.first_by for item in items})),
        ),
        at=at,
    )
    announce(
        events.SecondLookRequested(
            tenant_id=row.tenant_id,
            matter_id=row.matter_id,
            sample_id=row.id,
            kind=row.kind,
            work_item_id=work.id,
            subject_ids=[item.subject_id for item in items],
        ),
        at=at,
    )


@transaction.atomic
def record_second_look(
    *, actor: Actor, sample_id: str, subject_id: str, values: Mapping[str, Any], at: datetime
) -> bool:
    """Record the second, blind decision on a drawn subject; tells whether it overturns the first one.

    Only the deciding fields are compared. By a reviewer or attorney who did not decide first. The same values
    again change nothing. Refused: ``same_person``, ``already_decided`` for other values, ``sample_closed``;
    NotFound for a subject that was not drawn.
    """
    row = _locked(actor, sample_id)
    require_person(actor, Role.REVIEWER, Role.ATTORNEY)
    item = row.items.select_for_update().filter(subject_id=subject_id).first()
    if item is None:
        raise NotFound
    if item.first_by_id == actor.user_id:
        raise QualityRefused("Nobody takes a second look at their own work.", code="same_person")
    given = dict(values)
    if item.second_at is not None:
        if item.second_by_id == actor.user_id and item.second_values == given:
            return bool(item.overturned)
        raise QualityRefused("The second look at this one is done.", code="already_decided")
    if row.state != Sample.State.OPEN:
        raise QualityRefused("This sample is closed.", code="sample_closed")
    fields = tuple(row.plan.get("decision_fields", [])) or tuple(sorted({*item.first_values, *given}))
    item.differences = [
        name for name in fields if decision_text(item.first_values, (name,)) != decision_text(given, (name,))
    ]
    item.overturned = bool(item.differences)
    item.second_by_id, item.second_values, item.second_at = actor.user_id, given, at
    item.save(update_fields=["differences", "overturned", "second_by", "second_values", "second_at"])
    _note(
        actor, "sample.second_look", row, at,
        after={"subject": subject_id, "values": given, "overturned": item.overturned},
    )  # fmt: skip
    _complete_if_done(actor, row, at)
    return item.overturned


def _item_for(actor: Actor, row: Sample, item: SampleItem) -> SampleItemRecord:
    items = sample(actor=actor, sample_id=row.id).items
    return next(one for one in items if one.id == item.id)


def _complete_if_done(actor: Actor, row: Sample, at: datetime) -> None:
    if row.items.filter(second_at__isnull=True).exists():
        return
    row.state, row.completed_at = Sample.State.COMPLETE, at
    row.save(update_fields=["state", "completed_at"])
    overturned = row.items.filter(overturned=True).count()
    _note(
        actor, "sample.completed", row, at,
        before={"state": "open"}, after={"state": "complete", "overturned": overturned, "size": row.size},
    )  # fmt: skip
    close_work_of(actor=actor, kind=WorkItem.Kind.SECOND_LOOK, subject_type="sample", subject_id=row.id, at=at)
    _announce_completed(row, overturned=overturned, waived=False, at=at)


def _announce_completed(row: Sample, *, overturned: int, waived: bool, at: datetime) -> None:
    announce(
        events.SampleCompleted(
            tenant_id=row.tenant_id,
            matter_id=row.matter_id,
            sample_id=row.id,
            kind=row.kind,
            overturned=overturned,
            waived=waived,
        ),
        at=at,
    )


@transaction.atomic
def resolve_overturn(
    *, actor: Actor, sample_id: str, subject_id: str, keep: str, reason: str, at: datetime
) -> SampleItemRecord:
    """Settle a difference: keep the first or the second decision, with a reason.

    By a manager or attorney who made neither. The same settlement again changes nothing. Refused:
    ``not_overturned``, ``keep_unknown``, ``own_decision``, ``already_resolved``, ``reason_missing``.
    """
    row = _locked(actor, sample_id)
    require_person(actor, Role.MANAGER, Role.ATTORNEY)
    item = row.items.select_for_update().filter(subject_id=subject_id).first()
    if item is None:
        raise NotFound
    if keep not in ("first", "second"):
        raise QualityRefused("Keep the first or the second decision.", code="keep_unknown")
    if not item.overturned:
        raise QualityRefused("Both looks agree here.", code="not_overturned")
    if actor.user_id in (item.first_by_id, item.second_by_id):
        raise QualityRefused("Somebody who made neither decision settles the difference.", code="own_decision")
    if item.resolution:
        if item.resolution == keep:
            return _item_for(actor, row, item)
        raise QualityRefused("This difference is settled already.", code="already_resolved")
    if not reason.strip():
        raise QualityRefused("Say why this decision is kept.", code="reason_missing")
    item.resolution, item.resolution_reason = keep, reason.strip()
    item.resolved_by_id, item.resolved_at = actor.user_id, at
    item.save(update_fields=["resolution", "resolution_reason", "resolved_by", "resolved_at"])
    _note(
        actor, "sample.resolved", row, at,
        before={"subject": subject_id, "resolution": ""},
        after={"subject": subject_id, "resolution": keep, "reason": item.resolution_reason},
    )  # fmt: skip
    announce(
        events.OverturnResolved(
            tenant_id=row.tenant_id,
            matter_id=row.matter_id,
            sample_id=row.id,
            kind=row.kind,
            subject_id=subject_id,
            keep=keep,
            values=(item.second_values or {}) if keep == "second" else item.first_values,
            decided_by=actor.user_id,
        ),
        at=at,
    )
    return _item_for(actor, row, item)


@transaction.atomic
def waive_sample(*, actor: Actor, sample_id: str, reason: str, at: datetime) -> SampleRecord:
    """Release work without the rest of its second look: only an attorney, only with a reason.

    Waiving again changes nothing. Refused: ``not_allowed``, ``reason_missing``, ``sample_closed``.
    """
    row = _locked(actor, sample_id)
    require_person(actor, Role.ATTORNEY)
    if row.state == Sample.State.WAIVED:
        return sample(actor=actor, sample_id=row.id)
    if row.state != Sample.State.OPEN:
        raise QualityRefused("This sample is closed.", code="sample_closed")
    if not reason.strip():
        raise QualityRefused("Say why the second look is waived.", code="reason_missing")
    row.state, row.waived_by_id, row.waived_at = Sample.State.WAIVED, actor.user_id, at
    row.waiver_reason = reason.strip()
    row.save(update_fields=["state", "waived_by", "waived_at", "waiver_reason"])
    overturned = row.items.filter(overturned=True).count()
    _note(
        actor, "sample.waived", row, at,
        before={"state": "open"}, after={"state": "waived", "reason": row.waiver_reason},
    )  # fmt: skip
    close_work_of(actor=actor, kind=WorkItem.Kind.SECOND_LOOK, subject_type="sample", subject_id=row.id, at=at)
    _announce_completed(row, overturned=overturned, waived=True, at=at)
    return sample(actor=actor, sample_id=row.id)
