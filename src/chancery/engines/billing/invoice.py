"""An invoice as values: lines whose totals are computed once and whose sum is exact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from chancery.foundation.errors import Refused
from chancery.foundation.money import Money, minor_digits, round_half_up

LineType = Literal["F", "E", "IF", "IE"]


class BillRefused(Refused):
    """An invoice that contradicts itself."""

    code = "bill_refused"


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of an invoice.

    type: F fee, E expense, IF and IE adjustments of all fees or all expenses of the invoice. units: hours for
    fees, quantity for expenses. adjustment: signed amount, a discount is negative. total: see ``line_total``;
    for IF and IE it equals the adjustment. timekeeper_name: "Last, First".
    """

    number: str
    type: LineType
    date: date
    units: Decimal
    unit_cost: Decimal
    adjustment: Decimal
    total: Decimal
    task_code: str = ""
    activity_code: str = ""
    expense_code: str = ""
    timekeeper_id: str = ""
    timekeeper_name: str = ""
    timekeeper_class: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """One invoice in one currency for one matter."""

    invoice_date: date
    invoice_number: str
    client_id: str
    law_firm_matter_id: str
    client_matter_id: str
    law_firm_id: str
    currency: str
    period_start: date
    period_end: date
    description: str
    lines: tuple[BillLine, ...]

    @property
    def total(self) -> Money:
        """Exact sum of the line totals."""
        return Money(sum((line.total for line in self.lines), Decimal(0)), self.currency)

    @property
    def fees(self) -> Money:
        """Exact sum of fee lines and adjustments on fees."""
        return self._sum("F", "IF")

    @property
    def expenses(self) -> Money:
        """Exact sum of expense lines and adjustments on expenses."""
        return self._sum("E", "IE")

    def _sum(self, *types: str) -> Money:
        return Money(sum((line.total for line in self.lines if line.type in types), Decimal(0)), self.currency)


def line_total(*, units: Decimal, unit_cost: Decimal, adjustment: Decimal = Decimal(0), currency: str) -> Decimal:
    """Total of one line: units × unit cost + adjustment, rounded once, half away from zero.

    The result has the minor-unit digits of the currency. Authority: LEDES 1998B, LINE_ITEM_TOTAL.
    """
    return round_half_up(units * unit_cost + adjustment, digits=minor_digits(currency))


def faults_of(*, bill: Bill) -> list[BillRefused]:
    """Everything in which an invoice contradicts itself; empty when it is sound.

    Codes: no_lines, line_number_repeated, line_total_wrong, period_reversed, timekeeper_missing,
    expense_code_missing, codes_on_expense.
    """
    found = []
    if not bill.lines:
        found.append(BillRefused("The invoice has no lines.", code="no_lines"))
    if bill.period_start > bill.period_end:
        found.append(BillRefused("The period ends before it starts.", code="period_reversed"))
    numbers = [line.number for line in bill.lines]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}) if numbers else []:
        found.append(BillRefused("The line number %(line)s is used twice.", code="line_number_repeated", line=number))
    for line in bill.lines:
        found.extend(_line_faults(line, bill.currency))
    return found


def _line_faults(line: BillLine, currency: str) -> list[BillRefused]:
    found = []
    if line.type in ("IF", "IE"):
        expected = line_total(units=Decimal(0), unit_cost=Decimal(0), adjustment=line.adjustment, currency=currency)
    else:
        expected = line_total(units=line.units, unit_cost=line.unit_cost, adjustment=line.adjustment, currency=currency)
    if line.total != expected:
        found.append(
            BillRefused(
                "Line %(line)s: the total is %(total)s, units × cost + adjustment is %(expected)s.",
                code="line_total_wrong",
                line=line.number,
                total=str(line.total),
                expected=str(expected),
            )
        )
    if line.type == "F" and not (line.timekeeper_id and line.timekeeper_name and line.timekeeper_class):
        found.append(
            BillRefused(
                "Line %(line)s: a fee names its timekeeper, with id and class.",
                code="timekeeper_missing",
                line=line.number,
            )
        )
    if line.type == "E" and not line.expense_code:
        found.append(
            BillRefused(
                "Line %(line)s: an expense has an expense code.",
                code="expense_code_missing",
                line=line.number,
            )
        )
    if line.type == "E" and (line.task_code or line.activity_code):
        found.append(
            BillRefused(
                "Line %(line)s: an expense has no task or activity code.",
                code="codes_on_expense",
                line=line.number,
            )
        )
    return found
