"""Writes of the search room: documents made findable."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from chancery.apps.documents.queries import reviewable_in_pieces, texts_for
from chancery.apps.matters.queries import matter
from chancery.apps.search import policies
from chancery.apps.search.entries import entry_of
from chancery.apps.search.models import SavedSearch
from chancery.engines.retrieval.asking import understood
from chancery.engines.retrieval.segment import Entry
from chancery.engines.retrieval.store import Writer
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.actors import system_actor
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.index.actions import writing
from chancery.platform.jobs.actions import enqueue
from chancery.platform.storage.keys import holding_keys

Advance = Callable[[int], None]
"""Told how many documents are in the store so far; may raise to stop the work."""


class NameMissing(Refused):
    """A search is kept without a name."""

    code = "name_missing"


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
            texts = texts_for(tenant_id=tenant_id, document_ids=[each.id for each in piece if each.text_length])
            for document in piece:
                yield entry_of(matter_id=matter_id, document=document, text=texts.get(document.id, ""))
            done += len(piece)

    with writing(tenant_id=tenant_id) as folder:
        writer = Writer(folder, salt=secrets.randbits(64))
        count = writer.put(entries())
        writer.commit()
    return count


@transaction.atomic
def keep_search(*, actor: Actor, matter_id: str, name: str, query: str, stem: bool, shared: bool, at: datetime) -> str:
    """Keep a query under a name; the same name again replaces the actor's own search. Returns its id.

    Raises NotFound for a hidden matter, NameMissing, and QueryRefused for a query that cannot be read.
    """
    found = matter(actor=actor, matter_id=matter_id)
    if not policies.searchable_matters(actor, matter_id=matter_id):
        raise NotFound
    plain = " ".join(name.split())[:60]
    if not plain:
        raise NameMissing(gettext_noop("Give the search a name."))
    understood(query, stem=stem)
    values = {"tenant_id": found.tenant_id, "query": query, "stem": stem, "shared": shared}
    row, _ = SavedSearch.objects.update_or_create(
        matter_id=matter_id,
        owner=actor.user_id,
        name=plain,
        defaults=values,
        create_defaults={**values, "created_at": at},
    )
    _note(actor, row, "saved_search.kept", at)
    return row.id


@transaction.atomic
def drop_search(*, actor: Actor, search_id: str, at: datetime) -> str:
    """Remove one of the actor's own searches and return its matter. Raises NotFound for those of others."""
    row = policies.saved_searches_for(actor).filter(id=search_id, owner=actor.user_id).first()
    if row is None:
        raise NotFound
    _note(actor, row, "saved_search.dropped", at)
    matter_id = row.matter_id
    row.delete()
    return matter_id


def _note(actor: Actor, row: SavedSearch, act: str, at: datetime) -> None:
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type="saved_search",
        object_id=row.id,
        matter_id=row.matter_id,
        label=row.name,
        at=at,
        after={"query": row.query, "stem": row.stem, "shared": row.shared},
    )
