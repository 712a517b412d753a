"""Working calendars of China and the United States, built from the published holidays of given years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from importlib.metadata import version

import chinese_calendar
import holidays

from chancery.foundation.calendars import OFFICE_DAYS, Shift, WorkingCalendar, weekly

CHINA_HOURS = weekly(days=OFFICE_DAYS, hours=((time(9), time(12)), (time(13), time(18))))
# First year whose notice the package holds.
FIRST_NOTICE = 2004
US_HOURS = weekly(days=OFFICE_DAYS, hours=((time(9), time(12)), (time(13), time(18))))


def announced(*, year: int) -> bool:
    """Tell whether the State Council's notice with the weekend swaps of a year is known here."""
    try:
        chinese_calendar.is_workday(date(year, 12, 31))
    except NotImplementedError:
        return False
    return True


def china_calendar(
    *,
    years: Iterable[int],
    name: str = "China",
    time_zone: str = "Asia/Shanghai",
    shifts: Sequence[Shift] = CHINA_HOURS,
    extra_holidays: Iterable[date] = (),
    extra_make_up_days: Iterable[date] = (),
) -> WorkingCalendar:
    """Office calendar of mainland China: statutory holidays, substituted days off and make-up workdays.

    years: calendar years in which dates may fall. From the first year without a published notice the calendar
    is provisional: statutory days only, no swaps. extra_*: an administrator's overlay, which wins.
    Source: State Council notices on holiday arrangements, through the packages holidays and chinesecalendar.
    """
    wanted = sorted(set(years))
    table = holidays.country_holidays("CN", years=wanted)
    off = {day for day in table if day.year in wanted}
    swaps = {day for day in table.weekend_workdays if day.year in wanted}
    more, fewer = set(extra_holidays), set(extra_make_up_days)
    unknown = [year for year in wanted if not announced(year=year)]
    return WorkingCalendar(
        name=name,
        time_zone=time_zone,
        shifts=tuple(shifts),
        holidays=frozenset((off | more) - fewer),
        make_up_days=frozenset((swaps | fewer) - more),
        provisional_from=date(min(unknown), 1, 1) if unknown else date(max(wanted) + 1, 1, 1),
        version=_version("holidays", "chinesecalendar", years=wanted),
    )


def us_calendar(
    *,
    years: Iterable[int],
    name: str = "United States",
    time_zone: str = "America/New_York",
    state: str | None = None,
    shifts: Sequence[Shift] = US_HOURS,
    extra_holidays: Iterable[date] = (),
    extra_make_up_days: Iterable[date] = (),
) -> WorkingCalendar:
    """Office calendar of the United States: federal holidays (5 U.S.C. 6103) with their observed days.

    state: two-letter code to take the state's list instead. extra_*: an administrator's overlay, which wins.
    Dates after the last year given are provisional.
    """
    wanted = sorted(set(years))
    # A New Year's Day on a Saturday is observed on 31 December of the year before.
    table = holidays.country_holidays("US", subdiv=state, years=[*wanted, wanted[-1] + 1])
    off = {day for day in table if day.year in wanted}
    more, fewer = set(extra_holidays), set(extra_make_up_days)
    return WorkingCalendar(
        name=name,
        time_zone=time_zone,
        shifts=tuple(shifts),
        holidays=frozenset((off | more) - fewer),
        make_up_days=frozenset(fewer - more),
        provisional_from=date(wanted[-1] + 1, 1, 1),
        version=_version("holidays", years=wanted),
    )


def disagreements(*, year: int) -> list[date]:
    """Days of a year on which the two holiday packages do not agree whether China works; empty when sound."""
    calendar = china_calendar(years=[year])
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    return [
        day for day in days if day.year == year and calendar.is_working_day(day) != chinese_calendar.is_workday(day)
    ]


def _version(*packages: str, years: Sequence[int]) -> str:
    named = ", ".join(f"{package} {version(package)}" for package in packages)
    return f"{named}; {years[0]}–{years[-1]}"
