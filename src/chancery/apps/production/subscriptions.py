"""What the production room does on news from below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from chancery.apps.documents.events import CollectionProcessed, ExceptionRepaired
from chancery.apps.operations.events import ReleaseRefused, ReleaseSigned
from chancery.apps.production.actions.releasing import begin_writing, take_refusal, void_if_changed
from chancery.apps.review.events import CodingChanged
from chancery.platform.access.actors import system_actor


def write_signed(event: ReleaseSigned) -> None:
    """Queue the writing of a production that the attorney signed."""
    if event.subject_type == "production":
        begin_writing(
            actor=system_actor(tenant_id=event.tenant_id),
            production_id=event.subject_id,
            subject_hash=event.subject_hash,
            at=timezone.now(),
        )


def send_back(event: ReleaseRefused) -> None:
    """Send a refused production back to whoever prepared it."""
    if event.subject_type == "production":
        take_refusal(
            actor=system_actor(tenant_id=event.tenant_id),
            production_id=event.subject_id,
            reasons=event.reasons,
            at=timezone.now(),
        )


def void_changed(event: CodingChanged | CollectionProcessed | ExceptionRepaired) -> None:
    """Void what is no longer what was checked."""
    void_if_changed(actor=system_actor(tenant_id=event.tenant_id), matter_id=event.matter_id, at=timezone.now())


SUBSCRIPTIONS: list[tuple[type[Any], Callable[[Any], None], str]] = [
    (ReleaseSigned, write_signed, "production.write_signed"),
    (ReleaseRefused, send_back, "production.send_back"),
    (CodingChanged, void_changed, "production.void_coding"),
    (CollectionProcessed, void_changed, "production.void_collection"),
    (ExceptionRepaired, void_changed, "production.void_repair"),
]
