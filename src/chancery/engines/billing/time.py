"""Billable time from the signs of work at the desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from chancery.foundation.errors import Refused

SECOND = timedelta(seconds=1)


class TimeRefused(Refused):
    """Time that cannot be recorded."""

    code = "time_refused"


@dataclass(frozen=True, slots=True)
class FocusEvent:
    """One sign of work: a subject comes into focus, a heartbeat while it has it, or the focus leaves.

    at: aware. task: the billing task the work belongs to. subject_id: the document or other thing worked on.
    """

    timekeeper_id: str
    task: str
    kind: Literal["focus", "beat", "blur"]
    at: datetime
    subject_id: str = ""


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """Focused time of one timekeeper on one task on one day.

    seconds: whole seconds. hours: see ``billable_hours``. subjects: seconds per subject, in order of id.
    corrections: (difference in seconds, reason) of every correction.
    """

    timekeeper_id: str
    task: str
    day: date
    seconds: int
    hours: Decimal
    subjects: tuple[tuple[str, int], ...] = ()
    corrections: tuple[tuple[int, str], ...] = ()


def billable_hours(*, seconds: int, increment: Decimal = Decimal("0.1")) -> Decimal:
    """Hours in whole increments, rounded half up; there is no minimum, so 2 minutes are 0.0 hours.

    Rounding up is forbidden by usual billing guidelines; half up on the day's sum is even-handed.
    """
    steps = (Decimal(seconds) / 3600 / increment).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return steps * increment


def billable_units(
    *,
    events: Sequence[FocusEvent],
    idle_after_seconds: int = 120,
    increment: Decimal = Decimal("0.1"),
    time_zone: str = "UTC",
) -> tuple[TimeEntry, ...]:
    """Focused time per timekeeper, task and day, from focus, heartbeat and blur events in any order.

    Between two neighbouring signs of one timekeeper the time belongs to the subject and task then in focus,
    so nobody is ever billed twice for one moment, however many windows are open. A gap longer than
    ``idle_after_seconds`` counts nothing: time nobody can show is not billed. Time after a blur counts
    nothing until the next sign. The day is the local date in ``time_zone`` at the start of each stretch.
    Rounding happens once, on the day's sum per timekeeper and task (``billable_hours``). Entries are ordered
    by day, timekeeper, task. Refuses a time without a zone (time_zone_missing).
    """
    zone = ZoneInfo(time_zone)
    by_person: dict[str, list[FocusEvent]] = defaultdict(list)
    for event in events:
        if event.at.tzinfo is None:
            raise TimeRefused("A sign of work carries its time zone.", code="time_zone_missing")
        by_person[event.timekeeper_id].append(event)
    idle = timedelta(seconds=idle_after_seconds)
    sums: dict[tuple[date, str, str], dict[str, timedelta]] = {}
    for person, signs in by_person.items():
        for sign, gap in _stretches(sorted(signs, key=lambda event: event.at), idle):
            parts = sums.setdefault((sign.at.astimezone(zone).date(), person, sign.task), {})
            parts[sign.subject_id] = parts.get(sign.subject_id, timedelta(0)) + gap
    entries = []
    for (day, person, task), parts in sorted(sums.items()):
        seconds = sum(parts.values(), timedelta(0)) // SECOND
        subjects = tuple((subject, share // SECOND) for subject, share in sorted(parts.items()))
        hours = billable_hours(seconds=seconds, increment=increment)
        entries.append(TimeEntry(person, task, day, seconds, hours, subjects))
    return tuple(entries)


def _stretches(signs: Sequence[FocusEvent], idle: timedelta) -> Iterator[tuple[FocusEvent, timedelta]]:
    """Stretches of focus of one person: the sign that opened each and how long it lasted."""
    current: FocusEvent | None = None
    for sign in signs:
        same = current is not None and (sign.subject_id, sign.task) == (current.subject_id, current.task)
        if sign.kind == "blur" and not same:
            continue
        if current is not None and timedelta(0) < sign.at - current.at <= idle:
            yield current, sign.at - current.at
        current = None if sign.kind == "blur" else sign


def corrected(*, entry: TimeEntry, seconds: int, reason: str, increment: Decimal = Decimal("0.1")) -> TimeEntry:
    """Replace the time of an entry; the measured time stays readable in ``corrections``.

    Refuses: reason_missing, seconds_negative.
    """
    if not reason.strip():
        raise TimeRefused("A correction of time needs a reason.", code="reason_missing")
    if seconds < 0:
        raise TimeRefused("Time is not negative.", code="seconds_negative")
    change = (seconds - entry.seconds, reason.strip())
    hours = billable_hours(seconds=seconds, increment=increment)
    return replace(entry, seconds=seconds, hours=hours, corrections=(*entry.corrections, change))
