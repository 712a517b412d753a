"""Machine interface of the spend room: the same actions and queries as the pages. Amounts are decimal texts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, cast

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from chancery.apps.spend import queries
from chancery.apps.spend.actions import invoices as acts
from chancery.apps.spend.records import InvoiceRecord, LineRecord
from chancery.interface.tables import SortKey, page_of
from chancery.platform.access.values import Actor

router = Router(tags=["invoices"])
State = Literal["", "draft", "issued", "queried", "approved", "paid"]


class InvoiceOut(Schema):
    """One invoice in one currency."""

    id: str
    matter_id: str
    number: str
    state: str
    currency: str
    total: Decimal
    period_start: date
    period_end: date
    invoice_date: date
    production_id: str
    issued_at: datetime | None
    approved_at: datetime | None
    paid_at: datetime | None
    payment_reference: str


class InvoicePageOut(Schema):
    """A page of invoices; ``next`` is the cursor of the following one, empty at the end."""

    items: list[InvoiceOut]
    next: str


class LineOut(Schema):
    """A line; total = units × unit_cost + adjustment, rounded once to the cent."""

    id: str
    number: int
    type: str
    day: date
    units: Decimal
    unit: str
    unit_cost: Decimal
    adjustment: Decimal
    total: Decimal
    task_code: str
    activity_code: str
    expense_code: str
    timekeeper: str
    description: str
    source_kind: str
    sources: list[str]
    open_queries: list[str]


class InvoiceDetailOut(InvoiceOut):
    """An invoice with its lines."""

    lines: list[LineOut]


class QueryIn(Schema):
    """A question about a line."""

    text: str = Field(max_length=1000)


class QueryOut(Schema):
    """The question that was asked."""

    query_id: str


class AnswerIn(Schema):
    """The answer, with what is taken off the line: zero or negative."""

    answer: str = Field(max_length=1000)
    adjustment: Decimal = Decimal(0)


class PayIn(Schema):
    """The reference of a payment."""

    reference: str = Field(max_length=80)


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def _out(record: InvoiceRecord) -> InvoiceOut:
    return InvoiceOut(**_head(record))


def _head(record: InvoiceRecord) -> dict[str, Any]:
    names = [name for name in InvoiceOut.model_fields if name != "total"]
    return {"total": record.total.rounded().amount, **{name: getattr(record, name) for name in names}}


def _line(line: LineRecord) -> LineOut:
    plain = ("id", "number", "type", "day", "units", "unit", "task_code", "activity_code", "expense_code")
    words = ("timekeeper", "description", "source_kind")
    return LineOut(
        unit_cost=line.unit_cost.amount,
        adjustment=line.adjustment.rounded().amount,
        total=line.total.rounded().amount,
        sources=list(line.sources),
        open_queries=[item.id for item in line.queries if item.open],
        **{name: getattr(line, name) for name in (*plain, *words)},
    )


def _detail(request: HttpRequest, invoice_id: str) -> InvoiceDetailOut:
    record = queries.invoice(actor=_actor(request), invoice_id=invoice_id)
    return InvoiceDetailOut(lines=[_line(item) for item in record.lines], **_head(record))


@router.get("/invoices", response=InvoicePageOut)
def list_invoices(
    request: HttpRequest, state: State = "", q: str = "", currency: str = "", after: str = ""
) -> InvoicePageOut:
    """Return up to 100 of the invoices you may see, newest first."""
    found = queries.invoices_found(actor=_actor(request), state=state, text=q, currency=currency)
    page = page_of(found, sort=[SortKey("invoice_date", True)], after=after)
    return InvoicePageOut(items=[_out(queries.invoice_record(row)) for row in page.rows], next=page.next_cursor)


@router.get("/invoices/{invoice_id}", response=InvoiceDetailOut)
def get_invoice(request: HttpRequest, invoice_id: str) -> InvoiceDetailOut:
    """Return one invoice with its lines and the ids of the work behind each."""
    return _detail(request, invoice_id)


@router.post("/invoices/{invoice_id}/issue", response=InvoiceDetailOut)
def issue(request: HttpRequest, invoice_id: str) -> InvoiceDetailOut:
    """Send a draft to the client; 409 ``ledes_invalid`` if the client's system would reject it."""
    acts.issue_invoice(actor=_actor(request), invoice_id=invoice_id, at=timezone.now())
    return _detail(request, invoice_id)


@router.post("/invoices/{invoice_id}/lines/{line_id}/queries", response={201: QueryOut})
def ask(request: HttpRequest, invoice_id: str, line_id: str, body: QueryIn) -> Status[QueryOut]:
    """Ask about a line, as counsel of the client."""
    query_id = acts.query_line(
        actor=_actor(request), invoice_id=invoice_id, line_id=line_id, text=body.text, at=timezone.now()
    )
    return Status(201, QueryOut(query_id=query_id))


@router.post("/invoices/{invoice_id}/queries/{query_id}/answer", response=InvoiceDetailOut)
def answer(request: HttpRequest, invoice_id: str, query_id: str, body: AnswerIn) -> InvoiceDetailOut:
    """Answer a question, as manager, with what is taken off the line."""
    before = queries.invoice(actor=_actor(request), invoice_id=invoice_id)
    acts.answer_query(
        actor=_actor(request),
        query_id=queries.query_on(record=before, query_id=query_id),
        answer=body.answer,
        adjustment=body.adjustment,
        at=timezone.now(),
    )
    return _detail(request, invoice_id)


@router.post("/invoices/{invoice_id}/approve", response=InvoiceDetailOut)
def approve(request: HttpRequest, invoice_id: str) -> InvoiceDetailOut:
    """Approve an invoice for payment, as counsel of the client."""
    acts.approve_invoice(actor=_actor(request), invoice_id=invoice_id, at=timezone.now())
    return _detail(request, invoice_id)


@router.post("/invoices/{invoice_id}/pay", response=InvoiceDetailOut)
def pay(request: HttpRequest, invoice_id: str, body: PayIn) -> InvoiceDetailOut:
    """Mark an approved invoice as paid, as counsel of the client."""
    acts.mark_paid(actor=_actor(request), invoice_id=invoice_id, reference=body.reference, at=timezone.now())
    return _detail(request, invoice_id)
