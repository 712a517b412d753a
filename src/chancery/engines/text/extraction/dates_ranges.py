"""Days of one month that share its name and year: March 3-5, 2024 and 3-5 March 2024 are two dates each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from chancery.engines.text.extraction.calendar import day_value
from chancery.engines.text.extraction.values import Entity

_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_MONTH = (
    r"(?P<month>(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?)"
)
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?(?![0-9A-Za-z])"
_TO = r"[ ]?(?:-|to|through|and|&)[ ]?"
_YEAR = r"(?P<year>(?:1[5-9]|20)[0-9]{2})"
_YEAR_END = 5  # the blank and the four digits
_GOES_ON: Final = re.compile(r"[0-9A-Za-z_]|[,.:/][0-9]|%")
_MONTH_FIRST: Final = re.compile(rf"{_MONTH}[ ](?P<first>{_DAY}){_TO}(?P<last>{_DAY}),?[ ]{_YEAR}")
_DAY_FIRST: Final = re.compile(
    rf"(?P<first>(?<![0-9A-Za-z_.,/:$#+-]){_DAY}){_TO}(?P<last>{_DAY})[ ](?:of[ ])?{_MONTH},?[ ]{_YEAR}"
)
_JOINED: Final = re.compile(rf"[0-9a-z]{_TO}[0-9]")
_REACH = 36


def find_date_ranges(*, text: str, years: Sequence[int]) -> Iterator[Entity]:
    """Yield both days of a range within a month of a folded text; years: as ``find_european_dates`` has them.

    The second lies where its own figure stands, with month and year where they follow it.
    """
    for year in years:
        begin = max(0, year - _REACH)
        if _JOINED.search(text, begin, year) is None:
            continue
        for pattern in (_MONTH_FIRST, _DAY_FIRST):
            match = pattern.search(text, begin, year + _YEAR_END)
            if match is None or match.end() != year + _YEAR_END:
                continue
            month = _MONTHS.index(match["month"][:3].lower()) + 1
            days = [int(re.sub("[a-z]", "", match[name])) for name in ("first", "last")]
            values = [day_value(match["year"], month, day) for day in days]
            if days[0] >= days[1] or not all(values) or _GOES_ON.match(text, match.end()):
                continue
            places = ((match.start(), match.end("first")), (match.start("last"), match.end()))
            for value, (start, end) in zip(values, places, strict=True):
                yield Entity("date", value or "", start, end, 0.98, "date.range")
