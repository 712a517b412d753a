"""Who works on what: claims with a lease, heartbeats, and the reaper of dead workers' claims."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from chancery.platform.jobs.handle import LEASE
from chancery.platform.jobs.models import Job

MAXIMUM_ATTEMPTS: Final = 5
FIRST_RETRY: Final = timedelta(seconds=2)


def worker_name() -> str:
    """Return a name for one worker that no other worker ever has."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(6)}"


def claim(*, worker: str, at: datetime, only_tenant: str | None = None) -> Job | None:
    """Take the oldest work that is due, or return None; two workers never take the same.

    One matter has one piece of work running at a time, so that a long one holds up no other matter's and a matter's
    own follow each other. Work of no matter waits for nothing.
    """
    due = Job.objects.filter(Q(attempts=0) | Q(run_after__lte=at), state=Job.State.QUEUED)
    if only_tenant is not None:
        due = due.filter(tenant_id=only_tenant)
    while due.exists():
        busy = Job.objects.filter(state=Job.State.RUNNING, matter_id__isnull=False).values("matter_id")
        try:
            return _taken(due.filter(Q(matter_id__isnull=True) | ~Q(matter_id__in=busy)), worker)
        except IntegrityError:  # between the question and the claim another worker began work of the same matter
            continue
    return None


def _taken(free: QuerySet[Job], worker: str) -> Job | None:
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        row = free.select_for_update(skip_locked=skip).order_by("created_at", "id").first()
        if row is None:
            return None
        now = timezone.now()
        row.state, row.worker, row.attempts = Job.State.RUNNING, worker, row.attempts + 1
        row.heartbeat_at, row.lease_until, row.started_at = now, now + LEASE, row.started_at or now
        row.save(update_fields=["state", "worker", "attempts", "heartbeat_at", "lease_until", "started_at"])
    return row


def renew(*, job_id: str, worker: str) -> bool:
    """Renew a claim; returns whether it still stands."""
    now = timezone.now()
    mine = Job.objects.filter(id=job_id, worker=worker, state=Job.State.RUNNING)
    return mine.update(heartbeat_at=now, lease_until=now + LEASE) == 1


def finish(*, row: Job, state: Job.State, error: str = "", at: datetime | None = None) -> bool:
    """End a claim; returns whether it was still ours to end."""
    changes: dict[str, Any] = {
        "state": state,
        "error": error[:2000],
        "finished_at": at or timezone.now(),
        "lease_until": None,
        "stop_requested": False,
    }
    mine = Job.objects.filter(id=row.id, worker=row.worker, state=Job.State.RUNNING)
    return mine.update(**changes) == 1


def put_back(*, row: Job, error: str) -> bool:
    """Queue work again after a passing trouble, later each time; after five attempts it has failed."""
    if row.attempts >= MAXIMUM_ATTEMPTS:
        return finish(row=row, state=Job.State.FAILED, error=error)
    later = timezone.now() + FIRST_RETRY * 2 ** (row.attempts - 1)
    mine = Job.objects.filter(id=row.id, worker=row.worker, state=Job.State.RUNNING)
    return mine.update(state=Job.State.QUEUED, run_after=later, error=error[:2000], lease_until=None, worker="") == 1


def reap(at: datetime) -> int:
    """Queue again what dead workers held: claims whose lease ended before ``at``; returns how many.

    Work that has killed five workers has failed and waits for a person.
    """
    reaped = 0
    for row in Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=at):
        same = Job.objects.filter(id=row.id, worker=row.worker, state=Job.State.RUNNING, lease_until__lt=at)
        if row.stop_requested:
            reaped += same.update(state=Job.State.CANCELLED, finished_at=at, lease_until=None, worker="")
        elif row.attempts >= MAXIMUM_ATTEMPTS:
            error = f"the worker died {row.attempts} times"
            reaped += same.update(state=Job.State.FAILED, finished_at=at, lease_until=None, error=error)
        else:
            reaped += same.update(state=Job.State.QUEUED, lease_until=None, worker="")
    return reaped
