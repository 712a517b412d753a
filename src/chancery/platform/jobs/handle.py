"""What a piece of background work holds while it runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from chancery.foundation.errors import Fault
from chancery.platform.access.values import Actor
from chancery.platform.jobs.models import Job

LEASE: Final = timedelta(seconds=60)


class Cancelled(Exception):
    """Somebody asked for the work to stop; it stops at its last checkpoint."""


class LeaseLost(Fault):
    """The work was given to another worker; this one must not write any more."""


class JobHandle:
    """The running work: what to do, on whose behalf, how far it is.

    at: when it was asked for (UTC); use it wherever the result must not depend on the moment it runs.
    """

    def __init__(
        self, *, row: Job, actor: Actor, on_progress: Callable[[str, int, int, str], None] | None = None
    ) -> None:
        self.id = row.id
        self.name = row.name
        self.tenant_id: str = row.tenant_id
        self.matter_id = row.matter_id
        self.payload: Mapping[str, Any] = row.payload
        self.checkpoint: dict[str, Any] = dict(row.checkpoint)
        self.attempt = row.attempts
        self.actor = actor
        self.at: datetime = row.created_at
        self._worker = row.worker
        self._on_progress = on_progress

    def advance(self, *, done: int, total: int, unit: str, checkpoint: Mapping[str, Any] | None = None) -> None:
        """Say how far the work is, renew the lease and, if given, move the checkpoint on.

        done, total: counts of ``unit`` (an English plural such as "files"). Call it inside the transaction that
        writes the batch: both are kept or neither. Raises Cancelled if asked to stop, LeaseLost if given away.
        """
        now = timezone.now()
        changes: dict[str, Any] = {
            "progress_done": done,
            "progress_total": total,
            "progress_unit": unit,
            "heartbeat_at": now,
            "lease_until": now + LEASE,
        }
        if checkpoint is not None:
            self.checkpoint = json.loads(json.dumps(dict(checkpoint)))
            changes["checkpoint"] = self.checkpoint
        mine = Job.objects.filter(id=self.id, worker=self._worker, state=Job.State.RUNNING)
        if mine.update(**changes) != 1:
            raise LeaseLost(f"background work {self.id} belongs to another worker now")
        if self._on_progress is not None:
            self._on_progress(self.name, done, total, unit)
        if mine.filter(stop_requested=True).exists():
            raise Cancelled
