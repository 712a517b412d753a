"""What the engines found beside the text: lines read with doubt, mails nobody delivered, rules that set aside."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chancery.apps.documents.models.evidence import Document
from chancery.foundation.identifiers import new_id


class RecognisedLine(models.Model):
    """One line of a scanned page read with low confidence, and what a person made of it.

    left, top, right, bottom: shares of the page, 0 to 10,000 from its upper left corner. confidence: 0 to 1,000.
    start: where the line stands in the document's text, in characters; empty where it could not be placed.
    """

    class State(models.TextChoices):
        OPEN = "open", _("To be checked")
        RIGHT = "right", _("Confirmed")
        MENDED = "mended", _("Corrected")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="lines", db_index=False)
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+", db_index=False)
    page = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    left = models.PositiveIntegerField()
    top = models.PositiveIntegerField()
    right = models.PositiveIntegerField()
    bottom = models.PositiveIntegerField()
    text = models.TextField()
    mended = models.TextField(blank=True, default="")
    confidence = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    by_label = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "page", "number"], name="line_once")]
        indexes = [models.Index(fields=["matter", "state", "confidence"], name="line_doubtful")]

    def __str__(self) -> str:
        return self.text


class MissingMail(models.Model):
    """A mail that others answer or quote and that is not in the matter."""

    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+", db_index=False)
    thread = models.CharField(max_length=64)
    message_id = models.CharField(max_length=400, blank=True, default="")
    sender = models.CharField(max_length=255, blank=True, default="")
    subject = models.CharField(max_length=255, blank=True, default="")
    sent = models.CharField(max_length=60, blank=True, default="")
    named_by = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["matter", "thread"], name="missing_by_thread")]

    def __str__(self) -> str:
        return self.message_id or self.subject


class RuleSet(models.Model):
    """Rules that set documents aside: outdated, not essential, of a class, domain or date. Tried before it is applied.

    rules: as people wrote them, one object a rule. counts: documents met per rule when it was last tried.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        TRIED = "tried", _("Tried")
        APPLIED = "applied", _("Applied")
        UNDONE = "undone", _("Taken back")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    rules = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    sample = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    tried_at = models.DateTimeField(null=True)
    change = models.ForeignKey("documents.Change", null=True, on_delete=models.PROTECT, related_name="+")
    created_by_label = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "name"], name="rule_set_once"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "tried", "applied", "undone"]), name="rule_set_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
