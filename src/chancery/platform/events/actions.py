"""Announces news in the transaction that causes it, and delivers it afterwards at least once."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from chancery.foundation.errors import Fault
from chancery.platform.events import registry
from chancery.platform.events.models import Announcement, Delivery
from chancery.platform.events.values import Event

logger = logging.getLogger(__name__)
MAXIMUM_ATTEMPTS: Final = 5
FIRST_RETRY: Final = timedelta(seconds=5)


def announce(event: Event, *, at: datetime) -> None:
    """Write an event into the outbox; it leaves with the caller's transaction or not at all."""
    if not connection.in_atomic_block:
        raise Fault("an event is announced in the transaction that causes it")
    if not event.name:
        raise Fault(f"{type(event).__qualname__} has no name")
    fields = json.loads(json.dumps(event.as_fields(), allow_nan=False))
    Announcement.objects.create(tenant_id=event.tenant_id, name=event.name, fields=fields, at=at)


def subscribe(event: type[Event], handler: Callable[[Event], None], name: str) -> None:
    """Ask for an event; called by ``project`` at start-up only."""
    registry.subscribe(event, handler, name)


def deliver(*, at: datetime, limit: int = 100, only_tenant: str | None = None) -> int:
    """Hand waiting events to their handlers; returns how many handlers ran to their end.

    Each handler runs in its own transaction together with the mark that it ran, so a crash repeats it whole or
    not at all. A handler that fails is tried again after 5, 20, 80 and 320 seconds; then the delivery is dead.
    """
    _fan_out(at, limit, only_tenant)
    due = Delivery.objects.filter(state=Delivery.State.WAITING, due_at__lte=at)
    if only_tenant is not None:
        due = due.filter(announcement__tenant_id=only_tenant)
    return sum(_deliver_one(key, at) for key in list(due.order_by("id").values_list("id", flat=True)[:limit]))


def retry_dead(*, delivery_id: int, at: datetime) -> None:
    """Try a dead delivery again from the start; callers check for the administrator."""
    rows = Delivery.objects.filter(id=delivery_id, state=Delivery.State.DEAD)
    rows.update(state=Delivery.State.WAITING, attempts=0, due_at=at)


def _fan_out(at: datetime, limit: int, only_tenant: str | None) -> None:
    waiting = Announcement.objects.filter(delivered_at__isnull=True).order_by("id")
    if only_tenant is not None:
        waiting = waiting.filter(tenant_id=only_tenant)
    if not waiting.exists():
        return
    with transaction.atomic():
        rows = list(
            waiting.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)[:limit]
        )
        wanted = [
            Delivery(announcement=row, handler=subscriber.name, due_at=at)
            for row in rows
            for subscriber in registry.subscribers(row.name)
        ]
        Delivery.objects.bulk_create(wanted, ignore_conflicts=True)
        Announcement.objects.filter(id__in=[row.id for row in rows]).update(delivered_at=at)


def _deliver_one(key: int, at: datetime) -> int:
    try:
        with transaction.atomic():
            row = (
                Delivery.objects.select_for_update(
                    of=("self",) if connection.features.has_select_for_update_of else (),
                    skip_locked=connection.features.has_select_for_update_skip_locked,
                )
                .select_related("announcement")
                .filter(id=key, state=Delivery.State.WAITING)
                .first()
            )
            if row is None:
                return 0
            subscription = registry.subscription(row.handler)
            if subscription is None:
                raise Fault(f"no handler is registered under the name {row.handler}")
            subscription.handler(subscription.event.from_fields(row.announcement.fields))
            row.state, row.finished_at, row.error = Delivery.State.DONE, timezone.now(), ""
            row.attempts += 1
            row.save(update_fields=["state", "finished_at", "error", "attempts"])
    except Exception as error:  # the edge of background work: every handler's failure ends here, logged once
        _note_failure(key, error, at)
        return 0
    return 1


def _note_failure(key: int, error: Exception, at: datetime) -> None:
    with transaction.atomic():
        row = Delivery.objects.select_for_update().filter(id=key, state=Delivery.State.WAITING).first()
        if row is None:
            return
        row.attempts += 1
        row.error = f"{type(error).__name__}: {error}"[:2000]
        if row.attempts >= MAXIMUM_ATTEMPTS:
            row.state, row.finished_at = Delivery.State.DEAD, at
        else:
            row.due_at = at + FIRST_RETRY * 4 ** (row.attempts - 1)
        row.save(update_fields=["attempts", "error", "state", "due_at", "finished_at"])
    logger.error("event delivery %s to %s failed", key, row.handler, exc_info=error)
