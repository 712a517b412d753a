"""The client's answer to a quote: acceptance opens the matter under what was agreed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from chancery.apps.matters.actions import open_matter
from chancery.apps.operations import events, policies
from chancery.apps.operations.actions.clocks import start_clock
from chancery.apps.operations.actions.gate import SIDES, conflict_outcome, licensed_attorneys
from chancery.apps.operations.actions.grading import note_quote
from chancery.apps.operations.actions.requests import note_request
from chancery.apps.operations.actions.team import team_for
from chancery.apps.operations.actions.work import NeedSpec, close_work_of, open_work_item
from chancery.apps.operations.catalogue.answers import meaning_of
from chancery.apps.operations.catalogue.definition import ServiceDefinition
from chancery.apps.operations.catalogue.estimate import grade_of_step, promised_minutes
from chancery.apps.operations.models import Engagement, Quote, Request
from chancery.apps.operations.queries.catalogue import service_definition
from chancery.apps.operations.queries.requests import QuoteRecord, quote_record
from chancery.apps.parties.actions import record_party
from chancery.engines.allocation.grading import Grade
from chancery.foundation.errors import NotFound, Refused
from chancery.foundation.money import Money
from chancery.platform.access.actors import system_actor
from chancery.platform.access.scopes import require_person
from chancery.platform.access.values import Actor, Role
from chancery.platform.events.actions import announce


class QuoteRefused(Refused):
    """A quote that cannot be answered in this way."""

    code = "quote_refused"


def _locked_quote(actor: Actor, quote_id: str) -> Quote:
    row = policies.quotes_for(actor).select_for_update(of=("self",)).filter(id=quote_id).first()
    if row is None:
        raise NotFound
    return row


def _client_only(actor: Actor, row: Quote) -> None:
    """Only counsel of this very client may answer its quote."""
    require_person(actor, Role.COUNSEL)
    if row.tenant_id not in actor.tenant_ids:
        raise NotFound


def accept_quote(*, actor: Actor, quote_id: str, at: datetime) -> str:
    """Accept an offer as the client's counsel: opens the matter with team, budget, service level and checklist,
    and starts the service clock. Returns the matter's id; accepting again returns the same one.

    Refused: ``not_allowed`` for anyone but counsel, ``quote_expired``, ``quote_not_open``, ``conflict_since``
    when a conflict arose after the offer, ``attorney_missing`` when no licensed attorney is left.
    """
    if not _still_clear(actor=actor, quote_id=quote_id, at=at):
        raise QuoteRefused(
            "A conflict came up after the offer was made; the delivery manager has to look at it first.",
            code="conflict_since",
        )
    return _accept(actor=actor, quote_id=quote_id, at=at)


@transaction.atomic
def _still_clear(*, actor: Actor, quote_id: str, at: datetime) -> bool:
    """Check conflicts again before acceptance; what is found stays on record and goes to the manager."""
    row = _locked_quote(actor, quote_id)
    _client_only(actor, row)
    if row.state == Quote.State.ACCEPTED:
        return True
    _refuse_closed(row, at)
    request = row.request
    definition = service_definition(service_id=request.service_id, version=request.service_version)
    if conflict_outcome(row=request, definition=definition, at=at) == "clear":
        return True
    open_work_item(
        actor=system_actor(tenant_id=row.tenant_id),
        tenant_id=row.tenant_id,
        matter_id=None,
        kind="request_decision",
        subject_type="conflict_since",
        subject_id=request.id,
        title=f"Conflict since the offer: {request.title}"[:200],
        title_zh=f"报价后出现利益冲突：{request.title}"[:200],
        need=NeedSpec(role=Role.MANAGER, minutes=15),
        at=at,
    )
    return False


@transaction.atomic
def _accept(*, actor: Actor, quote_id: str, at: datetime) -> str:
    row = _locked_quote(actor, quote_id)
    _client_only(actor, row)
    if row.state == Quote.State.ACCEPTED and row.matter_id:
        return str(row.matter_id)
    _refuse_closed(row, at)
    request = Request.objects.select_for_update(of=("self",)).get(id=row.request_id)
    definition = service_definition(service_id=request.service_id, version=request.service_version)
    matter_id = _open(actor, row, request, definition, at)
    row.matter_id = request.matter_id = matter_id
    row.state, row.decided_by_id, row.decided_at = Quote.State.ACCEPTED, actor.user_id, at
    row.save(update_fields=["matter", "state", "decided_by", "decided_at"])
    request.state = Request.State.ENGAGED
    request.save(update_fields=["matter", "state"])
    engagement = _engage(row, request, definition, at)
    note_quote(actor, "quote.accepted", row, at, before={"state": "offered"}, after={"state": "accepted"})
    note_request(actor, "request.engaged", request, at, before={"state": "quoted"}, after={"state": "engaged"})
    close_work_of(actor=actor, kind="quote_decision", subject_type="quote", subject_id=row.id, at=at)
    start_clock(actor=actor, engagement=engagement, reason="", at=at)
    announce(
        events.EngagementOpened(
            tenant_id=row.tenant_id,
            matter_id=matter_id,
            engagement_id=engagement.id,
            quote_id=row.id,
            request_id=request.id,
        ),
        at=at,
    )
    return matter_id


@transaction.atomic
def decline_quote(*, actor: Actor, quote_id: str, reason: str, at: datetime) -> QuoteRecord:
    """Decline an offer as the client's counsel, with a reason; declining again changes nothing.

    Refused: ``not_allowed``, ``quote_expired``, ``quote_not_open``, ``reason_missing``.
    """
    row = _locked_quote(actor, quote_id)
    _client_only(actor, row)
    if row.state == Quote.State.DECLINED:
        return quote_record(row, at=at)
    _refuse_closed(row, at)
    if not reason.strip():
        raise QuoteRefused("Say why: it helps us to offer better.", code="reason_missing")
    row.state, row.decided_by_id, row.decided_at = Quote.State.DECLINED, actor.user_id, at
    row.decision_reason = reason.strip()
    row.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    Request.objects.filter(id=row.request_id).update(state=Request.State.DECLINED)
    note_quote(
        actor, "quote.declined", row, at,
        before={"state": "offered"}, after={"state": "declined", "reason": row.decision_reason},
    )  # fmt: skip
    close_work_of(actor=actor, kind="quote_decision", subject_type="quote", subject_id=row.id, at=at)
    return quote_record(row, at=at)


@transaction.atomic
def expire_quotes(*, at: datetime) -> int:
    """Close offers whose validity has passed; returns how many. Background work, safe to repeat."""
    rows = Quote.objects.select_for_update(of=("self",)).filter(state=Quote.State.OFFERED, valid_until__lt=at)
    count = 0
    for row in rows.select_related("request"):
        actor = system_actor(tenant_id=row.tenant_id)
        row.state, row.decided_at = Quote.State.EXPIRED, at
        row.save(update_fields=["state", "decided_at"])
        note_quote(actor, "quote.expired", row, at, before={"state": "offered"}, after={"state": "expired"})
        close_work_of(actor=actor, kind="quote_decision", subject_type="quote", subject_id=row.id, at=at)
        count += 1
    return count


def _refuse_closed(row: Quote, at: datetime) -> None:
    if row.state == Quote.State.EXPIRED or (row.state == Quote.State.OFFERED and row.valid_until < at):
        raise QuoteRefused("This offer has expired; ask for a new one.", code="quote_expired")
    if row.state != Quote.State.OFFERED:
        raise QuoteRefused("This offer is no longer open.", code="quote_not_open")


def _open(actor: Actor, row: Quote, request: Request, definition: ServiceDefinition, at: datetime) -> str:
    def answer(meaning: str) -> Any:
        return meaning_of(service=definition, values=request.answers, meaning=meaning)

    attorneys = licensed_attorneys(definition=definition, values=request.answers, at=at)
    if not attorneys:
        raise QuoteRefused(
            "No attorney of ours holds a valid licence that covers this matter.", code="attorney_missing"
        )
    parties = []
    for meaning, side in SIDES:
        for name in answer(meaning) or []:
            party = record_party(actor=actor, tenant_id=row.tenant_id, name=name, kind="organisation", at=at)
            parties.append((party.id, side))
    matter = open_matter(
        actor=actor,
        tenant_id=row.tenant_id,
        title=request.title,
        service_id=request.service_id,
        service_version=request.service_version,
        budget=budget_of(row=row, stated=answer("budget")),
        jurisdiction=str(answer("jurisdiction")),
        data_location=str(answer("data_location")),
        team=team_for(actor=actor, definition=definition, values=request.answers, attorney_id=attorneys[0], at=at),
        responsible_attorney_id=attorneys[0],
        parties=parties,
        idempotency_key=f"quote:{row.id}",
        at=at,
    )
    return matter.id


def budget_of(*, row: Quote, stated: Any) -> Money:
    """Return the budget: what the client stated, otherwise the upper end of the accepted range."""
    return Money(Decimal(str(stated)) if stated else row.high, row.currency)


def _engage(row: Quote, request: Request, definition: ServiceDefinition, at: datetime) -> Engagement:
    values = request.answers
    location = str(meaning_of(service=definition, values=values, meaning="data_location"))
    place = next(item for item in definition.data_locations if item.code == location)
    calendar = definition.service_level.calendar
    grade = Grade(row.grade)
    return Engagement.objects.create(
        tenant_id=row.tenant_id,
        matter_id=str(row.matter_id),
        quote=row,
        service_id=definition.id,
        service_version=definition.version,
        grade=row.grade,
        currency=row.currency,
        rates={name.value: str(rate) for name, rate in definition.price.rates[row.currency].items()},
        unit_prices={unit.key: str(unit.price[row.currency]) for unit in definition.price.units},
        service_level={
            "calendar": calendar.by_data_location.get(location, calendar.otherwise),
            "minutes": promised_minutes(service=definition, values=values),
            "version": f"{definition.id}/{definition.version}",
            "warn_share": str(definition.service_level.warn_share),
        },
        checklist={
            name: [point.model_dump(mode="json") for point in points] for name, points in definition.checklists.items()
        },
        quality=definition.quality.model_dump(mode="json"),
        steps=[
            {
                "key": step.key,
                "name": step.name.model_dump(),
                "grade": grade_of_step(step=step, grade=grade).value,
                "standard_minutes": str(step.standard_minutes),
                "unit": step.unit,
            }
            for step in definition.steps
        ],
        skills=list(definition.skills),
        sites=[site for site in definition.sites if site in place.sites],
        sign_off=definition.sign_off.model_dump(mode="json"),
        volume=int(meaning_of(service=definition, values=values, meaning="volume") or 0),
        budget=budget_of(row=row, stated=meaning_of(service=definition, values=values, meaning="budget")).amount,
        opened_at=at,
    )
