"""Figures, dates and amounts in words, by the language and time zone of the reader."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import get_language, get_language_info, gettext, ngettext

from chancery.foundation.languages import LANGUAGES
from chancery.foundation.money import Money, minor_digits

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SIZES = ("B", "kB", "MB", "GB", "TB")


def in_chinese() -> bool:
    """Return whether the page is written in Chinese."""
    return (get_language() or "").startswith("zh")


def language_words(tag: str) -> str:
    """Return what a language is called in the reader's language; the tag itself if nobody knows it."""
    if tag in LANGUAGES:
        return LANGUAGES[tag].name(language=get_language() or "en")
    try:
        return str(get_language_info(tag)["name_translated"])
    except KeyError:
        return tag


def money_words(money: Money) -> str:
    """Return an amount with its currency code in front, rounded to its minor unit, grouped by thousands."""
    amount = money.rounded().amount
    sign = "−" if amount < 0 else ""
    return f"{sign}{money.currency} {abs(amount):,.{minor_digits(money.currency)}f}"


def date_iso(value: date | datetime) -> str:
    """Return 2026-11-20, with hours and minutes in the reader's time zone for a moment."""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat()


def day_words(value: date | datetime) -> str:
    """Return 20 Nov 2026, or 2026年11月20日; of a moment the day in the reader's time zone."""
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    if in_chinese():
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def moment_words(value: datetime) -> str:
    """Return day and time of day in the reader's time zone."""
    return f"{day_words(value)} {timezone.localtime(value):%H:%M}"


def bytes_words(size: int) -> str:
    """Return a size in bytes in the largest decimal unit that gives at least 1, with up to 3 figures."""
    amount, unit = float(size), 0
    while amount >= 999.5 and unit < len(SIZES) - 1:
        amount, unit = amount / 1000, unit + 1
    digits = 0 if unit == 0 or amount >= 99.5 else 1
    return f"{amount:.{digits}f} {SIZES[unit]}"


def span_words(seconds: float) -> str:
    """Return a length of time as one or two units: 40 seconds, 6 minutes, 2 h 5 min, 3 days."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return ngettext("%(n)d second", "%(n)d seconds", whole) % {"n": whole}
    minutes = round(whole / 60)
    if minutes < 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
    days = round(minutes / 1440)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def whole_words(number: int) -> str:
    """Return a whole number grouped by thousands."""
    return f"{number:,}"
