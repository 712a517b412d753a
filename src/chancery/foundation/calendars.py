"""Working time: weekly hours in a time zone, holidays, make-up workdays, and exact arithmetic over them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from chancery.foundation.errors import Refused

ZERO = timedelta(0)
HORIZON_YEARS = 60


class NeverOpens(Refused):
    """A calendar has no working time in which a duration could be worked."""

    code = "calendar_never_opens"


@dataclass(frozen=True, slots=True)
class Shift:
    """One stretch of working time on a weekday.

    weekday: 0 is Monday, 6 is Sunday, the day on which the stretch starts.
    start, end: local wall-clock times; an end at or before the start lies on the following day, so
    22:00 to 06:00 is a night shift and 00:00 to 00:00 is a whole day.
    """

    weekday: int
    start: time
    end: time

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError("a weekday is 0 (Monday) to 6 (Sunday)")
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise ValueError("shift times are local wall-clock times without a zone")


def weekly(*, days: tuple[int, ...], hours: tuple[tuple[time, time], ...]) -> tuple[Shift, ...]:
    """Repeat the same stretches on several weekdays; two stretches leave a lunch break between them."""
    return tuple(Shift(day, start, end) for day in days for start, end in hours)


OFFICE_DAYS = (0, 1, 2, 3, 4)
ALL_DAY = (time(0), time(0))


@dataclass(frozen=True, slots=True)
class _Ledger:
    """Open intervals in UTC, sorted and disjoint, with the working time before each."""

    opens: list[datetime]
    closes: list[datetime]
    before: list[timedelta]
    covers_from: datetime
    covers_to: datetime

    def position(self, at: datetime) -> timedelta:
        """Working time between the start of the ledger and ``at``."""
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return ZERO
        return self.before[index] + min(at, self.closes[index]) - self.opens[index]


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The working time of one place.

    name, version: shown beside every due date that was computed with it.
    time_zone: IANA name. shifts: weekly pattern; stretches may overlap, each minute counts once.
    holidays: local dates on which no shift starts. make_up_days: local dates worked although the week says
    otherwise (China's weekend swaps), with the pattern of weekday ``make_up_pattern``.
    provisional_from: first local date whose holidays are not announced yet; results that reach it are
    provisional. A repeated local time (autumn clock change) means its first occurrence; a skipped one is read
    with the offset that applied before the change (PEP 495).
    """

    name: str
    time_zone: str
    shifts: tuple[Shift, ...]
    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    provisional_from: date | None = None
    version: str = ""
    make_up_pattern: int = 0
    _ledgers: dict[str, _Ledger] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if both := self.holidays & self.make_up_days:
            raise ValueError(f"both holiday and make-up day: {min(both)}")
        ZoneInfo(self.time_zone)

    def is_working_day(self, day: date) -> bool:
        """Tell whether a shift starts on a local date."""
        return bool(self._shifts_of(day))

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two instants (aware datetimes); negative when ``end`` is before ``start``."""
        ledger = self._ledger(min(_utc(start), _utc(end)), max(_utc(start), _utc(end)))
        return ledger.position(_utc(end)) - ledger.position(_utc(start))

    def add(self, start: datetime, minutes: int | Decimal) -> datetime:
        """Instant at which ``minutes`` of working time have passed since ``start``, in UTC.

        A start in closed time counts from the next opening, also for 0 minutes. An amount that is used up at
        closing time falls due at that closing, not at the next opening. Refuses a calendar without hours.
        """
        return self.after(start, timedelta(microseconds=int(minutes * 60_000_000)))

    def after(self, start: datetime, need: timedelta) -> datetime:
        """Like ``add``, with a duration of any precision; negative durations are refused."""
        if need < ZERO:
            raise ValueError("working time to add is not negative")
        begin, limit = _utc(start), timedelta(days=366 * HORIZON_YEARS)
        span = min(need * 4 + timedelta(days=40), limit)
        while need <= limit:
            found = self._inverse(self._ledger(begin, begin + span), begin, need)
            if found is not None:
                return found
            if span >= limit:
                break
            span = min(span * 2, limit)
        raise NeverOpens("The calendar %(name)s has no working time left to count.", name=self.name)

    def next_opening(self, at: datetime) -> datetime:
        """``at`` itself in working time, otherwise the next opening, in UTC."""
        return self.after(at, ZERO)

    def is_provisional(self, at: datetime) -> bool:
        """Tell whether an instant lies in a period whose holidays are not announced yet."""
        return self.provisional_from is not None and (
            at.astimezone(ZoneInfo(self.time_zone)).date() >= self.provisional_from
        )

    def intervals(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """Open stretches between two instants, in UTC, sorted and disjoint, cut at both ends."""
        begin, final = _utc(start), _utc(end)
        first, last = begin.date() - timedelta(days=2), final.date() + timedelta(days=2)
        found = _merge(sorted(self._intervals(first, last)))
        return [(max(one, begin), min(two, final)) for one, two in found if two > begin and one < final]

    def _shifts_of(self, day: date) -> tuple[Shift, ...]:
        if day in self.holidays:
            return ()
        weekday = self.make_up_pattern if day in self.make_up_days else day.weekday()
        return tuple(shift for shift in self.shifts if shift.weekday == weekday)

    def _intervals(self, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
        zone = ZoneInfo(self.time_zone)
        for number in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(number)
            for shift in self._shifts_of(day):
                end_day = day if shift.end > shift.start else day + timedelta(days=1)
                start = datetime.combine(day, shift.start, zone).astimezone(UTC)
                end = datetime.combine(end_day, shift.end, zone).astimezone(UTC)
                if end > start:
                    yield start, end

    def _ledger(self, start: datetime, end: datetime) -> _Ledger:
        held = self._ledgers.get("held")
        if held is not None and held.covers_from <= start and end <= held.covers_to:
            return held
        low = min(start, held.covers_from) if held else start
        high = max(end, held.covers_to) if held else end
        first = date(low.year, 1, 1) - timedelta(days=2)
        last = date(high.year, 12, 31) + timedelta(days=2)
        merged = _merge(sorted(self._intervals(first, last)))
        before = [ZERO]
        for opened, closed in merged:
            before.append(before[-1] + (closed - opened))
        ledger = _Ledger(
            [opened for opened, _ in merged],
            [closed for _, closed in merged],
            before,
            datetime(low.year, 1, 1, tzinfo=UTC),
            datetime(high.year, 12, 31, 23, 59, 59, tzinfo=UTC),
        )
        self._ledgers["held"] = ledger
        return ledger

    def _inverse(self, ledger: _Ledger, start: datetime, need: timedelta) -> datetime | None:
        index = bisect_right(ledger.opens, start) - 1
        if index < 0 or start >= ledger.closes[index]:
            index += 1
        if index >= len(ledger.opens):
            return None
        begin = max(start, ledger.opens[index])
        if need == ZERO:
            return begin
        target = ledger.position(begin) + need
        found = bisect_right(ledger.before, target) - 1
        if ledger.before[found] == target:
            found -= 1
        if found >= len(ledger.opens):
            return None
        return ledger.opens[found] + (target - ledger.before[found])


def _merge(intervals: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for start, end in intervals:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    if any(left[1] >= right[0] for left, right in pairwise(merged)):
        raise AssertionError("intervals overlap after merging")
    return merged


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant carries its time zone")
    return at.astimezone(UTC)
