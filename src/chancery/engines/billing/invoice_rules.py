"""Rules that look at all records of an invoice or of a file; they keep sums, never the records."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from decimal import Decimal

from chancery.engines.billing.codes import currencies
from chancery.engines.billing.ledes_reading import FormatName, Record, Report
from chancery.engines.billing.line_rules import ZERO, number_in
from chancery.engines.billing.receiver import Profile
from chancery.foundation.money import minor_digits

HEAD_NUMBERS = ("INVOICE_TOTAL", "INVOICE_TAX_TOTAL", "INVOICE_NET_TOTAL")
HEADS = ("INVOICE_DATE", "BILLING_START_DATE", "BILLING_END_DATE", *HEAD_NUMBERS, "INVOICE_CURRENCY")


@dataclass(slots=True)
class Sums:
    """What an invoice has shown so far. head: readable values of its first record. known: nothing is missing."""

    line: int
    head: tuple[object, ...]
    total: Decimal | None
    tax: Decimal | None
    total_offset: int
    tax_offset: int
    lines: Decimal = ZERO
    taxes: Decimal = ZERO
    known: bool = True
    taxes_known: bool = True


@dataclass(slots=True)
class Invoices:
    """The invoices of a file by number."""

    format: FormatName
    profile: Profile
    held: dict[str, Sums] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)

    def add(self, *, report: Report, record: Record) -> None:
        """Count one record; report what differs from the first one of its invoice."""
        number = record.values["INVOICE_NUMBER"]
        sums = self.held.get(number)
        if sums is None:
            sums = self.held[number] = self._opened(report, record)
        else:
            for name, first in zip(HEADS, sums.head, strict=True):
                if head_value(record=record, name=name) != first:
                    report.at(record, "E032", name)
        total, tax = record.numbers.get("LINE_ITEM_TOTAL"), record.numbers.get("LINE_ITEM_TAX_TOTAL")
        sums.known = sums.known and total is not None
        sums.taxes_known = sums.taxes_known and tax is not None
        sums.lines += total or ZERO
        sums.taxes += tax or ZERO

    def open(
        self,
        *,
        invoice: str,
        head: tuple[object, ...],
        line: int,
        total: Decimal,
        tax: Decimal | None,
        at: tuple[int, int],
    ) -> None:
        """Begin an invoice whose head gave no finding. at: offsets of its total and its tax total."""
        self.held[invoice] = Sums(line, head, total, tax, *at)

    def add_run(self, *, invoice: str, lines: Decimal, taxes: Decimal) -> None:
        """Count records that were found clean and belong to an invoice already opened."""
        sums = self.held[invoice]
        sums.lines += lines
        sums.taxes += taxes

    def finish(self, *, report: Report) -> None:
        """Compare the totals at the head of each invoice with the exact sums of its lines."""
        for number, sums in self.held.items():
            if number in self.incomplete:
                continue
            self._compare(report, sums, "E030", "INVOICE_TOTAL")
            if self.format == "98BI":
                self._compare(report, sums, "E031", "INVOICE_TAX_TOTAL")

    def _compare(self, report: Report, sums: Sums, rule: str, name: str) -> None:
        if name == "INVOICE_TOTAL":
            given, added, known, offset = sums.total, sums.lines, sums.known, sums.total_offset
        else:
            given, added, known, offset = sums.tax, sums.taxes, sums.taxes_known, sums.tax_offset
        if known and given is not None and given != added:
            message = f"The lines sum to {_shown(added)}, {given:f} is given."
            report.add(rule, sums.line, name, message, offset=offset)

    def _opened(self, report: Report, record: Record) -> Sums:
        start, end = record.days.get("BILLING_START_DATE"), record.days.get("BILLING_END_DATE")
        if start is not None and end is not None and start > end:
            report.at(record, "E033", "BILLING_START_DATE")
        if self.format == "98BI":
            check_international(report=report, record=record)
        self._check_resubmitted(report, record)
        return Sums(
            line=record.line,
            head=tuple(head_value(record=record, name=name) for name in HEADS),
            total=record.numbers.get("INVOICE_TOTAL"),
            tax=record.numbers.get("INVOICE_TAX_TOTAL"),
            total_offset=record.offset_of("INVOICE_TOTAL"),
            tax_offset=record.offset_of("INVOICE_TAX_TOTAL") if self.format == "98BI" else 0,
        )

    def _check_resubmitted(self, report: Report, record: Record) -> None:
        if not self.profile.resubmitted:
            return
        values, total = record.values, record.numbers.get("INVOICE_TOTAL")
        period = (values["BILLING_START_DATE"], values["BILLING_END_DATE"])
        known = (values["LAW_FIRM_ID"], values["INVOICE_NUMBER"]) in self.profile.received
        if total is not None and not known and (values["LAW_FIRM_ID"], total, *period) in self.profile.resubmitted:
            message = "The firm sent an invoice with this total and period before: probably the same one again."
            report.at(record, "E050", "INVOICE_TOTAL", message, severity="warning")


def _shown(amount: Decimal) -> str:
    """An amount with two decimal places, or more where it has them."""
    text = f"{amount:f}"
    part = text.partition(".")[2].rstrip("0")
    return f"{amount:.{max(2, len(part))}f}"


def head_value(*, record: Record, name: str) -> object:
    """What an invoice-level field says: its number or day where it can be read, else its text."""
    value = record.values.get(name)
    return record.numbers.get(name, record.days.get(name, value))


def check_international(*, report: Report, record: Record) -> None:
    """Totals, tax and currencies at the head of a 98BI invoice."""
    total, net = record.numbers.get("INVOICE_TOTAL"), record.numbers.get("INVOICE_NET_TOTAL")
    tax = number_in(record=record, name="INVOICE_TAX_TOTAL")
    if total is not None and net is not None and tax is not None and total - tax != net:
        message = f"{total - tax:f} was expected, {net:f} is given."
        report.at(record, "E031", "INVOICE_NET_TOTAL", message)
    amounts = {
        "INVOICE_CURRENCY": HEAD_NUMBERS,
        "INVOICE_TAX_CURRENCY": ("INVOICE_REPORTED_TAX_TOTAL",),
    }
    for name, sums in amounts.items():
        currency = record.values[name]
        if currency and currency not in currencies():
            report.at(record, "E045", name, f"{currency} is not a currency of ISO 4217.")
        elif currency:
            for amount in sums:
                number = record.numbers.get(amount)
                if number is not None and number != round(number, minor_digits(currency)):
                    report.at(record, "E045", amount, f"More decimal places than {currency} has.")


@dataclass(slots=True)
class LineNumbers:
    """The line numbers of a file seen so far; runs that count upwards take no memory.

    starts, ends: closed intervals of whole numbers without sign and leading zeros, ascending. loose: all others.
    """

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    loose: set[str] = field(default_factory=set)

    def add_run(self, *, first: int, count: int) -> bool:
        """Take a run of consecutive numbers above all earlier ones; False when it is not above them."""
        if self.loose or (self.ends and first <= self.ends[-1]):
            return False
        if self.ends and first == self.ends[-1] + 1:
            self.ends[-1] += count
        else:
            self.starts.append(first)
            self.ends.append(first + count - 1)
        return True

    def add(self, *, number: str) -> bool:
        """Take one number; False when it was there before."""
        if number.isdecimal() and number.isascii() and (number[0] != "0" or number == "0"):
            value = int(number)
            if not self.ends or value > self.ends[-1]:
                if number in self.loose:
                    return False
                return self._extended(value)
            place = bisect_right(self.starts, value) - 1
            if place >= 0 and value <= self.ends[place]:
                return False
        if number in self.loose:
            return False
        self.loose.add(number)
        return True

    def _extended(self, value: int) -> bool:
        if self.ends and value == self.ends[-1] + 1:
            self.ends[-1] = value
        else:
            self.starts.append(value)
            self.ends.append(value)
        return True
