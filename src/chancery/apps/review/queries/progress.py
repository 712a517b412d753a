"""How far a review is, how fast it goes, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet, Sum

from chancery.apps.review import policies
from chancery.apps.review.models import Batch, BatchDocument, Coding, Focus
from chancery.platform.tenancy.actors import Actor


@dataclass(frozen=True, slots=True)
class ReviewerPace:
    """One reviewer's work on a matter; per_hour is None without desk time."""

    user_id: str
    name: str
    name_zh: str
    documents: int
    seconds: int

    @property
    def per_hour(self) -> int | None:
        """Return documents an hour at the desk."""
        return round(self.documents * 3600 / self.seconds) if self.seconds else None


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of the first level: documents, decisions, pace, and the hours that are left at that pace."""

    total: int
    coded: int
    responsive: int
    not_responsive: int
    privileged: int
    redaction: int
    reviewers: tuple[ReviewerPace, ...]
    hours_left: float | None
    batches_open: int
    batches_complete: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The current decision on a document, for the rooms that produce and bill."""

    document_id: str
    responsive: bool
    privilege: str
    redaction: bool
    confidentiality: str
    description: str
    by_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DeskTime:
    """Seconds of one person on one day at one level, with the ids of the rows behind them."""

    user_id: str
    day: date
    level: int
    seconds: int
    focus_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewedUnits:
    """Documents decided by one person on one day at one level, with the ids of the decisions behind them."""

    user_id: str
    day: date
    level: int
    documents: int
    coding_ids: tuple[str, ...]


def progress(*, actor: Actor, matter_id: str) -> Progress:
    """Return the progress of first-level review; four queries for any number of documents.

    Only documents that lie in batches count: exact copies follow the decision on the one that was reviewed.
    """
    batches = policies.batches_for(actor).filter(matter_id=matter_id, level=1)
    sums = batches.aggregate(
        total=Sum("size"),
        coded=Sum("coded"),
        open=Count("id", filter=~Q(state__in=Batch.ENDED)),
        complete=Count("id", filter=Q(state=Batch.State.COMPLETE)),
    )
    placed = BatchDocument.objects.filter(batch__matter_id=matter_id, batch__level=1)
    current = policies.codings_for(actor).filter(
        matter_id=matter_id, level=1, superseded=False, document_id__in=placed.values("document_id")
    )
    counts = current.aggregate(
        n_responsive=Count("id", filter=Q(responsive="responsive")),
        n_not_responsive=Count("id", filter=Q(responsive="not_responsive")),
        n_privileged=Count("id", filter=Q(privilege__in=["AC", "WP"])),
        n_redaction=Count("id", filter=Q(values__redaction=True)),
    )
    seconds = dict(
        policies.focus_for(actor)
        .filter(matter_id=matter_id, batch__level=1)
        .values_list("user_id")
        .annotate(seconds=Sum("seconds"))
    )
    reviewers = _paces(current, seconds)
    total, coded = sums["total"] or 0, sums["coded"] or 0
    timed = sum(seconds.values())
    timed_documents = sum(item.documents for item in reviewers if item.seconds)
    left = (total - coded) * timed / timed_documents / 3600 if timed and timed_documents else None
    return Progress(
        total=total,
        coded=coded,
        reviewers=reviewers,
        hours_left=left,
        batches_open=sums["open"],
        batches_complete=sums["complete"],
        responsive=counts["n_responsive"],
        not_responsive=counts["n_not_responsive"],
        privileged=counts["n_privileged"],
        redaction=counts["n_redaction"],
    )


def _paces(current: QuerySet[Coding], seconds: Mapping[str, int]) -> tuple[ReviewerPace, ...]:
    by_person = (
        current.values("by_id", "by__display_name", "by__display_name_zh", "by__username")
        .annotate(documents=Count("id"))
        .order_by("-documents", "by__username")
    )
    return tuple(
        ReviewerPace(
            user_id=str(row["by_id"]),
            name=row["by__display_name"] or row["by__username"],
            name_zh=row["by__display_name_zh"],
            documents=row["documents"],
            seconds=seconds.get(row["by_id"], 0),
        )
        for row in by_person
    )


def decisions(*, matter_id: str) -> dict[str, Decision]:
    """Return the current first-level decision of each document, for production: the caller has the right."""
    found = Coding.objects.filter(matter_id=matter_id, level=1, superseded=False)
    return {
        item.document_id: Decision(
            document_id=item.document_id,
            responsive=item.responsive == "responsive",
            privilege=item.privilege,
            redaction=bool(item.values.get("redaction")),
            confidentiality=str(item.values.get("confidentiality", "")),
            description=str(item.values.get("description", "")),
            by_id=str(item.by_id),
            at=item.at,
        )
        for item in found
    }


def desk_time(*, matter_id: str) -> list[DeskTime]:
    """Return desk time by person, day and level, for billing: the caller has the right."""
    rows: dict[tuple[str, date, int], list[tuple[int, str]]] = {}
    found = Focus.objects.filter(matter_id=matter_id, seconds__gt=0).select_related("batch").order_by("id")
    for item in found:
        rows.setdefault((str(item.user_id), item.day, item.batch.level), []).append((item.seconds, item.id))
    return [
        DeskTime(user, day, level, sum(s for s, _ in parts), tuple(key for _, key in parts))
        for (user, day, level), parts in sorted(rows.items(), key=lambda entry: (entry[0][1], entry[0][0], entry[0][2]))
    ]


def reviewed_units(*, matter_id: str) -> list[ReviewedUnits]:
    """Return decided documents by person, day and level, each document once a level, for billing.

    Exact copies, which follow the decision on the copy that was reviewed, are nobody's work and are left out.
    """
    rows: dict[tuple[str, date, int], list[str]] = {}
    found = (
        Coding.objects.filter(matter_id=matter_id, superseded=False, document__duplicate_of__isnull=True)
        .exclude(origin=Coding.Origin.SETTLED)
        .order_by("id")
        .values_list("by_id", "at", "level", "id")
    )
    for by_id, at, level, key in found:
        rows.setdefault((str(by_id), at.date(), level), []).append(key)
    return [
        ReviewedUnits(user, day, level, len(keys), tuple(keys))
        for (user, day, level), keys in sorted(rows.items(), key=lambda entry: (entry[0][1], entry[0][0], entry[0][2]))
    ]
