"""Reads of time and invoices, as plain records."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext

from chancery.apps.matters.queries import matter
from chancery.apps.review.queries.progress import desk_time
from chancery.apps.spend import policies
from chancery.apps.spend.models import Invoice, InvoiceLine, TimeEntry
from chancery.apps.spend.records import (
    InvoiceRecord,
    LineRecord,
    PersonTime,
    QueryRecord,
    TimeRecord,
)
from chancery.engines.billing.invoice import Bill, BillLine
from chancery.engines.billing.ledes import write_1998b
from chancery.engines.billing.ledes_reading import LedesFinding
from chancery.engines.billing.validation import check
from chancery.foundation.errors import NotFound, Refused
from chancery.foundation.money import Money
from chancery.platform.access.values import Actor, Role

__all__ = [
    "InvoiceRecord",
    "LineRecord",
    "PersonTime",
    "QueryRecord",
    "TimeRecord",
    "bill_of",
    "billed_to_date",
    "findings_of",
    "invoice",
    "invoice_choices",
    "invoice_of_production",
    "invoice_record",
    "invoices_found",
    "invoices_waiting",
    "ledes_file",
    "ledes_of",
    "query_on",
    "time_entry",
    "time_found",
    "time_of",
    "time_record",
    "time_totals",
    "waiting_seconds",
]


def invoice_record(invoice: Invoice, lines: tuple[LineRecord, ...] = ()) -> InvoiceRecord:
    """Return the plain record of a row loaded with its client and matter."""
    return InvoiceRecord(
        id=invoice.id,
        tenant_id=invoice.tenant_id,
        tenant_name=invoice.tenant.name,
        tenant_name_zh=invoice.tenant.name_zh,
        matter_id=invoice.matter_id,
        matter_number=invoice.matter.number,
        matter_title=invoice.matter.title,
        matter_title_zh=invoice.matter.title_zh,
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
        approved_by=invoice.approved_by.shown_name() if invoice.approved_by else "",
        paid_at=invoice.paid_at,
        payment_reference=invoice.payment_reference,
        lines=lines,
    )


def invoices_found(
    *,
    actor: Actor,
    state: str = "",
    text: str = "",
    matter_id: str = "",
    currency: str = "",
    tenant_id: str = "",
) -> QuerySet[Invoice]:
    """Return the visible invoices, filtered, loaded with what ``invoice_record`` needs; the page slices it."""
    found = policies.invoices_for(actor).select_related("tenant", "matter", "approved_by")
    if state:
        found = found.filter(state=state)
    if currency:
        found = found.filter(currency=currency)
    if matter_id:
        found = found.filter(matter_id=matter_id)
    if text:
        found = found.filter(
            Q(number__icontains=text)
            | Q(matter__number__iexact=text)
            | Q(matter__title__icontains=text)
            | Q(matter__title_zh__icontains=text)
            | Q(tenant__name__icontains=text)
        )
    return found.filter(tenant_id=tenant_id) if tenant_id else found


def invoices_waiting(actor: Actor) -> int | None:
    """Return how many invoices wait for the actor: to be approved by counsel, to be answered by a manager."""
    if actor.has(Role.COUNSEL):
        return policies.invoices_for(actor).filter(state=Invoice.State.ISSUED).count()
    if actor.has(Role.MANAGER):
        return policies.invoices_for(actor).filter(state__in=[Invoice.State.QUERIED, Invoice.State.DRAFT]).count()
    return None


def invoice_choices(*, actor: Actor) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the currencies and the clients (id, name) that occur in the invoices the actor may see; two queries."""
    found = policies.invoices_for(actor).order_by()
    currencies = sorted(set(found.values_list("currency", flat=True).distinct()))
    clients = sorted(set(found.values_list("tenant_id", "tenant__name").distinct()), key=lambda item: item[1])
    return currencies, clients


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
                asked_by=item.asked_by.shown_name(),
                asked_at=item.asked_at,
                answer=item.answer,
                adjustment=Money(item.adjustment, currency),
                answered_by=item.answered_by.shown_name() if item.answered_by else "",
                answered_at=item.answered_at,
                open=item.state == "open",
            )
            for item in sorted(line.queries.all(), key=lambda item: item.asked_at)
        ),
    )


def invoice(*, actor: Actor, invoice_id: str) -> InvoiceRecord:
    """Return one invoice with its lines and queries; raises NotFound."""
    found = policies.invoices_for(actor).select_related("tenant", "matter", "approved_by").filter(id=invoice_id).first()
    if found is None:
        raise NotFound
    lines = found.lines.prefetch_related("queries__asked_by", "queries__answered_by").order_by("number")
    return invoice_record(found, tuple(_line(line, found.currency) for line in lines))


def query_on(*, record: InvoiceRecord, query_id: str) -> str:
    """Return the id of a question if it was asked about a line of this invoice; raises NotFound."""
    if not any(item.id == query_id for line in record.lines for item in line.queries):
        raise NotFound
    return query_id


