"""Invoices, lines and time as plain values for pages and other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from chancery.foundation.money import Money


@dataclass(frozen=True, slots=True)
class QueryRecord:
    """A question about a line and its answer."""

    id: str
    text: str
    asked_by: str
    asked_at: datetime
    answer: str
    adjustment: Money
    answered_by: str
    answered_at: datetime | None
    open: bool


@dataclass(frozen=True, slots=True)
class LineRecord:
    """A line of an invoice; ``sources`` are ids of ``source_kind`` rows: the work behind it."""

    id: str
    number: int
    type: str
    day: date
    units: Decimal
    unit: str
    unit_cost: Money
    adjustment: Money
    total: Money
    task_code: str
    activity_code: str
    expense_code: str
    timekeeper: str
    timekeeper_class: str
    description: str
    source_kind: str
    sources: tuple[str, ...]
    queries: tuple[QueryRecord, ...]


@dataclass(frozen=True, slots=True)
class InvoiceRecord:
    """An invoice as pages and the interface see it."""

    id: str
    tenant_id: str
    tenant_name: str
    tenant_name_zh: str
    matter_id: str
    matter_number: str
    matter_title: str
    matter_title_zh: str
    number: str
    state: str
    currency: str
    total: Money
    period_start: date
    period_end: date
    invoice_date: date
    description: str
    production_id: str
    issued_at: datetime | None
    approved_at: datetime | None
    approved_by: str
    paid_at: datetime | None
    payment_reference: str
    lines: tuple[LineRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeRecord:
    """A time entry; seconds as measured, hours as billed."""

    id: str
    matter_id: str
    user_id: str
    person: str
    person_zh: str
    day: date
    seconds: int
    hours: Decimal
    task_code: str
    origin: str
    narrative: str
    reason: str
    superseded: bool
    invoice_id: str
    invoice_number: str


@dataclass(frozen=True, slots=True)
class PersonTime:
    """The time of one person on a matter: seconds as measured or entered, hours as billed."""

    user_id: str
    person: str
    person_zh: str
    seconds: int
    hours: Decimal
    entries: int
