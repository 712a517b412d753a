"""Background work as rows: lease, heartbeat, progress, checkpoint."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from chancery.foundation.identifiers import new_id


class Job(models.Model):
    """One piece of background work; written in the transaction of the act that asked for it."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter_id = models.CharField(max_length=26, null=True)
    requested_by = models.CharField(max_length=26, blank=True)
    requested_by_label = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    run_after = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True, default="")
    stop_requested = models.BooleanField(default=False)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    progress_unit = models.CharField(max_length=40, blank=True, default="")
    checkpoint = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=200, unique=True)
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "run_after", "id"], name="job_due"),
            models.Index(fields=["state", "lease_until"], name="job_lease"),
            models.Index(fields=["tenant", "matter_id", "created_at"], name="job_by_matter"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["matter_id"], condition=Q(state="running", matter_id__isnull=False), name="job_one_of_a_matter"
            )
        ]


class Tick(models.Model):
    """One firing of one scheduled task; unique, so that two workers cannot both fire it."""

    schedule = models.CharField(max_length=80)
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "due_at"], name="tick_once")]
