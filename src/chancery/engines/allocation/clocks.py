"""The service clock: how much of a promised working time is used, computed anew from the events each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from chancery.foundation.calendars import WorkingCalendar
from chancery.foundation.errors import Refused

Kind = Literal["start", "pause", "resume", "stop", "met", "change", "breach"]
State = Literal["waiting", "running", "paused", "met", "breached", "stopped"]
ZERO = timedelta(0)
MINUTE = timedelta(minutes=1)


class ClockRefused(Refused):
    """The events do not tell a possible story of a clock."""

    code = "clock_refused"


@dataclass(frozen=True, slots=True)
class Policy:
    """A promise: so many minutes of working time in a calendar, under a version that is kept for good."""

    name: str
    version: str
    minutes: int
    calendar: WorkingCalendar


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One event of a clock; at is aware.

    start begins to count; pause and resume carry a reason and point to their evidence (two parties' clocks
    pause while the other side holds the work); met is the promised act; stop ends the clock without it.
    change carries the policy or calendar that applies from then on, and keeps the time used before.
    breach records a breach that was announced, so that no later change undoes it.
    """

    kind: Kind
    at: datetime
    reason: str = ""
    evidence: str = ""
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class ClockState:
    """Where a clock stands at one moment.

    used_minutes: full minutes of working time used. remaining_minutes: promised less used; negative is late.
    due: UTC instant, None while paused, stopped or not started; a met clock keeps the due time it was under.
    state: breached stays breached, also when the act followed later (met_at tells when).
    breached_at: the due time that passed. provisional: due lies in a year whose holidays are not announced.
    changes: (at, due before, due after) of every change of policy or calendar.
    """

    used_minutes: int
    remaining_minutes: int
    due: datetime | None
    state: State
    breached_at: datetime | None
    provisional: bool
    policy_version: str
    calendar_version: str
    started_at: datetime | None = None
    met_at: datetime | None = None
    used: timedelta = ZERO
    paused_reasons: tuple[str, ...] = ()
    changes: tuple[tuple[datetime, datetime | None, datetime | None], ...] = ()


@dataclass(slots=True)
class _Walk:
    """The state carried from event to event."""

    policy: Policy
    cursor: datetime | None = None
    used: timedelta = ZERO
    started_at: datetime | None = None
    ended: Literal["", "met", "stop"] = ""
    ended_at: datetime | None = None
    open_pauses: list[str] = field(default_factory=list)
    due: datetime | None = None
    breached_at: datetime | None = None
    changes: list[tuple[datetime, datetime | None, datetime | None]] = field(default_factory=list)

    @property
    def counting(self) -> bool:
        return self.started_at is not None and not self.ended and not self.open_pauses

    def advance(self, at: datetime) -> None:
        """Count the working time up to ``at`` and note a due time that passed on the way."""
        if self.counting and self.cursor is not None:
            if self.due is not None and at > self.due and self.breached_at is None:
                self.breached_at = self.due
            self.used += self.policy.calendar.worked(self.cursor, at)
        self.cursor = at

    def project(self) -> None:
        """Fix the due time that holds from the cursor on."""
        self.due = None
        if self.counting and self.cursor is not None:
            left = timedelta(minutes=self.policy.minutes) - self.used
            if self.breached_at is not None:
                self.due = self.breached_at
            elif left >= ZERO:
                self.due = self.policy.calendar.after(self.cursor, left)
            else:
                self.due = self.cursor


def clock(*, events: Sequence[ClockEvent], policy: Policy, now: datetime) -> ClockState:
    """Compute a service clock from its events, as of ``now``; later events are left out.

    policy: the promise at the start; change events replace it from their time on. Events are taken in order
    of time, equal times in the order given. A clock is in time when the act happens by its due time.
    Overlapping pauses count once; a resume closes the pause of the same reason, otherwise the latest one.
    Refuses: pause_without_reason, resume_without_pause, not_started, already_started, already_ended,
    change_without_policy.
    """
    walk = _Walk(policy)
    for event in sorted((event for event in events if event.at <= now), key=lambda event: event.at):
        _take(walk, event)
    if not walk.ended:
        walk.advance(now)
    return _state(walk)


def _take(walk: _Walk, event: ClockEvent) -> None:
    if event.kind == "breach":
        walk.breached_at = walk.breached_at or event.at
        return
    if event.kind == "start":
        if walk.started_at is not None:
            raise ClockRefused("The clock has already started.", code="already_started")
        walk.started_at = walk.cursor = event.at
        walk.project()
        return
    if walk.started_at is None:
        raise ClockRefused("The clock has not started yet.", code="not_started")
    if walk.ended:
        raise ClockRefused("The clock has already ended.", code="already_ended")
    due_before = walk.due
    walk.advance(event.at)
    if event.kind in ("met", "stop"):
        walk.ended = "met" if event.kind == "met" else "stop"
        walk.ended_at = event.at
        return
    if event.kind == "change":
        if event.policy is None:
            raise ClockRefused("A change of the promise names the new policy.", code="change_without_policy")
        walk.policy = event.policy
    elif event.kind == "pause":
        if not event.reason.strip():
            raise ClockRefused("A pause needs a reason.", code="pause_without_reason")
        walk.open_pauses.append(event.reason)
    else:
        _resume(walk, event)
    walk.project()
    if event.kind == "change":
        walk.changes.append((event.at, due_before, walk.due))


def _resume(walk: _Walk, event: ClockEvent) -> None:
    if not walk.open_pauses:
        raise ClockRefused("The clock is not paused.", code="resume_without_pause")
    if event.reason in walk.open_pauses:
        walk.open_pauses.remove(event.reason)
    else:
        walk.open_pauses.pop()


def _state(walk: _Walk) -> ClockState:
    state: State
    if walk.started_at is None:
        state = "waiting"
    elif walk.breached_at is not None:
        state = "breached"
    elif walk.ended:
        state = "met" if walk.ended == "met" else "stopped"
    else:
        state = "paused" if walk.open_pauses else "running"
    used_minutes = walk.used // MINUTE
    due = None if walk.ended == "stop" else walk.due
    return ClockState(
        used_minutes=used_minutes,
        remaining_minutes=walk.policy.minutes - used_minutes,
        due=due,
        state=state,
        breached_at=walk.breached_at,
        provisional=due is not None and walk.policy.calendar.is_provisional(due),
        policy_version=walk.policy.version,
        calendar_version=walk.policy.calendar.version,
        started_at=walk.started_at,
        met_at=walk.ended_at if walk.ended == "met" else None,
        used=walk.used,
        paused_reasons=tuple(walk.open_pauses),
        changes=tuple(walk.changes),
    )
