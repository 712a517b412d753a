"""Checklists: every point ticked by a person, with its evidence, before anything is submitted."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from chancery.apps.operations import policies
from chancery.apps.operations.models import Checklist, Engagement, SignOff, Tick
from chancery.apps.operations.queries.quality import ChecklistRecord, checklist
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.scopes import may_see_matter, require_person, require_role
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record

STAFF = (Role.MANAGER, Role.REVIEWER, Role.ATTORNEY)


class ChecklistRefused(Refused):
    """A tick that cannot be set or taken back."""

    code = "checklist_refused"


@transaction.atomic
def open_checklist(
    *, actor: Actor, tenant_id: str, matter_id: str, subject_type: str, subject_id: str, at: datetime
) -> ChecklistRecord:
    """Open the checklist that was agreed for a kind of subject; opening again returns it.

    The wording is the one of the matter's service version. Refused: ``checklist_unknown`` when the service has
    none for this kind; NotFound for a matter the actor may not see.
    """
    require_role(actor, *STAFF)
    if not may_see_matter(actor, tenant_id=tenant_id, matter_id=matter_id):
        raise NotFound
    engagement = Engagement.objects.filter(matter_id=matter_id).first()
    points = engagement.checklist.get(subject_type) if engagement else None
    if not points:
        raise ChecklistRefused("The service has no checklist for this.", code="checklist_unknown")
    row, created = Checklist.objects.get_or_create(
        subject_type=subject_type,
        subject_id=subject_id,
        defaults={"tenant_id": tenant_id, "matter_id": matter_id, "definition": points, "created_at": at},
    )
    if row.matter_id != matter_id:
        raise NotFound
    if created:
        _note(actor, "checklist.opened", row, at, after={"points": [point["key"] for point in points]})
    return checklist(actor=actor, checklist_id=row.id)


@transaction.atomic
def tick(*, actor: Actor, checklist_id: str, key: str, at: datetime, evidence: str = "") -> ChecklistRecord:
    """Tick one point, with the evidence it asks for; the same tick again changes nothing.

    Refused: ``evidence_missing``, ``evidence_not_number``, ``already_ticked`` by other evidence,
    ``checklist_signed`` once a sign-off waits or stands on it; NotFound for an unknown point.
    """
    row, point = _locked(actor, checklist_id, key)
    evidence = evidence.strip()
    held = Tick.objects.filter(checklist=row, key=key).first()
    if held is not None:
        if held.evidence == evidence:
            return checklist(actor=actor, checklist_id=row.id)
        raise ChecklistRefused("This point is ticked already; take the tick back first.", code="already_ticked")
    if point["evidence"] != "none" and not evidence:
        raise ChecklistRefused("This point needs evidence.", code="evidence_missing")
    if point["evidence"] == "number" and not _is_number(evidence):
        raise ChecklistRefused("The evidence for this point is a number.", code="evidence_not_number")
    Tick.objects.create(checklist=row, key=key, by_id=actor.user_id, at=at, evidence=evidence)
    _settle(row)
    _note(actor, "checklist.ticked", row, at, after={"key": key, "evidence": evidence})
    return checklist(actor=actor, checklist_id=row.id)


@transaction.atomic
def untick(*, actor: Actor, checklist_id: str, key: str, at: datetime) -> ChecklistRecord:
    """Take a tick back; taking it back again changes nothing. Refused: ``checklist_signed``."""
    row, _ = _locked(actor, checklist_id, key)
    held = Tick.objects.filter(checklist=row, key=key).first()
    if held is None:
        return checklist(actor=actor, checklist_id=row.id)
    before = {"key": key, "evidence": held.evidence, "by": held.by_id}
    held.delete()
    _settle(row)
    _note(actor, "checklist.unticked", row, at, before=before)
    return checklist(actor=actor, checklist_id=row.id)


def _locked(actor: Actor, checklist_id: str, key: str) -> tuple[Checklist, dict[str, Any]]:
    row = policies.checklists_for(actor).select_for_update(of=("self",)).filter(id=checklist_id).first()
    if row is None:
        raise NotFound
    require_person(actor, *STAFF)
    point = next((point for point in row.definition if point["key"] == key), None)
    if point is None:
        raise NotFound
    live = (SignOff.State.WAITING, SignOff.State.SIGNED)
    if SignOff.objects.filter(checklist=row, state__in=live).exists():
        raise ChecklistRefused("A sign-off stands on this checklist; it can no longer change.", code="checklist_signed")
    return row, point


def _settle(row: Checklist) -> None:
    ticked = set(row.ticks.values_list("key", flat=True))
    whole = all(point["key"] in ticked for point in row.definition)
    row.state = Checklist.State.COMPLETE if whole else Checklist.State.OPEN
    row.save(update_fields=["state"])


def _is_number(text: str) -> bool:
    try:
        return Decimal(text.replace(",", "")).is_finite()
    except InvalidOperation:
        return False


def _note(actor: Actor, act: str, row: Checklist, at: datetime, **values: Any) -> None:
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type=row.subject_type,
        object_id=row.subject_id,
        label=f"{row.subject_type} {row.subject_id}",
        matter_id=row.matter_id,
        at=at,
        **values,
    )
