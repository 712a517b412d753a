"""Days that exist, in ISO 8601."""

from __future__ import annotations

from typing import Final

_LENGTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def full_year(digits: str) -> int:
    """Return a year of two or four digits; 69 to 99 are of the twentieth century (POSIX strptime, %y)."""
    year = int(digits)
    return year if len(digits) > 2 else year + (1900 if year >= 69 else 2000)


def day_value(year: str | None, month: int, day: int) -> str | None:
    """Return ``2025-03-14``, or ``--03-14`` without a year; None for a day that no calendar has."""
    if not 1 <= month <= 12 or not 1 <= day <= _LENGTHS[month - 1]:
        return None
    if year is None:
        return f"--{month:02d}-{day:02d}"
    number = full_year(year)
    if month == 2 and day == 29 and (number % 4 or (number % 100 == 0 and number % 400)):
        return None
    return f"{number:04d}-{month:02d}-{day:02d}" if number else None


def month_value(year: int, month: int) -> str | None:
    """Return ``2025-03``; None where there is no such month."""
    return f"{year:04d}-{month:02d}" if 1 <= month <= 12 else None
