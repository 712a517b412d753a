"""Words of the guideline engine: rules, what is known about matters and people, findings, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from chancery.engines.billing.bill_lines import Line
from chancery.foundation.errors import Refused

Severity = Literal["info", "warn", "adjust", "reject_line", "reject_invoice"]
# Order in which decisions are taken; each taken one is a row of its own.
STEPS = ("rate", "units", "percentage", "cap", "reject", "discount", "tax")
Step = Literal["rate", "units", "percentage", "cap", "reject", "discount", "tax"]
SEVERITIES = ("info", "warn", "adjust", "reject_line", "reject_invoice")


class GuidelineRefused(Refused):
    """Guideline rules or facts that cannot be used."""

    code = "guideline_refused"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a rule holds; an empty set means everywhere. phases: first digit groups of task codes, such as L300."""

    clients: frozenset[str] = frozenset()
    firms: frozenset[str] = frozenset()
    matter_types: frozenset[str] = frozenset()
    matters: frozenset[str] = frozenset()
    phases: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Guideline:
    """One rule of one version.

    kind: what is tested, a word of the catalogue. number: its place there, 1 to 45. in force on both the first and
    the last day, by the date of the invoice. cumulative: its cut is added to others on the same line instead of
    competing with them. appeal_days: how long the firm may object. text, text_zh: said to the firm.
    """

    id: str
    version: str
    number: int
    kind: str
    severity: Severity
    reason_code: str
    text: str
    text_zh: str
    params: Mapping[str, Any] = field(default_factory=dict)
    scope: Scope = Scope()
    in_force_from: date | None = None
    in_force_to: date | None = None
    cumulative: bool = False
    appeal_days: int = 30

    def holds_on(self, day: date) -> bool:
        """Tell whether the rule is in force on a day."""
        after = self.in_force_from is None or self.in_force_from <= day
        return after and (self.in_force_to is None or day <= self.in_force_to)


@dataclass(frozen=True, slots=True)
class PersonRate:
    """An hourly rate of a person. announced: day on which the client was told of it."""

    amount: Decimal
    currency: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    announced: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the rate holds on a day; both ends count."""
        after = self.valid_from is None or self.valid_from <= day
        return after and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Person:
    """A timekeeper as the client knows them. admitted: first day as a lawyer, for first-year rules."""

    rates: tuple[PersonRate, ...] = ()
    approved_from: date | None = None
    approved_to: date | None = None
    admitted: date | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter as the client knows it. Empty or None: not known, and what depends on it is not tested.

    budget, spent: by phase code, spent before this invoice. cap: for the whole matter. consents: kinds of work
    agreed beforehand. names: words that only this matter uses, for narratives billed to another one.
    """

    type: str = ""
    opened: date | None = None
    closed: date | None = None
    team: frozenset[str] = frozenset()
    budget: Mapping[str, Decimal] = field(default_factory=dict)
    spent: Mapping[str, Decimal] = field(default_factory=dict)
    cap: Decimal | None = None
    arrangement: str = ""
    po: str = ""
    gl: str = ""
    engagement_letter: bool | None = None
    conflicts_cleared: bool | None = None
    consents: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    tax_rate: Decimal | None = None
    client_tax_id: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known beside the bill. None: not known, and rules that need it stay silent.

    year_to_date: fees billed earlier this year by firm. signed_off, receipts: line keys. vendor_costs: what the
    vendor charged, by line key. invoices: (firm, number) received before.
    """

    people: Mapping[str, Person] | None = None
    matters: Mapping[str, Matter] | None = None
    year_to_date: Mapping[str, Decimal] = field(default_factory=dict)
    signed_off: frozenset[str] | None = None
    receipts: frozenset[str] | None = None
    vendor_costs: Mapping[str, Decimal] = field(default_factory=dict)
    invoices: frozenset[tuple[str, str]] = frozenset()
    hours_elsewhere: Mapping[tuple[str, date], Decimal] = field(default_factory=dict)


class Hit(NamedTuple):
    """A rule that fired on a line, or on an invoice when line is None.

    step: how money is cut, empty when it is not. value: the new rate, units, share kept (1 is all) or most amount.
    detail: values for the sentence and for the decision's record.
    """

    rule: Guideline
    invoice: str
    line: Line | None
    step: Step | None = None
    value: Decimal | None = None
    detail: Mapping[str, str] = {}


class GuidelineFinding(NamedTuple):
    """A hit as it is kept: with rule and version, a hash of what was looked at, and its part in the cut.

    alone: what this rule would cut from the line by itself. cut: what it did cut. superseded_by: the rule that
    cut more from the same line.
    """

    rule: str
    number: int
    version: str
    severity: Severity
    reason_code: str
    invoice: str
    line: int | None
    line_number: str
    text: str
    text_zh: str
    detail: Mapping[str, str]
    alone: Decimal
    cut: Decimal
    superseded_by: str
    appeal_days: int
    input_hash: str


class Adjustment(NamedTuple):
    """One step of a cut, a row of its own: amounts before and after in the currency of the invoice, before tax."""

    invoice: str
    line: int | None
    line_number: str
    step: Step
    rule: str
    version: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceOutcome:
    """Totals of an invoice, before tax but for the tax fields."""

    invoice: str
    currency: str
    submitted: Decimal
    cut: Decimal
    approved: Decimal
    tax_submitted: Decimal
    tax_approved: Decimal
    rejected: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything the rules said about a file. silent: rules that lacked a fact, and which."""

    findings: tuple[GuidelineFinding, ...]
    adjustments: tuple[Adjustment, ...]
    invoices: tuple[InvoiceOutcome, ...]
    silent: Mapping[str, str]
    lines: int
