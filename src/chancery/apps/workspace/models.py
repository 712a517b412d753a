"""Whole-matter runs from a folder, so that a run that was stopped goes on where it was."""

from __future__ import annotations

from django.db import models

from chancery.foundation.identifiers import new_id


class Run(models.Model):
    """One pass of a folder through a matter; the same folder's contents go on in the run that is not finished."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    service_id = models.CharField(max_length=60)
    contents = models.CharField(max_length=64)
    number = models.PositiveIntegerField(default=1)
    request_id = models.CharField(max_length=26, blank=True, default="")
    matter_id = models.CharField(max_length=26, blank=True, default="")
    collection_id = models.CharField(max_length=26, blank=True, default="")
    production_id = models.CharField(max_length=26, blank=True, default="")
    finished = models.BooleanField(default=False)
    started_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "service_id", "contents", "number"], name="run_number_once")
        ]

    def __str__(self) -> str:
        return self.id
