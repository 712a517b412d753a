"""Due times in bulk, two-party calendars, cases from plain values, coverage of sites, calibration of grades."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from scipy.special import expit

from chancery.engines.allocation.calendars_data import china_calendar, us_calendar
from chancery.engines.allocation.calibration import CalibrationRefused, Outcome, calibration, learned
from chancery.engines.allocation.coverage import CoverageRefused, coverage
from chancery.engines.allocation.grading import Grade
from chancery.engines.allocation.inputs import InputRefused, calendar_of
from chancery.engines.allocation.service_levels import standings
from chancery.engines.allocation.timelines import (
    TimelineRefused,
    combined,
    due_with_pauses,
    merged_pauses,
    seconds_of,
    timeline,
)
from chancery.foundation.calendars import OFFICE_DAYS, WorkingCalendar, weekly

NINE_TO_SIX = weekly(days=OFFICE_DAYS, hours=((time(9), time(18)),))
CHINA = china_calendar(years=[2025, 2026], shifts=NINE_TO_SIX, name="Kunming")
AMERICA = us_calendar(years=[2025, 2026, 2027], shifts=NINE_TO_SIX, name="New York")
SPAN = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}


def test_bulk_equals_the_calendar_one_by_one() -> None:
    line = timeline(CHINA, **SPAN)
    draw = random.Random(4)
    begin = datetime(2026, 1, 2, tzinfo=UTC)
    starts = [begin + timedelta(minutes=draw.randrange(300 * 1440)) for _ in range(400)]
    needs = [draw.choice([0, 1, 59, 540, 5000]) for _ in starts]
    found = line.due(np.array([seconds_of(one) for one in starts]), np.array([60 * one for one in needs]))
    assert found.tolist() == [seconds_of(CHINA.add(one, need)) for one, need in zip(starts, needs, strict=True)]


def test_two_parties() -> None:
    """Kunming works 01:00–10:00 UTC, London 09:00–18:00 in winter: both 09:00–10:00, either 01:00–18:00."""
    london = WorkingCalendar("London", "Europe/London", NINE_TO_SIX)
    lines = [timeline(one, **SPAN) for one in (CHINA, london)]
    start = seconds_of(datetime(2026, 1, 5, 0, 0, tzinfo=UTC))
    both = combined(lines, name="both", every=True)
    assert both.due(np.array([start]), np.array([3600]))[0] == start + 10 * 3600
    assert both.due(np.array([start]), np.array([3601]))[0] == start + (24 + 9) * 3600 + 1
    either = combined(lines, name="either", every=False)
    assert either.worked(np.array([start]), np.array([start + 86_400]))[0] == 17 * 3600


def test_pauses_count_once() -> None:
    assert merged_pauses([(5, 9), (1, 3), (2, 6), (9, 10)]) == [(1, 10)]
    line = timeline(AMERICA, **SPAN)
    start = seconds_of(datetime(2026, 3, 2, 14, 0, tzinfo=UTC))
    pauses = [(start + 600, start + 1800), (start + 1200, start + 2400)]
    assert due_with_pauses(line, start=start, need=3600, pauses=pauses) == start + 3600 + 1800


def test_a_pause_at_the_due_time_moves_only_a_clock_that_needs_nothing() -> None:
    """New York opens at 9:00: due is then for what needs nothing, but a pause from 9:00 to 10:00 leaves 10:00."""
    line = timeline(AMERICA, **SPAN)
    closed, opens = (seconds_of(datetime(2026, 3, 2, hour, 0, tzinfo=UTC)) for hour in (10, 14))
    pause = [(opens, opens + 3600)]
    assert due_with_pauses(line, start=closed, need=0, pauses=()) == opens
    assert due_with_pauses(line, start=closed, need=0, pauses=pause) == opens + 3600
    later = [(opens + 3600, opens + 7200)]
    assert due_with_pauses(line, start=closed, need=3600, pauses=later) == opens + 3600


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda line: line.due(np.array([line.last - 1]), np.array([10**7])), "outside_span"),
        (lambda line: line.position(np.array([line.first - 1])), "outside_span"),
        (lambda line: line.due(np.array([line.first]), np.array([-1])), "need_negative"),
        (lambda line: timeline(CHINA, first=date(2026, 2, 1), last=date(2026, 1, 1)), "span_reversed"),
        (lambda line: combined([], name="x", every=True), "no_parts"),
        (lambda line: merged_pauses([(3, 1)]), "pause_reversed"),
        (lambda line: seconds_of(datetime(2026, 1, 1)), "zone_missing"),  # noqa: DTZ001
    ],
)
def test_refused_times(call, code: str) -> None:
    with pytest.raises(TimelineRefused) as refusal:
        call(timeline(CHINA, **SPAN))
    assert refusal.value.code == code


HOURS = {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def asked(events: list[dict], now: str = "2026-03-20T00:00:00+08:00") -> dict:
    return {
        "years": [2025, 2027],
        "calendars": {
            "china": {"time_zone": "Asia/Shanghai", "hours": HOURS, "country": "CN"},
            "ny": {"time_zone": "America/New_York", "hours": HOURS, "country": "US"},
            "any": {"either": ["china", "ny"]},
        },
        "policies": {
            "day": {"minutes": 480, "calendar": "china", "version": "1"},
            "two": {"minutes": 960, "calendar": "china", "version": "2"},
        },
        "cases": [{"id": "c", "policy": "day", "now": now, "events": events}],
    }


BEGUN = {"kind": "start", "at": "2026-03-09T09:00:00+08:00"}


def at(text: str) -> str:
    return f"2026-03-{text}:00+08:00"


def test_a_case_told_by_its_events() -> None:
    """Monday 9 March 10:00 start, two hours paused: one working day is used up on Tuesday at 12:00."""
    events = [
        {"kind": "start", "at": at("09T10:00")}, {"kind": "pause", "at": at("09T14:00"), "reason": "client"},
        {"kind": "resume", "at": at("09T16:00")}, {"kind": "met", "at": at("10T11:00")},
    ]  # fmt: skip
    one = standings(asked(events))[0]
    assert (one.state, one.used, one.left) == ("met", 420.0, 60.0)
    assert one.due == datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
    late = standings(asked([*events[:3], {"kind": "met", "at": at("10T13:01")}]))[0]
    assert (late.state, late.breached_at) == ("breached", datetime(2026, 3, 10, 4, 0, tzinfo=UTC))


def test_a_change_of_policy_keeps_the_time_used() -> None:
    events = [{"kind": "start", "at": at("09T09:00")}, {"kind": "change", "at": at("09T18:00"), "policy": "two"}]
    one = standings(asked(events, at("09T20:00")))[0]
    assert (one.used, one.left, one.policy_version) == (480.0, 480.0, "2")
    assert one.changes[0][1:] == (datetime(2026, 3, 9, 10, 0, tzinfo=UTC), datetime(2026, 3, 10, 10, 0, tzinfo=UTC))


def test_paused_has_no_due_time_and_unannounced_years_are_provisional() -> None:
    paused = standings(
        asked([{"kind": "start", "at": at("09T09:00")}, {"kind": "pause", "at": at("09T10:00"), "reason": "x"}])
    )[0]
    assert (paused.state, paused.due, paused.used) == ("paused", None, 60.0)
    value = asked([{"kind": "start", "at": "2026-12-31T17:00:00+08:00"}], "2026-12-31T17:30:00+08:00")
    assert standings(value)[0].provisional


@pytest.mark.parametrize(
    "events",
    [
        [], [{"kind": "met", "at": at("09T09:00")}], [{"kind": "start", "at": "2026-03-09"}],
        [BEGUN, {"kind": "pause", "at": at("09T10:00")}],
        [BEGUN, {"kind": "resume", "at": at("09T10:00")}],
        [BEGUN, {"kind": "start", "at": at("09T10:00")}],
        [BEGUN, {"kind": "met", "at": at("09T10:00")}, {"kind": "stop", "at": at("09T11:00")}],
        [BEGUN, {"kind": "change", "at": at("09T10:00"), "policy": "none"}],
    ],
)  # fmt: skip
def test_impossible_stories_are_refused(events: list[dict]) -> None:
    with pytest.raises(InputRefused):
        standings(asked(events))


@pytest.mark.parametrize("field", ["years", "calendars", "policies", "cases"])
@pytest.mark.parametrize("value", [None, 5, "x", [None], {"a": None}])
def test_wrong_files_of_cases_are_refused(field: str, value: object) -> None:
    with pytest.raises(InputRefused):
        standings({**asked([{"kind": "start", "at": at("09T09:00")}]), field: value})


def test_coverage_of_real_sites() -> None:
    """Office hours of 2026: Kunming and New York share nothing and cover 51.2 % of all hours, New York alone 25.7 %."""
    alone = coverage(sites=[AMERICA], **SPAN)
    assert alone.covered == pytest.approx(250 * 9 / 8760, abs=1e-9) and alone.hours == 250 * 9
    pair = coverage(sites=[CHINA, AMERICA], **SPAN)
    assert round(100 * pair.covered, 1) == 51.2
    assert (pair.overlaps[0].hours, pair.overlaps[0].handoffs) == (0.0, 0)
    london = WorkingCalendar("London", "Europe/London", NINE_TO_SIX)
    late = coverage(sites=[CHINA, london], first=date(2026, 1, 5), last=date(2026, 1, 9))
    assert (late.overlaps[0].hours, late.overlaps[0].stretches, late.overlaps[0].handoffs) == (5.0, 5, 5)
    assert [(gap.hours, gap.after, gap.next) for gap in late.gaps[1:3]] == [(7.0, "London", "Kunming")] * 2
    assert (late.week[1], late.week[17], late.week[18]) == (1.0, 1.0, 0.0)
    with pytest.raises(CoverageRefused):
        coverage(sites=[], **SPAN)
    with pytest.raises(CoverageRefused):
        coverage(sites=[CHINA, CHINA], **SPAN)


def test_a_calendar_holds_the_days_of_its_place_at_both_ends_of_the_years() -> None:
    """New Year of 2026 begins at 16:00 UTC in Shanghai, the year 2027 at 05:00 UTC of 1 January in New York."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    value = {
        "years": [2026],
        "calendars": {
            "china": {"time_zone": "Asia/Shanghai", "hours": {day: [["00:00", "24:00"]] for day in days}},
            "ny": {"time_zone": "America/New_York", "hours": {day: [["20:00", "24:00"]] for day in days}},
        },
        "policies": {name: {"minutes": 60, "calendar": name} for name in ("china", "ny")},
        "cases": [
            {"id": name, "policy": name, "now": now, "events": [{"kind": "start", "at": now}]}
            for name, now in (("china", "2026-01-01T06:00:00+08:00"), ("ny", "2026-12-31T20:30:00-05:00"))
        ],
    }
    due = [one.due for one in standings(value)]
    assert due == [datetime(2025, 12, 31, 23, 0, tzinfo=UTC), datetime(2027, 1, 1, 2, 30, tzinfo=UTC)]


