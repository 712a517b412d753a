"""Rows that describe encrypted files."""

from __future__ import annotations

from django.db import models

from chancery.foundation.identifiers import new_id


class TenantKey(models.Model):
    """The key of one organisation, wrapped by the root key of the home."""

    tenant = models.OneToOneField("tenancy.Tenant", primary_key=True, on_delete=models.PROTECT, related_name="+")
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)


class MatterKey(models.Model):
    """The key of one matter, or of files outside matters, wrapped by the organisation's key."""

    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter_id = models.CharField(max_length=26, blank=True, default="")
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "matter_id"], name="matter_key_once")]


class Blob(models.Model):
    """One encrypted object: where it lies, how it is wrapped and what its plain bytes hash to."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter_id = models.CharField(max_length=26, blank=True, default="")
    key = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    md5 = models.CharField(max_length=32)
    size = models.BigIntegerField()
    wrapped_key = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "matter_id", "sha256"], name="blob_once_per_matter")]
