"""Reads of work items: a person's own, the board, one item with the reasons of its assignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from chancery.apps.operations import policies
from chancery.apps.operations.models import WorkItem
from chancery.apps.operations.queries.requests import ReasonRecord, reasons_of
from chancery.apps.operations.wording import grade_name, role_name, words
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor

LIVE = (WorkItem.State.OPEN, WorkItem.State.ASSIGNED, WorkItem.State.IN_PROGRESS)
HELD = (WorkItem.State.ASSIGNED, WorkItem.State.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class PersonChoice:
    """A person weighed for a work item, with the reasons for or against."""

    user_id: str
    name: str
    cost_delta: str
    reasons: tuple[ReasonRecord, ...]


@dataclass(frozen=True, slots=True)
class WorkRecord:
    """A work item. why: reasons for the assignee; alternatives and barred: everybody else who was weighed."""

    id: str
    tenant_id: str
    tenant_name: str
    matter_id: str | None
    matter_number: str
    matter_title: str
    kind: str
    kind_name: str
    subject_type: str
    subject_id: str
    title: str
    role: str
    role_name: str
    grade: str
    grade_name: str
    skills: tuple[str, ...]
    language: str
    jurisdiction: str
    minutes: int
    state: str
    state_name: str
    assignee_id: str | None
    assignee: str
    pinned: bool
    why: tuple[ReasonRecord, ...]
    alternatives: tuple[PersonChoice, ...]
    barred: tuple[PersonChoice, ...]
    created_at: datetime
    started_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None

    def overdue(self, at: datetime) -> bool:
        """Tell whether the item is live and past its due time."""
        return self.due_at is not None and self.due_at < at and self.state in LIVE


def _people(kept: Sequence[dict[str, Any]]) -> tuple[PersonChoice, ...]:
    return tuple(
        PersonChoice(
            user_id=item["person_id"],
            name=words(item["name"]),
            cost_delta=item.get("cost_delta") or "",
            reasons=reasons_of(item["reasons"]),
        )
        for item in kept
    )


def work_record(row: WorkItem, *, with_reasons: bool = False) -> WorkRecord:
    """Return the plain record of a row loaded with its client, matter and assignee."""
    matter = row.matter
    kept = row.reasons if with_reasons else {}
    return WorkRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        tenant_name=words({"en": row.tenant.name, "zh": row.tenant.name_zh}),
        matter_id=row.matter_id,
        matter_number=matter.number if matter else "",
        matter_title=words({"en": matter.title, "zh": matter.title_zh}) if matter else "",
        kind=row.kind,
        kind_name=str(WorkItem.Kind(row.kind).label),
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        title=words({"en": row.title, "zh": row.title_zh}),
        role=row.role,
        role_name=role_name(row.role),
        grade=row.grade,
        grade_name=grade_name(row.grade) if row.grade else "",
        skills=tuple(row.skills),
        language=row.language,
        jurisdiction=row.jurisdiction,
        minutes=row.minutes,
        state=row.state,
        state_name=str(WorkItem.State(row.state).label),
        assignee_id=row.assignee_id,
        assignee=(
            words({"en": row.assignee.get_full_name(), "zh": row.assignee.display_name_zh}) if row.assignee else ""
        ),
        pinned=row.pinned,
        why=reasons_of(kept.get("why", [])),
        alternatives=_people(kept.get("alternatives", [])),
        barred=_people(kept.get("barred", [])),
        created_at=row.created_at,
        started_at=row.started_at,
        due_at=row.due_at,
        done_at=row.done_at,
    )


def work_found(
    *,
    actor: Actor,
    text: str = "",
    kind: str = "",
    state: str = "",
    grade: str = "",
    assignee_id: str = "",
    matter_id: str = "",
    live: bool = False,
) -> QuerySet[WorkItem]:
    """Return the visible work items, filtered; the page slices it. assignee_id ``none``: nobody assigned."""
    found = policies.work_for(actor)
    if text:
        found = found.filter(
            Q(title__icontains=text) | Q(title_zh__icontains=text) | Q(matter__number__iexact=text)
            | Q(matter__title__icontains=text) | Q(assignee__display_name__icontains=text)
        )  # fmt: skip
    for name, value in (("kind", kind), ("state", state), ("grade", grade), ("matter_id", matter_id)):
        if value:
            found = found.filter(**{name: value})
    if assignee_id:
        found = found.filter(assignee__isnull=True) if assignee_id == "none" else found.filter(assignee_id=assignee_id)
    return found.filter(state__in=LIVE) if live else found


def list_work(*, actor: Actor, after: str = "", limit: int = 100, **filters: Any) -> list[WorkRecord]:
    """Return work items, newest first; filters as ``work_found``; ``after`` is the last id of the page before."""
    found = work_found(actor=actor, **filters).order_by("-id")
    if after:
        found = found.filter(id__lt=after)
    return [work_record(row) for row in found[:limit]]


def work_item(*, actor: Actor, work_item_id: str) -> WorkRecord:
    """Return one work item with the reasons of its assignment; raises NotFound if unknown or forbidden."""
    row = policies.work_for(actor).filter(id=work_item_id).first()
    if row is None:
        raise NotFound
    return work_record(row, with_reasons=True)


def work_of_subject(*, actor: Actor, kind: str, subject_type: str, subject_id: str) -> WorkRecord | None:
    """Return the work item of a subject, or None if there is none or it is forbidden."""
    found = policies.work_for(actor).filter(kind=kind, subject_type=subject_type, subject_id=subject_id).first()
    return work_record(found, with_reasons=True) if found else None


def assignee_of(*, work_item_id: str) -> str:
    """Return the user id of whoever has a work item, empty for nobody: a door for rooms that asked for it."""
    return WorkItem.objects.filter(id=work_item_id).values_list("assignee_id", flat=True).first() or ""


def mine(*, actor: Actor, limit: int = 100) -> list[WorkRecord]:
    """Return what waits for the actor: live items assigned to the actor, soonest due first."""
    found = policies.work_for(actor).filter(assignee_id=actor.user_id, state__in=LIVE)
    return [work_record(row) for row in found.order_by("due_at", "id")[:limit]]


def work_count(*, actor: Actor) -> int:
    """Return how many live items are assigned to the actor."""
    return policies.work_for(actor).filter(assignee_id=actor.user_id, state__in=LIVE).count()


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of the board. limit: cards that should not be exceeded; total counts also the cards not shown."""

    key: str
    name: str
    limit: int
    total: int
    minutes: int
    cards: tuple[WorkRecord, ...]

    @property
    def over(self) -> bool:
        """Tell whether the lane holds more than its limit."""
        return self.total > self.limit


