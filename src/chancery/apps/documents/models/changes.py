"""What people do to many documents at once, so that it can be seen and undone; tags and saved views."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chancery.apps.documents.models.evidence import Document
from chancery.foundation.identifiers import new_id


class SavedView(models.Model):
    """A named set of filters, columns and order over the documents of a matter."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    owner = models.CharField(max_length=26)
    name = models.CharField(max_length=60)
    query = models.TextField()
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "owner", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word people put on documents of one matter. folded: the name in small letters, unique."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    folded = models.CharField(max_length=60)
    documents = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "folded"], name="tag_once")]

    def __str__(self) -> str:
        return self.name


class TagMark(models.Model):
    """One tag on one document."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="marks", db_index=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="tag_marks")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "document"], name="tag_mark_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} {self.document_id}"


class Change(models.Model):
    """One act on chosen documents: what, by whom, on how many, and whether it was taken back.

    chosen: documents asked for; changed: those it made a difference to; barred: those it was not allowed on.
    ids_blob_id: the ids asked for, encrypted, while the work waits.
    """

    class Act(models.TextChoices):
        TAG = "tag", _("Tagged")
        UNTAG = "untag", _("Tag removed")
        HOLD = "hold", _("Put on hold")
        LIFT = "lift", _("Hold lifted")
        ACCEPT = "accept", _("Accepted as it is")
        REVIEW = "review", _("Added to review")
        SET_ASIDE = "set_aside", _("Set aside")
        BRING_BACK = "bring_back", _("Brought back")
        APART = "apart", _("Made a document of its own")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        UNDONE = "undone", _("Taken back")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+", db_index=False)
    act = models.CharField(max_length=10, choices=Act.choices)
    value = models.CharField(max_length=200, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    chosen = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    barred = models.PositiveIntegerField(default=0)
    ids_blob_id = models.CharField(max_length=26, blank=True, default="")
    by = models.CharField(max_length=26, blank=True, default="")
    by_label = models.CharField(max_length=200)
    at = models.DateTimeField()
    undone_by_label = models.CharField(max_length=200, blank=True, default="")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["matter", "at"], name="change_by_time")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["waiting", "done", "undone"]), name="change_state_known")
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.changed}"


class ChangeItem(models.Model):
    """One document that an act made a difference to; before: what stood there, where a word says it."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="items", db_index=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="change_items")
    before = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "document"], name="change_item_once")]

    def __str__(self) -> str:
        return f"{self.change_id} {self.document_id}"
