"""One invoice: its lines and totals, the work behind a line, and what client and provider do with it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from chancery.apps.spend import queries
from chancery.apps.spend.actions import invoices as acts
from chancery.apps.spend.actions.exports import take_ledes
from chancery.apps.spend.records import InvoiceRecord, LineRecord
from chancery.apps.spend.web import shown
from chancery.apps.spend.web.asking import (
    STATE,
    TONES,
    actor_of,
    attempt,
    bar_of,
    client_name,
    matter_title,
    need,
    sentence_of,
    state_name,
)
from chancery.apps.spend.web.forms import AnswerForm, PayForm, QueryForm
from chancery.apps.spend.work_behind import work_behind
from chancery.foundation.errors import NotFound, Refused
from chancery.interface.shell.toasts import toast
from chancery.platform.access.values import Role

QUERYABLE = frozenset({STATE.ISSUED, STATE.QUERIED})


def invoice_page(request: HttpRequest, invoice_id: str) -> HttpResponse:
    """Show an invoice with its lines, totals and what the client's billing system would say."""
    return _invoice_page(request, queries.invoice(actor=actor_of(request), invoice_id=invoice_id))


def _invoice_page(
    request: HttpRequest, record: InvoiceRecord, *, pay_form: PayForm | None = None, problem: str = ""
) -> HttpResponse:
    actor = actor_of(request)
    lines = shown.lines(record)
    pays = actor.has(Role.COUNSEL) and record.state == STATE.APPROVED
    totals = shown.totals(record)
    found = shown.findings(queries.findings_of(actor=actor, invoice_id=record.id))
    context = {
        "record": record,
        "matter_bar": bar_of(record),
        "client": client_name(record),
        "matter_title": matter_title(record),
        "state_word": state_name(record.state),
        "tone": TONES[STATE(record.state)],
        "steps": shown.track(record),
        "lines": lines,
        "totals": totals,
        "asked": any(item.line.queries for item in lines),
        "span": 8 if totals.adjustments.amount else 7,
        "open_queries": [item for item in lines if item.open_queries],
        "findings": found,
        "blocked": any(item.blocks for item in found),
        "provider": actor.provider,
        "may_issue": actor.has(Role.MANAGER) and record.state == STATE.DRAFT,
        "may_approve": actor.has(Role.COUNSEL) and record.state == STATE.ISSUED,
        "may_query": actor.has(Role.COUNSEL) and record.state in QUERYABLE,
        "may_answer": actor.has(Role.MANAGER),
        "pay_form": (pay_form or PayForm()) if pays else None,
        "problem": problem,
        "has_errors": bool(problem or (pay_form and pay_form.errors)),
    }
    return render(request, "spend/invoice.html", context, status=422 if context["has_errors"] else 200)


@require_POST
def issue(request: HttpRequest, invoice_id: str) -> HttpResponse:
    """Send a draft to the client."""
    actor = actor_of(request)
    record = queries.invoice(actor=actor, invoice_id=invoice_id)
    need(actor, Role.MANAGER)
    try:
        acts.issue_invoice(actor=actor, invoice_id=invoice_id, at=timezone.now())
    except Refused as refusal:
        return _invoice_page(request, record, problem=sentence_of(refusal))
    toast(request, gettext("The invoice was issued to the client."))
    return redirect("spend:invoice", invoice_id)


@require_POST
def approve(request: HttpRequest, invoice_id: str) -> HttpResponse:
    """Approve an invoice for payment."""
    actor = actor_of(request)
    record = queries.invoice(actor=actor, invoice_id=invoice_id)
    need(actor, Role.COUNSEL)
    try:
        acts.approve_invoice(actor=actor, invoice_id=invoice_id, at=timezone.now())
    except Refused as refusal:
        return _invoice_page(request, record, problem=sentence_of(refusal))
    toast(request, gettext("The invoice was approved for payment."))
    return redirect("spend:invoice", invoice_id)


@require_POST
def pay(request: HttpRequest, invoice_id: str) -> HttpResponse:
    """Mark an approved invoice as paid, with the reference of the payment."""
    actor = actor_of(request)
    record = queries.invoice(actor=actor, invoice_id=invoice_id)
    need(actor, Role.COUNSEL)
    form = PayForm(request.POST)
    done = attempt(
        form,
        lambda: acts.mark_paid(
            actor=actor, invoice_id=invoice_id, reference=form.cleaned_data["reference"], at=timezone.now()
        ),
    )
    if not done:
        problem = "" if record.state == STATE.APPROVED else " ".join(str(item) for item in form.non_field_errors())
        return _invoice_page(request, record, pay_form=form, problem=problem)
    toast(request, gettext("The invoice was marked as paid."))
    return redirect("spend:invoice", invoice_id)


