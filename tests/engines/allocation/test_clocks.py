"""The service clock: the eight groups of rules, and properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.allocation.calendars_data import (
    announced,
    china_calendar,
    disagreements,
    us_calendar,
)
from chancery.engines.allocation.clocks import ClockEvent, ClockRefused, ClockState, Policy, clock
from chancery.foundation.calendars import ALL_DAY, WorkingCalendar, weekly

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = china_calendar(years=[2025, 2026, 2027])
POLICY = Policy("two working days", "1", 960, CHINA)


def at(day: int, hour: int, minute: int = 0, *, month: int = 6) -> datetime:
    """June 2026 in Shanghai: the 1st is a Monday; the 19th is the Dragon Boat Festival."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def start(when: datetime) -> ClockEvent:
    return ClockEvent("start", when)


def pause(when: datetime, reason: str = "waiting for the client") -> ClockEvent:
    return ClockEvent("pause", when, reason)


def resume(when: datetime, reason: str = "") -> ClockEvent:
    return ClockEvent("resume", when, reason)


def read(*events: ClockEvent, now: datetime, policy: Policy = POLICY) -> ClockState:
    return clock(events=events, policy=policy, now=now)


def test_runs_in_working_time_only() -> None:
    state = read(start(at(1, 9)), now=at(2, 11))
    assert (state.state, state.used_minutes, state.remaining_minutes) == ("running", 600, 360)
    assert state.due == at(2, 18)
    assert (state.policy_version, state.provisional, state.breached_at) == ("1", False, None)


# 1: pauses


def test_pause_and_resume_outside_hours_add_nothing() -> None:
    without = read(start(at(1, 9)), now=at(3, 8))
    night = read(start(at(1, 9)), pause(at(1, 20)), resume(at(2, 7)), now=at(3, 8))
    lunch = read(start(at(1, 9)), pause(at(1, 12)), resume(at(1, 13)), now=at(3, 8))
    assert night.due == lunch.due == without.due == at(2, 18)
    assert night.used_minutes == lunch.used_minutes == without.used_minutes


def test_overlapping_pauses_count_once() -> None:
    events = (
        start(at(1, 9)),
        pause(at(1, 10), "client"),
        pause(at(1, 11), "court"),
        resume(at(1, 14), "client"),
        resume(at(1, 15), "court"),
    )
    state = read(*events, now=at(1, 16))
    assert state.used_minutes == 60 + 60
    assert state.due == at(3, 14)  # 10:00 to 15:00 is four working hours
    between = read(*events, now=at(1, 14, 30))
    assert (between.state, between.paused_reasons, between.due) == ("paused", ("court",), None)


def test_a_pause_needs_a_reason() -> None:
    with pytest.raises(ClockRefused) as refused:
        read(start(at(1, 9)), pause(at(1, 10), "  "), now=at(1, 11))
    assert refused.value.code == "pause_without_reason"


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([resume(at(1, 10))], "resume_without_pause"),
        ([start(at(1, 10))], "already_started"),
        ([ClockEvent("met", at(1, 10)), pause(at(1, 11))], "already_ended"),
        ([ClockEvent("change", at(1, 10))], "change_without_policy"),
    ],
)
def test_impossible_stories_are_refused(events: list[ClockEvent], code: str) -> None:
    with pytest.raises(ClockRefused) as refused:
        read(start(at(1, 9)), *events, now=at(1, 18))
    assert refused.value.code == code


# 2: change of policy


def test_change_of_policy_keeps_used_time() -> None:
    longer = replace(POLICY, version="2", minutes=1440)
    events = (
        start(at(1, 9)),
        pause(at(1, 10)),
        resume(at(1, 16)),
        ClockEvent("change", at(1, 17), policy=longer),
    )
    state = read(*events, now=at(2, 9))
    assert state.used_minutes == 60 + 120
    assert state.due == at(4, 15)  # 1440 less 120 used by 17:00: 60 that day, two full days, then 300
    assert state.policy_version == "2"
    assert state.changes == ((at(1, 17), at(3, 15), at(4, 15)),)


# 3: change of calendar


