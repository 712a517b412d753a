"""Days and ranges of days as prefixes of eight-digit tokens.

A day is indexed as the token ``20240305``. A range is the smallest set of token prefixes that covers
exactly its days, at most about 150 prefixes for any range of years 1 to 9999.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

_POINT = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")
_COMPARED = re.compile(r"([<>]=?)\s*(.+)$")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})$")
_QUARTER = re.compile(r"(\d{4})[- ]?Q([1-4])$|Q([1-4])[- ]?(\d{4})$", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NAMED = re.compile(rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -])?{_MONTH}[ -](?P<year>\d{{4}})$", re.IGNORECASE)
_NAMED_FIRST = re.compile(rf"{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})$", re.IGNORECASE)
FIRST_DAY = date(1, 1, 1)
LAST_DAY = date(9999, 12, 31)


class DateNotUnderstood(ValueError):
    """The text is not a year, month or day, nor a range of them."""


def parse_range(text: str) -> tuple[date, date]:
    """Return first and last day (both included) of ``2024``, ``2024-03``, ``2024-03-05`` or a range ``a..b``.

    Either end of a range may be left open (``2024..``, ``..2024-06``); ``>``, ``>=``, ``<`` and ``<=`` before a
    point leave an end open too. A range that ends before it begins is refused. Slashes and Chinese year, month
    and day marks are read as hyphens; ``20240305``, ``5 March 2024``, ``March 5, 2024`` and ``2024Q1`` are read too.
    ``3/5/2024`` is refused: it is a day in March or in May.
    """
    compared = _COMPARED.match(text.strip())
    if compared:
        return _one_sided(compared.group(1), *_days_of(compared.group(2)))
    first, dots, last = text.strip().replace("…", "..").replace("~~", "..").partition("..")
    if not dots:
        return _days_of(first)
    if not first.strip() and not last.strip():
        raise DateNotUnderstood(text)
    begin = _days_of(first)[0] if first.strip() else FIRST_DAY
    end = _days_of(last)[1] if last.strip() else LAST_DAY
    if end < begin:
        raise DateNotUnderstood(text)
    return begin, end


def day_token(day: date) -> str:
    """Return the index token of a day: eight digits."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def cover(first: date, last: date) -> tuple[str, ...]:
    """Return token prefixes that match every day from ``first`` to ``last`` and no other day."""
    low, high = int(day_token(first)), int(day_token(last))
    if first.day == 1:
        low -= 101 if first.month == 1 else 1
    if last.day == calendar.monthrange(last.year, last.month)[1]:
        high += 9999 - 1231 if last.month == 12 else 99 - last.day
    return tuple(_cover(low, high, "", 8))


def _one_sided(sign: str, first: date, last: date) -> tuple[date, date]:
    if sign.startswith(">"):
        return (first if "=" in sign else _shifted(last, 1)), LAST_DAY
    return FIRST_DAY, (last if "=" in sign else _shifted(first, -1))


def _shifted(day: date, days: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + days, FIRST_DAY.toordinal()), LAST_DAY.toordinal()))


def _days_of(text: str) -> tuple[date, date]:
    plain = re.sub(r"[/.年月]", "-", text.strip()).replace("日", "").rstrip("-")
    if eight := _EIGHT.match(plain):
        plain = "-".join(eight.groups())
    if quarter := _QUARTER.match(text.strip()):
        return _quarter(int(quarter[1] or quarter[4]), int(quarter[2] or quarter[3]))
    if named := _NAMED.match(text.strip()) or _NAMED_FIRST.match(text.strip()):
        number = _MONTHS.index(named["month"][:3].lower()) + 1
        plain = f"{named['year']}-{number}" + (f"-{named['day']}" if named["day"] else "")
    found = _POINT.match(plain)
    if found is None:
        raise DateNotUnderstood(text)
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    try:
        if found[2] is None:
            return date(year, 1, 1), date(year, 12, 31)
        if found[3] is None:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except (ValueError, calendar.IllegalMonthError) as error:
        raise DateNotUnderstood(text) from error


def _quarter(year: int, quarter: int) -> tuple[date, date]:
    if year < 1:
        raise DateNotUnderstood(str(year))
    month = 3 * quarter
    return date(year, month - 2, 1), date(year, month, calendar.monthrange(year, month)[1])


def _cover(low: int, high: int, prefix: str, digits: int) -> list[str]:
    """Cover the numbers ``low``..``high`` of ``digits`` digits by decimal prefixes."""
    if low == 0 and high == 10**digits - 1 and prefix:
        return [prefix]
    if digits == 0:
        return [prefix]
    step = 10 ** (digits - 1)
    found: list[str] = []
    for digit in range(low // step, high // step + 1):
        inner_low = max(low - digit * step, 0)
        inner_high = min(high - digit * step, step - 1)
        found += _cover(inner_low, inner_high, prefix + str(digit), digits - 1)
    return found
