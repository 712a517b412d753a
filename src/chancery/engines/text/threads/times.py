"""Times as quotations write them: minutes without a time zone, compared with a time whose zone is known."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar janvier enero gennaio januari janeiro",
            "feb februar fév février febrero febbraio februari fevereiro",
            "mar märz mrz mars marzo maart março",
            "apr april avr avril abril aprile",
            "may mai mayo maggio mei maio",
            "jun juni juin junio giugno junho",
            "jul juli juil juillet julio luglio julho",
            "aug august août agosto augustus",
            "sep sept septembre septiembre settembre setembro",
            "oct okt oktober octobre octubre ottobre outubro",
            "nov novembre noviembre novembro",
            "dec dez dezember déc décembre diciembre dicembre dezembro december",
        ),
        1,
    )
    for name in names.split()
}
_NUMERIC = re.compile(r"(?<!\d)(\d{1,4})[/.-](\d{1,2})[/.-](\d{2,4})(?!\d)")
_NAMED = re.compile(r"(?<!\d)(\d{1,2})\.?(?:st|nd|rd|th)?[ -](?:de )?([^\W\d_]{3,10})\.?,?(?: de)?[ -](\d{4})(?!\d)")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)")
_CHINESE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2})[:.](\d{2})(?:[:.]\d{2})?(?!\d)\s*([AaPp]\.?[Mm])?")
_AFTERNOON = re.compile("下午|晚上|中午|오후|午後")
_MORNING = re.compile("上午|凌晨|早上|오전|午前")
_HOURS_APART = 26 * 60  # the widest distance of two time zones, in minutes
_QUARTER = 15
_ODD_ZONES = (150, 210, 270, 330, 345, 390, 510, 525, 570, 585, 630, 690, 765, 825)
_ZONES = frozenset((*range(0, 15 * 60, 60), *_ODD_ZONES))
"""How many minutes clocks have been ahead of or behind UTC anywhere since 1990: the IANA time zone database."""


def minutes_of(*, text: str) -> tuple[int, ...]:
    """Return the minutes since 1970 a written time may mean, without time zone: two where day and month may be
    exchanged, none when it cannot be read or has no time of day."""
    days, rest = _days(text[:200])
    clock = next((found for found in _CLOCK.finditer(rest) if int(found[1]) < 24 and int(found[2]) < 60), None)
    if clock is None:
        return ()
    hour, minute = int(clock[1]), int(clock[2])
    mark = (clock[3] or "").lower().replace(".", "")
    if (mark == "pm" or _AFTERNOON.search(rest)) and hour < 12:
        hour += 12
    elif (mark == "am" or _MORNING.search(rest)) and hour == 12:
        hour = 0
    found = []
    for year, month, day in days:
        try:
            when = datetime(year, month, day, hour, minute, tzinfo=UTC)
        except ValueError:
            continue
        found.append(int(when.timestamp()) // 60)
    return tuple(dict.fromkeys(found))


def utc_minutes(*, text: str) -> int | None:
    """Return the minutes since 1970 of an ISO 8601 time in UTC, None when it is none."""
    try:
        when = datetime.fromisoformat(text)
        return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()) // 60
    except (ValueError, TypeError, OverflowError):
        return None


def same_time(*, shown: tuple[int, ...], sent: int | None, exactly: bool = False) -> bool | None:
    """Tell whether a written time may be this one in some time zone; None when one of them is not known.

    Zones differ by quarters of an hour; a minute of rounding is allowed. exactly: no rounding, and only as far from
    UTC as clocks are somewhere.
    """
    if not shown or sent is None:
        return None
    apart = [each - sent for each in shown if abs(each - sent) <= _HOURS_APART]
    return any(abs(each) in _ZONES if exactly else (each + 1) % _QUARTER <= 2 for each in apart)


def _days(text: str) -> tuple[list[tuple[int, int, int]], str]:
    """Return the dates a text may mean, as year, month, day, and the text without them."""
    if match := _CHINESE.search(text):
        return [(int(match[1]), int(match[2]), int(match[3]))], _without(text, match)
    if match := _NUMERIC.search(text):
        first, second, third = int(match[1]), int(match[2]), int(match[3])
        if first > 31:
            return [(first, second, third)], _without(text, match)
        year = third + (0 if third > 99 else 1900 if third >= 70 else 2000)
        return [(year, first, second), (year, second, first)], _without(text, match)
    for match in _NAMED.finditer(text):
        if month := _month(match[2]):
            return [(int(match[3]), month, int(match[1]))], _without(text, match)
    for match in _MONTH_FIRST.finditer(text):
        if month := _month(match[1]):
            return [(int(match[3]), month, int(match[2]))], _without(text, match)
    return [], text


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _month(word: str) -> int | None:
    name = word.casefold()
    return _MONTHS.get(name) or _MONTHS.get(name[:3])
