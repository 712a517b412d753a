"""Invoices: drafted from the work, judged before they go out, queried, approved and paid by the client."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from chancery.apps.documents.queries import collection_accounting, collections
from chancery.apps.matters.queries import MatterRecord, matter
from chancery.apps.operations.queries.engagements import EngagementRecord, engagement_of
from chancery.apps.production.queries import delivered_production
from chancery.apps.providers.queries import professional_of
from chancery.apps.review.queries.progress import reviewed_units
from chancery.apps.spend import events, policies
from chancery.apps.spend.actions.time import NARRATIVE_OF_LEVEL, REVIEW_ACTIVITY, TASK_OF_LEVEL, gather_time
from chancery.apps.spend.billing import (
    DraftLine,
    Timekeeper,
    counted,
    expense_lines,
    price_of_a_document,
    timekeeper_name,
)
from chancery.apps.spend.models import Invoice, InvoiceLine, InvoiceSeries, LineQuery, TimeEntry
from chancery.apps.spend.queries import bill_of, ledes_of
from chancery.engines.billing.validation import check
from chancery.foundation.errors import NotFound, Refused
from chancery.foundation.money import minor_digits, round_half_up
from chancery.platform.access.scopes import require_role
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce

STEP_OF_LEVEL = {1: "first_level", 2: "second_look"}


def _timekeeper(user_id: str, at: datetime) -> Timekeeper:
    person = professional_of(user_id=user_id, on=at.date())
    if person is None:
        raise Refused(
            "A person who worked on the matter is not in the register of professionals.", code="no_timekeeper"
        )
    return Timekeeper(
        id=person.username[:20],
        name=timekeeper_name(display_name=person.name, username=person.username),
        classification=person.classification,
        grade=person.grade,
    )


def _time_lines(*, matter_id: str, engagement: EngagementRecord, at: datetime) -> list[DraftLine]:
    lines: list[DraftLine] = []
    entries = TimeEntry.objects.filter(matter_id=matter_id, superseded=False, hours__gt=0, invoice=None).order_by(
        "day", "user__username", "task_code"
    )
    for entry in entries:
        person = _timekeeper(str(entry.user_id), at)
        lines.append(
            DraftLine(
                type="F",
                day=entry.day,
                units=entry.hours,
                unit="hour",
                unit_cost=engagement.rates[person.grade].amount,
                task_code=entry.task_code,
                activity_code=entry.activity_code,
                expense_code="",
                timekeeper=person,
                description=entry.narrative,
                source_kind="time_entry",
                sources=(entry.id,),
            )
        )
    return lines


def _unit_lines(*, matter_id: str, engagement: EngagementRecord, at: datetime) -> list[DraftLine]:
    """Return fee lines per document for decisions that no desk has timed: they came in a coding file."""
    timed = {
        (str(user), day, task)
        for user, day, task in TimeEntry.objects.filter(matter_id=matter_id).values_list("user_id", "day", "task_code")
    }
    billed = _billed_sources(matter_id=matter_id, kind="coding")
    lines: list[DraftLine] = []
    for item in reviewed_units(matter_id=matter_id):
        keys = tuple(key for key in item.coding_ids if key not in billed)
        if not keys or (item.user_id, item.day, TASK_OF_LEVEL[item.level]) in timed:
            continue
        person = _timekeeper(item.user_id, at)
        step = engagement.steps[STEP_OF_LEVEL[item.level]]
        lines.append(
            DraftLine(
                type="F",
                day=item.day,
                units=Decimal(len(keys)),
                unit="document",
                unit_cost=price_of_a_document(
                    standard_minutes=Decimal(step["standard_minutes"]), rate=engagement.rates[person.grade]
                ),
                task_code=TASK_OF_LEVEL[item.level],
                activity_code=REVIEW_ACTIVITY,
                expense_code="",
                timekeeper=person,
                description=f"{NARRATIVE_OF_LEVEL[item.level]}, {counted(len(keys))} at standard time",
                source_kind="coding",
                sources=keys,
            )
        )
    return lines


def _billed_sources(*, matter_id: str, kind: str) -> set[str]:
    """Return the ids of the work that stands on an invoice of the matter already."""
    held = InvoiceLine.objects.filter(invoice__matter_id=matter_id, source_kind=kind).values_list("sources", flat=True)
    return {key for keys in held for key in keys}


def _evidence_lines(
    *, actor: Actor, matter_id: str, production_id: str, engagement: EngagementRecord, at: datetime
) -> list[DraftLine]:
    """Return the lines of processing and imaging; evidence that an earlier invoice counted is not counted again."""
    evidence = collections(actor=actor, matter_id=matter_id)
    billed = _billed_sources(matter_id=matter_id, kind="collection")
    fresh = [item for item in evidence if item.id not in billed]
    gigabytes = InvoiceLine.objects.filter(invoice__matter_id=matter_id, unit="gigabyte").values_list(
        "units", flat=True
    )
    return expense_lines(
        unit_prices=engagement.unit_prices,
        input_bytes=collection_accounting(actor=actor, matter_id=matter_id).input_bytes,
        collection_ids=[item.id for item in fresh or evidence],
        documents=delivered_production(production_id=production_id).documents,
        production_id=production_id,
        processed_on=min((item.created_at.date() for item in fresh or evidence), default=at.date()),
        produced_on=at.date(),
        billed_gigabytes=sum(gigabytes, Decimal(0)),
    )


@transaction.atomic
def draft_invoice(*, actor: Actor, matter_id: str, production_id: str, at: datetime) -> str:
    """Draft the invoice of a delivered production from time and units; no production and no work is billed twice.

    Returns the invoice's id. Raises NotFound, and Refused ``no_engagement`` where nothing was agreed,
    ``nothing_to_bill`` or ``no_timekeeper``.
    """
    if not actor.system:
        require_role(actor, Role.MANAGER)
    found = matter(actor=actor, matter_id=matter_id)
    drafted = Invoice.objects.select_for_update().filter(matter_id=matter_id, production_id=production_id).first()
    if drafted is not None:
        return drafted.id
    engagement = engagement_of(matter_id=matter_id)
    if engagement is None:
        raise Refused("No quote was accepted for this matter, so there is no rate to bill at.", code="no_engagement")
    gather_time(actor=actor, matter_id=matter_id, at=at)
    lines = _time_lines(matter_id=matter_id, engagement=engagement, at=at)
    lines += _unit_lines(matter_id=matter_id, engagement=engagement, at=at)
    lines += _evidence_lines(
        actor=actor, matter_id=matter_id, production_id=production_id, engagement=engagement, at=at
    )
    if not lines:
        raise Refused("Nothing was done on this matter that is not billed already.", code="nothing_to_bill")
    return _write(actor=actor, found=found, engagement=engagement, production_id=production_id, lines=lines, at=at)


def _next_number(year: int) -> str:
    InvoiceSeries.objects.get_or_create(year=year)
    series = InvoiceSeries.objects.select_for_update().get(year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return f"INV-{year}-{series.last:05d}"


def _write(
    *,
    actor: Actor,
    found: MatterRecord,
    engagement: EngagementRecord,
    production_id: str,
    lines: list[DraftLine],
    at: datetime,
) -> str:
    currency = engagement.currency
    # A reviewer's day may be ahead of the day in UTC; the invoice is never older than the work on it.
    last = max([line.day for line in lines] + [at.date()])
    invoice = Invoice.objects.create(
        tenant_id=found.tenant_id,
        matter_id=found.id,
        production_id=production_id,
        number=_next_number(at.year),
        currency=currency,
        period_start=min([line.day for line in lines] + [at.date()]),
        period_end=last,
        invoice_date=last,
        total=sum((line.total(currency=currency) for line in lines), Decimal(0)),
        description=f"Document review and production, matter {found.number}",
    )
    InvoiceLine.objects.bulk_create(
        [_line(invoice, number, line, currency) for number, line in enumerate(lines, start=1)]
    )
    entries = [key for line in lines if line.source_kind == "time_entry" for key in line.sources]
    TimeEntry.objects.filter(id__in=entries).update(invoice=invoice)
    _audit(actor=actor, invoice=invoice, act="invoice.drafted", at=at, after={"lines": len(lines)})
    return invoice.id


def _line(invoice: Invoice, number: int, line: DraftLine, currency: str) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        number=number,
        type=line.type,
        day=line.day,
        units=line.units,
        unit=line.unit,
        unit_cost=line.unit_cost,
        total=line.total(currency=currency),
        task_code=line.task_code,
        activity_code=line.activity_code,
        expense_code=line.expense_code,
        timekeeper_id=line.timekeeper.id if line.timekeeper else "",
        timekeeper_name=line.timekeeper.name if line.timekeeper else "",
        timekeeper_class=line.timekeeper.classification if line.timekeeper else "",
        description=line.description,
        source_kind=line.source_kind,
        sources=list(line.sources),
    )


def _audit(
    *, actor: Actor, invoice: Invoice, act: str, at: datetime, after: dict[str, object], label: str = ""
) -> None:
    record(
        tenant_id=invoice.tenant_id,
        actor=actor,
        act=act,
        object_type="invoice",
        object_id=invoice.id,
        matter_id=invoice.matter_id,
        label=label or invoice.number,
        at=at,
        after={"state": invoice.state, "total": f"{invoice.currency} {invoice.total:.2f}", **after},
    )


def _lock(*, actor: Actor, invoice_id: str) -> Invoice:
    found = policies.invoices_for(actor).select_for_update(of=("self",)).filter(id=invoice_id).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def issue_invoice(*, actor: Actor, invoice_id: str, at: datetime) -> None:
    """Send a draft to the client once its LEDES file passes the validator; issuing twice changes nothing.

    Raises Refused ``ledes_invalid`` naming the first rule that the file breaks.
    """
    if not actor.system:
        require_role(actor, Role.MANAGER)
    invoice = _lock(actor=actor, invoice_id=invoice_id)
    if invoice.state != Invoice.State.DRAFT:
        return
    data = ledes_of(bill=bill_of(invoice=invoice))
    found = [item for item in check(data=data, today=invoice.invoice_date) if item.severity == "error"]
    if found:
        raise Refused(
            "The client's system would reject this invoice: rule %(rule)s, line %(line)s.",
            code="ledes_invalid",
            rule=found[0].rule,
            line=found[0].line,
        )
    invoice.state = Invoice.State.ISSUED
    invoice.issued_at = at
    invoice.save(update_fields=["state", "issued_at"])
    _audit(actor=actor, invoice=invoice, act="invoice.issued", at=at, after={})
    announce(
        events.InvoiceIssued(tenant_id=invoice.tenant_id, matter_id=invoice.matter_id, invoice_id=invoice.id), at=at
    )


@transaction.atomic
def query_line(*, actor: Actor, invoice_id: str, line_id: str, text: str, at: datetime) -> str:
    """Ask about a line of an issued invoice; returns the query's id.

    Raises Refused ``text_missing`` or ``not_open`` and NotFound.
    """
    require_role(actor, Role.COUNSEL)
    invoice = _lock(actor=actor, invoice_id=invoice_id)
    line = invoice.lines.filter(id=line_id).first()
    if line is None:
        raise NotFound
    if invoice.state not in (Invoice.State.ISSUED, Invoice.State.QUERIED):
        raise Refused("Lines are queried before the invoice is approved.", code="not_open")
    if not text.strip():
        raise Refused("Say what you want to know about this line.", code="text_missing")
    asked = LineQuery.objects.create(line=line, text=text.strip()[:1000], asked_by_id=actor.user_id, asked_at=at)
    invoice.state = Invoice.State.QUERIED
    invoice.save(update_fields=["state"])
    _audit(
        actor=actor, invoice=invoice, act="invoice.line_queried", at=at, after={"line": line.number, "text": asked.text}
    )
    return asked.id


@transaction.atomic
def answer_query(*, actor: Actor, query_id: str, answer: str, at: datetime, adjustment: Decimal = Decimal(0)) -> None:
    """Answer a query, with a reduction of the line where one is granted; the invoice adds up again at once.

    adjustment: zero or negative, at most the line's total, in the invoice's currency.
    Raises Refused ``text_missing``, ``already_answered`` or ``adjustment_out_of_range`` and NotFound.
    """
    require_role(actor, Role.MANAGER)
    asked = LineQuery.objects.select_for_update().select_related("line").filter(id=query_id).first()
    if asked is None:
        raise NotFound
    invoice = _lock(actor=actor, invoice_id=asked.line.invoice_id)
    if asked.state == LineQuery.State.ANSWERED:
        raise Refused("This query was answered already.", code="already_answered")
    if not answer.strip():
        raise Refused("Write an answer for the client.", code="text_missing")
    if (
        not adjustment.is_finite()
        or not -asked.line.total <= adjustment <= 0
        or adjustment != round_half_up(adjustment, digits=minor_digits(invoice.currency))
    ):
        raise Refused("A reduction lies between zero and the total of the line.", code="adjustment_out_of_range")
    asked.answer, asked.adjustment, asked.state = answer.strip()[:1000], adjustment, LineQuery.State.ANSWERED
    asked.answered_by_id, asked.answered_at = actor.user_id, at
    asked.save()
    line = asked.line
    line.adjustment += adjustment
    line.total += adjustment
    line.save(update_fields=["adjustment", "total"])
    # Summed here and not in the database, which may know no exact decimals.
    invoice.total = sum(invoice.lines.values_list("total", flat=True), Decimal(0))
    if not LineQuery.objects.filter(line__invoice=invoice, state=LineQuery.State.OPEN).exists():
        invoice.state = Invoice.State.ISSUED
    invoice.save(update_fields=["total", "state"])
    after: dict[str, object] = {"line": line.number, "answer": asked.answer, "adjustment": str(adjustment)}
    _audit(actor=actor, invoice=invoice, act="invoice.query_answered", at=at, after=after)


@transaction.atomic
def approve_invoice(*, actor: Actor, invoice_id: str, at: datetime) -> None:
    """Approve an invoice for payment; approving twice changes nothing.

    Only counsel of the client. Raises Refused ``queries_open`` or ``not_issued`` and NotFound.
    """
    require_role(actor, Role.COUNSEL)
    invoice = _lock(actor=actor, invoice_id=invoice_id)
    if invoice.state in (Invoice.State.APPROVED, Invoice.State.PAID):
        return
    if invoice.state == Invoice.State.QUERIED:
        raise Refused("A query on this invoice is still open.", code="queries_open")
    if invoice.state != Invoice.State.ISSUED:
        raise Refused("Only an issued invoice can be approved.", code="not_issued")
    invoice.state = Invoice.State.APPROVED
    invoice.approved_at, invoice.approved_by_id = at, actor.user_id
    invoice.save(update_fields=["state", "approved_at", "approved_by"])
    _audit(actor=actor, invoice=invoice, act="invoice.approved", at=at, after={})


@transaction.atomic
def mark_paid(*, actor: Actor, invoice_id: str, reference: str, at: datetime) -> None:
    """Mark an approved invoice as paid with the payment's reference; marking twice changes nothing.

    Raises Refused ``not_approved`` or ``reference_missing`` and NotFound.
    """
    require_role(actor, Role.COUNSEL)
    invoice = _lock(actor=actor, invoice_id=invoice_id)
    if invoice.state == Invoice.State.PAID:
        return
    if invoice.state != Invoice.State.APPROVED:
        raise Refused("Approve the invoice before you mark it as paid.", code="not_approved")
    if not reference.strip():
        raise Refused("Give the reference of the payment.", code="reference_missing")
    invoice.state = Invoice.State.PAID
    invoice.paid_at, invoice.payment_reference = at, reference.strip()[:80]
    invoice.save(update_fields=["state", "paid_at", "payment_reference"])
    _audit(actor=actor, invoice=invoice, act="invoice.paid", at=at, after={"reference": invoice.payment_reference})
    announce(events.InvoicePaid(tenant_id=invoice.tenant_id, matter_id=invoice.matter_id, invoice_id=invoice.id), at=at)
