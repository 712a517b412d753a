"""Batches of documents, the decisions made on them, and the time spent at the desk."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chancery.foundation.identifiers import new_id


class Batch(models.Model):
    """Documents handed to one reviewer together; families are never split.

    wanted_by: the act by which somebody chose the documents by hand, if that is how they came here.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("batch", "Open")
        IN_REVIEW = "in_review", _("In review")
        COMPLETE = "complete", _("Complete")
        WITHDRAWN = "withdrawn", _("Taken back")

    ENDED: ClassVar = (State.COMPLETE, State.WITHDRAWN)

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField(default=1)
    language = models.CharField(max_length=16, default="en")
    sample_id = models.CharField(max_length=26, blank=True, default="")
    wanted_by = models.CharField(max_length=26, blank=True, default="")
    work_item_id = models.CharField(max_length=26, blank=True, default="")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    size = models.PositiveIntegerField(default=0)
    coded = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "number"], name="batch_number_once"),
            models.UniqueConstraint(
                fields=["sample_id"], condition=~Q(sample_id=""), name="review_one_batch_per_sample"
            ),
        ]
        indexes = [
            models.Index(fields=["matter", "level", "state"]),
            models.Index(fields=["wanted_by"], condition=~Q(wanted_by=""), name="batch_by_act"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class BatchDocument(models.Model):
    """A document's place in a batch."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="places")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    coded = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "document"], name="batch_document_once"),
            models.UniqueConstraint(fields=["batch", "position"], name="batch_position_once"),
        ]
        indexes = [models.Index(fields=["document"])]

    def __str__(self) -> str:
        return f"{self.position}"


class Coding(models.Model):
    """One decision on one document; never changed, only superseded by a later one."""

    class Origin(models.TextChoices):
        DESK = "desk", _("At the desk")
        PROPAGATED = "propagated", _("Copied to family or duplicates")
        FILE = "file", _("From a coding file")
        SETTLED = "settled", _("Settled after a second look")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(default=1)
    form = models.CharField(max_length=80)
    values = models.JSONField()
    responsive = models.CharField(max_length=16)
    privilege = models.CharField(max_length=8)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    superseded = models.BooleanField(default=False)
    superseded_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "level"], condition=Q(superseded=False), name="one_current_coding"
            )
        ]
        indexes = [
            models.Index(fields=["matter", "level", "superseded"]),
            models.Index(fields=["document", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.responsive}/{self.privilege}"


class Focus(models.Model):
    """Seconds that a reviewer was at work on one document on one day, idle time cut off."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()
    seconds = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "batch", "document", "day"], name="focus_row_once")]
        indexes = [
            models.Index(fields=["matter", "day"]),
            models.Index(fields=["user", "-last_at"], name="focus_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.seconds} s"
