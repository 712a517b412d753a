"""Handing out invoices as files; the record says who took what."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import datetime

from django.db import transaction

from chancery.apps.documents.queries import safe_cell
from chancery.apps.spend.queries import InvoiceRecord, invoice, invoice_record, invoices_found, ledes_file
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record

MOST = 10_000
COLUMNS = (
    "number", "client", "matter", "title", "state", "currency", "total",
    "period_start", "period_end", "invoice_date", "issued", "approved", "paid", "payment_reference",
)  # fmt: skip


@transaction.atomic
def take_ledes(*, actor: Actor, invoice_id: str, at: datetime) -> tuple[str, bytes]:
    """Return (file name, LEDES 1998B file) of an invoice and record who took it; raises NotFound.

    Refused with the writer's code where the format cannot carry the invoice.
    """
    found = invoice(actor=actor, invoice_id=invoice_id)
    name, data = ledes_file(actor=actor, invoice_id=invoice_id)
    record(
        tenant_id=found.tenant_id,
        actor=actor,
        act="invoice.exported",
        object_type="invoice",
        object_id=found.id,
        matter_id=found.matter_id,
        label=found.number,
        at=at,
        detail={"format": "LEDES1998B", "bytes": len(data)},
    )
    return name, data


@transaction.atomic
def export_invoices(
    *, actor: Actor, at: datetime, state: str = "", text: str = "", currency: str = "", tenant_id: str = ""
) -> bytes:
    """Return the visible invoices of a filter as CSV (UTF-8 with mark), newest first, at most 10,000.

    Amounts are plain decimals; a cell that a spreadsheet would run as a formula begins with an apostrophe.
    """
    found = invoices_found(actor=actor, state=state, text=text, currency=currency, tenant_id=tenant_id)
    records = [invoice_record(row) for row in found.order_by("-invoice_date", "-id")[:MOST]]
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item in records:
        writer.writerow([safe_cell(value) for value in _cells(item)])
    for client, count in sorted(Counter(item.tenant_id for item in records).items()):
        record(
            tenant_id=client,
            actor=actor,
            act="invoice.list_exported",
            object_type="invoice",
            object_id="",
            label=f"{count} invoices",
            at=at,
            detail={"invoices": count},
        )
    return table.getvalue().encode("utf-8-sig")


def _cells(item: InvoiceRecord) -> tuple[object, ...]:
    moments = (item.issued_at, item.approved_at, item.paid_at)
    days = (item.period_start, item.period_end, item.invoice_date)
    return (
        item.number, item.tenant_name, item.matter_number, item.matter_title, item.state, item.currency,
        f"{item.total.rounded().amount:f}", *(day.isoformat() for day in days),
        *(moment.isoformat() if moment else "" for moment in moments), item.payment_reference,
    )  # fmt: skip
