"""Where evidence comes from: an upload, a folder of the server, a mailbox, a page of the web."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chancery.foundation.identifiers import new_id


class Source(models.Model):
    """One source with its plan: what to fetch, whose it is, how to process it.

    settings: what the kind needs (folder, host, page …) and the processing options; never a secret.
    secret_blob_id: the mailbox's password, encrypted under the matter's key. checkpoint: how far fetching is.
    """

    class Kind(models.TextChoices):
        UPLOAD = "upload", _("Files or folders from your computer")
        FOLDER = "folder", _("A folder on the server")
        WATCHED = "watched", _("A watched folder on the server")
        MAILBOX = "mailbox", _("A mailbox (IMAP)")
        WEB = "web", _("A page of the web")

    class State(models.TextChoices):
        DRAFT = "draft", _("Being planned")
        FETCHING = "fetching", _("Being fetched")
        WATCHING = "watching", _("Watching")
        PAUSED = "paused", _("Paused")
        DONE = "done", _("Fetched")
        FAILED = "failed", _("Not fetched")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=200)
    source_label = models.CharField(max_length=200, blank=True, default="")
    custodian = models.CharField(max_length=200, blank=True, default="")
    time_zone = models.CharField(max_length=60, default="UTC")
    settings = models.JSONField(default=dict)
    secret_blob_id = models.CharField(max_length=26, blank=True, default="")
    passwords_blob_id = models.CharField(max_length=26, blank=True, default="")
    hashes_blob_id = models.CharField(max_length=26, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    checkpoint = models.JSONField(default=dict)
    problem = models.TextField(blank=True, default="")
    next_run_at = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=26, blank=True, default="")
    created_by_label = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["upload", "folder", "watched", "mailbox", "web"]), name="source_kind_known"
            )
        ]
        indexes = [models.Index(fields=["state", "next_run_at"], name="source_due")]

    def __str__(self) -> str:
        return self.name
