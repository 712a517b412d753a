"""The gate: submitting a request, and a person's decision where the rules ask for one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from chancery.apps.compliance.actions import check_conflicts
from chancery.apps.compliance.queries import outcome_of
from chancery.apps.operations.actions.grading import grade_request, offer_quote
from chancery.apps.operations.actions.requests import RequestRefused, locked_request, note_request
from chancery.apps.operations.actions.work import NeedSpec, close_work_of, open_work_item
from chancery.apps.operations.catalogue.answers import meaning_of, read_answers
from chancery.apps.operations.catalogue.definition import ServiceDefinition
from chancery.apps.operations.catalogue.estimate import estimate
from chancery.apps.operations.models import Request
from chancery.apps.operations.queries.catalogue import service_definition
from chancery.apps.operations.queries.requests import RequestRecord, full_request
from chancery.apps.operations.suitability import ConflictOutcome, judge
from chancery.apps.operations.wording import reason_as_json
from chancery.apps.providers.queries import candidates
from chancery.engines.allocation.grading import Grade
from chancery.foundation.evidence import Reason
from chancery.platform.access.actors import system_actor
from chancery.platform.access.scopes import require_person, require_role, users_with_role
from chancery.platform.access.values import Actor, Role

SIDES = (("client_parties", "client"), ("adverse_parties", "adverse"), ("counsel_parties", "counsel"))


class AnswersMissing(RequestRefused):
    """Facts that the gate needs; ``keys`` names the questions."""

    code = "answers_missing"

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        super().__init__("%(count)s required answer(s) are missing.", count=len(keys))


@transaction.atomic
def submit_request(*, actor: Actor, request_id: str, at: datetime) -> RequestRecord:
    """Submit a draft and decide at once: accept, route to a person, or decline, each with its reasons.

    Checks conflicts, work kinds, jurisdiction, data location, consent and budget; grades the work; on accept
    offers a quote. Raises AnswersMissing with the questions that are open. Submitting again changes nothing.
    """
    require_role(actor, Role.COUNSEL, Role.MANAGER)
    row = locked_request(actor=actor, request_id=request_id)
    if row.state != Request.State.DRAFT:
        return full_request(row, at=at)
    definition = service_definition(service_id=row.service_id, version=row.service_version)
    read = read_answers(service=definition, raw=row.answers)
    if read.missing:
        raise AnswersMissing(read.missing)
    conflict = conflict_outcome(row=row, definition=definition, at=at)
    grading = grade_request(actor=actor, row=row, definition=definition, at=at)
    priced = estimate(service=definition, values=row.answers, grade=Grade(grading.grade))
    verdict = judge(service=definition, values=row.answers, conflict=conflict, expected=priced.expected, on=at.date())
    decision, reasons = verdict.decision, list(verdict.reasons)
    if decision != "decline" and not licensed_attorneys(definition=definition, values=row.answers, at=at):
        sentence = "No attorney of ours holds a valid licence that covers this matter."
        reasons.insert(0, Reason("attorney_missing", sentence))
        decision = "route"
    row.decision, row.submitted_at = decision, at
    row.reasons = [reason_as_json(reason) for reason in reasons]
    row.state = {"accept": Request.State.SUBMITTED, "route": Request.State.ROUTED, "decline": Request.State.DECLINED}[
        decision
    ]
    row.save(update_fields=["decision", "reasons", "state", "submitted_at"])
    note_request(
        actor, "request.submitted", row, at,
        before={"state": "draft"}, after={"state": row.state, "decision": decision, "reasons": _codes(row)},
    )  # fmt: skip
    if decision == "accept":
        offer_quote(actor=actor, row=row, definition=definition, grade=Grade(grading.grade), at=at)
    elif decision == "route":
        _ask_person(row, at)
    return full_request(row, at=at)


@transaction.atomic
def decide_request(*, actor: Actor, request_id: str, decision: str, reason: str, at: datetime) -> RequestRecord:
    """Accept or decline a routed request as a person, with a reason; accepting offers a quote.

    Needs the delivery manager or an attorney. Refused: ``not_routed``, ``reason_missing``,
    ``decision_unknown``, ``conflict_undecided`` while the conflict check waits, ``conflict_declined``.
    The same decision again changes nothing.
    """
    row = locked_request(actor=actor, request_id=request_id)
    require_person(actor, Role.MANAGER, Role.ATTORNEY)
    if decision not in ("accept", "decline"):
        raise RequestRefused("A request is accepted or declined.", code="decision_unknown")
    if row.state != Request.State.ROUTED:
        if row.decided_by_id and row.decision == decision:
            return full_request(row, at=at)
        raise RequestRefused("This request does not wait for a decision.", code="not_routed")
    if not reason.strip():
        raise RequestRefused("Say why: a decision needs a reason.", code="reason_missing")
    if decision == "accept":
        _refuse_open_conflict(row)
    _decide(actor, row, decision, reason.strip(), at)
    return full_request(row, at=at)


@transaction.atomic
def follow_conflict_decision(*, tenant_id: str, request_id: str, decision: str, at: datetime) -> None:
    """Decline a routed request whose conflict check was declined; cleared checks leave it to the decider."""
    row = Request.objects.select_for_update(of=("self",)).filter(id=request_id, tenant_id=tenant_id).first()
    actor = system_actor(tenant_id=tenant_id)
    close_work_of(actor=actor, kind="request_decision", subject_type="conflict_since", subject_id=request_id, at=at)
    if row is None or row.state != Request.State.ROUTED or decision != "declined":
        return
    row.reasons = [reason_as_json(_conflict_declined()), *row.reasons]
    before = {"state": row.state}
    row.state, row.decision, row.decided_at = Request.State.DECLINED, "decline", at
    row.save(update_fields=["reasons", "state", "decision", "decided_at"])
    note_request(actor, "request.decided", row, at, before=before, after={"state": row.state, "decision": "decline"})
    close_work_of(actor=actor, kind="request_decision", subject_type="request", subject_id=row.id, at=at)


def conflict_outcome(*, row: Request, definition: ServiceDefinition, at: datetime) -> ConflictOutcome:
    """Check the names of a request for conflicts and return the outcome, after any decision taken on it."""
    names = [
        {"name": name, "side": side}
        for meaning, side in SIDES
        for name in meaning_of(service=definition, values=row.answers, meaning=meaning) or []
    ]
    if not names:
        return "clear"
    checked = check_conflicts(
        actor=system_actor(tenant_id=row.tenant_id),
        tenant_id=row.tenant_id,
        subject_type="request",
        subject_id=row.id,
        names=names,
        label=row.title,
        at=at,
    )
    return checked.effective  # type: ignore[return-value]


def licensed_attorneys(*, definition: ServiceDefinition, values: dict[str, Any], at: datetime) -> list[str]:
    """Return the user ids of attorneys whose licence covers the matter today, senior people last."""
    jurisdiction = str(meaning_of(service=definition, values=values, meaning="jurisdiction") or "")
    wanted = licence_wanted(rule=definition.sign_off.licence, jurisdiction=jurisdiction)
    attorneys = set(users_with_role(Role.ATTORNEY))
    found = []
    for person in candidates(on=at.date()):
        covered = [
            licence
            for licence in person.licences
            if licence.valid_on(at.date())
            and (wanted is None or wanted in (licence.jurisdiction, licence.jurisdiction.split("-")[0]))
        ]
        if person.user_id in attorneys and covered and not person.absent:
            found.append((Grade(person.grade).rank, person.username, person.user_id))
    return [user_id for _, _, user_id in sorted(found)]


def licence_wanted(*, rule: str, jurisdiction: str) -> str | None:
    """Return the jurisdiction in which the signing attorney's licence must lie; None for anywhere."""
    if rule == "any" or not jurisdiction:
        return None
    return jurisdiction.split("-", maxsplit=1)[0] if rule == "country" else jurisdiction


