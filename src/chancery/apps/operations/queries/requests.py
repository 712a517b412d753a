"""Reads of requests, their grades and quotes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from chancery.apps.operations import policies
from chancery.apps.operations.models import Grading, Quote, Request
from chancery.apps.operations.wording import grade_name, reason_text, unit_name, words
from chancery.foundation.errors import NotFound
from chancery.foundation.money import Money
from chancery.platform.access.values import Actor


@dataclass(frozen=True, slots=True)
class ReasonRecord:
    """One reason as a sentence in the reader's language; weight in points where the method adds points."""

    code: str
    text: str
    weight: int


@dataclass(frozen=True, slots=True)
class QuoteLineRecord:
    """One line of a quote."""

    kind: str
    key: str
    name: str
    grade: str
    grade_name: str
    units: int
    unit: str
    minutes: Decimal
    hours: Decimal
    rate: Money
    amount: Money


@dataclass(frozen=True, slots=True)
class QuoteRecord:
    """An offer. state ``expired`` also when the validity has passed without anybody closing the offer."""

    id: str
    tenant_id: str
    tenant_name: str
    request_id: str
    title: str
    matter_id: str | None
    number: int
    grade: str
    grade_name: str
    lines: tuple[QuoteLineRecord, ...]
    low: Money
    expected: Money
    high: Money
    offered_at: datetime
    valid_until: datetime
    state: str
    state_name: str
    decided_by: str
    decided_at: datetime | None
    decision_reason: str


