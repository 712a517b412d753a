"""Dates in English and numeric form, as ISO 8601; a day and month that may be exchanged are marked by their rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chancery.engines.text.extraction.calendar import day_value, month_value
from chancery.engines.text.extraction.dates_european import find_european_dates
from chancery.engines.text.extraction.dates_ranges import find_date_ranges
from chancery.engines.text.extraction.dates_zh import find_chinese_dates
from chancery.engines.text.extraction.folding import has_han
from chancery.engines.text.extraction.overlaps import best_of
from chancery.engines.text.extraction.shapes import matches, shape_of
from chancery.engines.text.extraction.values import Entity

_MONTH = (
    r"(?:J(?:an(?:uary)?|AN(?:UARY)?|une?|UNE?|uly?|ULY?)|F(?:eb(?:ruary)?|EB(?:RUARY)?)|M(?:ar(?:ch)?|AR(?:CH)?|ay|AY)"
    r"|A(?:pr(?:il)?|PR(?:IL)?|ug(?:ust)?|UG(?:UST)?)|S(?:ept?(?:ember)?|EPT?(?:EMBER)?)|O(?:ct(?:ober)?|CT(?:OBER)?)"
    r"|N(?:ov(?:ember)?|OV(?:EMBER)?)|D(?:ec(?:ember)?|EC(?:EMBER)?))"
)
_ANY_MONTH = (
    r"(?ai:(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)(?![a-z]))"
)
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
_YEAR = r"(?:1[5-9]|20)[0-9]{2}"
_NO_MORE = r"(?![0-9]|[,.:/][0-9]|%)"
_SUFFIX = r"(?:st|nd|rd|th|ST|ND|RD|TH)?"
_MONTH_FIRST: Final = re.compile(
    rf"(?P<month>{_MONTH})(?![A-Za-z])\.?"
    rf"(?:(?:[-/]|[ ]?\n?[ ]{{1,2}})(?P<day>{_DAY}){_SUFFIX}(?![0-9A-Za-z_%]|:[0-9])"
    r"(?:(?:,?[ ]?\n?[ ]{0,2}|[-/])"
    rf"(?P<year>{_YEAR}|(?<=[ -/])'[0-9]{{2}}|(?<=[-/])[0-9]{{2}}){_NO_MORE}(?![0-9A-Za-z_]))?"
    rf"|,?[ ]{{1,2}}(?:of )?(?P<alone>(?:19|20)[0-9]{{2}})(?![0-9A-Za-z_]){_NO_MORE})"
)
# A month is looked for where a digit stands that may follow one.
_MONTH_HINT: Final = re.compile(rb"0(?<=[Aa.,\n ][-/ ]0)")
_MONTH_REACH = 24
_MONTH_BEFORE: Final = re.compile(rf"{_MONTH}(?![A-Za-z])\.?(?:[-/]|[ ]?\n?[ ]{{1,2}}|,?[ ]{{1,2}}(?:of )?)\Z")
_DAY_FIRST: Final = re.compile(
    rf"[0-9](?<![0-9A-Za-z_.,/:$#+-][0-9])(?:(?<=[0-3])[0-9])?{_SUFFIX}"
    r"(?:-|[ ]{1,2}(?:day[ ]{1,2})?(?:of[ ]{1,2})?)"
    rf"(?P<month>{_ANY_MONTH})"
    rf"(?:\.?(?:,?[ ]?\n?[ ]{{0,2}}|-)(?P<year>{_YEAR}|'[0-9]{{2}}|(?<=-)[0-9]{{2}}){_NO_MORE}(?![0-9A-Za-z_]))?"
)
_DAY_HINT: Final = re.compile(rb"0(?<![0Aa_.,/:$#+-]0)(?=0?(?:[aA]{2})?[- ][ a]{0,9}[aA?]{3})")
_NUMERIC: Final = re.compile(
    r"[0-9](?<![0-9A-Za-z_.,/$#+-][0-9])[0-9]{0,3}([-/.])([0-9]{1,2})\1([0-9]{1,4})(?![-/.,]?[0-9])(?=T[0-9]|[^A-Za-z]|$)"
)
_NUMERIC_HINT: Final = re.compile(rb"0(?<![0Aa_.,/$#+-]0)(?=0{0,3}([-/.])00?(?:\1)0)")
# "31 April 2024" is no day, and it is not the month either.
_DAY_BEFORE: Final = re.compile(r"(?<![0-9.,])[0-9]{1,2}(?:st|nd|rd|th)?[ -](?:of )?$")
_YEARS: Final = re.compile(rb" 0000(?!0)")
_SECTION: Final = re.compile(r"(?i:section|sec\.|§|rule|article|art\.|clause|version|\bv)[ ]?$")
_COMPACT: Final = re.compile(r"[12](?<![0-9A-Za-z_.-][12])[09][0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9](?![0-9A-Za-z_-])")
_COMPACT_HINT: Final = re.compile(rb"0(?<![0Aa_.-]0)(?=0{7}(?![0Aa_-]))")
_DATE_WORD: Final = re.compile(r"(?:[Dd]ated?|DATED?|日期)[ :：]{1,3}$")
_MONTHS: Final = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)  # noqa: SIM905
}


def find_dates(*, text: str, day_first: bool | None = None, shape: bytes | None = None) -> Iterator[Entity]:
    """Yield the dates of a folded text: ``2025-03-14``, ``2025-03`` for a month, ``--03-14`` without a year.

    day_first: the order of 3/4/2025. None lets the other dates of the text decide (confidence 0.85); where they do
    not, month first is assumed with confidence 0.5 and the rule ``date.numeric.ambiguous``. A year of two digits
    is 1969 to 2068 (POSIX strptime). Nothing relative ("yesterday") is read. shape: ``shape_of(text)``, where it is
    known already.
    """
    shape = shape_of(text) if shape is None else shape
    found = [*_english(text, shape), *_numeric(text, shape, day_first)]
    if has_han(text):
        found += find_chinese_dates(text=text)
    years = [place.start() for place in _YEARS.finditer(shape)]
    found += find_european_dates(text=text, years=years)
    found += find_date_ranges(text=text, years=years)
    yield from best_of(found)


def _months(text: str, shape: bytes) -> Iterator[re.Match[str]]:
    """Yield what ``_MONTH_FIRST.finditer`` yields."""
    end = 0
    for place in _MONTH_HINT.finditer(shape):
        begin = max(0, place.start() - _MONTH_REACH)
        month = _MONTH_BEFORE.search(text[begin : place.start()])
        if month and begin + month.start() >= end and (match := _MONTH_FIRST.match(text, begin + month.start())):
            end = match.end()
            yield match


def _english(text: str, shape: bytes) -> Iterator[Entity]:
    for match in _months(text, shape):
        start = match.start()
        if start and text[start - 1].isascii() and (text[start - 1].isalnum() or text[start - 1] in "_@"):
            continue
        if alone := match["alone"]:
            if not _DAY_BEFORE.search(text[max(0, start - 8) : start]):
                value = month_value(int(alone), _month(match["month"])) or ""
                yield Entity("date", value, start, match.end(), 0.8, "date.en.month")
        elif found := _entity(match, match["day"], "date.en.month_first"):
            yield found
    for match in matches(_DAY_FIRST, text, shape, _DAY_HINT):
        digits = text[match.start() : match.start() + 2]
        day = digits if digits[1:].isdigit() else digits[:1]
        if found := _entity(match, day, "date.en.day_first"):
            yield found


def _month(name: str) -> int:
    return _MONTHS[name[:3].lower()]


def _entity(match: re.Match[str], day: str, rule: str) -> Entity | None:
    year = match["year"]
    value = day_value(year and year.lstrip("'"), _month(match["month"]), int(day))
    if value is None:
        return None
    if year is None and match["month"].islower():
        return None
    confidence = 0.6 if year is None else 0.97 if len(year) == 4 else 0.85
    return Entity("date", value, match.start(), match.end(), confidence, rule if year else f"{rule}.no_year")


def _numeric(text: str, shape: bytes, day_first: bool | None) -> Iterator[Entity]:
    held = [(match, match[0].split(match[1])) for match in matches(_NUMERIC, text, shape, _NUMERIC_HINT)]
    votes = {_order(parts) for _, parts in held} - {None}
    known = day_first if day_first is not None else votes.pop() if len(votes) == 1 else None
    for match, parts in held:
        if found := _read(match, parts, known, stated=day_first is not None):
            yield found
    for match in matches(_COMPACT, text, shape, _COMPACT_HINT):
        digits = match[0]
        value = day_value(digits[:4], int(digits[4:6]), int(digits[6:]))
        if value and _DATE_WORD.search(text[max(0, match.start() - 9) : match.start()]):
            yield Entity("date", value, match.start(), match.end(), 0.7, "date.compact")


def _order(parts: list[str]) -> bool | None:
    """Tell whether d/m/yyyy is day first, where one of the two can only be a day."""
    if len(parts[0]) > 2 or len(parts[2]) not in (2, 4):
        return None
    first, second = int(parts[0]), int(parts[1])
    if 12 < first <= 31 and 1 <= second <= 12:
        return True
    return False if 12 < second <= 31 and 1 <= first <= 12 else None


def _read(match: re.Match[str], parts: list[str], known: bool | None, *, stated: bool) -> Entity | None:
    first, second, third = parts
    sign = match[1]
    if len(first) == 4:
        if len(third) > 2 or not 1500 <= int(first) < 2100:
            return None
        value = day_value(first, int(second), int(third))
        confidence, rule = (0.97 if sign != "." else 0.85), "date.iso"
    else:
        if len(first) > 2 or len(third) not in (2, 4) or (len(third) == 2 and sign == "."):
            return None
        order = _order(parts)
        if order is not None:
            confidence, rule = 0.95, "date.numeric"
        elif sign == ".":
            if _SECTION.search(match.string, max(0, match.start() - 12), match.start()):
                return None
            order, confidence, rule = True, 0.85, "date.numeric.dotted"
        elif known is not None or first == second:
            order, rule = bool(known), "date.numeric.order_known"
            confidence = 0.95 if stated or first == second else 0.85
        else:
            order, confidence, rule = False, 0.5, "date.numeric.ambiguous"
        day, month = (first, second) if order else (second, first)
        value = day_value(third, int(month), int(day))
        confidence -= 0.1 * (len(third) == 2) + 0.1 * (len(third) == 2 and sign == "-")
    return Entity("date", value, match.start(), match.end(), round(confidence, 2), rule) if value else None
