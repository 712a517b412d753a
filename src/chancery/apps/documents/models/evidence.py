"""Collections of evidence, their input files, the documents found inside and the repairs made to them.

``Document`` rows are narrow so that a list over many thousands stays fast; what only one page shows of one
document lives in ``DocumentDetail``. Bytes, texts and page images are encrypted blobs, named here by id.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chancery.foundation.identifiers import new_id


class Collection(models.Model):
    """One delivery of evidence: what came together, from one source."""

    class State(models.TextChoices):
        RECEIVING = "receiving", _("Receiving")
        PROCESSING = "processing", _("Processing")
        PROCESSED = "processed", _("Processed")
        FAILED = "failed", _("Failed")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    source_label = models.CharField(max_length=200, blank=True, default="")
    source = models.ForeignKey("documents.Source", null=True, on_delete=models.PROTECT, related_name="collections")
    time_zone = models.CharField(max_length=60, default="UTC")
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVING)
    created_by = models.CharField(max_length=26, blank=True, default="")
    created_by_label = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    processed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "number"], name="collection_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=["receiving", "processing", "processed", "failed"]),
                name="collection_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class InputFile(models.Model):
    """One file as it was received: hashed, encrypted, never changed."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        EXPANDED = "expanded", _("Expanded")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="input_files")
    path = models.TextField()
    path_hash = models.CharField(max_length=64)
    given_name = models.TextField(blank=True, default="")
    custodian = models.CharField(max_length=200, blank=True, default="")
    blob_id = models.CharField(max_length=26, blank=True, default="")
    passwords_blob_id = models.CharField(max_length=26, blank=True, default="")
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    md5 = models.CharField(max_length=32)
    not_kept = models.CharField(max_length=24, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    received_at = models.DateTimeField()
    expanded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "path_hash"], name="input_path_once"),
            models.CheckConstraint(condition=Q(size__gte=0), name="input_size_known"),
        ]
        indexes = [
            models.Index(fields=["collection", "state", "path_hash"], name="input_waiting"),
            models.Index(fields=["matter", "sha256"], name="input_by_hash"),
        ]

    def __str__(self) -> str:
        return self.path


