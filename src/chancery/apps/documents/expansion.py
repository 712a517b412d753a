"""Expanding a collection: each input file to items, containers and coded exceptions, entered file by file.

A file counts as expanded only in a transaction after its last row. A worker killed before that repeats the
file and, ids being the same on every run, changes nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from chancery.apps.documents import duplicates, policies, tallies
from chancery.apps.documents.events import CollectionProcessed
from chancery.apps.documents.laying_out import Expanded, decisions_of, expanded, planned
from chancery.apps.documents.ledger import enter, keep_blobs
from chancery.apps.documents.models import Collection, Document, InputFile
from chancery.apps.documents.relating import ask_for_relations
from chancery.apps.documents.setting_aside import set_aside_by_plan
from chancery.apps.matters import queries as matters
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce
from chancery.platform.jobs.actions import enqueue

Advance = Callable[[int, int], None]
"""Told files done and files in all; may raise to stop the work."""


def expand_collection(*, actor: Actor, collection_id: str, at: datetime, advance: Advance, workers: int = 2) -> None:
    """Expand every input file that is not expanded yet, then find duplicates and announce the collection.

    Safe to kill and to repeat at any point. ``at`` is the time of the entries in the record.
    """
    collection = policies.collection(actor, collection_id)
    if collection.state == Collection.State.PROCESSED:
        return
    prefix = matters.matter(actor=actor, matter_id=collection.matter_id).bates_prefix
    rows = list(InputFile.objects.filter(collection_id=collection_id))
    waiting = frozenset(row.id for row in rows if row.state == InputFile.State.RECEIVED)
    done = len(rows) - len(waiting)
    advance(done, len(rows))
    with decisions_of(collection) as decisions:
        for batch in expanded(planned(rows, wanted=waiting), workers=workers, decisions=decisions):
            enter_files(actor=actor, batch=batch, prefix=prefix, at=at)
            done += len(batch)
            advance(done, len(rows))
    finish_collection(actor=actor, collection_id=collection_id, at=at)


def enter_files(*, actor: Actor, batch: Sequence[Expanded], prefix: str, at: datetime) -> int:
    """Enter what came out of some input files and mark them expanded; returns how many documents are new."""
    return enter(keep_blobs(batch), prefix=prefix, closing=lambda: _mark_expanded(actor, batch, at))


def _mark_expanded(actor: Actor, batch: Sequence[Expanded], at: datetime) -> None:
    """Mark the files expanded and enter them into the record, each with its hashes and what it held."""
    row = batch[0].row
    ids = [each.row.id for each in batch]
    InputFile.objects.filter(id__in=ids).update(state=InputFile.State.EXPANDED, expanded_at=at)
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act="evidence.expanded",
        object_type="collection",
        object_id=row.collection_id,
        matter_id=row.matter_id,
        label=row.path if len(batch) == 1 else f"{row.path} … {batch[-1].row.path}",
        at=at,
        after=dict(Counter(item.status for each in batch for item in each.items)),
        detail={"files": [_custody_line(each) for each in batch]},
    )


def _custody_line(each: Expanded) -> dict[str, object]:
    codes = Counter(item.exception for item in each.items if item.exception)
    return {
        "path": each.row.path,
        "size": each.row.size,
        "sha256": each.row.sha256,
        "md5": each.row.md5,
        "found": dict(Counter(item.status for item in each.items)),
        "codes": dict(sorted(codes.items())),
    }


def finish_collection(*, actor: Actor, collection_id: str, at: datetime) -> None:
    """Roll up duplicates of the matter, bring the counts up to date and announce the collection, once."""
    collection = policies.collection(actor, collection_id)
    changed = duplicates.roll_up(matter_id=collection.matter_id)
    before = Document.objects.filter(matter_id=collection.matter_id).exclude(collection_id=collection_id)
    elsewhere = changed.intersection(before.values_list("id", flat=True)) if changed else changed
    tallies.refresh(collection_id=collection_id)
    set_aside_by_plan(actor=actor, collection=collection, at=at)
    with transaction.atomic():
        row = Collection.objects.select_for_update().get(id=collection_id)
        if row.state == Collection.State.PROCESSED:
            return
        row.state = Collection.State.PROCESSED
        row.processed_at = at
        row.save(update_fields=["state", "processed_at"])
        record(
            tenant_id=row.tenant_id,
            actor=actor,
            act="collection.processed",
            object_type="collection",
            object_id=row.id,
            matter_id=row.matter_id,
            label=row.name,
            at=at,
            after=tallies.by_status(collection_id=collection_id),
        )
        _ask_for_recognition(actor, row, at)
        ask_for_relations(actor=actor, tenant_id=row.tenant_id, matter_id=row.matter_id, key=row.id, at=at)
        duplicates.tell_related(tenant_id=row.tenant_id, matter_id=row.matter_id, ids=elsewhere, at=at)
        announce(CollectionProcessed(tenant_id=row.tenant_id, matter_id=row.matter_id, collection_id=row.id), at=at)


def _ask_for_recognition(actor: Actor, row: Collection, at: datetime) -> None:
    """Have scanned documents read, if there are any and the plan of the source does not say otherwise."""
    if row.source is not None and not row.source.settings.get("ocr", True):
        return
    scanned = Document.objects.filter(collection_id=row.id, needs_recognition=True, duplicate_of=None)
    if scanned.exists():
        enqueue(
            name="documents.recognise",
            tenant_id=row.tenant_id,
            matter_id=row.matter_id,
            payload={"collection_id": row.id},
            actor=actor,
            at=at,
            idempotency_key=f"documents.recognise:{row.id}",
        )
