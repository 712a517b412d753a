"""Work that comes round by the clock; fired once however many workers run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from chancery.platform.jobs.models import Tick


@dataclass(frozen=True, slots=True)
class Schedule:
    """Something that is done every so often. every: whole minutes; counted from midnight UTC of 1970-01-01."""

    name: str
    every: timedelta
    body: Callable[[datetime], None]


_schedules: dict[str, Schedule] = {}


def repeat(*, name: str, every: timedelta, body: Callable[[datetime], None]) -> None:
    """Have ``body(due_at)`` called every so often; it runs in the transaction that marks it as fired."""
    _schedules[name] = Schedule(name, every, body)


def fire_due(*, at: datetime) -> list[str]:
    """Call what has come due and was not called yet; returns the names."""
    fired = []
    for schedule in list(_schedules.values()):
        step = schedule.every.total_seconds()
        due_at = datetime.fromtimestamp(at.timestamp() // step * step, tz=UTC)
        if Tick.objects.filter(schedule=schedule.name, due_at=due_at).exists():
            continue
        with transaction.atomic():
            _, first = Tick.objects.get_or_create(schedule=schedule.name, due_at=due_at)
            if first:
                Tick.objects.filter(schedule=schedule.name, due_at__lt=due_at - schedule.every * 10).delete()
                schedule.body(due_at)
                fired.append(schedule.name)
    return fired