def test_an_unannounced_year_begins_at_the_place() -> None:
    """A clock round the day in Shanghai: midnight of 1 January 2027 there is 16:00 UTC the day before."""
    hours = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    value = asked([{"kind": "start", "at": "2026-12-31T14:00:00+08:00"}], "2026-12-31T14:00:00+08:00")
    value["calendars"]["china"] = {"time_zone": "Asia/Shanghai", "hours": hours, "country": "CN",
                                   "make_up_days": ["2027-01-01"]}  # fmt: skip
    for minutes, provisional in ((599, False), (601, True)):
        value["policies"]["day"]["minutes"] = minutes
        assert standings(value)[0].provisional is provisional


def test_make_up_days_are_laid_over_every_country() -> None:
    """Saturday 14 March 2026 is worked in New York: eight hours from 9:00, lunch at 12:00, end at 18:00."""
    for country in ("US", "GB", "CN"):
        value = asked([{"kind": "start", "at": "2026-03-14T09:00:00+08:00"}], "2026-03-14T09:00:00+08:00")
        value["calendars"]["china"] |= {"country": country, "make_up_days": ["2026-03-14"]}
        assert standings(value)[0].due == datetime(2026, 3, 14, 10, 0, tzinfo=UTC)
        value["calendars"]["china"]["holidays"] = ["2026-03-14"]
        with pytest.raises(InputRefused):
            standings(value)