def test_change_of_calendar_moves_only_the_remainder() -> None:
    closed = china_calendar(years=[2026], extra_holidays=[date(2026, 6, 2)])
    change = ClockEvent("change", at(1, 18), policy=Policy(POLICY.name, "1", 960, closed))
    state = read(start(at(1, 9)), change, now=at(1, 19))
    assert (state.used_minutes, state.due) == (480, at(3, 18))
    assert state.changes == ((at(1, 18), at(2, 18), at(3, 18)),)
    # A day already worked stays counted although the new calendar closes it.
    reopened = ClockEvent(
        "change",
        at(2, 18),
        policy=Policy("x", "1", 1440, china_calendar(years=[2026], extra_holidays=[date(2026, 6, 1)])),
    )
    assert read(start(at(1, 9)), reopened, now=at(2, 19)).used_minutes == 960


# 4: closed time, nothing promised


def test_start_in_closed_time_and_target_zero() -> None:
    saturday = at(6, 15)
    assert read(start(saturday), now=saturday).due == at(9, 18)
    assert read(start(saturday), now=saturday, policy=replace(POLICY, minutes=0)).due == at(8, 9)
    assert read(start(at(8, 10)), now=at(8, 10), policy=replace(POLICY, minutes=0)).due == at(8, 10)


# 5: clock changes, nights, lunch, leap day, many holidays


def test_clock_change_leap_day_and_holidays() -> None:
    new_york = ZoneInfo("America/New_York")
    always = WorkingCalendar(
        name="24/7", time_zone="America/New_York", shifts=weekly(days=tuple(range(7)), hours=(ALL_DAY,))
    )
    day = Policy("one day", "1", 24 * 60, always)
    for begin, due_hour in (
        (datetime(2026, 3, 7, 12, tzinfo=new_york), 13),
        (datetime(2026, 10, 31, 12, tzinfo=new_york), 11),
    ):
        state = read(start(begin), now=begin, policy=day)
        assert state.due is not None
        assert state.due.astimezone(new_york).hour == due_hour
    leap = datetime(2028, 2, 28, 12, tzinfo=new_york)
    assert read(start(leap), now=leap, policy=day).due == datetime(2028, 2, 29, 12, tzinfo=new_york)
    spring = read(start(at(13, 9, month=2)), now=at(13, 9, month=2))  # Friday; 15 to 23 February closed
    assert spring.due == at(14, 18, month=2)  # Saturday 14 is a make-up workday
    after = read(start(at(14, 9, month=2)), now=at(14, 9, month=2))
    assert after.due == at(24, 18, month=2)


def test_night_shift_clock() -> None:
    nights = WorkingCalendar(
        name="nights",
        time_zone="UTC",
        shifts=weekly(days=tuple(range(7)), hours=((time(22), time(2)), (time(2, 30), time(6)))),
    )
    begin = datetime(2026, 6, 1, 23, tzinfo=UTC)
    state = read(start(begin), now=begin, policy=Policy("n", "1", 300, nights))
    assert state.due == datetime(2026, 6, 2, 4, 30, tzinfo=UTC)


# 6: two parties


def test_runs_only_while_the_provider_holds_the_work() -> None:
    events = (
        start(at(1, 9)),
        pause(at(1, 12), "client answers questions"),
        resume(at(4, 9), "client answers questions"),
        ClockEvent("met", at(4, 18)),
    )
    state = read(*events, now=at(30, 9))
    assert (state.state, state.used_minutes) == ("met", 180 + 480)
    assert state.due == at(5, 15)
    assert state.met_at == at(4, 18)


# 7: a breach stays


def test_breach_is_never_undone() -> None:
    late = (start(at(1, 9)), ClockEvent("met", at(3, 10)))
    state = read(*late, now=at(3, 11))
    assert (state.state, state.breached_at, state.met_at) == ("breached", at(2, 18), at(3, 10))
    assert state.remaining_minutes == -60
    longer = replace(POLICY, version="2", minutes=9600)
    changed = read(start(at(1, 9)), ClockEvent("change", at(3, 10), policy=longer), now=at(3, 11))
    assert (changed.state, changed.breached_at) == ("breached", at(2, 18))
    announced_breach = ClockEvent("breach", at(2, 18))
    replayed = read(start(at(1, 9)), announced_breach, now=at(3, 11), policy=longer)
    assert (replayed.state, replayed.breached_at) == ("breached", at(2, 18))


