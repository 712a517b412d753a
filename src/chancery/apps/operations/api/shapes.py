"""Shapes of the machine interface of operations, made from records."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from ninja import Schema

from chancery.apps.operations.queries.clocks import ClockLine, ClockRecord
from chancery.apps.operations.queries.releases import SignOffRecord
from chancery.apps.operations.queries.requests import QuoteRecord, ReasonRecord, RequestRecord
from chancery.apps.operations.queries.work import PersonChoice, WorkRecord
from chancery.foundation.money import Money
from chancery.platform.access.values import Actor

MOST = 200


def caller(request: HttpRequest) -> Actor:
    """Return on whose behalf the interface is called."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def moment() -> datetime:
    """Return the time of the call."""
    return timezone.now()


def page_size(limit: int) -> int:
    """Return how many rows are answered: 1 to 200."""
    return max(1, min(limit, MOST))


class Amount(Schema):
    """An amount as decimal text with its currency."""

    amount: str
    currency: str


class Why(Schema):
    """One reason."""

    code: str
    text: str
    weight: int


class QuoteLine(Schema):
    """One line of a quote."""

    kind: str
    key: str
    name: str
    grade: str
    units: int
    unit: str
    hours: Decimal
    rate: Amount
    amount: Amount


class QuoteOut(Schema):
    """A quote with its range and lines."""

    id: str
    request_id: str
    matter_id: str | None
    number: int
    grade: str
    low: Amount
    expected: Amount
    high: Amount
    valid_until: datetime
    state: str
    lines: list[QuoteLine]


class RequestOut(Schema):
    """A request with what the gate decided; quote is the one in force."""

    id: str
    tenant_id: str
    matter_id: str | None
    service_id: str
    service_version: int
    title: str
    answers: dict[str, Any]
    state: str
    decision: str
    reasons: list[Why]
    grade: str
    quote: QuoteOut | None
    submitted_at: datetime | None


class RequestIn(Schema):
    """A new request. idempotency_key: the same key starts it once."""

    tenant_id: str
    service_id: str
    title: str
    answers: dict[str, Any] = {}
    idempotency_key: str = ""


class AnswersIn(Schema):
    """All answers of a draft, by key of the question."""

    answers: dict[str, Any]


class DecisionIn(Schema):
    """A person's decision: accept or decline, with its reason."""

    decision: str
    reason: str


class GradeIn(Schema):
    """Another grade with its reason."""

    grade: str
    reason: str


class ReasonIn(Schema):
    """The reason of an act."""

    reason: str


class Accepted(Schema):
    """The matter that acceptance opened."""

    matter_id: str


class Person(Schema):
    """Somebody weighed for a work item."""

    user_id: str
    name: str
    cost_delta: str
    reasons: list[Why]


class WorkOut(Schema):
    """A work item with the reasons of its assignment (empty in lists)."""

    id: str
    tenant_id: str
    matter_id: str | None
    kind: str
    subject_type: str
    subject_id: str
    title: str
    grade: str
    minutes: int
    state: str
    assignee_id: str | None
    assignee: str
    pinned: bool
    due_at: datetime | None
    done_at: datetime | None
    why: list[Why]
    alternatives: list[Person]
    barred: list[Person]


class ReassignIn(Schema):
    """person: user id, or null for whoever fits best now."""

    person: str | None = None
    reason: str


class ClockEventOut(Schema):
    """One event of the service clock."""

    kind: str
    at: datetime
    reason: str
    evidence: str
    by: str
    used_minutes: int


class ClockOut(Schema):
    """The service clock, in working minutes of the named calendar."""

    promised_minutes: int
    used_minutes: int
    remaining_minutes: int
    due: datetime | None
    state: str
    provisional: bool
    calendar: str
    calendar_version: str
    policy_version: str
    events: list[ClockEventOut]


