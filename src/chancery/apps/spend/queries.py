"""Reads of time and invoices, as plain records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from chancery.apps.spend import policies
from chancery.apps.spend.models import Invoice, InvoiceLine, TimeEntry
from chancery.engines.billing.invoice import Bill, BillLine
from chancery.engines.billing.ledes import write_1998b
from chancery.foundation.errors import NotFound
from chancery.foundation.money import Money
from chancery.platform.access.values import Actor


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
    matter_id: str
    matter_number: str
    matter_title: str
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
    paid_at: datetime | None
    payment_reference: str
    lines: tuple[LineRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeRecord:
    """A time entry; seconds as measured, hours as billed."""

    id: str
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


def invoice_record(invoice: Invoice, lines: tuple[LineRecord, ...] = ()) -> InvoiceRecord:
    """Return the plain record of a row loaded with its client and matter."""
    return InvoiceRecord(
        id=invoice.id,
        tenant_id=invoice.tenant_id,
        tenant_name=invoice.tenant.name,
        matter_id=invoice.matter_id,
        matter_number=invoice.matter.number,
        matter_title=invoice.matter.title,
        number=invoice.number,
        state=invoice.state,
        currency=invoice.currency,
        total=Money(invoice.total, invoice.currency),
        period_start=invoice.period_start,
        period_end=invoice.period_end,
        invoice_date=invoice.invoice_date,
        description=invoice.description,
        production_id=invoice.production_id,
        issued_at=invoice.issued_at,
        approved_at=invoice.approved_at,
        paid_at=invoice.paid_at,
        payment_reference=invoice.payment_reference,
        lines=lines,
    )


def invoices_found(
    *, actor: Actor, state: str = "", text: str = "", matter_id: str = "", currency: str = ""
) -> QuerySet[Invoice]:
    """Return the visible invoices, filtered, loaded with what ``invoice_record`` needs; the page slices it."""
    found = policies.invoices_for(actor).select_related("tenant", "matter")
    if state:
        found = found.filter(state=state)
    if currency:
        found = found.filter(currency=currency)
    if matter_id:
        found = found.filter(matter_id=matter_id)
    if text:
        found = found.filter(number__icontains=text) | found.filter(matter__title__icontains=text)
    return found


def _line(line: InvoiceLine, currency: str) -> LineRecord:
    return LineRecord(
        id=line.id,
        number=line.number,
        type=line.type,
        day=line.day,
        units=line.units,
        unit=line.unit,
        unit_cost=Money(line.unit_cost, currency),
        adjustment=Money(line.adjustment, currency),
        total=Money(line.total, currency),
        task_code=line.task_code,
        activity_code=line.activity_code,
        expense_code=line.expense_code,
        timekeeper=line.timekeeper_name,
        timekeeper_class=line.timekeeper_class,
        description=line.description,
        source_kind=line.source_kind,
        sources=tuple(line.sources),
        queries=tuple(
            QueryRecord(
                id=item.id,
                text=item.text,
                asked_by=item.asked_by.display_name or item.asked_by.username,
                asked_at=item.asked_at,
                answer=item.answer,
                adjustment=Money(item.adjustment, currency),
                answered_by=(item.answered_by.display_name or item.answered_by.username) if item.answered_by else "",
                answered_at=item.answered_at,
                open=item.state == "open",
            )
            for item in sorted(line.queries.all(), key=lambda item: item.asked_at)
        ),
    )


def invoice(*, actor: Actor, invoice_id: str) -> InvoiceRecord:
    """Return one invoice with its lines and queries; raises NotFound."""
    found = policies.invoices_for(actor).select_related("tenant", "matter").filter(id=invoice_id).first()
    if found is None:
        raise NotFound
    lines = found.lines.prefetch_related("queries__asked_by", "queries__answered_by").order_by("number")
    return invoice_record(found, tuple(_line(line, found.currency) for line in lines))


def invoice_of_production(*, actor: Actor, production_id: str) -> InvoiceRecord | None:
    """Return the invoice of a production, if it was drafted and the actor may see it."""
    found = policies.invoices_for(actor).filter(production_id=production_id).first()
    return invoice(actor=actor, invoice_id=found.id) if found else None


def bill_of(*, invoice: Invoice) -> Bill:
    """Return the invoice as the value that the LEDES writer takes; ids cut to the twenty characters it allows."""
    return Bill(
        invoice_date=invoice.invoice_date,
        invoice_number=invoice.number,
        client_id=f"C-{invoice.tenant_id[-12:]}",
        law_firm_matter_id=invoice.matter.number,
        client_matter_id=(invoice.matter.client_reference or invoice.matter.number)[:20],
        law_firm_id="CHANCERY-LPO",
        currency=invoice.currency,
        period_start=invoice.period_start,
        period_end=invoice.period_end,
        description=invoice.description,
        lines=tuple(
            BillLine(
                number=str(line.number),
                type=line.type,  # type: ignore[arg-type]
                date=line.day,
                units=line.units,
                unit_cost=line.unit_cost,
                adjustment=line.adjustment,
                total=line.total,
                task_code=line.task_code,
                activity_code=line.activity_code,
                expense_code=line.expense_code,
                timekeeper_id=line.timekeeper_id,
                timekeeper_name=line.timekeeper_name,
                timekeeper_class=line.timekeeper_class,
                description=line.description,
            )
            for line in invoice.lines.order_by("number")
        ),
    )


def ledes_of(*, bill: Bill) -> bytes:
    """Return the LEDES 1998B file of a bill."""
    return write_1998b(bill=bill)


def ledes_file(*, actor: Actor, invoice_id: str) -> tuple[str, bytes]:
    """Return (file name, LEDES 1998B file) of an invoice the actor may see; raises NotFound."""
    found = policies.invoices_for(actor).select_related("tenant", "matter").filter(id=invoice_id).first()
    if found is None:
        raise NotFound
    return f"{found.number}.ledes", ledes_of(bill=bill_of(invoice=found))


def time_of(*, actor: Actor, matter_id: str) -> list[TimeRecord]:
    """Return the time entries of a matter that the actor may see, newest day first, corrected ones marked."""
    found = policies.time_for(actor).filter(matter_id=matter_id).select_related("user").order_by("-day", "user__username", "created_at")
    return [_time(entry) for entry in found]


def _time(entry: TimeEntry) -> TimeRecord:
    return TimeRecord(
        id=entry.id,
        user_id=str(entry.user_id),
        person=entry.user.display_name or entry.user.username,
        person_zh=entry.user.display_name_zh,
        day=entry.day,
        seconds=entry.seconds,
        hours=entry.hours,
        task_code=entry.task_code,
        origin=entry.origin,
        narrative=entry.narrative,
        reason=entry.reason,
        superseded=entry.superseded,
    )


def billed_to_date(*, actor: Actor, matter_id: str) -> dict[str, Any]:
    """Return what was billed on a matter and in how many invoices, in the matter's currency."""
    found = policies.invoices_for(actor).filter(matter_id=matter_id)
    rows = list(found.values_list("total", "currency", "state"))
    return {
        "invoices": len(rows),
        "total": sum((total for total, _currency, _state in rows), Decimal(0)),
        "currency": rows[0][1] if rows else "",
        "open": sum(state not in ("paid",) for _total, _currency, state in rows),
    }
