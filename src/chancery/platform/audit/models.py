"""The append-only record of acts: one hash chain per organisation."""

from __future__ import annotations

from django.db import models


class Head(models.Model):
    """The newest link of one organisation's chain; its row is the lock of the chain."""

    tenant = models.OneToOneField("tenancy.Tenant", primary_key=True, on_delete=models.PROTECT, related_name="+")
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)


class Entry(models.Model):
    """One act; carries every label it shows and is never changed or removed."""

    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    act = models.CharField(max_length=80)
    actor_id = models.CharField(max_length=26, blank=True)
    actor_label = models.CharField(max_length=200)
    actor_system = models.BooleanField(default=False)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=80)
    label = models.CharField(max_length=400)
    matter_id = models.CharField(max_length=26, null=True)
    body = models.TextField()
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "seq"], name="entry_seq_once")]
        indexes = [
            models.Index(fields=["object_type", "object_id", "seq"], name="entry_by_object"),
            models.Index(fields=["matter_id", "seq"], name="entry_by_matter"),
        ]
