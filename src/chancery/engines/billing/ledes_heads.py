"""Read what stands once per invoice: the first fields of a record, and in 98BI some in its middle and at its end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from operator import le, ne
from typing import NamedTuple

from chancery.engines.billing.codes import currencies
from chancery.engines.billing.invoice_rules import HEADS, check_international, head_value
from chancery.engines.billing.ledes_cutting import HEAD_COUNT, INTERNATIONAL_HEAD, Shared
from chancery.engines.billing.ledes_reading import FieldRule, Record, Report, read_field
from chancery.engines.billing.ledes_values import REMEMBERED, Dates
from chancery.engines.billing.receiver import Profile
from chancery.foundation.money import minor_digits

LATEST = "99999999"
TOTAL = re.compile(r"-?\d{1,12}(?:\.\d\d?)?", re.ASCII)


class Head(NamedTuple):
    """The invoice-level fields of a record, without a finding.

    lowest, highest: days YYYYMMDD between which work raises no question. before: bytes before the invoice total.
    """

    invoice: str
    values: tuple[object, ...]
    lowest: str
    highest: str
    total: Decimal
    tax: Decimal | None
    before: int


class TextFields:
    """Judges text fields by their sizes, without asking what they say."""

    def __init__(self, *, fields: tuple[FieldRule, ...]) -> None:
        self.required = [rule.required != "O" for rule in fields]
        # A size in KB counts bytes; a letter has four at most.
        sizes = [rule.size for rule in fields]
        self.shortest = [int(size[:-1]) * 256 if size.endswith("K") else int(float(size)) for size in sizes]

    def all_sound(self, places: Sequence[int], values: Sequence[str]) -> bool:
        """The same as ``sound`` for several fields at once."""
        text = "|".join(("", *values, ""))
        plain = text.isascii() and text.isprintable() and " |" not in text and "| " not in text
        if not plain or ("||" in text and any(map(self.required.__getitem__, places))):
            return all(map(self.sound, places, values))
        return all(map(le, map(len, values), map(self.shortest.__getitem__, places)))

    def columns_sound(self, places: Sequence[int], columns: Sequence[Sequence[str]]) -> bool:
        """Tell whether many values of several fields are plain ASCII without a finding; False when in doubt."""
        for place, column in zip(places, columns, strict=False):
            text = "|".join(("", *column, ""))
            if not text.isascii() or not text.isprintable() or " |" in text or "| " in text:
                return False
            if ("||" in text and self.required[place]) or max(map(len, column)) > self.shortest[place]:
                return False
        return True

    def sound(self, place: int, value: str) -> bool:
        """Tell whether a text field gives no finding: stripped, not too long, not empty where required."""
        if not value:
            return not self.required[place]
        return value == value.strip() and len(value) <= self.shortest[place]


class HeadReader:
    """Reads the heads of a file; what was read is remembered."""

    def __init__(
        self, *, fields: tuple[FieldRule, ...], profile: Profile, today: date | None, texts: TextFields, dates: Dates
    ) -> None:
        self.fields, self.profile, self.texts, self.dates = fields, profile, texts, dates
        self.wide = len(fields) > HEAD_COUNT + INTERNATIONAL_HEAD[0]
        self.today = f"{today:%Y%m%d}" if today is not None else LATEST
        self.known: dict[Shared, Head | None] = {}
        self.settled: dict[tuple[str, ...], bool] = {}
        sizes = {rule.size for rule in fields if rule.name.startswith("INVOICE") and rule.type == "number"}
        self.in_cents = {code for code in currencies() if minor_digits(code) >= 2} if len(sizes) == 1 else set()

    def head(self, *, shared: Shared) -> Head | None:
        """The invoice-level fields; None when any of them gives a finding or needs a closer look."""
        if shared not in self.known:
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            self.known[shared] = self._read(shared)
        return self.known[shared]

    def _read(self, shared: Shared) -> Head | None:
        if self.wide and not shared.end.endswith("[]"):
            return None
        text = f"{shared.head}|{shared.middle}|{shared.end[:-2]}" if self.wide else shared.head
        values = text.split("|")
        width = HEAD_COUNT + (len(INTERNATIONAL_HEAD) if self.wide else 0)
        if len(values) != width or not text.isascii() or any(map(ne, values, map(str.strip, values))):
            return None
        billed, start, end = self.dates[values[0]], self.dates[values[5]], self.dates[values[6]]
        if billed is None or start is None or end is None or start > end or self.profile.resubmitted:
            return None
        plain = TOTAL.fullmatch(values[4]) is not None and self.fields[4].size in ("12.4", "14.2")
        if not plain or not all(map(self.texts.sound, (1, 2, 3, 7), (*values[1:4], values[7]))):
            return None
        total = Decimal(values[4])
        tax: Decimal | None = None
        rest: tuple[object, ...] = (None, None, None)
        if self.wide:
            read = self._international(values)
            if read is None:
                return None
            tax = read["INVOICE_TAX_TOTAL"] if isinstance(read["INVOICE_TAX_TOTAL"], Decimal) else None
            rest = tuple(read[name] for name in HEADS[4:])
        lowest = values[5]
        if self.profile.ageing_days is not None:
            oldest = billed - timedelta(days=min(self.profile.ageing_days, billed.toordinal() - 1))
            lowest = max(lowest, f"{oldest:%Y%m%d}")
        highest = min(values[6], values[0], self.today)
        before = sum(map(len, values[:4])) + 4
        return Head(values[1], (billed, start, end, total, *rest), lowest, highest, total, tax, before)

    def _international(self, values: list[str]) -> dict[str, object] | None:
        """Fields of 98BI that stand once per invoice; None after a finding.

        Usual amounts in a currency with cents only have to fit each other; the other fields repeat from invoice to
        invoice and are remembered.
        """
        total, tax, net, money = values[4], values[11], values[12], values[13]
        if not (TOTAL.fullmatch(tax) and TOTAL.fullmatch(net)) or money not in self.in_cents:
            return self._read_international(values)
        if Decimal(total) - Decimal(tax) != Decimal(net):
            return None
        others = (*values[8:11], money, *values[14:])
        if others not in self.settled:
            if len(self.settled) >= REMEMBERED:
                self.settled.clear()
            plain = [*values[:4], "0", *values[5:11], "0", "0", money, *values[14:]]
            self.settled[others] = self._read_international(plain) is not None
        if not self.settled[others]:
            return None
        return {"INVOICE_TAX_TOTAL": Decimal(tax), "INVOICE_NET_TOTAL": Decimal(net), "INVOICE_CURRENCY": money}

    def _read_international(self, values: list[str]) -> dict[str, object] | None:
        """The same through the rules for single records."""
        places = (4, *INTERNATIONAL_HEAD)
        named = dict(zip((self.fields[place].name for place in places), (values[4], *values[8:]), strict=True))
        record = Record(0, {"EXP/FEE/INV_ADJ_TYPE": "F", **named})
        report = Report()
        for place in places:
            read_field(report=report, record=record, rule=self.fields[place])
        check_international(report=report, record=record)
        return None if report.found else {name: head_value(record=record, name=name) for name in HEADS[4:]}
