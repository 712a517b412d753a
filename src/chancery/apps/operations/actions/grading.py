"""Grading a request, overriding the grade, and offering the quote that follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from chancery.apps.operations.actions.requests import RequestRefused, locked_request, note_request
from chancery.apps.operations.actions.work import NeedSpec, close_work_of, open_work_item
from chancery.apps.operations.catalogue.definition import ServiceDefinition
from chancery.apps.operations.catalogue.estimate import estimate, factors_as_json, factors_of
from chancery.apps.operations.models import Grading, Quote, Request
from chancery.apps.operations.queries.catalogue import service_definition
from chancery.apps.operations.queries.requests import RequestRecord, full_request
from chancery.apps.operations.wording import reason_as_json
from chancery.engines.allocation.grading import DEFAULT_MODEL, Grade
from chancery.engines.allocation.grading import grade as grade_factors
from chancery.platform.access.actors import system_actor
from chancery.platform.access.scopes import require_person
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record


class BelowFloor(RequestRefused):
    """A grade below what the work itself demands."""

    code = "below_floor"


def grade_request(*, actor: Actor, row: Request, definition: ServiceDefinition, at: datetime) -> Grading:
    """Grade a request once and keep factors, points, reasons, floors and the version of the method."""
    existing = Grading.objects.filter(request=row).first()
    if existing is not None:
        return existing
    factors = factors_of(service=definition, values=row.answers)
    graded = grade_factors(factors=factors, floor=definition.grading.floor, model=DEFAULT_MODEL)
    floors = [Grade(str(reason.params["grade"])) for reason in graded.floors]
    floor = max(floors, key=lambda item: item.rank, default=Grade.COMPUTER)
    grading = Grading.objects.create(
        tenant_id=row.tenant_id,
        request=row,
        factors=factors_as_json(factors),
        grade=graded.grade.value,
        floor=floor.value,
        points=graded.points,
        reasons=[reason_as_json(reason) for reason in (*graded.floors, *graded.reasons)],
        model_version=graded.model_version,
        graded_at=at,
    )
    note_request(
        actor, "request.graded", row, at,
        after={
            "grade": grading.grade, "points": grading.points, "floor": grading.floor, "model": grading.model_version,
        },
    )  # fmt: skip
    return grading


@transaction.atomic
def override_grade(*, actor: Actor, request_id: str, grade: str, reason: str, at: datetime) -> RequestRecord:
    """Set another grade than the method found, with a reason; an open offer is replaced by a new one.

    Needs the delivery manager or an attorney. Refused: BelowFloor, ``reason_missing``, ``grade_unknown``,
    ``not_graded``, ``already_engaged``. The same grade again changes nothing.
    """
    row = locked_request(actor=actor, request_id=request_id)
    require_person(actor, Role.MANAGER, Role.ATTORNEY)
    if grade not in list(Grade):
        raise RequestRefused("“%(grade)s” is not a grade.", code="grade_unknown", grade=grade)
    grading = Grading.objects.select_for_update().filter(request=row).first()
    if grading is None:
        raise RequestRefused("The request has not been graded yet.", code="not_graded")
    if row.state in (Request.State.ENGAGED, Request.State.DECLINED):
        raise RequestRefused("The grade can no longer be changed.", code="already_engaged")
    current = grading.override_grade or grading.grade
    if grade == current:
        return full_request(row, at=at)
    if Grade(grade).rank < Grade(grading.floor).rank:
        raise BelowFloor("This work needs %(floor)s or higher.", floor=grading.floor)
    if not reason.strip():
        raise RequestRefused("Say why: another grade needs a reason.", code="reason_missing")
    grading.override_grade, grading.override_reason = grade, reason.strip()
    grading.override_by_id, grading.override_at = actor.user_id, at
    grading.save(update_fields=["override_grade", "override_reason", "override_by", "override_at"])
    note_request(
        actor, "request.grade_overridden", row, at,
        before={"grade": current}, after={"grade": grade, "reason": reason.strip()},
    )  # fmt: skip
    if row.state == Request.State.QUOTED:
        definition = service_definition(service_id=row.service_id, version=row.service_version)
        offer_quote(actor=actor, row=row, definition=definition, grade=Grade(grade), at=at)
    return full_request(row, at=at)


def offer_quote(*, actor: Actor, row: Request, definition: ServiceDefinition, grade: Grade, at: datetime) -> Quote:
    """Offer a quote for a request at a grade; an earlier open offer is superseded, both stay on record."""
    for old in Quote.objects.select_for_update().filter(request=row, state=Quote.State.OFFERED):
        old.state, old.decided_at = Quote.State.SUPERSEDED, at
        old.save(update_fields=["state", "decided_at"])
        note_quote(actor, "quote.superseded", old, at, before={"state": "offered"}, after={"state": "superseded"})
        close_work_of(actor=actor, kind="quote_decision", subject_type="quote", subject_id=old.id, at=at)
    priced = estimate(service=definition, values=row.answers, grade=grade)
    last = Quote.objects.filter(request=row).aggregate(last=Max("number"))["last"] or 0
    quote = Quote.objects.create(
        tenant_id=row.tenant_id,
        request=row,
        number=last + 1,
        grade=grade.value,
        lines=priced.lines,
        low=priced.low.amount,
        expected=priced.expected.amount,
        high=priced.high.amount,
        currency=priced.expected.currency,
        offered_at=at,
        valid_until=at + timedelta(days=definition.price.valid_days),
    )
    row.state = Request.State.QUOTED
    row.save(update_fields=["state"])
    note_quote(
        actor, "quote.offered", quote, at,
        after={
            "grade": grade.value, "low": str(priced.low), "expected": str(priced.expected), "high": str(priced.high),
        },
    )  # fmt: skip
    open_work_item(
        actor=system_actor(tenant_id=row.tenant_id),
        tenant_id=row.tenant_id,
        matter_id=None,
        kind="quote_decision",
        subject_type="quote",
        subject_id=quote.id,
        title=f"Answer the quote: {row.title}"[:200],
        title_zh=f"答复报价：{row.title}"[:200],
        need=NeedSpec(role=Role.COUNSEL, minutes=10, person_id=row.requested_by_id),
        at=at,
        due_at=quote.valid_until,
    )
    return quote


def note_quote(actor: Actor, act: str, quote: Quote, at: datetime, **values: object) -> None:
    """Append an act on a quote to the record."""
    record(
        tenant_id=quote.tenant_id,
        actor=actor,
        act=act,
        object_type="quote",
        object_id=quote.id,
        label=f"{quote.request.title} ({quote.number})",
        at=at,
        matter_id=quote.matter_id,
        **values,  # type: ignore[arg-type]
    )
