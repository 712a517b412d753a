"""Work items: opened, assigned at once with reasons, reassigned, started, finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from chancery.apps.operations import events, policies
from chancery.apps.operations.actions.assigning import Chosen, choose, choose_person, join_team
from chancery.apps.operations.models import Engagement, WorkItem
from chancery.apps.operations.queries.clocks import due_of
from chancery.apps.operations.queries.work import HELD, LIVE, WorkRecord, work_record
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.actors import system_actor
from chancery.platform.access.scopes import OVERSEERS, may_see_matter, require_role
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce


class WorkRefused(Refused):
    """An act on a work item that its state or the actor's part does not allow."""

    code = "work_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedSpec:
    """What a piece of work asks for.

    role: reviewer, attorney, manager or counsel. grade: at least this one; empty for work that is not graded.
    language: tag such as ``zh``; empty for any. jurisdiction: a licence there is needed. minutes: expected
    working minutes. not_authored_by: user ids that may not do it. person_id: give it to this person.
    """

    role: Role = Role.REVIEWER
    grade: str = ""
    skills: tuple[str, ...] = ()
    language: str = ""
    jurisdiction: str = ""
    minutes: int = 30
    not_authored_by: tuple[str, ...] = ()
    person_id: str = ""


def _locked(actor: Actor, work_item_id: str) -> WorkItem:
    row = policies.work_for(actor).select_for_update(of=("self",)).filter(id=work_item_id).first()
    if row is None:
        raise NotFound
    return row


def note_work(actor: Actor, act: str, row: WorkItem, at: datetime, **values: Any) -> None:
    """Append an act on a work item to the record."""
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type="work_item",
        object_id=row.id,
        label=row.title,
        matter_id=row.matter_id,
        at=at,
        **values,
    )


@transaction.atomic
def open_work_item(
    *,
    actor: Actor,
    tenant_id: str,
    matter_id: str | None,
    kind: str,
    subject_type: str,
    subject_id: str,
    title: str,
    need: NeedSpec,
    at: datetime,
    title_zh: str = "",
    due_at: datetime | None = None,
) -> WorkRecord:
    """Open a piece of work and give it at once to the best qualified person, with the reasons.

    One item per kind and subject: opening again returns it. Nobody qualified: the item stays open and says
    why. due_at: unless given, the due time of the matter's service clock.
    """
    _refuse_foreign(actor, tenant_id, matter_id)
    existing = WorkItem.objects.filter(kind=kind, subject_type=subject_type, subject_id=subject_id).first()
    if existing is not None:
        if existing.tenant_id != tenant_id:
            raise NotFound
        return _loaded(existing.id)
    engagement = Engagement.objects.filter(matter_id=matter_id).first() if matter_id else None
    row = WorkItem(
        tenant_id=tenant_id,
        matter_id=matter_id,
        kind=WorkItem.Kind(kind),
        subject_type=subject_type,
        subject_id=subject_id,
        title=title[:200],
        title_zh=title_zh[:200],
        role=str(need.role),
        grade=need.grade,
        skills=list(need.skills),
        language=need.language,
        jurisdiction=need.jurisdiction,
        minutes=need.minutes,
        not_authored_by=list(need.not_authored_by),
        created_at=at,
        due_at=due_at or (due_of(engagement=engagement, now=at) if engagement else None),
    )
    row.save(force_insert=True)
    note_work(actor, "work.opened", row, at, after={"kind": kind, "minutes": need.minutes, "grade": need.grade})
    chosen = choose_person(row=row, user_id=need.person_id) if need.person_id else choose(row=row, at=at)
    _give(actor, row, chosen, at)
    return _loaded(row.id)


def _refuse_foreign(actor: Actor, tenant_id: str, matter_id: str | None) -> None:
    """Raise NotFound for a client or matter that the actor may not see."""
    if matter_id is not None:
        if not may_see_matter(actor, tenant_id=tenant_id, matter_id=matter_id):
            raise NotFound
    elif tenant_id not in actor.tenant_ids and not (actor.provider and actor.has(*OVERSEERS)):
        raise NotFound


