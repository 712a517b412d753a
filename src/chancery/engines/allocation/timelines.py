"""Working time as UTC intervals with prefix sums: many due times at once, calendars of several parties combined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from chancery.foundation.calendars import WorkingCalendar
from chancery.foundation.errors import Refused

Seconds = NDArray[np.int64]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TimelineRefused(Refused):
    """A time or calendar that cannot be counted."""

    code = "timeline_refused"


def seconds_of(at: datetime) -> int:
    """Whole seconds of an aware instant since 1970 in UTC."""
    if at.tzinfo is None:
        raise TimelineRefused("An instant carries its time zone.", code="zone_missing")
    return int((at - EPOCH).total_seconds())


def instant_of(seconds: int) -> datetime:
    """The instant in UTC."""
    return EPOCH + timedelta(seconds=int(seconds))


@dataclass(frozen=True, slots=True)
class Timeline:
    """Open intervals of one or several calendars between two instants.

    opens, closes: seconds since 1970 in UTC, sorted and disjoint. before: working seconds before each opening, and the
    whole at the end. first, last: the span that is known; times outside are refused. provisional_from: seconds from
    which holidays are not announced, None if all are. version: of the calendars behind it.
    """

    name: str
    opens: Seconds
    closes: Seconds
    before: Seconds
    first: int
    last: int
    provisional_from: int | None
    version: str

    def position(self, at: Seconds) -> Seconds:
        """Working seconds from the start of the span to each instant. Refuses: outside_span."""
        if at.size and (int(at.min()) < self.first or int(at.max()) > self.last):
            raise TimelineRefused(
                "%(day)s lies outside the calendar %(name)s.",
                code="outside_span", name=self.name,
                day=instant_of(int(at.min()) if int(at.min()) < self.first else int(at.max())).date().isoformat(),
            )  # fmt: skip
        if not self.opens.size:
            return np.zeros(at.shape, dtype=np.int64)
        index = np.searchsorted(self.opens, at, side="right") - 1
        held = np.maximum(index, 0)
        inside = self.before[held] + np.minimum(at, self.closes[held]) - self.opens[held]
        return np.where(index < 0, 0, inside)

    def worked(self, start: Seconds, end: Seconds) -> Seconds:
        """Working seconds between pairs of instants; negative when the end comes first."""
        return self.position(end) - self.position(start)

    def due(self, start: Seconds, need: Seconds) -> Seconds:
        """Instant at which each need of working seconds is used up.

        A need used up at a closing falls due there; a need of 0 falls due at the start, or the next opening in closed
        time. Refuses: outside_span when the span ends before the need is met, need_negative.
        """
        if need.size and int(need.min()) < 0:
            raise TimelineRefused("Working time to add is not negative.", code="need_negative")
        target = self.position(start) + need
        # The interval in which the target is reached: its working time before is less than the target.
        index = np.searchsorted(self.before, target, side="left") - 1
        nothing = need == 0
        if nothing.any():
            ahead = np.searchsorted(self.closes, start, side="right")
            index = np.where(nothing, ahead, index)
        if index.size and int(index.max()) >= self.opens.size:
            raise TimelineRefused(
                "The calendar %(name)s ends before the time is used up.", code="outside_span", name=self.name
            )
        held = np.maximum(index, 0)
        found = self.opens[held] + target - self.before[held]
        return np.where(nothing, np.maximum(start, self.opens[held]), found)

    def is_provisional(self, at: datetime) -> bool:
        """Whether an instant lies in a period whose holidays are not announced yet."""
        return self.provisional_from is not None and seconds_of(at) >= self.provisional_from


def _timeline(
    name: str, opens: Seconds, closes: Seconds, span: tuple[int, int], provisional: int | None, version: str
) -> Timeline:
    before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(closes - opens)])
    return Timeline(name, opens, closes, before, span[0], span[1], provisional, version)


def timeline(calendar: WorkingCalendar, *, first: date, last: date) -> Timeline:
    """Lay a calendar out over whole UTC days, first to last inclusive.

    Refuses: span_reversed, span_too_long (sixty years).
    """
    if last < first:
        raise TimelineRefused("The span ends before it starts.", code="span_reversed")
    if (last - first).days > 366 * 60:
        raise TimelineRefused("A span has at most sixty years.", code="span_too_long")
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    pairs = calendar.intervals(begin, end)
    opens = np.array([seconds_of(one) for one, _ in pairs], dtype=np.int64)
    closes = np.array([seconds_of(two) for _, two in pairs], dtype=np.int64)
    provisional = None
    if calendar.provisional_from is not None:
        midnight = datetime.combine(calendar.provisional_from, time(0), ZoneInfo(calendar.time_zone))
        provisional = seconds_of(midnight)
    return _timeline(calendar.name, opens, closes, (seconds_of(begin), seconds_of(end)), provisional, calendar.version)


def _both(left: tuple[Seconds, Seconds], right: tuple[Seconds, Seconds]) -> tuple[Seconds, Seconds]:
    """Intersect two lists of disjoint intervals."""
    found: list[tuple[int, int]] = []
    first = second = 0
    while first < left[0].size and second < right[0].size:
        opened = max(int(left[0][first]), int(right[0][second]))
        closed = min(int(left[1][first]), int(right[1][second]))
        if opened < closed:
            found.append((opened, closed))
        if left[1][first] < right[1][second]:
            first += 1
        else:
            second += 1
    table = np.array(found, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _either(left: tuple[Seconds, Seconds], right: tuple[Seconds, Seconds]) -> tuple[Seconds, Seconds]:
    """Unite two lists of disjoint intervals."""
    opens, closes = np.concatenate([left[0], right[0]]), np.concatenate([left[1], right[1]])
    order = np.argsort(opens, kind="stable")
    opens, closes = opens[order], np.maximum.accumulate(closes[order])
    fresh = np.concatenate([[True], opens[1:] > closes[:-1]]) if opens.size else np.zeros(0, dtype=bool)
    last = np.concatenate([fresh[1:], [True]]) if opens.size else np.zeros(0, dtype=bool)
    return opens[fresh], closes[last]


def combined(parts: Sequence[Timeline], *, name: str, every: bool) -> Timeline:
    """Combine calendars of several parties: time open for every one of them, or for at least one.

    The span is the common one; it is provisional from the first provisional day of any part. Refuses: no_parts.
    """
    if not parts:
        raise TimelineRefused("There is no calendar to combine.", code="no_parts")
    span = (max(part.first for part in parts), min(part.last for part in parts))
    opens, closes = reduce(_both if every else _either, ((part.opens, part.closes) for part in parts))
    early = [part.provisional_from for part in parts if part.provisional_from is not None]
    versions = "; ".join(dict.fromkeys(part.version for part in parts))
    return _timeline(name, opens, closes, span, min(early) if early else None, versions)


def merged_pauses(pauses: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sort pauses and join those that touch or overlap, so that each second counts once. Refuses: pause_reversed."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(pauses):
        if end < start:
            raise TimelineRefused("A pause ends before it starts.", code="pause_reversed")
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def due_with_pauses(line: Timeline, *, start: int, need: int, pauses: Iterable[tuple[int, int]]) -> int:
    """Due time in seconds when the clock stands still during pauses; all in seconds since 1970.

    A pause that begins at the very due time does not move it. Where nothing is needed, due is the first open
    moment outside every pause.
    """
    begin, left = start, need
    for pause_start, pause_end in merged_pauses(pauses):
        if pause_end <= begin:
            continue
        if pause_start > begin:
            due = int(line.due(np.array([begin]), np.array([left]))[0])
            if due < pause_start or (due == pause_start and left > 0):
                return due
            left -= int(line.worked(np.array([begin]), np.array([pause_start]))[0])
        begin = pause_end
    return int(line.due(np.array([begin]), np.array([left]))[0])