class SignOffOut(Schema):
    """A sign-off and the hash it is bound to."""

    id: str
    tenant_id: str
    matter_id: str
    subject_type: str
    subject_id: str
    subject_hash: str
    summary: dict[str, Any]
    state: str
    requested_by: str
    requested_at: datetime
    attorney: str
    licence: dict[str, Any]
    reasons: str
    at: datetime | None
    void_reason: str


class SignIn(Schema):
    """subject_hash: the hash of what the attorney was shown; another one is refused."""

    subject_hash: str


def amount_out(money: Money) -> Amount:
    """Return the plain values of a record."""
    return Amount(amount=str(money.amount), currency=money.currency)


def why_out(reasons: tuple[ReasonRecord, ...]) -> list[Why]:
    """Return the plain values of a record."""
    return [Why(code=one.code, text=one.text, weight=one.weight) for one in reasons]


def quote_out(record: QuoteRecord) -> QuoteOut:
    """Return the plain values of a record."""
    lines = [
        QuoteLine(
            kind=line.kind,
            key=line.key,
            name=line.name,
            grade=line.grade,
            units=line.units,
            unit=line.unit,
            hours=line.hours,
            rate=amount_out(line.rate),
            amount=amount_out(line.amount),
        )
        for line in record.lines
    ]
    return QuoteOut(
        id=record.id,
        request_id=record.request_id,
        matter_id=record.matter_id,
        number=record.number,
        grade=record.grade,
        low=amount_out(record.low),
        expected=amount_out(record.expected),
        high=amount_out(record.high),
        valid_until=record.valid_until,
        state=record.state,
        lines=lines,
    )


def request_out(record: RequestRecord) -> RequestOut:
    """Return the plain values of a record."""
    return RequestOut(
        id=record.id,
        tenant_id=record.tenant_id,
        matter_id=record.matter_id,
        service_id=record.service_id,
        service_version=record.service_version,
        title=record.title,
        answers=record.answers,
        state=record.state,
        decision=record.decision,
        reasons=why_out(record.reasons),
        grade=record.grading.grade if record.grading else "",
        quote=quote_out(record.quote) if record.quote else None,
        submitted_at=record.submitted_at,
    )


def people_out(people: tuple[PersonChoice, ...]) -> list[Person]:
    """Return the plain values of a record."""
    return [
        Person(user_id=one.user_id, name=one.name, cost_delta=one.cost_delta, reasons=why_out(one.reasons))
        for one in people
    ]


def work_out(record: WorkRecord) -> WorkOut:
    """Return the plain values of a record."""
    return WorkOut(
        id=record.id,
        tenant_id=record.tenant_id,
        matter_id=record.matter_id,
        kind=record.kind,
        subject_type=record.subject_type,
        subject_id=record.subject_id,
        title=record.title,
        grade=record.grade,
        minutes=record.minutes,
        state=record.state,
        assignee_id=record.assignee_id,
        assignee=record.assignee,
        pinned=record.pinned,
        due_at=record.due_at,
        done_at=record.done_at,
        why=why_out(record.why),
        alternatives=people_out(record.alternatives),
        barred=people_out(record.barred),
    )


def event_out(line: ClockLine) -> ClockEventOut:
    """Return the plain values of a record."""
    return ClockEventOut(
        kind=line.kind,
        at=line.at,
        reason=line.reason,
        evidence=line.evidence,
        by=line.by,
        used_minutes=line.used_minutes,
    )


def clock_out(record: ClockRecord) -> ClockOut:
    """Return the plain values of a record."""
    return ClockOut(
        promised_minutes=record.promised_minutes,
        used_minutes=record.used_minutes,
        remaining_minutes=record.remaining_minutes,
        due=record.due,
        state=record.state,
        provisional=record.provisional,
        calendar=record.calendar,
        calendar_version=record.calendar_version,
        policy_version=record.policy_version,
        events=[event_out(line) for line in record.events],
    )


def sign_off_out(record: SignOffRecord) -> SignOffOut:
    """Return the plain values of a record."""
    return SignOffOut(**{name: getattr(record, name) for name in SignOffOut.model_fields})
