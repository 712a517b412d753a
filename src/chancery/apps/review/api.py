"""Machine interface of the review room: the same queries as the pages."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from ninja import Router, Schema

from chancery.apps.matters.queries import matter
from chancery.apps.review.queries import desk, progress
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor

router = Router(tags=["review"])


class BatchOut(Schema):
    """A batch; level 2 is a second look. coded: documents that have a decision in it."""

    id: str
    matter_id: str
    number: int
    level: int
    language: str
    state: str
    size: int
    coded: int
    assignee: str


class ReviewerOut(Schema):
    """One reviewer's work: documents decided, seconds at the desk, documents an hour or null."""

    name: str
    documents: int
    seconds: int
    per_hour: int | None


class ProgressOut(Schema):
    """How far the first level is; hours_left at the pace so far, null before there is any."""

    total: int
    coded: int
    responsive: int
    not_responsive: int
    privileged: int
    redaction: int
    batches_open: int
    batches_complete: int
    hours_left: float | None
    reviewers: list[ReviewerOut]


def _caller(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def _batch(record: desk.BatchRecord) -> BatchOut:
    return BatchOut(
        id=record.id,
        matter_id=record.matter_id,
        number=record.number,
        level=record.level,
        language=record.language,
        state=record.state,
        size=record.size,
        coded=record.coded,
        assignee=record.assignee,
    )


@router.get("/review/queue", response=list[BatchOut])
def my_queue(request: HttpRequest) -> list[BatchOut]:
    """List the unfinished batches on the caller's desk, second looks first."""
    return [_batch(record) for record in desk.queue(actor=_caller(request))]


@router.get("/matters/{matter_id}/batches", response=list[BatchOut])
def batches(request: HttpRequest, matter_id: str) -> list[BatchOut]:
    """List the batches of a matter, for the provider's people."""
    actor = _caller(request)
    matter(actor=actor, matter_id=matter_id)
    if not actor.provider:
        raise NotFound
    return [_batch(record) for record in desk.batches_of(actor=actor, matter_id=matter_id)]


@router.get("/matters/{matter_id}/review", response=ProgressOut)
def review_progress(request: HttpRequest, matter_id: str) -> ProgressOut:
    """Tell how far the review of a matter is."""
    actor = _caller(request)
    matter(actor=actor, matter_id=matter_id)
    found = progress.progress(actor=actor, matter_id=matter_id)
    return ProgressOut(
        total=found.total,
        coded=found.coded,
        responsive=found.responsive,
        not_responsive=found.not_responsive,
        privileged=found.privileged,
        redaction=found.redaction,
        batches_open=found.batches_open,
        batches_complete=found.batches_complete,
        hours_left=found.hours_left,
        reviewers=[
            ReviewerOut(name=person.name, documents=person.documents, seconds=person.seconds, per_hour=person.per_hour)
            for person in found.reviewers
        ],
    )