def test_a_span_of_utc_takes_the_holidays_of_the_next_year_at_the_place() -> None:
    """31 December 2026 from 20:00 UTC is New Year's Day of 2027 in Auckland, where nobody works; the 30th is worked."""
    site = {"time_zone": "Pacific/Auckland", "country": "NZ", "hours": {"thu": [["09:00", "18:00"]],
            "fri": [["09:00", "18:00"]]}}  # fmt: skip
    calendar = calendar_of(site, name="Auckland", years=[2026])
    found = coverage(sites=[calendar], first=date(2026, 12, 30), last=date(2026, 12, 31))
    assert found.hours == 9.0


def test_calibration_counts_both_errors() -> None:
    low, high = Grade.PARALEGAL, Grade.LAWYER
    outcomes = [
        Outcome(1, low, low, {}),
        Outcome(2, low, high, {}),
        Outcome(8, high, low, {}, 50, 20),
        Outcome(9, high, high, {}),
    ]
    report = calibration(outcomes=outcomes, bands=2)
    assert (report.under, report.over, report.over_cost) == (0.25, 0.25, 30.0)
    assert [band.at_least["lawyer"] for band in report.bands] == [0.5, 0.5]
    assert report.under_interval.high == pytest.approx(0.8058796, abs=1e-6)