@require_GET
def ledes(request: HttpRequest, invoice_id: str) -> HttpResponse:
    """Hand out the invoice as a LEDES 1998B file."""
    name, data = take_ledes(actor=actor_of(request), invoice_id=invoice_id, at=timezone.now())
    answer = HttpResponse(data, content_type="text/plain; charset=us-ascii")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def line_page(request: HttpRequest, invoice_id: str, line_id: str) -> HttpResponse:
    """Open the work behind a line, and what was asked and answered about it."""
    return _line_page(request, *_line(request, invoice_id, line_id))


def _line(request: HttpRequest, invoice_id: str, line_id: str) -> tuple[InvoiceRecord, LineRecord]:
    record = queries.invoice(actor=actor_of(request), invoice_id=invoice_id)
    line = next((item for item in record.lines if item.id == line_id), None)
    if line is None:
        raise NotFound
    return record, line


def _line_page(
    request: HttpRequest,
    record: InvoiceRecord,
    line: LineRecord,
    *,
    query_form: QueryForm | None = None,
    answer_form: tuple[str, AnswerForm] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    start = request.GET.get("start", "0")
    behind = work_behind(
        actor=actor, invoice=record, line=line, start=int(start) if start.isdigit() and len(start) < 9 else 0
    )
    asks = actor.has(Role.COUNSEL) and record.state in QUERYABLE
    context: dict[str, Any] = {
        "record": record,
        "matter_bar": bar_of(record),
        "item": shown.line_of(record, line),
        "behind": behind,
        "first": behind.start + 1,
        "last": behind.start + len(behind.documents),
        "queries": [(item, _answer_form(request, item.id, item.open, answer_form)) for item in line.queries],
        "query_form": (query_form or QueryForm()) if asks else None,
        "has_errors": bool((query_form and query_form.errors) or answer_form),
    }
    return render(request, "spend/line.html", context, status=422 if context["has_errors"] else 200)


def _answer_form(
    request: HttpRequest, query_id: str, is_open: bool, held: tuple[str, AnswerForm] | None
) -> forms.Form | None:
    if not is_open or not actor_of(request).has(Role.MANAGER):
        return None
    return held[1] if held and held[0] == query_id else AnswerForm(prefix=query_id)


@require_POST
def ask(request: HttpRequest, invoice_id: str, line_id: str) -> HttpResponse:
    """Ask the provider about a line."""
    actor = actor_of(request)
    record, line = _line(request, invoice_id, line_id)
    need(actor, Role.COUNSEL)
    form = QueryForm(request.POST)
    done = attempt(
        form,
        lambda: acts.query_line(
            actor=actor, invoice_id=invoice_id, line_id=line_id, text=form.cleaned_data["text"], at=timezone.now()
        ),
    )
    if not done:
        return _line_page(request, record, line, query_form=form)
    toast(request, gettext("Your question was sent; the invoice waits until it is answered."))
    return redirect(_line_url(invoice_id, line_id))


@require_POST
def answer(request: HttpRequest, invoice_id: str, line_id: str, query_id: str) -> HttpResponse:
    """Answer a question about a line, with what is taken off it."""
    actor = actor_of(request)
    record, line = _line(request, invoice_id, line_id)
    need(actor, Role.MANAGER)
    if query_id not in {item.id for item in line.queries}:
        raise NotFound
    form = AnswerForm(request.POST, prefix=query_id)
    done = attempt(
        form,
        lambda: acts.answer_query(
            actor=actor,
            query_id=query_id,
            answer=form.cleaned_data["answer"],
            adjustment=-(form.cleaned_data["reduction"] or Decimal(0)),
            at=timezone.now(),
        ),
    )
    if not done:
        return _line_page(request, record, line, answer_form=(query_id, form))
    toast(request, gettext("The question was answered."))
    return redirect(_line_url(invoice_id, line_id))


def _line_url(invoice_id: str, line_id: str) -> str:
    return reverse("spend:line", args=[invoice_id, line_id])
