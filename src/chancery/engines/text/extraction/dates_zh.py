"""Dates in Chinese: 2025年3月14日, 二〇二五年三月十四日, 民国114年3月14日."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chancery.engines.text.extraction.calendar import day_value, month_value
from chancery.engines.text.extraction.numerals import chinese_number
from chancery.engines.text.extraction.values import Entity

_NUMERAL = "〇○零一二三四五六七八九十廿卅壹贰貳叁叄肆伍陆陸柒捌玖拾元"
_DIGIT = "〇○零一二三四五六七八九壹贰貳叁叄肆伍陆陸柒捌玖"
_MONTH = rf"(?P<month>[01]?[0-9]|[{_NUMERAL}]{{1,3}})[ ]?月"
_DAY = rf"(?P<day>[0-3]?[0-9]|[{_NUMERAL}]{{1,3}})[ ]?[日号號]"
_WITH_MONTH: Final = re.compile(
    rf"(?:(?P<era>(?:中华|中華)?民[国國])[ ]?(?P<roc>[0-9]{{1,3}}|[{_NUMERAL}百佰]{{1,7}})"
    rf"|(?P<year>(?<![0-9])[0-9]{{4}}|(?<![0-9])[0-9]{{2}}|[{_DIGIT}]{{4}}))[ ]?年[ ]?{_MONTH}份?(?:[ ]?{_DAY})?"
)
_UNTIL: Final = re.compile(rf"(?:至|到|~|-|—){{1,2}}(?P<place>(?:{_MONTH})?{_DAY})")
_NO_YEAR: Final = re.compile(rf"(?<![0-9{_NUMERAL}年]){_MONTH}[ ]?{_DAY}")


def find_chinese_dates(*, text: str) -> Iterator[Entity]:
    """Yield the dates of a folded text; the Republic's year 1 is 1912. A year alone is no date."""
    if "月" not in text:
        return
    for match in _WITH_MONTH.finditer(text):
        if found := _dated(match):
            yield found
            yield from _until(text, found)
    for match in _NO_YEAR.finditer(text):
        month, day = _number(match["month"]), _number(match["day"])
        value = day_value(None, month, day) if month and day else None
        if value:
            yield Entity("date", value, match.start(), match.end(), 0.6, "date.zh.no_year")


def _until(text: str, first: Entity) -> Iterator[Entity]:
    """Yield the day up to which a range goes that does not repeat the year: 2024年3月15日至20日."""
    match = _UNTIL.match(text, first.end)
    if match is None or len(first.value) != len("2024-03-15"):
        return
    month = _number(match["month"]) if match["month"] else int(first.value[5:7])
    day = _number(match["day"])
    value = day_value(first.value[:4], month, day) if month and day else None
    if value and value > first.value:
        yield Entity("date", value, match.start("place"), match.end(), 0.85, "date.zh.until")


def _dated(match: re.Match[str]) -> Entity | None:
    month = _number(match["month"])
    year, confidence, rule = _year(match)
    if not month or year is None:
        return None
    if match["day"] is None:
        value = month_value(year, month)
        return Entity("date", value, match.start(), match.end(), confidence - 0.15, "date.zh.month") if value else None
    day = _number(match["day"])
    value = day_value(f"{year:04d}", month, day) if day else None
    return Entity("date", value, match.start(), match.end(), confidence, rule) if value else None


def _year(match: re.Match[str]) -> tuple[int | None, float, str]:
    if match["era"]:
        number = 1 if match["roc"] == "元" else _number(match["roc"])
        return (number + 1911 if number else None), 0.95, "date.zh.republic"
    year = match["year"]
    if len(year) == 2:
        return int(year) + (1900 if int(year) >= 69 else 2000), 0.7, "date.zh.short_year"
    number = _number(year)
    if number is None or not 1500 <= number < 2100:
        return None, 0.0, ""
    return number, 0.98, "date.zh" if year.isdigit() else "date.zh.numerals"


def _number(signs: str) -> int | None:
    return int(signs) if signs.isdecimal() else chinese_number(signs)