def invoice_of_production(*, actor: Actor, production_id: str) -> InvoiceRecord | None:
    """Return the invoice of a production, if it was drafted and the actor may see it."""
    found = policies.invoices_for(actor).filter(production_id=production_id).first()
    return invoice(actor=actor, invoice_id=found.id) if found else None


def _reference(invoice: Invoice) -> str:
    """Return the client's own reference where the file can hold it, else the number of the matter."""
    own = invoice.matter.client_reference
    return own if own and own.isascii() and len(own) <= 20 else invoice.matter.number


def bill_of(*, invoice: Invoice) -> Bill:
    """Return the invoice as the value that the LEDES writer takes; ids cut to the twenty characters it allows."""
    return Bill(
        invoice_date=invoice.invoice_date,
        invoice_number=invoice.number,
        client_id=f"C-{invoice.tenant_id[-12:]}",
        law_firm_matter_id=invoice.matter.number,
        client_matter_id=_reference(invoice),
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


def findings_of(*, actor: Actor, invoice_id: str) -> list[LedesFinding]:
    """Return what a client's billing system would find in the invoice's file; empty when it is clean.

    A bill that the format cannot carry at all gives one finding with the refusal's code as its rule. NotFound.
    """
    found = policies.invoices_for(actor).select_related("tenant", "matter", "approved_by").filter(id=invoice_id).first()
    if found is None:
        raise NotFound
    try:
        data = ledes_of(bill=bill_of(invoice=found))
    except Refused as refusal:
        return [LedesFinding(refusal.code, "error", None, "", refusal.sentence(gettext(refusal.message)))]
    return check(data=data, today=found.invoice_date)


def ledes_file(*, actor: Actor, invoice_id: str) -> tuple[str, bytes]:
    """Return (file name, LEDES 1998B file) of an invoice the actor may see; raises NotFound."""
    found = policies.invoices_for(actor).select_related("tenant", "matter", "approved_by").filter(id=invoice_id).first()
    if found is None:
        raise NotFound
    return f"{found.number}.ledes", ledes_of(bill=bill_of(invoice=found))


def time_of(*, actor: Actor, matter_id: str) -> list[TimeRecord]:
    """Return the time entries of a matter that the actor may see, newest day first, corrected ones marked."""
    found = (
        policies.time_for(actor)
        .filter(matter_id=matter_id)
        .select_related("user", "invoice")
        .order_by("-day", "user__username", "created_at")
    )
    return [_time(entry) for entry in found]


def time_found(
    *, actor: Actor, matter_id: str, person: str = "", task: str = "", text: str = "", corrected: bool = True
) -> QuerySet[TimeEntry]:
    """Return the visible time entries of a matter, filtered, loaded for ``time_record``; the page slices it.

    corrected: also those that a correction replaced.
    """
    found = policies.time_for(actor).filter(matter_id=matter_id).select_related("user", "invoice")
    if person:
        found = found.filter(user_id=person)
    if task:
        found = found.filter(task_code=task)
    if text:
        found = found.filter(Q(narrative__icontains=text) | Q(reason__icontains=text))
    return found if corrected else found.filter(superseded=False)


def time_totals(*, actor: Actor, matter_id: str) -> list[PersonTime]:
    """Return measured and billed time by person, corrected entries counted once; one query."""
    rows = (
        policies.time_for(actor)
        .filter(matter_id=matter_id, superseded=False)
        .order_by()
        .values("user_id", "user__display_name", "user__display_name_zh", "user__username")
        .annotate(seconds=Sum("seconds"), hours=Sum("hours"), entries=Count("id"))
    )
    found = [
        PersonTime(
            user_id=str(row["user_id"]),
            person=row["user__display_name"] or row["user__username"],
            person_zh=row["user__display_name_zh"],
            seconds=row["seconds"],
            hours=row["hours"].quantize(Decimal("0.01")),
            entries=row["entries"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda item: item.person)


def waiting_seconds(*, actor: Actor, matter_id: str) -> int:
    """Return the desk time of a matter, in seconds, that stands in no time entry yet."""
    found = matter(actor=actor, matter_id=matter_id)
    measured = sum(item.seconds for item in desk_time(matter_id=found.id))
    held = TimeEntry.objects.filter(matter_id=found.id, origin=TimeEntry.Origin.DESK).values_list("seconds", flat=True)
    return max(0, measured - sum(held))


def time_entry(*, actor: Actor, entry_id: str) -> TimeEntry:
    """Return one time entry the actor may see, loaded with its people and invoice; raises NotFound."""
    found = policies.time_for(actor).select_related("user", "created_by", "invoice").filter(id=entry_id).first()
    if found is None:
        raise NotFound
    return found


def time_record(entry: TimeEntry) -> TimeRecord:
    """Return the plain record of a row loaded with its person and invoice."""
    return _time(entry)


def _time(entry: TimeEntry) -> TimeRecord:
    return TimeRecord(
        matter_id=entry.matter_id,
        invoice_id=entry.invoice_id or "",
        invoice_number=entry.invoice.number if entry.invoice else "",
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
