"""Time from signs of work, and rates on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.engines.billing.rates import Rate, RateCard, RateRefused, hourly_rates, rate_on
from chancery.engines.billing.time import (
    FocusEvent,
    TimeEntry,
    TimeRefused,
    billable_hours,
    billable_units,
    corrected,
)
from chancery.foundation.money import Money

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def sign(kind: str, seconds: float, subject: str = "d1", task: str = "L653", who: str = "T1") -> FocusEvent:
    return FocusEvent(who, task, kind, NINE + timedelta(seconds=seconds), subject)  # type: ignore[arg-type]


def only(*events: FocusEvent, **options: object) -> TimeEntry:
    (entry,) = billable_units(events=events, **options)  # type: ignore[arg-type]
    return entry


@pytest.mark.parametrize(
    ("seconds", "hours"),
    [(0, "0.0"), (179, "0.0"), (180, "0.1"), (360, "0.1"), (539, "0.1"), (540, "0.2"), (3600, "1.0")],
)
def test_tenths_of_an_hour_half_up(seconds: int, hours: str) -> None:
    assert str(billable_hours(seconds=seconds)) == hours


def test_quarter_hours() -> None:
    assert billable_hours(seconds=1800 + 449, increment=Decimal("0.25")) == Decimal("0.50")
    assert billable_hours(seconds=1800 + 450, increment=Decimal("0.25")) == Decimal("0.75")


def test_focus_until_blur_counts() -> None:
    beats = [sign("beat", second) for second in range(30, 600, 30)]
    entry = only(sign("focus", 0), *beats, sign("blur", 610))
    assert (entry.seconds, entry.hours, entry.day) == (610, Decimal("0.2"), date(2026, 3, 2))


def test_silence_longer_than_the_limit_counts_nothing() -> None:
    entry = only(sign("focus", 0), sign("beat", 60), sign("beat", 181), sign("blur", 200))
    assert entry.seconds == 60 + 19
    assert only(sign("focus", 0), sign("beat", 60), sign("beat", 180), sign("blur", 200)).seconds == 200
    assert billable_units(events=[sign("focus", 0), sign("blur", 121)]) == ()
    assert only(sign("focus", 0), sign("blur", 121), idle_after_seconds=121).seconds == 121


def test_time_after_the_last_sign_or_a_blur_is_not_billed() -> None:
    assert only(sign("focus", 0), sign("beat", 30)).seconds == 30
    away = only(sign("focus", 0), sign("blur", 20), sign("focus", 80), sign("blur", 90))
    assert away.seconds == 30


def test_two_windows_are_one_person() -> None:
    """Window b opens at 30 s; window a's late blur does not end b; no second is counted twice."""
    entry = only(
        sign("focus", 0, "a"),
        sign("focus", 30, "b"),
        sign("blur", 31, "a"),
        sign("beat", 60, "b"),
        sign("blur", 90, "b"),
    )
    assert entry.seconds == 90
    assert entry.subjects == (("a", 30), ("b", 60))


def test_tasks_people_and_days_are_apart() -> None:
    entries = billable_units(
        events=[
            sign("focus", 0),
            sign("focus", 60, "d2", "L655"),
            sign("blur", 100, "d2", "L655"),
            sign("focus", 0, who="T2"),
            sign("blur", 50, who="T2"),
        ]
    )
    assert [(one.timekeeper_id, one.task, one.seconds) for one in entries] == [
        ("T1", "L653", 60),
        ("T1", "L655", 40),
        ("T2", "L653", 50),
    ]
    late = [
        FocusEvent("T1", "L653", kind, datetime(2026, 3, 2, 20, second, tzinfo=UTC), "d")
        for kind, second in (("focus", 0), ("blur", 1))  # type: ignore[arg-type]
    ]
    assert only(*late, time_zone="Asia/Shanghai").day == date(2026, 3, 3)


def test_rounding_happens_once_on_the_sum() -> None:
    """Ten looks of two minutes are 20 minutes, 0.3 h; each alone would be 0.0 or 0.1."""
    events = []
    for number in range(10):
        events += [
            sign("focus", number * 1000, f"d{number}"),
            sign("blur", number * 1000 + 120, f"d{number}"),
        ]
    assert only(*events).hours == Decimal("0.3")


@given(st.lists(st.tuples(st.sampled_from(["focus", "beat", "blur"]), st.integers(0, 5000), st.sampled_from("ab"))))
def test_never_more_than_the_clock_and_order_free(rows: list[tuple[str, int, str]]) -> None:
    events = [sign(kind, second, subject) for kind, second, subject in dict.fromkeys(rows)]
    seconds = sum(entry.seconds for entry in billable_units(events=events))
    moments = [second for _, second, _ in rows] or [0]
    assert 0 <= seconds <= max(moments) - min(moments)


def test_corrections_keep_what_was_measured() -> None:
    entry = only(sign("focus", 0), sign("blur", 100))
    fixed = corrected(entry=entry, seconds=700, reason="Call on the same document, desk idle")
    assert (fixed.seconds, fixed.hours) == (700, Decimal("0.2"))
    assert fixed.corrections == ((600, "Call on the same document, desk idle"),)
    for seconds, reason, code in ((700, " ", "reason_missing"), (-1, "x", "seconds_negative")):
        with pytest.raises(TimeRefused) as refused:
            corrected(entry=entry, seconds=seconds, reason=reason)
        assert refused.value.code == code


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


CARD = RateCard(
    "Acme 2026",
    "1",
    (
        Rate("lawyer", usd("45"), date(2026, 1, 1), date(2026, 6, 30)),
        Rate("lawyer", usd("48"), date(2026, 7, 1)),
        Rate("paralegal", usd("28"), date(2026, 1, 1)),
        Rate("computer", usd("0.02"), date(2026, 1, 1), unit="document"),
    ),
)


@pytest.mark.parametrize(
    ("day", "amount"),
    [(date(2026, 1, 1), "45"), (date(2026, 6, 30), "45"), (date(2026, 7, 1), "48"), (date(2030, 1, 1), "48")],
)
def test_rate_of_the_day(day: date, amount: str) -> None:
    assert rate_on(card=CARD, grade="lawyer", day=day) == usd(amount)


def test_units_and_sets_of_rates() -> None:
    assert rate_on(card=CARD, grade="computer", day=date(2026, 5, 1), unit="document") == usd("0.02")
    rates = hourly_rates(card=CARD, grades=["lawyer", "paralegal"], day=date(2026, 5, 1))
    assert rates == {"lawyer": usd("45"), "paralegal": usd("28")}


def test_no_guessing_of_rates() -> None:
    twice = RateCard("x", "1", (*CARD.rates, Rate("paralegal", usd("30"), date(2026, 5, 1))))
    for card, grade, code in ((CARD, "senior", "rate_missing"), (twice, "paralegal", "rates_overlap")):
        with pytest.raises(RateRefused) as refused:
            rate_on(card=card, grade=grade, day=date(2026, 5, 1))
        assert refused.value.code == code
    with pytest.raises(RateRefused):
        rate_on(card=CARD, grade="lawyer", day=date(2025, 12, 31))
