"""Reads of sign-offs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from chancery.apps.operations import policies
from chancery.apps.operations.models import SignOff
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor


@dataclass(frozen=True, slots=True)
class SignOffRecord:
    """A sign-off. summary: what is signed, as (name, value) pairs. licence: the one that was checked."""

    id: str
    tenant_id: str
    tenant_name: str
    matter_id: str
    matter_number: str
    matter_title: str
    subject_type: str
    subject_id: str
    subject_hash: str
    summary: dict[str, Any]
    checklist_id: str
    state: str
    state_name: str
    requested_by_id: str
    requested_by: str
    requested_at: datetime
    attorney_id: str | None
    attorney: str
    licence: dict[str, Any]
    statement: str
    reasons: str
    at: datetime | None
    void_reason: str
    voided_at: datetime | None


def sign_off_record(row: SignOff) -> SignOffRecord:
    """Return the plain record of a row loaded with its matter, client and people."""
    return SignOffRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        tenant_name=row.tenant.name,
        matter_id=row.matter_id,
        matter_number=row.matter.number,
        matter_title=row.matter.title,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        subject_hash=row.subject_hash,
        summary=row.summary,
        checklist_id=row.checklist_id,
        state=row.state,
        state_name=str(SignOff.State(row.state).label),
        requested_by_id=row.requested_by_id,
        requested_by=row.requested_by.shown_name(),
        requested_at=row.requested_at,
        attorney_id=row.attorney_id,
        attorney=row.attorney.shown_name() if row.attorney else "",
        licence=row.licence or {},
        statement=row.statement,
        reasons=row.reasons,
        at=row.at,
        void_reason=row.void_reason,
        voided_at=row.voided_at,
    )


def sign_off(*, actor: Actor, sign_off_id: str) -> SignOffRecord:
    """Return one sign-off; raises NotFound if unknown or forbidden."""
    row = policies.sign_offs_for(actor).filter(id=sign_off_id).first()
    if row is None:
        raise NotFound
    return sign_off_record(row)


def sign_offs_found(*, actor: Actor, text: str = "", state: str = "") -> QuerySet[SignOff]:
    """Return the visible sign-offs, filtered; the page slices it."""
    found = policies.sign_offs_for(actor)
    if text:
        found = found.filter(
            Q(matter__number__iexact=text) | Q(matter__title__icontains=text) | Q(subject_hash__startswith=text.lower())
        )
    return found.filter(state=state) if state else found


def list_sign_offs(
    *, actor: Actor, text: str = "", state: str = "", after: str = "", limit: int = 100
) -> list[SignOffRecord]:
    """Return sign-offs, newest first; ``after`` is the last id of the page before."""
    found = sign_offs_found(actor=actor, text=text, state=state).order_by("-id")
    if after:
        found = found.filter(id__lt=after)
    return [sign_off_record(row) for row in found[:limit]]


def sign_offs_waiting(*, actor: Actor) -> int:
    """Return how many sign-offs wait for an attorney."""
    return policies.sign_offs_for(actor).filter(state=SignOff.State.WAITING).count()


def live_sign_off(*, subject_type: str, subject_id: str) -> SignOffRecord | None:
    """Return the waiting or signed sign-off of a subject: a door for rooms that hold the right to it."""
    rows = SignOff.objects.select_related("matter", "tenant", "requested_by", "attorney")
    live = (SignOff.State.WAITING, SignOff.State.SIGNED)
    row = rows.filter(subject_type=subject_type, subject_id=subject_id, state__in=live).first()
    return sign_off_record(row) if row else None
