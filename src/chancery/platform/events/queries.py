"""Reads about deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chancery.platform.events.models import Announcement, Delivery


@dataclass(frozen=True, slots=True)
class DeadDelivery:
    """News that a handler could not take after five attempts."""

    id: int
    tenant_id: str
    event: str
    handler: str
    error: str
    at: datetime


def dead_deliveries(*, limit: int = 100) -> list[DeadDelivery]:
    """Return deliveries that were given up, newest first (callers check for the administrator)."""
    rows = Delivery.objects.filter(state=Delivery.State.DEAD).select_related("announcement").order_by("-id")[:limit]
    return [
        DeadDelivery(
            row.id,
            row.announcement.tenant_id,
            row.announcement.name,
            row.handler,
            row.error,
            row.announcement.at,
        )
        for row in rows
    ]


def next_due(*, only_tenant: str | None = None) -> datetime | None:
    """Return when the next event waits to be delivered; None if nothing waits."""
    fresh = Announcement.objects.filter(delivered_at__isnull=True)
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    if only_tenant is not None:
        fresh = fresh.filter(tenant_id=only_tenant)
        waiting = waiting.filter(announcement__tenant_id=only_tenant)
    oldest = fresh.order_by("id").values_list("at", flat=True).first()
    due = waiting.order_by("due_at").values_list("due_at", flat=True).first()
    return min((moment for moment in (oldest, due) if moment is not None), default=None)
