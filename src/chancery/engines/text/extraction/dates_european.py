"""Dates with months in German, French, Spanish, Italian, Portuguese and Dutch: 5. März 2024, 1er mars 2024."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from chancery.engines.text.extraction.calendar import day_value
from chancery.engines.text.extraction.values import Entity

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "januar jänner janvier enero gennaio janeiro januari",
            "februar février fevrier febrero febbraio fevereiro februari",
            "märz maerz mars marzo março maart",
            "april avril abril aprile",
            "mai mayo maggio maio mei",
            "juni juin junio giugno junho",
            "juli juillet julio luglio julho",
            "august août aout agosto augustus",
            "september septembre septiembre settembre setembro",
            "oktober octobre octubre ottobre outubro",
            "november novembre noviembre novembro",
            "dezember décembre decembre diciembre dicembre dezembro december",
        ),
        1,
    )
    for name in names.split()
}
_NAMES: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE: Final = re.compile(
    rf"(?P<day>[0-9](?<![0-9A-Za-z_.,/:$#+-][0-9])[0-9]?)(?:\.|er|º|°)?[ ]{{1,2}}(?:de[ ])?(?P<month>{_NAMES})"
    r"(?![^\W\d_])(?:[ ]del?)?,?[ ]{1,2}(?P<year>(?:1[5-9]|20)[0-9]{2})(?![0-9A-Za-z_]|[,.:/][0-9]|%)",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(r"[0-9]{1,2}(?:\.|er|º|°)?[ ]{1,2}(?:de[ ])?[^\W\d_]{3,10}(?:[ ]del?)?,?[ ]?\Z")
_REACH = 28


def find_european_dates(*, text: str, years: Sequence[int]) -> Iterator[Entity]:
    """Yield the dates of a folded text that have day, month in words and year.

    years: in order the places of a blank before four digits, after one of which such a date ends.
    """
    for place in years:
        begin = max(0, place - _REACH)
        found = _BEFORE.search(text[begin:place])
        match = _DATE.match(text, begin + found.start()) if found else None
        if match is None:
            continue
        month = _MONTHS.get(match["month"].casefold())  # none for a dotted I, which is no i when it is made small
        value = month and day_value(match["year"], month, int(match["day"]))
        if value:
            yield Entity("date", value, match.start(), match.end(), 0.96, "date.european")
