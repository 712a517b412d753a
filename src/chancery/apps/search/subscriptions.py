"""What the search room does on news from the documents room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from chancery.apps.documents.events import CollectionProcessed, DocumentsRelated, ExceptionRepaired, TextRecognised
from chancery.apps.documents.queries import ids_in_same_file
from chancery.apps.search.actions import ask_for_indexing
from chancery.foundation.identifiers import new_id
from chancery.platform.events.values import Event


def index_collection(event: CollectionProcessed) -> None:
    """Make a processed collection findable."""
    ask_for_indexing(
        tenant_id=event.tenant_id,
        matter_id=event.matter_id,
        at=timezone.now(),
        key=event.collection_id,
        collection_id=event.collection_id,
    )


def index_repaired(event: ExceptionRepaired) -> None:
    """Make a repaired document, and all that came out of the same file, findable as it is now."""
    ids = ids_in_same_file(tenant_id=event.tenant_id, document_id=event.document_id)
    now = timezone.now()
    ask_for_indexing(
        tenant_id=event.tenant_id,
        matter_id=event.matter_id,
        at=now,
        key=f"{event.document_id}:{now.isoformat()}",
        document_ids=ids,
    )


def index_named(event: DocumentsRelated | TextRecognised) -> None:
    """Make documents findable by the text, groups, threads, custodians and paths they have now."""
    ask_for_indexing(
        tenant_id=event.tenant_id,
        matter_id=event.matter_id,
        at=timezone.now(),
        key=f"{event.name}:{new_id()}",
        document_ids=event.document_ids,
    )


SUBSCRIPTIONS: list[tuple[type[Event], Callable[[Any], None], str]] = [
    (CollectionProcessed, index_collection, "search.index_collection"),
    (ExceptionRepaired, index_repaired, "search.index_repaired"),
    (DocumentsRelated, index_named, "search.index_related"),
    (TextRecognised, index_named, "search.index_recognised"),
]