def test_met_by_the_due_time_is_in_time() -> None:
    assert read(start(at(1, 9)), ClockEvent("met", at(2, 18)), now=at(9, 9)).state == "met"
    assert read(start(at(1, 9)), ClockEvent("met", at(2, 18, 1)), now=at(9, 9)).state == "breached"
    assert read(start(at(1, 9)), now=at(2, 18)).state == "running"
    assert read(start(at(1, 9)), pause(at(2, 19)), now=at(2, 19)).state == "breached"


# 8: provisional


def test_due_in_an_unannounced_year_is_provisional() -> None:
    assert announced(year=2026)
    assert not announced(year=2027)
    begin = at(30, 9, month=12)
    state = read(start(begin), now=begin, policy=replace(POLICY, minutes=1440))
    assert state.provisional
    assert not read(start(begin), now=begin).provisional
    known = china_calendar(years=[2026, 2027], extra_make_up_days=[date(2027, 1, 2)])
    moved = ClockEvent("change", at(31, 9, month=12), policy=Policy("x", "1", 1440, known))
    assert state.due == datetime(2027, 1, 4, 18, tzinfo=SHANGHAI)
    assert read(start(begin), moved, now=at(31, 9, month=12)).due == datetime(2027, 1, 2, 18, tzinfo=SHANGHAI)


# calendars


def test_china_make_up_days_of_the_notices() -> None:
    """State Council notices for 2025 and 2026."""
    calendar = china_calendar(years=[2025, 2026])
    swaps = "2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11 2026-01-04 2026-02-14 2026-02-28"
    expected = {date.fromisoformat(day) for day in f"{swaps} 2026-05-09 2026-09-20 2026-10-10".split()}
    assert calendar.make_up_days == expected
    assert [disagreements(year=year) for year in (2023, 2024, 2025, 2026)] == [[], [], [], []]


def test_us_federal_holidays() -> None:
    calendar = us_calendar(years=[2026, 2027])
    assert not calendar.is_working_day(date(2026, 7, 3))  # observed for Saturday 4 July
    assert not calendar.is_working_day(date(2026, 11, 26))
    assert calendar.is_working_day(date(2026, 11, 27))
    assert not us_calendar(years=[2027]).is_working_day(date(2027, 12, 31))  # observed for 1 January 2028


# properties

MINUTES = st.integers(min_value=0, max_value=60 * 24 * 30)


@settings(max_examples=150, deadline=None)
@given(st.lists(MINUTES, min_size=1, max_size=12, unique=True), MINUTES)
def test_used_and_paused_time_make_up_the_whole(offsets: list[int], until: int) -> None:
    begin = at(1, 9)
    marks = sorted(offsets)
    events, paused = [start(begin)], timedelta(0)
    end = begin + timedelta(minutes=until)
    for index, mark in enumerate(marks):
        when = begin + timedelta(minutes=mark)
        events.append(pause(when) if index % 2 == 0 else resume(when))
    for left, right in zip(marks[::2], [*marks[1::2], 10**6], strict=False):
        low, high = begin + timedelta(minutes=left), min(end, begin + timedelta(minutes=right))
        if low < high:
            paused += CHINA.worked(low, high)
    state = read(*events, now=end)
    assert state.used + paused == CHINA.worked(begin, end)


@settings(max_examples=150, deadline=None)
@given(MINUTES, st.integers(min_value=1, max_value=5000))
def test_clock_runs_out_exactly_at_its_due_time(offset: int, minutes: int) -> None:
    begin = at(1, 0) + timedelta(minutes=offset)
    policy = replace(POLICY, minutes=minutes)
    due = read(start(begin), now=begin, policy=policy).due
    assert due is not None
    state = read(start(begin), now=due, policy=policy)
    assert (state.used_minutes, state.remaining_minutes, state.state) == (minutes, 0, "running")
    assert read(start(begin), now=due + timedelta(seconds=1), policy=policy).breached_at == due


@settings(max_examples=100, deadline=None)
@given(st.permutations([start(at(1, 9)), pause(at(1, 11)), resume(at(1, 15)), ClockEvent("met", at(2, 9))]))
def test_order_of_arrival_does_not_matter(events: list[ClockEvent]) -> None:
    state = clock(events=events, policy=POLICY, now=at(5, 9))
    assert (state.state, state.used_minutes) == ("met", 120 + 180)