@dataclass(frozen=True, slots=True)
class GradingRecord:
    """The grade of a request and everything that carries it. grade is the one that applies."""

    grade: str
    grade_name: str
    graded: str
    graded_name: str
    floor: str
    floor_name: str
    points: int
    reasons: tuple[ReasonRecord, ...]
    factors: dict[str, Any]
    model_version: str
    graded_at: datetime
    overridden: bool
    override_reason: str
    override_by: str
    override_at: datetime | None


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request. reasons: what the gate found. grading and quote are None where there is none yet or in lists."""

    id: str
    tenant_id: str
    tenant_name: str
    matter_id: str | None
    matter_number: str
    service_id: str
    service_version: int
    title: str
    answers: dict[str, Any]
    state: str
    state_name: str
    decision: str
    reasons: tuple[ReasonRecord, ...]
    requested_by: str
    created_at: datetime
    submitted_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    grading: GradingRecord | None
    quote: QuoteRecord | None
    quotes: tuple[QuoteRecord, ...]


def reasons_of(kept: list[dict[str, Any]]) -> tuple[ReasonRecord, ...]:
    """Return kept reasons as sentences."""
    return tuple(ReasonRecord(item["code"], reason_text(item), int(item.get("weight", 0))) for item in kept)


def _line(item: dict[str, Any], currency: str) -> QuoteLineRecord:
    return QuoteLineRecord(
        kind=item["kind"],
        key=item["key"],
        name=words(item["name"]),
        grade=item["grade"],
        grade_name=grade_name(item["grade"]) if item["grade"] else "",
        units=int(item["units"]),
        unit=unit_name(item["unit"], count=int(item["units"])),
        minutes=Decimal(item["minutes"]),
        hours=Decimal(item["hours"]),
        rate=Money(Decimal(item["rate"]), currency),
        amount=Money(Decimal(item["amount"]), currency),
    )


def quote_record(row: Quote, *, at: datetime | None = None) -> QuoteRecord:
    """Return the plain record of a quote loaded with its request and client."""
    state = row.state
    if at is not None and state == Quote.State.OFFERED and row.valid_until < at:
        state = Quote.State.EXPIRED
    return QuoteRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        tenant_name=words({"en": row.tenant.name, "zh": row.tenant.name_zh}),
        request_id=row.request_id,
        title=row.request.title,
        matter_id=row.matter_id,
        number=row.number,
        grade=row.grade,
        grade_name=grade_name(row.grade),
        lines=tuple(_line(item, row.currency) for item in row.lines),
        low=Money(row.low, row.currency),
        expected=Money(row.expected, row.currency),
        high=Money(row.high, row.currency),
        offered_at=row.offered_at,
        valid_until=row.valid_until,
        state=str(state),
        state_name=str(Quote.State(state).label),
        decided_by=row.decided_by.shown_name() if row.decided_by else "",
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )


def _grading(row: Grading) -> GradingRecord:
    grade = row.override_grade or row.grade
    return GradingRecord(
        grade=grade,
        grade_name=grade_name(grade),
        graded=row.grade,
        graded_name=grade_name(row.grade),
        floor=row.floor,
        floor_name=grade_name(row.floor),
        points=row.points,
        reasons=reasons_of(row.reasons),
        factors=row.factors,
        model_version=row.model_version,
        graded_at=row.graded_at,
        overridden=bool(row.override_grade),
        override_reason=row.override_reason,
        override_by=row.override_by.shown_name() if row.override_by else "",
        override_at=row.override_at,
    )


def request_record(
    row: Request, *, grading: Grading | None = None, quotes: tuple[QuoteRecord, ...] = ()
) -> RequestRecord:
    """Return the plain record of a request loaded with its client, matter and people."""
    return RequestRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        tenant_name=words({"en": row.tenant.name, "zh": row.tenant.name_zh}),
        matter_id=row.matter_id,
        matter_number=row.matter.number if row.matter else "",
        service_id=row.service_id,
        service_version=row.service_version,
        title=row.title,
        answers=row.answers,
        state=row.state,
        state_name=str(Request.State(row.state).label),
        decision=row.decision,
        reasons=reasons_of(row.reasons),
        requested_by=row.requested_by.shown_name(),
        created_at=row.created_at,
        submitted_at=row.submitted_at,
        decided_by=row.decided_by.shown_name() if row.decided_by else "",
        decided_at=row.decided_at,
        grading=_grading(grading) if grading else None,
        quote=next((item for item in quotes if item.state not in ("superseded",)), None),
        quotes=quotes,
    )


def full_request(row: Request, *, at: datetime | None = None) -> RequestRecord:
    """Return a request with its grading and quotes: two more queries."""
    grading = Grading.objects.filter(request_id=row.id).select_related("override_by").first()
    quotes = (
        Quote.objects.filter(request_id=row.id).select_related("tenant", "request", "decided_by").order_by("-number")
    )
    return request_record(row, grading=grading, quotes=tuple(quote_record(item, at=at) for item in quotes))


def request(*, actor: Actor, request_id: str, at: datetime | None = None) -> RequestRecord:
    """Return one request with grading and quotes; raises NotFound if unknown or forbidden."""
    row = policies.requests_for(actor).filter(id=request_id).first()
    if row is None:
        raise NotFound
    return full_request(row, at=at)


def requests_found(*, actor: Actor, text: str = "", state: str = "", tenant_id: str = "") -> QuerySet[Request]:
    """Return the visible requests, filtered; the page slices it."""
    found = policies.requests_for(actor)
    if text:
        found = found.filter(
            Q(title__icontains=text) | Q(tenant__name__icontains=text) | Q(matter__number__iexact=text)
        )
    if state:
        found = found.filter(state=state)
    if tenant_id:
        found = found.filter(tenant_id=tenant_id)
    return found


def list_requests(
    *, actor: Actor, text: str = "", state: str = "", after: str = "", limit: int = 100
) -> list[RequestRecord]:
    """Return requests, newest first, without gradings and quotes; ``after`` is the last id of the page before."""
    found = requests_found(actor=actor, text=text, state=state).order_by("-id")
    if after:
        found = found.filter(id__lt=after)
    return [request_record(row) for row in found[:limit]]


def quote(*, actor: Actor, quote_id: str, at: datetime | None = None) -> QuoteRecord:
    """Return one quote; raises NotFound if unknown or forbidden."""
    row = policies.quotes_for(actor).filter(id=quote_id).first()
    if row is None:
        raise NotFound
    return quote_record(row, at=at)


def quotes_waiting(*, actor: Actor, at: datetime, limit: int = 20) -> list[QuoteRecord]:
    """Return offers that wait for the client's answer and are still valid, oldest first."""
    rows = policies.quotes_for(actor).filter(state=Quote.State.OFFERED, valid_until__gte=at).order_by("id")
    return [quote_record(row, at=at) for row in rows[:limit]]
