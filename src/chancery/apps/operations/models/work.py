"""Work items and the events of the service clock."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chancery.foundation.identifiers import new_id


class WorkItem(models.Model):
    """One piece of work for one person; the room that asked for it is named by subject."""

    class Kind(models.TextChoices):
        REVIEW_BATCH = "review_batch", _("Review batch")
        SECOND_LOOK = "second_look", _("Second look")
        EXCEPTION = "exception", _("Processing exceptions")
        SIGN_OFF = "sign_off", _("Sign-off")
        REQUEST_DECISION = "request_decision", _("Decision on a request")
        QUOTE_DECISION = "quote_decision", _("Decision on a quote")
        LINE_QUERY = "line_query", _("Question about an invoice line")

    class State(models.TextChoices):
        OPEN = "open", _("Nobody assigned")
        ASSIGNED = "assigned", _("Assigned")
        IN_PROGRESS = "in_progress", _("In progress")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=16, blank=True)
    grade = models.CharField(max_length=12)
    skills = models.JSONField(default=list)
    language = models.CharField(max_length=12, blank=True)
    jurisdiction = models.CharField(max_length=12, blank=True)
    minutes = models.PositiveIntegerField()
    not_authored_by = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reasons = models.JSONField(default=dict)
    pinned = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    assigned_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["assignee", "state"], name="operations_work_of_person"),
            models.Index(fields=["matter", "state", "-id"], name="operations_work_of_matter"),
            models.Index(fields=["tenant", "state", "-id"], name="operations_work_of_tenant"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_type", "subject_id"], name="operations_one_work_item")
        ]

    def __str__(self) -> str:
        return self.title


class ClockEvent(models.Model):
    """One event of a matter's service clock; rows are only ever added."""

    class Kind(models.TextChoices):
        START = "start", _("Clock started")
        PAUSE = "pause", _("Paused")
        RESUME = "resume", _("Resumed")
        STOP = "stop", _("Stopped")
        MET = "met", _("Delivered")
        CHANGE = "change", _("Service level changed")
        BREACH = "breach", _("Due time passed")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    work_item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    service_level = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["matter", "at"], name="operations_clock_events")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
