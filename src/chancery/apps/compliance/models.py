"""Conflict checks: what was asked, what was found, who decided and why."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chancery.foundation.identifiers import new_id


class ConflictCheck(models.Model):
    """One check of names against every client's parties; never changed after it is decided."""

    class Outcome(models.TextChoices):
        CLEAR = "clear", _("Clear")
        REVIEW = "review", _("Needs a person")
        CONFLICT = "conflict", _("Conflict")

    class Decision(models.TextChoices):
        CLEARED = "cleared", _("Cleared")
        DECLINED = "declined", _("Declined")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    label = models.CharField(max_length=200, blank=True)
    names = models.JSONField()
    hits = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    method = models.CharField(max_length=80)
    compared = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["tenant", "outcome", "-id"], name="compliance_check_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "fingerprint"], name="compliance_one_check_per_finding"
            )
        ]

    def __str__(self) -> str:
        return self.label or self.subject_id
