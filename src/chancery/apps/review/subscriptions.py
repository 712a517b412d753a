"""What the review room does on news from below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from chancery.apps.documents.events import CollectionProcessed, ExceptionRepaired, ReviewNotWanted, ReviewWanted
from chancery.apps.documents.queries import taken_back
from chancery.apps.matters.actions import lock_matter
from chancery.apps.operations.events import OverturnResolved, SecondLookRequested, WorkAssigned
from chancery.apps.operations.queries.saying import say_decisions
from chancery.apps.operations.queries.work import work_item
from chancery.apps.review.actions.batching import follow_assignment, form_batches
from chancery.apps.review.actions.looks import KIND, draw_second_look, serve_second_look, settle
from chancery.apps.review.actions.withdrawing import withdraw_documents
from chancery.apps.review.events import FirstLevelCompleted
from chancery.apps.review.queries.wording import decision_line
from chancery.platform.access.actors import system_actor


def batch_processed(event: CollectionProcessed | ExceptionRepaired) -> None:
    """Put new documents into batches."""
    actor = system_actor(tenant_id=event.tenant_id)
    form_batches(actor=actor, tenant_id=event.tenant_id, matter_id=event.matter_id, at=timezone.now())


def batch_wanted(event: ReviewWanted) -> None:
    """Put documents that somebody chose by hand into batches, also copies and files that could not be read.

    A choice that was taken back before it came here is left.
    """
    lock_matter(matter_id=event.matter_id)
    if event.change_id and taken_back(change_id=event.change_id):
        return
    form_batches(
        actor=system_actor(tenant_id=event.tenant_id),
        tenant_id=event.tenant_id,
        matter_id=event.matter_id,
        at=timezone.now(),
        wanted=frozenset(event.document_ids),
        wanted_by=event.change_id,
    )


def withdraw_unwanted(event: ReviewNotWanted) -> None:
    """Take documents whose choice was taken back out of their batches."""
    withdraw_documents(
        actor=system_actor(tenant_id=event.tenant_id),
        tenant_id=event.tenant_id,
        matter_id=event.matter_id,
        wanted_by=event.change_id,
        document_ids=event.document_ids,
        at=timezone.now(),
    )


def take_over_assignment(event: WorkAssigned) -> None:
    """Move a batch to the desk of the person it was given to."""
    if event.subject_type in ("batch", "sample"):
        follow_assignment(work_item_id=event.work_item_id, assignee_id=event.assignee_id)


def draw_when_complete(event: FirstLevelCompleted) -> None:
    """Draw the second look as soon as every document has its first decision."""
    if event.draw:
        draw_second_look(actor=system_actor(tenant_id=event.tenant_id), matter_id=event.matter_id, at=timezone.now())


def open_second_look(event: SecondLookRequested) -> None:
    """Serve the drawn documents blind to the second reviewer."""
    if event.kind == KIND:
        actor = system_actor(tenant_id=event.tenant_id)
        serve_second_look(
            tenant_id=event.tenant_id,
            matter_id=event.matter_id,
            sample_id=event.sample_id,
            work_item_id=event.work_item_id,
            assignee_id=work_item(actor=actor, work_item_id=event.work_item_id).assignee_id or "",
            subject_ids=event.subject_ids,
            at=timezone.now(),
        )


def settle_overturn(event: OverturnResolved) -> None:
    """Let the second decision stand where a lead kept it."""
    if event.kind == KIND and event.keep == "second":
        settle(
            actor=system_actor(tenant_id=event.tenant_id),
            matter_id=event.matter_id,
            document_id=event.subject_id,
            values=dict(event.values),
            decided_by=event.decided_by,
            at=timezone.now(),
        )


say_decisions(kind=KIND, say=decision_line)
SUBSCRIPTIONS: list[tuple[type[Any], Callable[[Any], None], str]] = [
    (CollectionProcessed, batch_processed, "review.batch_processed"),
    (ExceptionRepaired, batch_processed, "review.batch_repaired"),
    (ReviewWanted, batch_wanted, "review.batch_wanted"),
    (ReviewNotWanted, withdraw_unwanted, "review.withdraw_unwanted"),
    (WorkAssigned, take_over_assignment, "review.take_over_assignment"),
    (FirstLevelCompleted, draw_when_complete, "review.draw_when_complete"),
    (SecondLookRequested, open_second_look, "review.open_second_look"),
    (OverturnResolved, settle_overturn, "review.settle_overturn"),
]
