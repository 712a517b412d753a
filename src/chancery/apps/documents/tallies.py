"""Counts of documents by kind, status and exception, kept per collection so that no page counts rows."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import Count

from chancery.apps.documents.models import Collection, Document, Tally

FIELDS: Final = ("kind", "status", "exception", "custodian", "language")


@transaction.atomic
def refresh(*, collection_id: str) -> None:
    """Count the documents of a collection again."""
    collection = Collection.objects.get(id=collection_id)
    documents = Document.objects.filter(collection_id=collection_id).order_by()
    rows = [
        Tally(collection=collection, matter_id=collection.matter_id, field=field, value=value, documents=count)
        for field in FIELDS
        for value, count in documents.values_list(field).annotate(Count("id"))
    ]
    copies = documents.exclude(duplicate_of=None).count()
    rows.append(
        Tally(collection=collection, matter_id=collection.matter_id, field="copies", value="", documents=copies)
    )
    Tally.objects.filter(collection_id=collection_id).delete()
    Tally.objects.bulk_create(rows, batch_size=500)


def refresh_matter(*, matter_id: str) -> None:
    """Count the documents of every collection of a matter again."""
    for collection_id in Collection.objects.filter(matter_id=matter_id).values_list("id", flat=True):
        refresh(collection_id=collection_id)


def by_status(*, collection_id: str) -> dict[str, int]:
    """Return documents by status as last counted."""
    rows = Tally.objects.filter(collection_id=collection_id, field="status").order_by("value")
    return dict(rows.values_list("value", "documents"))