def _loaded(work_item_id: str) -> WorkRecord:
    row = WorkItem.objects.select_related("tenant", "matter", "assignee").get(id=work_item_id)
    return work_record(row, with_reasons=True)


def _give(actor: Actor, row: WorkItem, chosen: Chosen, at: datetime, *, reason: str = "") -> None:
    """Set the assignee with the reasons, put the person into the matter's team, announce it."""
    before = {"assignee": row.assignee_id, "state": row.state}
    row.assignee_id, row.reasons = chosen.user_id, chosen.reasons
    row.state = WorkItem.State.ASSIGNED if chosen.user_id else WorkItem.State.OPEN
    row.assigned_at, row.started_at = (at if chosen.user_id else None), None
    row.save(update_fields=["assignee", "reasons", "state", "assigned_at", "started_at", "pinned"])
    if chosen.user_id:
        join_team(row=row, user_id=chosen.user_id, at=at)
    if before["assignee"] == row.assignee_id and before["state"] == row.state:
        return
    after = {"assignee": row.assignee_id, "state": row.state}
    detail = {"reason": reason} if reason else {"why": [item["code"] for item in chosen.reasons.get("why", [])]}
    note_work(actor, "work.assigned", row, at, before=before, after=after, detail=detail)
    announce(
        events.WorkAssigned(
            tenant_id=row.tenant_id,
            matter_id=row.matter_id,
            work_item_id=row.id,
            kind=row.kind,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            assignee_id=row.assignee_id or "",
        ),
        at=at,
    )


@transaction.atomic
def reassign(*, actor: Actor, work_item_id: str, person: str | None, reason: str, at: datetime) -> WorkRecord:
    """Give a live item to a named person, or (person None) to whoever fits best now; always with a reason.

    The manager's act. A named person is pinned: no later automatic assignment moves the item. Hard bars hold
    for named people too. Refused: ``reason_missing``, ``work_closed``, ``person_barred``; the same person
    again changes nothing.
    """
    row = _locked(actor, work_item_id)
    require_role(actor, Role.MANAGER)
    if row.state not in LIVE:
        raise WorkRefused("This work is closed.", code="work_closed")
    if person is not None and row.assignee_id == person:
        return work_record(row, with_reasons=True)
    if not reason.strip():
        raise WorkRefused("Say why: giving work to somebody else needs a reason.", code="reason_missing")
    row.pinned = person is not None
    chosen = choose(row=row, at=at, only=person, reason=reason.strip(), by=actor.label)
    if person is not None and chosen.user_id is None:
        raise WorkRefused("%(why)s", code="person_barred", why=chosen.bar)
    _give(actor, row, chosen, at, reason=reason.strip())
    return _loaded(row.id)


@transaction.atomic
def reassign_many(*, actor: Actor, work_item_ids: Sequence[str], person: str | None, reason: str, at: datetime) -> int:
    """Give several live items to somebody else, all or none; returns how many. Refusals as ``reassign``."""
    for work_item_id in dict.fromkeys(work_item_ids):
        reassign(actor=actor, work_item_id=work_item_id, person=person, reason=reason, at=at)
    return len(dict.fromkeys(work_item_ids))


@transaction.atomic
def start_work(*, actor: Actor, work_item_id: str, at: datetime) -> WorkRecord:
    """Note that the assignee has begun; beginning again changes nothing. Refused: ``not_yours``, ``work_closed``."""
    row = _locked(actor, work_item_id)
    if row.state == WorkItem.State.IN_PROGRESS:
        return work_record(row, with_reasons=True)
    if row.state not in HELD:
        raise WorkRefused("This work is not assigned.", code="work_closed")
    if row.assignee_id != actor.user_id and not actor.system:
        raise WorkRefused("This work is assigned to somebody else.", code="not_yours")
    row.state, row.started_at = WorkItem.State.IN_PROGRESS, at
    row.save(update_fields=["state", "started_at"])
    note_work(actor, "work.started", row, at, before={"state": "assigned"}, after={"state": "in_progress"})
    return work_record(row, with_reasons=True)


