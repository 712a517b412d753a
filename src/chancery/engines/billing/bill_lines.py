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
    day_of,
    field_rules,
)
from chancery.engines.billing.ledes_stream import Notes, blocks, opened
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


@dataclass(slots=True)
class LineReader:
    """Reads the lines of LEDES 1998B and 98BI. skipped: lines of the file whose values could not be read."""

    skipped: list[int] = field(default_factory=list)
    _days: dict[str, date | None] = field(default_factory=dict)
    _numbers: dict[str, Decimal | None] = field(default_factory=dict)

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
                body = body_of(line=text)[0]
                line = self._line(place, body, width, wide)
                if line is None:
                    self.skipped.append(place)
                else:
                    yield line

    def _line(self, place: int, body: str, width: int, wide: bool) -> Line | None:
        value = list(map(str.strip, body.split("|")))
        if len(value) != width:
            return None
        billed, day = self._day(value[0]), self._day(value[13])
        units, adjustment = self._number(value[10]), self._number(value[11])
        total, rate = self._number(value[12]), self._number(value[20])
        if billed is None or day is None or units is None or adjustment is None or total is None or rate is None:
            return None
        if not value[12] or not value[1]:
            return None
        tax, tax_rate = ZERO, None
        if wide:
            read = self._number(value[48])
            tax_rate = self._number(value[47]) if value[47] else None
            if read is None or (value[47] and tax_rate is None):
                return None
            tax = read
        return Line(
            place,
            value[1],
            billed,
            value[2],
            value[19],
            value[3],
            value[23],
            self._day(value[5]),
            self._day(value[6]),
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

    def _day(self, text: str) -> date | None:
        if text not in self._days:
            self._days[text] = day_of(value=text)
        return self._days[text]

    def _number(self, text: str) -> Decimal | None:
        if text not in self._numbers:
            if len(self._numbers) > 100_000:
                self._numbers.clear()
            plain = NUMBER.fullmatch(text)
            fits = plain is not None and len((plain[1] or "").lstrip("0")) <= DIGITS and len(text) <= 24
            self._numbers[text] = ZERO if not text else Decimal(text) if fits else None
        return self._numbers[text]


def _shape(text: str) -> FormatName:
    return "98BI" if "98BI" in text or text.count("|") > 37 else "1998B"
