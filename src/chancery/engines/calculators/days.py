"""Which days count: working days of China, federal holidays of the United States, months that clamp to their end."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

from chancery.engines.allocation.calendars_data import announced, china_calendar
from chancery.engines.calculators.answers import CalculatorRefused, Inputs, day_of
from chancery.engines.calculators.tables import Tables
from chancery.foundation.calendars import WorkingCalendar

DAY = timedelta(days=1)
WORKDAYS, FEDERAL = "cn_workdays", "us_federal_holidays"
FIRST_YEAR, LAST_YEAR = 2004, 2100


def add_months(*, start: date, months: int) -> date:
    """Same day some months later (or earlier, below zero), clamped to the end of a shorter month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not 1 <= year <= 9998:
        raise CalculatorRefused("The date lies outside the calendar.", code="date_out_of_range")
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def add_days(*, start: date, days: int) -> date:
    """Some days later, or earlier below zero."""
    try:
        return start + timedelta(days=days)
    except OverflowError:
        raise CalculatorRefused("The date lies outside the calendar.", code="date_out_of_range") from None


@lru_cache(maxsize=256)
def _statutory(year: int) -> WorkingCalendar:
    """Weekends and statutory days of a year whose notice is not known."""
    return china_calendar(years=[year])


def china_works(*, day: date, tables: Tables) -> bool:
    """Whether a day is a working day in mainland China: weekends, statutory days, announced swaps.

    A year of the table ``cn_workdays`` (days off and make-up days) goes before the package. Refuses: year_unknown.
    """
    entry = tables.get(WORKDAYS)["entries"].get(str(day.year))
    if entry is not None:
        if day.isoformat() in entry["off"]:
            return False
        return day.weekday() < 5 or day.isoformat() in entry["make_up"]
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CalculatorRefused("Working days of %(year)s are not known.", code="year_unknown", year=day.year)
    if _is_announced(day.year):
        return bool(chinese_calendar.is_workday(day))
    return _statutory(day.year).is_working_day(day)


@lru_cache(maxsize=256)
def _is_announced(year: int) -> bool:
    return announced(year=year)


def china_provisional(*, day: date, tables: Tables) -> bool:
    """Whether the notice with the swaps of this year is not known here."""
    return str(day.year) not in tables.get(WORKDAYS)["entries"] and not _is_announced(day.year)


def federal_holidays(*, year: int, tables: Tables) -> tuple[date, ...]:
    """Legal public holidays of a year on their own days, in order (5 USC 6103(a)). Refuses: year_unknown."""
    if not 1971 <= year <= LAST_YEAR:
        raise CalculatorRefused("Federal holidays of %(year)s are not known.", code="year_unknown", year=year)
    found = []
    for rule in tables.get(FEDERAL)["entries"].values():
        if not rule["from_year"] <= year <= rule.get("to_year", LAST_YEAR):
            continue
        if "day" in rule:
            found.append(date(year, rule["month"], rule["day"]))
        elif rule["nth"] > 0:
            first = date(year, rule["month"], 1)
            ahead = (rule["weekday"] - first.weekday()) % 7
            found.append(first + timedelta(days=ahead + 7 * (rule["nth"] - 1)))
        else:
            last = date(year, rule["month"], monthrange(year, rule["month"])[1])
            found.append(last - timedelta(days=(last.weekday() - rule["weekday"]) % 7))
    return tuple(sorted(found))


def observed(day: date) -> date:
    """Day on which a holiday is observed: Friday for a Saturday, Monday for a Sunday (5 USC 6103(b), EO 11582)."""
    return day - DAY if day.weekday() == 5 else day + DAY if day.weekday() == 6 else day


def federal_days_off(
    *, tables: Tables, observe: bool = True, extra: frozenset[date] = frozenset()
) -> Callable[[date], bool]:
    """Return a test for Saturdays, Sundays and federal holidays.

    observe: the day of observance counts as well; courts differ on the Friday before a Saturday holiday.
    extra: further days, such as closures by executive order or holidays of the state.
    """
    years: dict[int, frozenset[date]] = {}

    def off(day: date) -> bool:
        if day.weekday() >= 5 or day in extra:
            return True
        if day.year not in years:
            held = set()
            for year in (day.year - 1, day.year, day.year + 1):
                for one in federal_holidays(year=year, tables=tables):
                    held.add(one)
                    if observe:
                        held.add(observed(one))
            years[day.year] = frozenset(held)
        return day in years[day.year]

    return off


def roll(*, day: date, off: Callable[[date], bool], backward: bool = False) -> date:
    """First day that counts, on or after a day, or on or before it."""
    for _ in range(400):
        if not off(day):
            return day
        day += -DAY if backward else DAY
    raise CalculatorRefused("The date lies outside the calendar.", code="date_out_of_range")


def days_of(inputs: Inputs, name: str) -> frozenset[date]:
    """Return a list of days of the inputs, empty without it. Refuses: not_a_list, not_a_date."""
    raw = inputs.get(name)
    if raw is None:
        return frozenset()
    if not isinstance(raw, list):
        raise CalculatorRefused("%(field)s is a list of dates.", code="not_a_list", field=name)
    return frozenset(day_of({name: one}, name) for one in raw)