def _decide(actor: Actor, row: Request, decision: str, reason: str, at: datetime) -> None:
    sentence = "Accepted by %(name)s: %(reason)s" if decision == "accept" else "Declined by %(name)s: %(reason)s"
    spoken = Reason(f"person_{decision}", sentence, {"name": actor.label, "reason": reason})
    before = {"state": row.state, "decision": row.decision}
    row.reasons = [reason_as_json(spoken), *row.reasons]
    row.decision, row.decided_by_id, row.decided_at = decision, actor.user_id, at
    row.state = Request.State.SUBMITTED if decision == "accept" else Request.State.DECLINED
    row.save(update_fields=["reasons", "decision", "decided_by", "decided_at", "state"])
    after = {"state": row.state, "decision": decision, "reason": reason}
    note_request(actor, "request.decided", row, at, before=before, after=after)
    close_work_of(actor=actor, kind="request_decision", subject_type="request", subject_id=row.id, at=at)
    if decision == "accept":
        definition = service_definition(service_id=row.service_id, version=row.service_version)
        grading = grade_request(actor=actor, row=row, definition=definition, at=at)
        grade = Grade(grading.override_grade or grading.grade)
        offer_quote(actor=actor, row=row, definition=definition, grade=grade, at=at)


def _refuse_open_conflict(row: Request) -> None:
    outcome = outcome_of(subject_type="request", subject_id=row.id)
    if outcome == "review":
        raise RequestRefused("Decide the conflict check first.", code="conflict_undecided")
    if outcome == "conflict":
        raise RequestRefused("The conflict check was not cleared.", code="conflict_declined")


def _conflict_declined() -> Reason:
    return Reason("conflict_declined", "The conflict check was decided against taking this on.")


def _ask_person(row: Request, at: datetime) -> None:
    open_work_item(
        actor=system_actor(tenant_id=row.tenant_id),
        tenant_id=row.tenant_id,
        matter_id=None,
        kind="request_decision",
        subject_type="request",
        subject_id=row.id,
        title=f"Decide on the request: {row.title}"[:200],
        title_zh=f"就需求作出决定：{row.title}"[:200],
        need=NeedSpec(role=Role.MANAGER, minutes=15),
        at=at,
    )


def _codes(row: Request) -> list[str]:
    return [item["code"] for item in row.reasons]
