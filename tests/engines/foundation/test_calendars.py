"""Working time: lunch, nights, clock changes, holidays, make-up days and the inverse property."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.foundation.calendars import ALL_DAY, NeverOpens, Shift, WorkingCalendar, weekly

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
LUNCH = ((time(9), time(12)), (time(13), time(18)))
CHINA = WorkingCalendar(
    name="China",
    time_zone="Asia/Shanghai",
    shifts=weekly(days=(0, 1, 2, 3, 4), hours=LUNCH),
    holidays=frozenset({date(2026, 10, day) for day in range(1, 8)}),
    make_up_days=frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
    provisional_from=date(2027, 1, 1),
    version="test",
)
ROUND_THE_CLOCK = WorkingCalendar(
    name="24/7", time_zone="America/New_York", shifts=weekly(days=tuple(range(7)), hours=(ALL_DAY,))
)
NIGHTS = WorkingCalendar(
    name="nights",
    time_zone="America/New_York",
    shifts=weekly(days=tuple(range(7)), hours=((time(22), time(6)),)),
)


def hours(amount: float) -> timedelta:
    return timedelta(hours=amount)


def china(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]


def test_lunch_and_evening_do_not_count() -> None:
    assert CHINA.worked(china(2026, 9, 21, 11, 30), china(2026, 9, 21, 13, 30)) == hours(1)
    assert CHINA.worked(china(2026, 9, 21, 8), china(2026, 9, 21, 23)) == hours(8)
    assert CHINA.worked(china(2026, 9, 21, 12), china(2026, 9, 21, 13)) == hours(0)


def test_holidays_and_make_up_days() -> None:
    """National Day 2026: closed 1 to 7 October, Saturday 10 October and Sunday 20 September worked."""
    assert CHINA.worked(china(2026, 10, 1), china(2026, 10, 8)) == hours(0)
    assert CHINA.worked(china(2026, 10, 10), china(2026, 10, 11)) == hours(8)
    assert CHINA.add(china(2026, 9, 30, 17), 120) == china(2026, 10, 8, 10)
    assert CHINA.add(china(2026, 10, 9, 17, 30), 60) == china(2026, 10, 10, 9, 30)


def test_start_in_closed_time_begins_at_the_next_opening() -> None:
    saturday = china(2026, 9, 26, 15)
    assert CHINA.add(saturday, 0) == china(2026, 9, 28, 9)
    assert CHINA.add(saturday, 60) == china(2026, 9, 28, 10)
    assert CHINA.add(china(2026, 9, 28, 9, 30), 0) == china(2026, 9, 28, 9, 30)
    assert CHINA.next_opening(china(2026, 9, 28, 12, 15)) == china(2026, 9, 28, 13)


def test_time_used_up_at_closing_is_due_at_closing() -> None:
    assert CHINA.add(china(2026, 9, 28, 9), 480) == china(2026, 9, 28, 18)
    assert CHINA.add(china(2026, 9, 28, 9), 180) == china(2026, 9, 28, 12)


@pytest.mark.parametrize(
    ("day", "length"),
    [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 6, 1), 24), (date(2028, 2, 29), 24)],
)
def test_days_of_clock_change(day: date, length: int) -> None:
    start = datetime.combine(day, time(0), NEW_YORK)
    end = datetime.combine(day + timedelta(days=1), time(0), NEW_YORK)
    assert ROUND_THE_CLOCK.worked(start, end) == hours(length)


def test_night_shifts_cross_midnight_and_clock_changes() -> None:
    def night(day: date) -> timedelta:
        noon = datetime.combine(day, time(12), NEW_YORK)
        return NIGHTS.worked(noon, noon.astimezone(UTC) + timedelta(hours=24))

    assert night(date(2026, 6, 1)) == hours(8)
    assert night(date(2026, 3, 7)) == hours(7)
    assert night(date(2026, 10, 31)) == hours(9)


def test_a_night_before_a_holiday_still_runs_into_it() -> None:
    calendar = WorkingCalendar(name="n", time_zone="UTC", shifts=NIGHTS.shifts, holidays=frozenset({date(2026, 5, 2)}))
    assert calendar.worked(datetime(2026, 5, 2, tzinfo=UTC), datetime(2026, 5, 3, tzinfo=UTC)) == hours(6)


def test_overlapping_stretches_count_once() -> None:
    calendar = WorkingCalendar(
        name="double",
        time_zone="UTC",
        shifts=(Shift(0, time(9), time(14)), Shift(0, time(12), time(17)), Shift(0, time(17), time(18))),
    )
    monday = datetime(2026, 6, 1, tzinfo=UTC)
    assert calendar.worked(monday, monday + timedelta(days=1)) == hours(9)


def test_skips_many_holidays_and_years() -> None:
    assert CHINA.add(china(2026, 1, 5, 9), 480 * 260 * 3) > china(2028, 12, 1)
    closed = frozenset(date(2026, 1, 1) + timedelta(days=number) for number in range(800))
    rare = WorkingCalendar(name="rare", time_zone="UTC", shifts=CHINA.shifts, holidays=closed)
    assert rare.add(datetime(2026, 1, 5, 9, tzinfo=UTC), 1) == datetime(2028, 3, 13, 9, 1, tzinfo=UTC)


def test_a_calendar_without_hours_is_refused() -> None:
    with pytest.raises(NeverOpens) as refused:
        WorkingCalendar(name="shut", time_zone="UTC", shifts=()).add(datetime(2026, 1, 5, tzinfo=UTC), 1)
    assert refused.value.code == "calendar_never_opens"


def test_provisional_years() -> None:
    assert not CHINA.is_provisional(china(2026, 12, 31, 23, 59))
    assert CHINA.is_provisional(china(2027, 1, 1))
    assert CHINA.is_provisional(datetime(2026, 12, 31, 16, tzinfo=UTC))


def test_naive_times_and_contradictions_are_faults() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CHINA.worked(datetime(2026, 1, 1), china(2026, 1, 2))  # noqa: DTZ001
    with pytest.raises(ValueError, match="make-up"):
        WorkingCalendar(
            name="x",
            time_zone="UTC",
            shifts=(),
            holidays=frozenset({date(2026, 1, 1)}),
            make_up_days=frozenset({date(2026, 1, 1)}),
        )


INSTANTS = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001
    max_value=datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
CALENDARS = st.sampled_from([CHINA, ROUND_THE_CLOCK, NIGHTS])


@settings(max_examples=300, deadline=None)
@given(CALENDARS, INSTANTS, st.integers(min_value=1, max_value=60 * 24 * 90))
def test_due_is_the_inverse_of_worked(calendar: WorkingCalendar, start: datetime, minutes: int) -> None:
    due = calendar.add(start, minutes)
    assert calendar.worked(start, due) == timedelta(minutes=minutes)
    assert calendar.worked(start, due - timedelta(seconds=1)) == timedelta(minutes=minutes, seconds=-1)


@settings(max_examples=200, deadline=None)
@given(CALENDARS, INSTANTS, INSTANTS, INSTANTS)
def test_worked_time_adds_up(calendar: WorkingCalendar, one: datetime, two: datetime, three: datetime) -> None:
    assert calendar.worked(one, two) + calendar.worked(two, three) == calendar.worked(one, three)
    assert calendar.worked(one, two) == -calendar.worked(two, one)
    assert abs(calendar.worked(one, two)) <= abs(two - one)


def test_minute_by_minute_count_agrees() -> None:
    """Two weeks around the National Day, counted one minute at a time by the local clock."""
    start, count = china(2026, 9, 25), 0
    for number in range(60 * 24 * 16):
        local = start + timedelta(minutes=number)
        day = local.date()
        opened = day in CHINA.make_up_days or (local.weekday() < 5 and day not in CHINA.holidays)
        count += opened and (time(9) <= local.time() < time(12) or time(13) <= local.time() < time(18))
    assert CHINA.worked(start, start + timedelta(days=16)) == timedelta(minutes=count)
