"""Times of documents in one time zone, whatever form they were found in."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chancery.foundation.errors import Refused

_PDF = re.compile(r"^D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?'?)?")
_EXIF = re.compile(r"^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$")
_CALENDAR = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$")
_DAY, _YEAR = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-")
_DAY_CHARS = 10
_NAMES = ("date_sent", "date_received", "created", "modified", "printed", "starts", "ends", "taken")
_SHOWN = {"date_sent": "sent", "date_received": "received"}


class ZoneRefused(Refused):
    """The name of a time zone is not known."""

    code = "time_zone_unknown"


class DayRefused(Refused):
    """A text that is no day."""

    code = "day_invalid"


def day_of(*, text: str) -> date | None:
    """Return the day written as 2026-01-31, None for an empty text. Refuses: day_invalid."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise DayRefused("%(text)s is not a day; write it as 2026-01-31.", text=text) from fault


def zone_of(*, name: str) -> tzinfo:
    """Return the time zone of an IANA name. Refuses: time_zone_unknown."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ZoneRefused(
            "The time zone %(name)s is not known; give a name such as Asia/Shanghai.", name=name
        ) from fault


def moment(*, value: str, zone: tzinfo) -> str | None:
    """Return a time as ISO 8601 with its offset in ``zone``, a bare day as that day, None when it is none.

    A time without a zone of its own is read as local to ``zone``.
    """
    text = value.strip()
    if len(text) == _DAY_CHARS and _DAY.fullmatch(text):
        return text
    try:
        when = _parsed(text)
        if when is None:
            return None
        local = when.replace(tzinfo=zone) if when.tzinfo is None else when.astimezone(zone)
        return local.isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return None


def _parsed(text: str) -> datetime | None:
    if text[4:5] == "-":  # as nearly all; none of the other forms has a dash there
        return datetime.fromisoformat(text) if _YEAR.match(text) else None
    if match := _PDF.match(text):
        year, month, day, hour, minute, second, utc, sign, hours, minutes = match.groups()
        offset = "+00:00" if utc else f"{sign}{hours}:{minutes or '00'}" if sign else ""
        return datetime.fromisoformat(
            f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}{offset}"
        )
    if match := _EXIF.match(text):
        year, month, day, hour, minute, second = match.groups()
        return datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second}")
    if match := _CALENDAR.match(text):
        year, month, day, hour, minute, second, utc = match.groups()
        offset = "+00:00" if utc else ""
        return datetime.fromisoformat(f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}{offset}")
    return None


def dates_of(*, metadata: dict[str, Any], zone: tzinfo) -> list[dict[str, Any]]:
    """Return the times in the metadata of an item: role and value, sent before received, created, modified."""
    found = []
    for name in _NAMES:
        value = metadata.get(name)
        when = moment(value=value, zone=zone) if isinstance(value, str) and value else None
        if when is not None:
            found.append({"role": _SHOWN.get(name, name), "value": when})
    return found


def main_day(*, dates: list[dict[str, Any]]) -> date | None:
    """Return the day by which a family is in or out of the limits: of its first time by role, None without one."""
    order = ("sent", "received", "modified", "created", "starts", "taken")
    by_role = {each["role"]: each["value"] for each in reversed(dates)}
    value = next((by_role[role] for role in order if role in by_role), None)
    return date.fromisoformat(value[:10]) if value else None
