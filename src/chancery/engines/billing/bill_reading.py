"""Read the lines of LEDES 1998B and 98BI as values, whole blocks at a time where nothing stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, pairwise, repeat
from operator import is_, sub
from typing import BinaryIO

from chancery.engines.billing.bill_lines import NONE_APPLIED, ZERO, Line
from chancery.engines.billing.ledes_cutting import Cut, cut_at_once
from chancery.engines.billing.ledes_reading import (
    MARKERS,
    NUMBER,
    FormatName,
    body_of,
    field_rules,
)
from chancery.engines.billing.ledes_stream import Block, Notes, blocks, opened
from chancery.engines.billing.ledes_values import REMEMBERED, Dates

# Products of two such numbers stay exact to the minor unit.
DIGITS = 12


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
    short_way: bool = True
    _days: Dates = field(default_factory=Dates)
    _numbers: _Numbers = field(default_factory=lambda: _Numbers())

    def read(self, data: bytes | str | BinaryIO) -> Iterator[Line]:
        """The readable lines in their order; a wrong total or code does not matter here, ``validation`` tells it."""
        width, wide = 0, False
        for block in blocks(stream=opened(data), notes=Notes()):
            whole = self._whole(block, wide) if width and self.short_way else None
            if whole is not None:
                yield from whole
                continue
            for place, text in enumerate(block.lines, start=block.first_line):
                if not text.strip():
                    continue
                if not width:
                    name = MARKERS.get(text.strip())
                    width = len(field_rules(format_name=name or _shape(text)))
                    wide = width > 24
                    continue
                if text[:64].lstrip().upper().startswith("INVOICE_DATE"):
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

    def _whole(self, block: Block, wide: bool) -> list[Line] | None:
        """All lines of a block, column by column; None when any of them needs a closer look."""
        if not block.ascii or " |" in block.text or "| " in block.text:
            return None
        cut = cut_at_once(text=block.text, wide=wide, end=block.end)
        columns = self._columns(cut, wide) if cut is not None else None
        if cut is None or columns is None:
            return None
        found: list[Line] = []
        raws = [line[:-2] for line in block.lines]
        for shared, (begin, end) in zip(cut.shared, pairwise(cut.starts), strict=True):
            head = shared.head.split("|")
            middle = shared.middle.split("|") if wide else [""] * 6
            billed, first, last = self._days[head[0]], self._days[head[5]], self._days[head[6]]
            if billed is None or not head[1] or (wide and not shared.end.endswith("[]")):
                return None
            part = [column[begin:end] for column in columns]
            lines = zip(
                range(block.first_line + begin, block.first_line + end),
                *(repeat(head[1]), repeat(billed), repeat(head[2]), part[0], repeat(head[3]), part[1]),
                *(repeat(first), repeat(last), *part[2:16], repeat(middle[5]), *part[16:18]),
                *(repeat(middle[0]), repeat(middle[1]), repeat(NONE_APPLIED), raws[begin:end]),
                strict=False,
            )
            found += map(Line._make, lines)
        return found

    def _columns(self, cut: Cut, wide: bool) -> list[Sequence[object]] | None:
        """Columns in the order of ``Line``, without those that a run of records shares."""
        parts, numbers = cut.parts, self._numbers
        matters, count = parts[15], len(parts[0])
        if not wide:
            if not all(value.endswith("[]") for value in matters):
                return None
            matters = [value[:-2] for value in matters]
        elif not all(map(str.startswith, parts[16], repeat("\r"))) or not all(
            map(str.endswith, parts[18], repeat("\r"))
        ):
            return None
        days = list(map(self._days.__getitem__, parts[5]))
        units, adjustments, totals, rates = (list(map(numbers.__getitem__, parts[place])) for place in (2, 3, 4, 12))
        taxes: list[Decimal | None] = list(map(numbers.__getitem__, parts[20])) if wide else [ZERO] * count
        shares = [numbers[text] if text else None for text in parts[19]] if wide else [None] * count
        if "" in parts[4] or any(map(is_, chain(days, units, adjustments, totals, rates, taxes), repeat(None))):
            return None
        if wide and any(share is None and text for share, text in zip(shares, parts[19], strict=True)):
            return None
        amounts = list(map(sub, totals, taxes))
        named = [number[1:] for number in parts[0]]
        return [
            *(parts[11], matters, named, parts[1], units, rates, adjustments, amounts, days),
            *(parts[6], parts[7], parts[8], parts[9], parts[13], parts[14], parts[10], shares, taxes),
        ]

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
