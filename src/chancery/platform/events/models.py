"""News waiting for delivery: an outbox row per event, a delivery row per handler."""

from __future__ import annotations

from django.db import models


class Announcement(models.Model):
    """One event, written in the transaction that caused it."""

    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    fields = models.JSONField()
    at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["delivered_at", "id"], name="announcement_waiting")]


class Delivery(models.Model):
    """The state of one event at one handler."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        DEAD = "dead"

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="deliveries")
    handler = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.TextField(blank=True, default="")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["announcement", "handler"], name="delivery_once")]
        indexes = [models.Index(fields=["state", "due_at", "id"], name="delivery_due")]
