"""Productions: what was chosen, how it was numbered, what left and by which link."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chancery.foundation.identifiers import new_id


class Production(models.Model):
    """One volume, from choice to delivery."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("Prepared")
        AWAITING = "awaiting_signoff", _("Awaiting sign-off")
        REFUSED = "refused", _("Refused")
        SIGNED = "signed", _("Signed")
        WRITING = "writing", _("Being written")
        DELIVERED = "delivered", _("Delivered")
        VOID = "void", _("Void")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    volume = models.CharField(max_length=20)
    prefix = models.CharField(max_length=12)
    first_number = models.PositiveIntegerField(default=1)
    width = models.PositiveSmallIntegerField(default=7)
    confidentiality = models.CharField(max_length=60, blank=True, default="CONFIDENTIAL")
    time_zone = models.CharField(max_length=60, default="UTC")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PREPARED)
    release_hash = models.CharField(max_length=64)
    checks = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    message = models.TextField(blank=True, default="")
    checklist_id = models.CharField(max_length=26, blank=True, default="")
    sign_off_id = models.CharField(max_length=26, blank=True, default="")
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["matter", "state"])]

    def __str__(self) -> str:
        return self.volume


class ProducedDocument(models.Model):
    """A document's place in a production; numbers are known once the volume is written."""

    production = models.ForeignKey(Production, on_delete=models.CASCADE, related_name="places")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    family_key = models.CharField(max_length=26)
    parent_key = models.CharField(max_length=26, blank=True, default="")
    withheld = models.BooleanField(default=False)
    in_volume = models.BooleanField(default=True)
    privilege = models.CharField(max_length=8, default="none")
    description = models.TextField(blank=True, default="")
    confidentiality = models.CharField(max_length=60, blank=True, default="")
    all_custodians = models.JSONField(default=list)
    all_paths = models.JSONField(default=list)
    begin = models.CharField(max_length=30, blank=True, default="")
    end = models.CharField(max_length=30, blank=True, default="")
    pages = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["production", "position"], name="produced_position_once"),
            models.UniqueConstraint(fields=["production", "document"], name="produced_document_once"),
        ]
        indexes = [models.Index(fields=["document"])]

    def __str__(self) -> str:
        return self.begin or f"{self.position}"


class VolumeFile(models.Model):
    """One file of a written volume."""

    production = models.ForeignKey(Production, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=300)
    blob_id = models.CharField(max_length=26)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["production", "path"], name="volume_file_once")]

    def __str__(self) -> str:
        return self.path


class DownloadLink(models.Model):
    """A link to a volume that ends; only its hash is kept."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    production = models.ForeignKey(Production, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    uses = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.id
