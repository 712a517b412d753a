"""Days of one month that share its name and year: March 3-5, 2024 and 3-5 March 2024 are two dates each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chancery.engines.text.extraction.calendar import day_value
from chancery.engines.text.extraction.shapes import matches
from chancery.engines.text.extraction.values import Entity

_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_MONTH = (
    r"(?P<month>(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?)"
)
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?(?![0-9A-Za-z])"
_TO = r"[ ]?(?:-|to|through|and|&)[ ]?"
_YEAR = r"(?P<year>(?:1[5-9]|20)[0-9]{2})(?![0-9A-Za-z_]|[,.:/][0-9]|%)"
_MONTH_FIRST: Final = re.compile(rf"{_MONTH}[ ](?P<first>{_DAY}){_TO}(?P<last>{_DAY}),?[ ]{_YEAR}")
_DAY_FIRST: Final = re.compile(
    rf"(?P<first>(?<![0-9A-Za-z_.,/:$#+-]){_DAY}){_TO}(?P<last>{_DAY})[ ](?:of[ ])?{_MONTH},?[ ]{_YEAR}"
)
_MONTH_HINT: Final = re.compile(rb"A(?=[A-Za-z]{2,8}\.? 00?[a ]{0,3}[-a&?])")
_DAY_HINT: Final = re.compile(rb"0(?<![0Aa_.,/:$#+-]0)(?=0?(?:aa)? ?[-a&?])")


def find_date_ranges(*, text: str, shape: bytes) -> Iterator[Entity]:
    """Yield both days of a range within a month of a folded text; shape: ``shapes.shape_of(text)``.

    The second lies where its own figure stands, with month and year where they follow it.
    """
    for pattern, hint in ((_MONTH_FIRST, _MONTH_HINT), (_DAY_FIRST, _DAY_HINT)):
        for match in matches(pattern, text, shape, hint):
            month = _MONTHS.index(match["month"][:3].lower()) + 1
            days = [int(re.sub("[a-z]", "", match[name])) for name in ("first", "last")]
            values = [day_value(match["year"], month, day) for day in days]
            if days[0] >= days[1] or not all(values):
                continue
            places = ((match.start(), match.end("first")), (match.start("last"), match.end()))
            for value, (start, end) in zip(values, places, strict=True):
                yield Entity("date", value or "", start, end, 0.98, "date.range")
