"""Time at the desk, measured by heartbeats of a page that a person is looking at."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from chancery.apps.review import policies
from chancery.apps.review.models import Batch, Focus
from chancery.foundation.errors import NotFound
from chancery.platform.tenancy.actors import Actor

# Most that one heartbeat may add: a longer silence is idle time.
IDLE_AFTER_SECONDS = 60


def beat(*, actor: Actor, batch: Batch, document_id: str, seconds: int, at: datetime) -> int:
    """Count focused time since the last heartbeat on this document; returns its seconds today.

    seconds: what the page measured. Never more is counted than has passed by the server's own clock since the
    person's latest heartbeat on any document, so that two windows open at once are not paid twice.
    """
    latest = (
        Focus.objects.filter(user_id=actor.user_id, last_at__gte=at - timedelta(seconds=IDLE_AFTER_SECONDS))
        .order_by("-last_at")
        .values_list("last_at", flat=True)
        .first()
    )
    row, created = Focus.objects.select_for_update().get_or_create(
        user_id=actor.user_id,
        batch=batch,
        document_id=document_id,
        day=at.date(),
        defaults={
            "tenant_id": batch.tenant_id,
            "matter_id": batch.matter_id,
            "started_at": at,
            "last_at": at,
        },
    )
    if created or batch.state in Batch.ENDED:
        return row.seconds
    gap = round((at - max(row.last_at, latest or row.last_at)).total_seconds())
    if gap <= 0:
        return row.seconds
    row.seconds += max(0, min(seconds, gap, IDLE_AFTER_SECONDS))
    row.last_at = at
    row.save(update_fields=["seconds", "last_at"])
    return row.seconds


@transaction.atomic
def record_focus(*, actor: Actor, batch_id: str, document_id: str, seconds: int, at: datetime) -> int:
    """Take one heartbeat of the desk; a complete batch counts no more time.

    Raises NotFound unless the document lies on the actor's own desk.
    """
    batch = policies.batches_for(actor).filter(id=batch_id, assignee_id=actor.user_id or None).first()
    if batch is None or not policies.may_review(actor) or not batch.places.filter(document_id=document_id).exists():
        raise NotFound
    return beat(actor=actor, batch=batch, document_id=document_id, seconds=seconds, at=at)
