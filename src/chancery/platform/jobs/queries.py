"""Reads about background work; returns plain records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from chancery.foundation.errors import NotFound
from chancery.platform.access.scopes import record_filter
from chancery.platform.access.values import Actor
from chancery.platform.jobs.models import Job
from chancery.platform.jobs.registry import label_of


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One piece of background work. done, total: counts of ``unit``; eta_seconds: None while unknown."""

    id: str
    name: str
    label: str
    state: str
    done: int
    total: int
    unit: str
    tenant_id: str
    matter_id: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    eta_seconds: int | None
    error: str
    attempts: int
    stopping: bool

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in ("done", "failed", "cancelled")


def jobs_for(
    *, actor: Actor, matter_id: str | None = None, states: frozenset[str] | None = None, limit: int = 50
) -> list[JobRecord]:
    """Return background work the actor may see, newest first; one query."""
    rows = Job.objects.filter(record_filter(actor))
    if matter_id is not None:
        rows = rows.filter(matter_id=matter_id)
    if states is not None:
        rows = rows.filter(state__in=states)
    now = timezone.now()
    return [_record(row, now) for row in rows.order_by("-created_at", "-id")[:limit]]


def job(*, actor: Actor, job_id: str) -> JobRecord:
    """Return one piece of background work; NotFound if it is none the actor may see."""
    row = Job.objects.filter(record_filter(actor), id=job_id).first()
    if row is None:
        raise NotFound()
    return _record(row, timezone.now())


def job_by_key(*, idempotency_key: str) -> JobRecord | None:
    """Return background work by the key it was asked for with (system-side)."""
    row = Job.objects.filter(idempotency_key=idempotency_key).first()
    return _record(row, timezone.now()) if row else None


def _record(row: Job, now: datetime) -> JobRecord:
    return JobRecord(
        row.id, row.name, label_of(row.name), row.state, row.progress_done, row.progress_total, row.progress_unit,
        row.tenant_id, row.matter_id, row.created_at, row.started_at, row.finished_at, _eta(row, now), row.error,
        row.attempts, row.stop_requested,
    )  # fmt: skip


def _eta(row: Job, now: datetime) -> int | None:
    if row.state != Job.State.RUNNING or row.started_at is None or not 0 < row.progress_done <= row.progress_total:
        return None
    spent = (now - row.started_at).total_seconds()
    return max(0, round(spent / row.progress_done * (row.progress_total - row.progress_done)))