LANE_LIMITS = {"": 12, "computer": 100, "paralegal": 40, "lawyer": 20, "senior": 8}
STAGE_LIMITS = {WorkItem.State.OPEN: 10, WorkItem.State.ASSIGNED: 40, WorkItem.State.IN_PROGRESS: 20}
CARDS = 30


def board(*, actor: Actor, by: str = "stage", **filters: Any) -> list[Lane]:
    """Return the live work by ``stage`` or by ``grade``: two queries a lane and one for the totals."""
    found = work_found(actor=actor, live=True, **filters)
    field = "grade" if by == "grade" else "state"
    totals = {
        row[field]: (row["count"], row["minutes"])
        for row in found.order_by().values(field).annotate(count=Count("id"), minutes=Sum("minutes"))
    }
    if field == "grade":
        keys = [("paralegal", 40), ("lawyer", 20), ("senior", 8), ("", 12)]
        names = {key: grade_name(key) if key else role_name("manager") for key, _ in keys}
    else:
        keys = [(str(key), limit) for key, limit in STAGE_LIMITS.items()]
        names = {str(key): str(WorkItem.State(key).label) for key in STAGE_LIMITS}
    return [
        Lane(
            key=key,
            name=names[key],
            limit=limit,
            total=totals.get(key, (0, 0))[0],
            minutes=totals.get(key, (0, 0))[1],
            cards=tuple(work_record(row) for row in found.filter(**{field: key}).order_by("due_at", "id")[:CARDS])
            if key in totals
            else (),
        )
        for key, limit in keys
    ]


def loads(*, user_ids: Sequence[str]) -> dict[str, int]:
    """Return the minutes of live work assigned to each person, over all clients: for assignment."""
    rows = WorkItem.objects.filter(assignee_id__in=list(user_ids), state__in=HELD).order_by()
    return {row["assignee_id"]: row["total"] for row in rows.values("assignee_id").annotate(total=Sum("minutes"))}
