"""Organisations: the provider and the clients it works for."""

from __future__ import annotations

from django.db import models

from chancery.foundation.identifiers import new_id


class Tenant(models.Model):
    """One organisation; every business row belongs to the client tenant whose data it is."""

    class Kind(models.TextChoices):
        CLIENT = "client"
        PROVIDER = "provider"

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200, blank=True, default="")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["client", "provider"]), name="tenant_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name