@transaction.atomic
def complete_work(*, actor: Actor, work_item_id: str, at: datetime) -> WorkRecord:
    """Finish a piece of work; finishing again changes nothing. Frees the person for work that waits.

    By the assignee, a manager, or background work. Refused: ``not_yours``, ``work_closed``.
    """
    row = _locked(actor, work_item_id)
    if row.state == WorkItem.State.DONE:
        return work_record(row, with_reasons=True)
    if row.state == WorkItem.State.CANCELLED:
        raise WorkRefused("This work is closed.", code="work_closed")
    if row.assignee_id != actor.user_id and not actor.system and not actor.has(Role.MANAGER):
        raise WorkRefused("This work is assigned to somebody else.", code="not_yours")
    _close(actor, row, WorkItem.State.DONE, at)
    return work_record(row, with_reasons=True)


@transaction.atomic
def cancel_work(*, actor: Actor, work_item_id: str, reason: str, at: datetime) -> WorkRecord:
    """Withdraw a piece of work with a reason; the manager's act. Refused: ``reason_missing``, ``work_closed``."""
    row = _locked(actor, work_item_id)
    require_role(actor, Role.MANAGER)
    if row.state == WorkItem.State.CANCELLED:
        return work_record(row, with_reasons=True)
    if row.state == WorkItem.State.DONE:
        raise WorkRefused("This work is closed.", code="work_closed")
    if not reason.strip():
        raise WorkRefused("Say why the work is withdrawn.", code="reason_missing")
    _close(actor, row, WorkItem.State.CANCELLED, at, reason=reason.strip())
    return work_record(row, with_reasons=True)


def close_work_of(*, actor: Actor, kind: str, subject_type: str, subject_id: str, at: datetime) -> None:
    """Finish the live work item of a subject, for acts that settle what the item asked for."""
    row = (
        WorkItem.objects.select_for_update()
        .filter(kind=kind, subject_type=subject_type, subject_id=subject_id, state__in=LIVE)
        .first()
    )
    if row is not None:
        _close(actor, row, WorkItem.State.DONE, at)


def _close(actor: Actor, row: WorkItem, state: WorkItem.State, at: datetime, *, reason: str = "") -> None:
    before = {"state": row.state}
    row.state, row.done_at = state, at
    row.save(update_fields=["state", "done_at"])
    detail = {"reason": reason} if reason else None
    act = "work.completed" if state == WorkItem.State.DONE else "work.cancelled"
    note_work(actor, act, row, at, before=before, after={"state": str(state)}, detail=detail)
    if state == WorkItem.State.DONE:
        announce(
            events.WorkCompleted(
                tenant_id=row.tenant_id,
                matter_id=row.matter_id,
                work_item_id=row.id,
                kind=row.kind,
                subject_type=row.subject_type,
                subject_id=row.subject_id,
            ),
            at=at,
        )
    if row.assignee_id and row.matter_id:
        assign_waiting(actor=actor, matter_id=row.matter_id, at=at, limit=3)


@transaction.atomic
def withdraw_from(*, tenant_id: str, matter_id: str, user_id: str, at: datetime) -> int:
    """Take a barred person's live work of a matter away and give it out anew; returns how many items moved.

    Background work after a wall was raised; pins on that person end. Safe to repeat.
    """
    actor = system_actor(tenant_id=tenant_id)
    rows = WorkItem.objects.select_for_update().filter(
        tenant_id=tenant_id, matter_id=matter_id, assignee_id=user_id, state__in=HELD
    )
    moved = 0
    for row in rows.order_by("id"):
        row.pinned = False
        _give(actor, row, choose(row=row, at=at), at, reason="An ethical wall was raised.")
        moved += 1
    return moved


@transaction.atomic
def assign_waiting(*, actor: Actor, matter_id: str, at: datetime, limit: int = 50) -> int:
    """Try again to give out work of a matter that nobody could take; oldest first. Returns how many found somebody."""
    waiting = WorkItem.objects.select_for_update().filter(matter_id=matter_id, state=WorkItem.State.OPEN, pinned=False)
    placed = 0
    for row in waiting.order_by("id")[:limit]:
        chosen = choose(row=row, at=at)
        if chosen.user_id:
            _give(actor, row, chosen, at)
            placed += 1
    return placed