def test_weights_are_learned_back() -> None:
    """Outcomes drawn from a known proportional-odds model: weights and cuts return within their noise."""
    draw = np.random.default_rng(3)
    outcomes = []
    for _ in range(4000):
        features = {"novelty": float(draw.integers(0, 5)), "money": float(draw.normal())}
        score = 0.8 * features["novelty"] - 0.5 * features["money"]
        roll = draw.random()
        rank = sum(roll < expit(score - cut) for cut in (0.0, 2.0, 4.0))
        outcomes.append(Outcome(score, Grade.LAWYER, list(Grade)[rank], features))
    model = learned(outcomes=outcomes, ridge=0.1)
    weights = dict(zip(model.names, model.weights, strict=True))
    assert weights["novelty"] == pytest.approx(0.8, abs=0.08) and weights["money"] == pytest.approx(-0.5, abs=0.1)
    assert model.cuts == pytest.approx((0.0, 2.0, 4.0), abs=0.25)
    assert model.grade({"novelty": 5.0}).rank > model.grade({"novelty": -8.0}).rank
    with pytest.raises(CalibrationRefused):
        learned(outcomes=outcomes[:3])


@pytest.mark.parametrize("name", [{}, [], None, 7, "missing"])
def test_a_combined_calendar_names_calendars(name: object) -> None:
    with pytest.raises(InputRefused) as refusal:
        standings({"years": [2026], "calendars": {"both": {"both": [name]}}, "policies": {}, "cases": []})
    assert refusal.value.code == "calendar_unknown"


@pytest.mark.parametrize("name", [{"": None}, [], None, 7, "missing"])
def test_a_policy_names_a_calendar(name: object) -> None:
    cases = asked([{"kind": "start", "at": at("09T09:00")}])
    with pytest.raises(InputRefused) as refusal:
        standings({**cases, "policies": {"first": {"minutes": 480, "calendar": name}}})
    assert refusal.value.code == "calendar_unknown"
