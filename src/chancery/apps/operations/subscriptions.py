"""What the operations room does on news from lower rooms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from chancery.apps.compliance.events import ConflictDecided, WallRaised
from chancery.apps.documents.events import CollectionProcessed, ExceptionRepaired
from chancery.apps.operations.actions.exceptions import close_exception_work, open_exception_work
from chancery.apps.operations.actions.gate import follow_conflict_decision
from chancery.apps.operations.actions.work import withdraw_from
from chancery.platform.events.values import Event


def on_processed(event: CollectionProcessed) -> None:
    """Open work for the files of a collection that could not be processed."""
    open_exception_work(
        tenant_id=event.tenant_id, matter_id=event.matter_id, collection_id=event.collection_id, at=timezone.now()
    )


def on_repaired(event: ExceptionRepaired) -> None:
    """Finish the work when the last exception of a collection is repaired."""
    close_exception_work(tenant_id=event.tenant_id, matter_id=event.matter_id, at=timezone.now())


def on_conflict_decided(event: ConflictDecided) -> None:
    """Carry a decision on a conflict check over to the request it was made for."""
    if event.subject_type == "request":
        follow_conflict_decision(
            tenant_id=event.tenant_id, request_id=event.subject_id, decision=event.decision, at=timezone.now()
        )


def on_wall_raised(event: WallRaised) -> None:
    """Give the work of a barred person to somebody else."""
    withdraw_from(tenant_id=event.tenant_id, matter_id=event.matter_id, user_id=event.user_id, at=timezone.now())


SUBSCRIPTIONS: list[tuple[type[Event], Callable[[Any], None], str]] = [
    (CollectionProcessed, on_processed, "operations.exception_work_on_processed"),
    (ExceptionRepaired, on_repaired, "operations.exception_work_on_repaired"),
    (ConflictDecided, on_conflict_decided, "operations.request_on_conflict_decided"),
    (WallRaised, on_wall_raised, "operations.work_on_wall_raised"),
]
