"""What the operations room does by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from chancery.apps.operations.actions import announce_breaches, expire_quotes
from chancery.platform.jobs.schedule import repeat


def close_expired_quotes(due_at: datetime) -> None:
    """Close offers whose validity has passed."""
    expire_quotes(at=due_at)


def note_breaches(due_at: datetime) -> None:
    """Record due times that have passed."""
    announce_breaches(at=due_at)


repeat(name="operations.expire_quotes", every=timedelta(hours=1), body=close_expired_quotes)
repeat(name="operations.note_breaches", every=timedelta(minutes=10), body=note_breaches)
