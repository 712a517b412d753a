"""The service clock, computed anew from its events each time it is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext

from chancery.apps.operations import policies
from chancery.apps.operations.models import ClockEvent, Engagement
from chancery.engines.allocation import clocks as engine
from chancery.engines.allocation.calendars_data import china_calendar, us_calendar
from chancery.foundation.calendars import WorkingCalendar
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One event and the working time used up to it."""

    kind: str
    kind_name: str
    at: datetime
    reason: str
    evidence: str
    by: str
    used_minutes: int


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """Where the clock of a matter stands; minutes are working minutes in ``calendar``.

    state: waiting, running, paused, met, breached or stopped. warning: the warning share is used up.
    """

    matter_id: str
    promised_minutes: int
    used_minutes: int
    remaining_minutes: int
    due: datetime | None
    state: str
    state_name: str
    provisional: bool
    warning: bool
    breached_at: datetime | None
    calendar: str
    calendar_version: str
    policy_version: str
    paused_reasons: tuple[str, ...]
    events: tuple[ClockLine, ...]

    @property
    def used_share(self) -> int:
        """Used time in per cent of what was promised, at most 100."""
        return min(100, 100 * self.used_minutes // max(1, self.promised_minutes))


@lru_cache(maxsize=16)
def calendar_named(*, name: str, first_year: int, last_year: int) -> WorkingCalendar:
    """Return the working calendar of a country for a span of years."""
    years = range(first_year, last_year + 1)
    return china_calendar(years=years) if name == "CN" else us_calendar(years=years)


def policy_of(*, level: dict[str, Any], around: Iterable[datetime]) -> engine.Policy:
    """Return the promise of a service level, with a calendar that covers the given instants and a year more."""
    years = [moment.year for moment in around]
    calendar = calendar_named(name=level["calendar"], first_year=min(years), last_year=max(years) + 1)
    return engine.Policy(level["version"], level["version"], int(level["minutes"]), calendar)


def engine_events(*, rows: Sequence[ClockEvent], now: datetime) -> list[engine.ClockEvent]:
    """Return rows as events of the engine."""
    moments = [*(row.at for row in rows), now]
    return [
        engine.ClockEvent(
            kind=row.kind,  # type: ignore[arg-type]
            at=row.at,
            reason=row.reason,
            evidence=row.evidence,
            policy=policy_of(level=row.service_level, around=moments) if row.service_level else None,
        )
        for row in rows
    ]


def state_of(*, level: dict[str, Any], rows: Sequence[ClockEvent], now: datetime) -> engine.ClockState:
    """Compute the clock of a service level from its rows, as of ``now``."""
    policy = policy_of(level=level, around=[*(row.at for row in rows), now])
    return engine.clock(events=engine_events(rows=rows, now=now), policy=policy, now=now)


def _state_name(state: str) -> str:
    names = {
        "waiting": gettext("Not started"),
        "running": gettext("Running"),
        "paused": gettext("Paused"),
        "met": gettext("Delivered in time"),
        "breached": gettext("Overdue"),
        "stopped": gettext("Stopped"),
    }
    return names[state]


def _lines(level: dict[str, Any], rows: Sequence[ClockEvent]) -> tuple[ClockLine, ...]:
    lines = []
    for number, row in enumerate(rows):
        before = state_of(level=level, rows=rows[: number + 1], now=row.at)
        lines.append(
            ClockLine(
                kind=row.kind,
                kind_name=str(ClockEvent.Kind(row.kind).label),
                at=row.at,
                reason=row.reason,
                evidence=row.evidence,
                by=row.by.shown_name() if row.by else "",
                used_minutes=before.used_minutes,
            )
        )
    return tuple(lines)


def _record(
    matter_id: str, level: dict[str, Any], rows: Sequence[ClockEvent], now: datetime, *, with_lines: bool
) -> ClockRecord:
    rows = [row for row in rows if row.at <= now]
    state = state_of(level=level, rows=rows, now=now)
    promised = state.used_minutes + state.remaining_minutes
    warn = Decimal(level.get("warn_share", "1")) * promised
    return ClockRecord(
        matter_id=matter_id,
        promised_minutes=promised,
        used_minutes=state.used_minutes,
        remaining_minutes=state.remaining_minutes,
        due=state.due,
        state=state.state,
        state_name=_state_name(state.state),
        provisional=state.provisional,
        warning=state.state in ("running", "paused") and state.used_minutes >= warn,
        breached_at=state.breached_at,
        calendar=level["calendar"],
        calendar_version=state.calendar_version,
        policy_version=state.policy_version,
        paused_reasons=state.paused_reasons,
        events=_lines(level, rows) if with_lines else (),
    )


def clock_of(*, actor: Actor, matter_id: str, now: datetime) -> ClockRecord:
    """Return the clock of a matter with its events; raises NotFound without an engagement the actor may see."""
    row = policies.engagements_for(actor).filter(matter_id=matter_id).first()
    if row is None:
        raise NotFound
    events = list(policies.clock_events_for(actor).filter(matter_id=matter_id))
    return _record(matter_id, row.service_level, events, now, with_lines=True)


def clocks_of(*, actor: Actor, matter_ids: Sequence[str], now: datetime) -> dict[str, ClockRecord]:
    """Return the clocks of several matters without their events: two queries for any number."""
    levels = dict(
        policies.engagements_for(actor).filter(matter_id__in=matter_ids).values_list("matter_id", "service_level")
    )
    events: dict[str, list[ClockEvent]] = {matter_id: [] for matter_id in levels}
    for event in policies.clock_events_for(actor).filter(matter_id__in=list(levels)):
        events[event.matter_id].append(event)
    return {
        matter_id: _record(matter_id, level, events[matter_id], now, with_lines=False)
        for matter_id, level in levels.items()
    }


def due_of(*, engagement: Engagement, now: datetime) -> datetime | None:
    """Return when the promise of an engagement falls due, for work items opened under it."""
    rows = list(ClockEvent.objects.filter(matter_id=engagement.matter_id, at__lte=now))
    if not rows:
        return None
    return state_of(level=engagement.service_level, rows=rows, now=now + timedelta(0)).due
