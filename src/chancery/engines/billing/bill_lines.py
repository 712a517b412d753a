"""Lines of e-bills as values, whatever the format they came in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import BinaryIO, NamedTuple

from chancery.engines.billing.ledes_reading import (
    MARKERS,
    NUMBER,
    FormatName,
    body_of,
    field_rules,
)
from chancery.engines.billing.ledes_stream import Notes, blocks, opened
from chancery.engines.billing.ledes_values import REMEMBERED, Dates
from chancery.foundation.errors import Refused

ZERO = Decimal(0)
# Products of two such numbers stay exact to the minor unit.
DIGITS = 12


class LinesRefused(Refused):
    """A file without lines of a bill."""

    code = "lines_refused"


class Line(NamedTuple):
    """One line of a bill as submitted.

    line: its place in the file. amount: what it adds to the invoice before tax. adjustment: signed, negative for a
    discount. units: hours for fees, quantity for expenses. currency: empty when the format does not name it.
    applied: (rule, version) of guideline decisions already taken on it. raw: the record as submitted.
    """

    line: int
    invoice: str
    invoice_date: date
    client: str
    firm: str
    matter: str
    client_matter: str
    period_start: date | None
    period_end: date | None
    number: str
    type: str
    units: Decimal
    rate: Decimal
    adjustment: Decimal
    amount: Decimal
    day: date
    task: str
    expense: str
    activity: str
    person: str
    name: str
    grade: str
    text: str
    currency: str = ""
    tax_rate: Decimal | None = None
    tax: Decimal = ZERO
    po: str = ""
    client_tax_id: str = ""
    applied: frozenset[tuple[str, str]] = frozenset()
    raw: str = ""

    @property
    def key(self) -> str:
        """Invoice and line number, which name a line for people and in decisions."""
        return f"{self.invoice}/{self.number}"


class _Numbers(dict[str, Decimal | None]):
    """Texts as exact numbers; None when unreadable or too long to calculate with."""

    def __missing__(self, text: str) -> Decimal | None:
        if len(self) > REMEMBERED:
            self.clear()
        plain = NUMBER.fullmatch(text)
        fits = plain is not None and len((plain[1] or "").lstrip("0")) <= DIGITS and len(text) <= 24
        self[text] = ZERO if not text else Decimal(text) if fits else None
        return self[text]


@dataclass(slots=True)
class LineReader:
    """Reads the lines of LEDES 1998B and 98BI. skipped: lines of the file whose values could not be read."""

    skipped: list[int] = field(default_factory=list)
    _days: Dates = field(default_factory=Dates)
    _numbers: _Numbers = field(default_factory=lambda: _Numbers())

    def read(self, data: bytes | str | BinaryIO) -> Iterator[Line]:
        """The readable lines in their order; a wrong total or code does not matter here, ``validation`` tells it."""
        width, wide = 0, False
        for block in blocks(stream=opened(data), notes=Notes()):
            for place, text in enumerate(block.lines, start=block.first_line):
                if not text.strip():
                    continue
                if not width:
                    name = MARKERS.get(text.strip())
                    width = len(field_rules(format_name=name or _shape(text)))
                    wide = width > 24
                    continue
                if text.startswith("INVOICE_DATE"):
                    # Without a known marker the names tell the format.
                    wide = text.count("|") > 37
                    width = 52 if wide else 24
                    continue
                body = text[:-2] if text.endswith("[]") else body_of(line=text)[0]
                line = self._line(place, body, width, wide)
                if line is None:
                    self.skipped.append(place)
                else:
                    yield line

    def _line(self, place: int, body: str, width: int, wide: bool) -> Line | None:
        value = body.split("|")
        if len(value) != width:
            return None
        if " |" in body or "| " in body or not body.isascii():
            value = list(map(str.strip, value))
        days, numbers = self._days, self._numbers
        billed, day = days[value[0]], days[value[13]]
        units, adjustment = numbers[value[10]], numbers[value[11]]
        total, rate = numbers[value[12]], numbers[value[20]]
        if billed is None or day is None or units is None or adjustment is None or total is None or rate is None:
            return None
        if not value[12] or not value[1]:
            return None
        tax, tax_rate = (numbers[value[48]], numbers[value[47]] if value[47] else None) if wide else (ZERO, None)
        if tax is None or (wide and value[47] and tax_rate is None):
            return None
        return Line(
            place,
            value[1],
            billed,
            value[2],
            value[19],
            value[3],
            value[23],
            days[value[5]],
            days[value[6]],
            value[8],
            value[9],
            units,
            rate,
            adjustment,
            total - tax,
            day,
            value[14],
            value[15],
            value[16],
            value[17],
            value[21],
            value[22],
            value[18],
            value[29] if wide else "",
            tax_rate,
            tax,
            value[24] if wide else "",
            value[25] if wide else "",
            raw=body,
        )


def _shape(text: str) -> FormatName:
    return "98BI" if "98BI" in text or text.count("|") > 37 else "1998B"
