"""Events of the service clock: they are only ever added, and the clock is computed from them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chancery.apps.operations import policies
from chancery.apps.operations.models import ClockEvent, Engagement
from chancery.apps.operations.queries.clocks import ClockRecord, clock_of, state_of
from chancery.engines.allocation.clocks import ClockRefused
from chancery.foundation.errors import NotFound
from chancery.platform.access.actors import system_actor
from chancery.platform.access.scopes import require_role
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record


def _locked(actor: Actor, matter_id: str) -> Engagement:
    row = policies.engagements_for(actor).select_for_update(of=("self",)).filter(matter_id=matter_id).first()
    if row is None:
        raise NotFound
    return row


def _rows(engagement: Engagement) -> list[ClockEvent]:
    return list(ClockEvent.objects.filter(matter_id=engagement.matter_id).order_by("at", "id"))


def _add(
    actor: Actor, engagement: Engagement, kind: str, at: datetime, *, reason: str = "", evidence: str = ""
) -> None:
    """Add an event after asking the engine whether the story stays possible; refuses otherwise."""
    rows = _rows(engagement)
    if rows and at < rows[-1].at and kind != ClockEvent.Kind.BREACH:
        raise ClockRefused("The clock has later events already.", code="clock_out_of_order")
    row = ClockEvent(
        tenant_id=engagement.tenant_id,
        matter_id=engagement.matter_id,
        kind=kind,
        at=at,
        reason=reason,
        evidence=evidence,
        by_id=actor.user_id or None,
    )
    before = state_of(level=engagement.service_level, rows=rows, now=at)
    after = state_of(level=engagement.service_level, rows=[*rows, row], now=at)
    row.save(force_insert=True)
    record(
        tenant_id=engagement.tenant_id,
        actor=actor,
        act=f"clock.{kind}",
        object_type="matter",
        object_id=engagement.matter_id,
        label=engagement.matter.number,
        matter_id=engagement.matter_id,
        at=at,
        before={"state": before.state, "due": before.due.isoformat() if before.due else None},
        after={"state": after.state, "due": after.due.isoformat() if after.due else None},
        detail={"reason": reason, "evidence": evidence, "used_minutes": after.used_minutes},
    )


def start_clock(*, actor: Actor, engagement: Engagement, reason: str, at: datetime) -> None:
    """Start the service clock of a new engagement; starting again changes nothing."""
    if not _rows(engagement):
        _add(actor, engagement, ClockEvent.Kind.START, at, reason=reason)


@transaction.atomic
def pause_clock(*, actor: Actor, matter_id: str, reason: str, evidence: str = "", at: datetime) -> ClockRecord:
    """Pause the service clock for a stated reason, with evidence where there is some; the manager's act.

    The same reason again, while it is paused for it, changes nothing. Refused: ``pause_without_reason``,
    ``not_started``, ``already_ended``, ``clock_out_of_order``; NotFound for a matter the actor may not see.
    """
    engagement = _locked(actor, matter_id)
    require_role(actor, Role.MANAGER)
    reason = " ".join(reason.split())
    if not reason:
        raise ClockRefused("A pause needs a reason.", code="pause_without_reason")
    now = state_of(level=engagement.service_level, rows=_rows(engagement), now=at)
    if reason not in now.paused_reasons:
        _add(actor, engagement, ClockEvent.Kind.PAUSE, at, reason=reason, evidence=evidence.strip())
    return clock_of(actor=actor, matter_id=matter_id, now=at)


@transaction.atomic
def resume_clock(*, actor: Actor, matter_id: str, at: datetime, reason: str = "", evidence: str = "") -> ClockRecord:
    """End a pause: the one with this reason, otherwise the latest; the manager's act.

    Refused: ``resume_without_pause``, ``already_ended``, ``clock_out_of_order``.
    """
    engagement = _locked(actor, matter_id)
    require_role(actor, Role.MANAGER)
    _add(actor, engagement, ClockEvent.Kind.RESUME, at, reason=" ".join(reason.split()), evidence=evidence.strip())
    return clock_of(actor=actor, matter_id=matter_id, now=at)


@transaction.atomic
def meet_clock(*, actor: Actor, matter_id: str, evidence: str, at: datetime) -> None:
    """End the clock by delivery of what was promised; evidence names what was delivered.

    For rooms that deliver; an ended clock stays as it is, open pauses end with it. No engagement: no clock.
    """
    engagement = policies.engagements_for(actor).select_for_update(of=("self",)).filter(matter_id=matter_id).first()
    if engagement is None:
        return
    rows = _rows(engagement)
    if not rows or any(row.kind in (ClockEvent.Kind.MET, ClockEvent.Kind.STOP) for row in rows):
        return
    _add(actor, engagement, ClockEvent.Kind.MET, max(at, rows[-1].at), evidence=evidence)


@transaction.atomic
def announce_breaches(*, at: datetime) -> int:
    """Record for every running clock whose due time has passed that it was missed; returns how many.

    Background work, safe to repeat: a breach is an event at the due time that passed and is never undone.
    """
    ended = (ClockEvent.Kind.MET, ClockEvent.Kind.STOP, ClockEvent.Kind.BREACH)
    closed = ClockEvent.objects.filter(kind__in=ended).values("matter_id")
    count = 0
    for engagement in Engagement.objects.select_related("matter").exclude(matter_id__in=closed):
        rows = _rows(engagement)
        state = state_of(level=engagement.service_level, rows=rows, now=at)
        if state.breached_at is not None:
            actor = system_actor(tenant_id=engagement.tenant_id)
            _add(actor, engagement, ClockEvent.Kind.BREACH, state.breached_at)
            count += 1
    return count
