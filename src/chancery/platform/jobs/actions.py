"""Asks for background work, stops it, lets it go on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from chancery.foundation.errors import Fault, NotFound
from chancery.platform.access.scopes import record_filter, require_role
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record
from chancery.platform.jobs.models import Job
from chancery.platform.jobs.registry import kind, label_of
from chancery.platform.jobs.worker import run_pending

__all__ = ["Enqueued", "cancel", "enqueue", "resume", "run_pending"]


@dataclass(frozen=True, slots=True)
class Enqueued:
    """Background work that was asked for."""

    id: str
    state: str


def enqueue(
    *,
    name: str,
    tenant_id: str,
    matter_id: str | None,
    payload: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    idempotency_key: str,
) -> Enqueued:
    """Ask for background work in the caller's transaction.

    The same key again while the work waits, runs or is done returns that work; after a failure or a cancel it
    starts the work again from its checkpoint. The work begins after the caller's transaction is committed.
    """
    if not connection.in_atomic_block:
        raise Fault("background work is asked for in the transaction that needs it")
    kind(name)
    row, made = Job.objects.select_for_update().get_or_create(
        idempotency_key=idempotency_key,
        defaults={
            "name": name,
            "tenant_id": tenant_id,
            "matter_id": matter_id,
            "requested_by": actor.user_id,
            "requested_by_label": actor.label[:200],
            "payload": json.loads(json.dumps(dict(payload))),
            "run_after": at,
            "created_at": at,
        },
    )
    if not made and (row.tenant_id != tenant_id or row.name != name):
        raise Fault("an idempotency key belongs to one kind of work of one organisation")
    if not made and row.state in (Job.State.FAILED, Job.State.CANCELLED):
        _queue_again(row, at)
    return Enqueued(row.id, row.state)


@transaction.atomic
def cancel(*, actor: Actor, job_id: str, at: datetime) -> None:
    """Stop background work at its next checkpoint; safe to repeat. Work that has ended stays as it is.

    Reviewers stop only what they asked for themselves.
    """
    row = _visible(actor, job_id)
    if row.state == Job.State.QUEUED:
        row.state, row.finished_at = Job.State.CANCELLED, at
    elif row.state == Job.State.RUNNING and not row.stop_requested:
        row.stop_requested = True
    else:
        return
    row.save(update_fields=["state", "finished_at", "stop_requested"])
    _record(actor, "job.cancelled", row, at)


@transaction.atomic
def resume(*, actor: Actor, job_id: str, at: datetime) -> None:
    """Let cancelled or failed work go on from its checkpoint; safe to repeat."""
    row = _visible(actor, job_id)
    if row.state in (Job.State.FAILED, Job.State.CANCELLED):
        _queue_again(row, at)
        _record(actor, "job.resumed", row, at)


def _queue_again(row: Job, at: datetime) -> None:
    row.state, row.attempts, row.stop_requested, row.error = Job.State.QUEUED, 0, False, ""
    row.run_after, row.finished_at, row.lease_until, row.worker = at, None, None, ""
    row.save()


def _visible(actor: Actor, job_id: str) -> Job:
    row = Job.objects.select_for_update().filter(record_filter(actor), id=job_id).first()
    if row is None:
        raise NotFound()
    if row.requested_by != actor.user_id:
        require_role(actor, Role.COUNSEL, Role.MANAGER, Role.ATTORNEY, Role.ADMINISTRATOR)
    return row


def _record(actor: Actor, act: str, row: Job, at: datetime) -> None:
    record(
        tenant_id=row.tenant_id, actor=actor, act=act, object_type="job", object_id=row.id,
        label=label_of(row.name), at=at, matter_id=row.matter_id,
    )  # fmt: skip
