"""Runs background work: one at a time in this process, with a heartbeat beside it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone, translation

from chancery.foundation.errors import Refused
from chancery.platform.access.actors import system_actor
from chancery.platform.events.actions import deliver
from chancery.platform.jobs import claims
from chancery.platform.jobs.handle import LEASE, Cancelled, JobHandle, LeaseLost
from chancery.platform.jobs.models import Job
from chancery.platform.jobs.registry import kind
from chancery.platform.jobs.schedule import fire_due

logger = logging.getLogger(__name__)
HEARTBEAT_SECONDS: Final = LEASE.total_seconds() / 6
IDLE_SECONDS: Final = 0.25
Progress = Callable[[str, int, int, str], None]


def run_pending(
    *, at: datetime | None = None, only_tenant: str | None = None, on_progress: Progress | None = None
) -> int:
    """Run everything that is due in this process, delivering events too, until nothing is left.

    at: the moment that counts as now for retries; the clock's if None. only_tenant: leave other organisations'
    work alone. on_progress(name, done, total, unit). Waits for work that another live worker has claimed.
    Returns how many jobs and deliveries ran.
    """
    worker, ran = claims.worker_name(), 0
    while True:
        now = at or timezone.now()
        step = deliver(at=now, only_tenant=only_tenant)
        row = claims.claim(worker=worker, at=now, only_tenant=only_tenant)
        if row is not None:
            run_claimed(row=row, on_progress=on_progress)
            step += 1
        ran += step
        if step:
            continue
        if not _others_are_working(only_tenant):
            return ran
        time.sleep(IDLE_SECONDS)


def run_claimed(*, row: Job, on_progress: Progress | None = None) -> None:
    """Run one claimed job to its end, whatever the end is; failures are logged once, here."""
    actor = system_actor(tenant_id=row.tenant_id, user_id=row.requested_by, label=row.requested_by_label or "Chancery")
    handle = JobHandle(row=row, actor=actor, on_progress=on_progress)
    with Heartbeat(row), translation.override("en"):
        try:
            kind(row.name).body(handle)
        except Cancelled:
            claims.finish(row=row, state=Job.State.CANCELLED)
        except LeaseLost:
            logger.warning("job %s %s was given to another worker", row.name, row.id)
        except Refused as refusal:
            claims.finish(row=row, state=Job.State.FAILED, error=str(refusal))
        except OperationalError as trouble:
            logger.warning("job %s %s is put back: %s", row.name, row.id, trouble)
            claims.put_back(row=row, error=str(trouble))
        except Exception as fault:  # the edge of background work
            logger.exception("job %s %s failed", row.name, row.id)
            claims.finish(row=row, state=Job.State.FAILED, error=f"{type(fault).__name__}: {fault}")
        else:
            claims.finish(row=row, state=Job.State.DONE)


def work(*, stop: threading.Event) -> None:
    """Do background work until told to stop: claim, run, deliver, reap, fire what is scheduled."""
    worker, reaped_at = claims.worker_name(), 0.0
    while not stop.is_set():
        close_old_connections()
        now = timezone.now()
        try:
            if time.monotonic() - reaped_at > HEARTBEAT_SECONDS:
                claims.reap(now)
                fire_due(at=now)
                reaped_at = time.monotonic()
            busy = deliver(at=now) > 0
            row = claims.claim(worker=worker, at=now)
        except OperationalError as trouble:
            logger.warning("the worker waits for the database: %s", trouble)
            stop.wait(2)
            continue
        if row is not None:
            run_claimed(row=row)
        elif not busy:
            stop.wait(IDLE_SECONDS)


class Heartbeat:
    """Renews the lease of a job while one long step runs; not inside a surrounding transaction."""

    def __init__(self, row: Job) -> None:
        self._row = row
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{row.id}", daemon=True)
        self._started = not connection.in_atomic_block

    def __enter__(self) -> None:
        if self._started:
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._started:
            self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._ended.wait(HEARTBEAT_SECONDS):
                try:
                    if not claims.renew(job_id=self._row.id, worker=self._row.worker):
                        return
                except OperationalError as trouble:
                    logger.warning("heartbeat of job %s waits: %s", self._row.id, trouble)
        finally:
            connection.close()


def _others_are_working(only_tenant: str | None) -> bool:
    if connection.in_atomic_block:
        return False
    rows = Job.objects.filter(state=Job.State.RUNNING)
    if only_tenant is not None:
        rows = rows.filter(tenant_id=only_tenant)
    claims.reap(timezone.now())
    return rows.exists()
