"""Second-eye samples, checklists and sign-offs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chancery.foundation.identifiers import new_id


class Sample(models.Model):
    """A random second look at finished work, drawn from a stated population with a stated seed."""

    class State(models.TextChoices):
        OPEN = "open", _("Under way")
        COMPLETE = "complete", _("Complete")
        WAIVED = "waived", _("Waived")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    number = models.PositiveIntegerField(default=1)
    population = models.PositiveIntegerField()
    population_hash = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    plan = models.JSONField(default=dict)
    seed = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    waived_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    waived_at = models.DateTimeField(null=True)
    waiver_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["matter", "kind", "number"], name="operations_one_sample_number"),
            models.UniqueConstraint(
                fields=["matter", "kind", "population_hash"], name="operations_one_sample_per_population"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class SampleItem(models.Model):
    """One drawn subject: the first decision, the blind second one, and who settled a difference."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    subject_id = models.CharField(max_length=64)
    label = models.CharField(max_length=200, blank=True)
    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_values = models.JSONField()
    second_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    second_values = models.JSONField(null=True)
    second_at = models.DateTimeField(null=True)
    overturned = models.BooleanField(null=True)
    differences = models.JSONField(default=list)
    resolution = models.CharField(max_length=6, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    resolution_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "subject_id"], name="operations_one_sample_item"),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True) | ~Q(second_by=models.F("first_by")),
                name="operations_second_eye_is_another",
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.subject_id


class Checklist(models.Model):
    """The checklist of one subject, with the wording that was agreed for the matter."""

    class State(models.TextChoices):
        OPEN = "open", _("Under way")
        COMPLETE = "complete", _("Complete")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    definition = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_type", "subject_id"], name="operations_one_checklist")]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"


class Tick(models.Model):
    """One point of a checklist, ticked by a person with its evidence."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="ticks")
    key = models.SlugField(max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    evidence = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["checklist", "key"], name="operations_one_tick")]

    def __str__(self) -> str:
        return self.key


class SignOff(models.Model):
    """An attorney's answer for what leaves, bound to the hash of exactly that."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for the attorney")
        SIGNED = "signed", _("Signed")
        REFUSED = "refused", _("Refused")
        VOID = "void", _("Void")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    subject_hash = models.CharField(max_length=64)
    summary = models.JSONField()
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    attorney = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    licence = models.JSONField(null=True)
    statement = models.TextField(blank=True)
    reasons = models.TextField(blank=True)
    at = models.DateTimeField(null=True)
    void_reason = models.TextField(blank=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="operations_sign_off_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(state__in=["waiting", "signed"]),
                name="operations_one_live_sign_off",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"
