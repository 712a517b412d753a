"""Lines of e-bills as values, whatever the format they came in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from chancery.foundation.errors import Refused

ZERO = Decimal(0)
NONE_APPLIED: frozenset[tuple[str, str]] = frozenset()


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
    applied: frozenset[tuple[str, str]] = NONE_APPLIED
    raw: str = ""

    @property
    def key(self) -> str:
        """Invoice and line number, which name a line for people and in decisions."""
        return f"{self.invoice}/{self.number}"
