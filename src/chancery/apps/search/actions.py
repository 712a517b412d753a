"""Writes of the search room: documents made findable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db import transaction

from chancery.apps.documents.queries import reviewable_in_pieces, text_for
from chancery.apps.search.entries import entry_of
from chancery.engines.retrieval.segment import Entry
from chancery.engines.retrieval.store import Writer
from chancery.platform.access.actors import system_actor
from chancery.platform.index.actions import writing
from chancery.platform.jobs.actions import enqueue
from chancery.platform.storage.keys import holding_keys

Advance = Callable[[int], None]
"""Told how many documents are in the store so far; may raise to stop the work."""


@transaction.atomic
def ask_for_indexing(
    *,
    tenant_id: str,
    matter_id: str,
    at: datetime,
    key: str,
    collection_id: str | None = None,
    document_ids: Sequence[str] | None = None,
) -> None:
    """Have the documents of a collection, or named ones, made findable in the background."""
    enqueue(
        name="search.index",
        tenant_id=tenant_id,
        matter_id=matter_id,
        payload={"collection_id": collection_id, "document_ids": list(document_ids) if document_ids else None},
        actor=system_actor(tenant_id=tenant_id),
        at=at,
        idempotency_key=f"search.index:{key}",
    )


@holding_keys()
def index_documents(
    *,
    tenant_id: str,
    matter_id: str,
    collection_id: str | None,
    document_ids: Sequence[str] | None,
    advance: Advance,
) -> int:
    """Put documents into the search store, replacing what it holds of them; returns how many. Safe to repeat."""

    def entries() -> Iterator[Entry]:
        done = 0
        pieces = reviewable_in_pieces(tenant_id=tenant_id, collection_id=collection_id, document_ids=document_ids)
        for piece in pieces:
            advance(done)
            for document in piece:
                text = text_for(tenant_id=tenant_id, document_id=document.id) if document.text_length else ""
                yield entry_of(matter_id=matter_id, document=document, text=text)
            done += len(piece)

    with writing(tenant_id=tenant_id) as folder:
        writer = Writer(folder)
        count = writer.put(entries())
        writer.commit()
    return count