class Document(models.Model):
    """One item, container or coded exception found in the evidence; each input file has one at its top.

    accepted: its exception stays as it is, with a reason. held: kept as it is, in the house. set_aside: why it is
    left out of lists and review ("known_file", "dates", "rule"). near_group: id of the document it is like (its own
    for the one in the middle); near_similarity: how alike, 0 to 1,000. thread: conversation; inclusive: says all
    that the mails before it in the thread say.
    """

    class Status(models.TextChoices):
        ITEM = "item", _("Read")
        CONTAINER = "container", _("Container")
        EXCEPTION = "exception", _("Exception")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+", db_index=False)
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+", db_index=False)
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="documents", db_index=False)
    input_file = models.ForeignKey(InputFile, on_delete=models.PROTECT, related_name="documents", db_index=False)
    item_key = models.CharField(max_length=80)
    sequence = models.PositiveIntegerField()
    control_number = models.CharField(max_length=24)
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="children", db_constraint=False
    )
    family = models.ForeignKey("self", on_delete=models.PROTECT, related_name="members", db_constraint=False)
    position = models.PositiveIntegerField(default=0)
    depth = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=255)
    title = models.CharField(max_length=255, blank=True, default="")
    author = models.CharField(max_length=255, blank=True, default="")
    kind = models.CharField(max_length=16)
    media_type = models.CharField(max_length=120)
    status = models.CharField(max_length=10, choices=Status.choices)
    exception = models.CharField(max_length=24, blank=True, default="")
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, default="")
    md5 = models.CharField(max_length=32, blank=True, default="")
    custodian = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=8, blank=True, default="")
    sort_date = models.DateTimeField(null=True)
    attachments = models.PositiveIntegerField(default=0)
    copies = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(null=True)
    dedupe_hash = models.CharField(max_length=64, blank=True, default="")
    apart = models.BooleanField(default=False)
    duplicate_of = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="duplicates", db_constraint=False
    )
    native_blob_id = models.CharField(max_length=26, blank=True, default="")
    text_blob_id = models.CharField(max_length=26, blank=True, default="")
    image_blob_id = models.CharField(max_length=26, blank=True, default="")
    text_length = models.PositiveIntegerField(default=0)
    needs_recognition = models.BooleanField(default=False)
    recognised = models.BooleanField(default=False)
    replaced = models.BooleanField(default=False)
    accepted = models.BooleanField(default=False)
    held = models.BooleanField(default=False)
    set_aside = models.CharField(max_length=16, blank=True, default="")
    near_group = models.CharField(max_length=26, blank=True, default="")
    near_similarity = models.PositiveSmallIntegerField(null=True)
    thread = models.CharField(max_length=64, blank=True, default="")
    thread_place = models.PositiveIntegerField(null=True)
    inclusive = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "item_key"], name="item_once"),
            models.UniqueConstraint(fields=["matter", "sequence"], name="sequence_once"),
            models.CheckConstraint(
                condition=Q(status__in=["item", "container"]) | (Q(status="exception") & ~Q(exception="")),
                name="exception_has_code",
            ),
        ]
        indexes = [
            models.Index(fields=["matter", "kind", "sequence"], name="doc_kind"),
            models.Index(fields=["matter", "custodian", "sequence"], name="doc_custodian"),
            models.Index(fields=["matter", "status", "exception", "sequence"], name="doc_status"),
            models.Index(fields=["matter", "exception", "sequence"], name="doc_exception"),
            models.Index(fields=["matter", "sort_date", "sequence"], name="doc_date"),
            models.Index(fields=["matter", "name", "sequence"], name="doc_name"),
            models.Index(fields=["matter", "title", "sequence"], name="doc_title"),
            models.Index(fields=["matter", "author", "sequence"], name="doc_author"),
            models.Index(fields=["matter", "size", "sequence"], name="doc_size"),
            models.Index(fields=["matter", "language", "sequence"], name="doc_language"),
            models.Index(fields=["matter", "dedupe_hash"], name="doc_dedupe"),
            models.Index(fields=["collection", "status", "exception"], name="doc_accounting"),
            models.Index(fields=["input_file", "sequence"], name="doc_input"),
            models.Index(
                fields=["matter", "near_group", "near_similarity"], name="doc_near", condition=~Q(near_group="")
            ),
            models.Index(fields=["matter", "thread", "thread_place"], name="doc_thread", condition=~Q(thread="")),
            models.Index(fields=["matter", "set_aside", "sequence"], name="doc_set_aside", condition=~Q(set_aside="")),
            models.Index(fields=["matter", "sequence"], name="doc_held", condition=Q(held=True)),
        ]

    def __str__(self) -> str:
        return self.control_number


class DocumentDetail(models.Model):
    """What only the page of one document shows: its full path, people, metadata and rolled-up copies."""

    document = models.OneToOneField(Document, primary_key=True, on_delete=models.CASCADE, related_name="detail")
    path = models.TextField()
    people = models.TextField(blank=True, default="")
    exception_detail = models.TextField(blank=True, default="")
    metadata = models.JSONField(default=dict)
    all_custodians = models.JSONField(default=list)
    all_paths = models.JSONField(default=list)
    relations = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.path


class ControlSeries(models.Model):
    """The last control number given in a matter; one row, locked while numbers are given."""

    matter = models.OneToOneField("matters.Matter", primary_key=True, on_delete=models.PROTECT, related_name="+")
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)


class Tally(models.Model):
    """How many documents a collection has of each kind, status and exception; kept so that no page counts rows."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="tallies")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=16)
    value = models.CharField(max_length=200)
    documents = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collection", "field", "value"], name="tally_once")]
        indexes = [models.Index(fields=["matter", "field", "value"], name="tally_by_matter")]

    def __str__(self) -> str:
        return f"{self.field} {self.value}: {self.documents}"


class Repair(models.Model):
    """One attempt to mend an exception; the row stays whatever came of it."""

    class Kind(models.TextChoices):
        PASSWORD = "password", _("Password")
        REPLACEMENT = "replacement", _("Replacement file")
        RETRY = "retry", _("Read again")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        MENDED = "mended", _("Repaired")
        UNCHANGED = "unchanged", _("Not repaired")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="repairs")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    blob_id = models.CharField(max_length=26, blank=True, default="")
    given_name = models.TextField(blank=True, default="")
    exception_before = models.CharField(max_length=24)
    exception_after = models.CharField(max_length=24, blank=True, default="")
    found = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True, default="")
    by = models.CharField(max_length=26, blank=True, default="")
    by_label = models.CharField(max_length=200)
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["matter", "state", "at"], name="repair_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
