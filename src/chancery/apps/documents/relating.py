"""What ties the documents of a matter together: near-duplicates, conversations, versions, missing mails.

The engine says it; this module reads the documents for it and keeps what it found. Run again after every collection,
reading of scans and repair: the same documents give the same result.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Final

from django.db import connection, transaction

from chancery.apps.documents import policies
from chancery.apps.documents.duplicates import tell_related
from chancery.apps.documents.laying_out import scratch_folder
from chancery.apps.documents.members import Members
from chancery.apps.documents.models import Document, MissingMail
from chancery.apps.documents.reading import text_in
from chancery.engines.text.relations import Relation, RelationOptions, relate
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.jobs.actions import enqueue
from chancery.platform.jobs.queries import jobs_for

Advance = Callable[[int, int], None]
JOB: Final = "documents.relate"
PIECE: Final = 1_000


@dataclass(slots=True)
class _Texts:
    """The texts of the documents, each decrypted once and kept on the private scratch disk meanwhile."""

    blobs: dict[str, str]
    spool: IO[bytes]
    tell: Callable[[int], None]
    places: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __call__(self, key: str) -> str | None:
        blob_id = self.blobs.get(key, "")
        if not blob_id:
            return None
        if key not in self.places:
            data = text_in(blob_id).encode()
            self.places[key] = (self.spool.seek(0, 2), len(data))
            self.spool.write(data)
            self.tell(len(self.places))
            return data.decode()
        start, length = self.places[key]
        self.spool.seek(start)
        return self.spool.read(length).decode()


def ask_for_relations(*, actor: Actor, tenant_id: str, matter_id: str, key: str, at: datetime) -> None:
    """Have the documents of a matter compared, inside the caller's transaction; one waiting comparison is enough."""
    waiting = jobs_for(actor=actor, matter_id=matter_id, states=frozenset({"queued"}))
    if any(job.name == JOB for job in waiting):
        return
    enqueue(
        name=JOB,
        tenant_id=tenant_id,
        matter_id=matter_id,
        payload={"matter_id": matter_id},
        actor=actor,
        at=at,
        idempotency_key=f"{JOB}:{matter_id}:{key}",
    )


def relate_matter(*, actor: Actor, matter_id: str, at: datetime, advance: Advance) -> None:
    """Compare the documents of a matter and keep what ties them together; safe to kill and to repeat."""
    matter = policies.matter(actor, matter_id)
    blobs = dict(Document.objects.filter(matter_id=matter_id).values_list("id", "text_blob_id"))
    if not blobs:
        return
    total = len(blobs) * 2
    advance(0, total)
    with scratch_folder("relate") as folder, Path(folder, "texts").open("w+b") as spool:

        def tell(read: int) -> None:
            if read % 200 == 0:
                advance(min(read, len(blobs)), total)

        texts = _Texts(blobs, spool, tell)
        apart = Document.objects.filter(matter_id=matter_id, apart=True).values_list("id", flat=True)
        options = RelationOptions(restored=tuple(apart))
        relations = relate(members=Members(matter_id), text_of=texts, options=options, folder=Path(folder))
        missing: list[tuple[Relation, str]] = []
        done = 0
        changed: set[str] = set()
        while piece := _piece(relations):
            changed |= _keep(piece)
            missing += [(each, each.thread_id or "") for each in piece if each.missing]
            done += len(piece)
            advance(len(blobs) + done, total)
    _place_in_threads(matter_id)
    _finish(actor, matter.tenant_id, matter_id, missing, changed, at)


def _piece(relations: Iterator[Relation]) -> list[Relation]:
    return list(islice(relations, PIECE))


def _keep(piece: Sequence[Relation]) -> set[str]:
    """Write what is new, in two statements for the whole piece; comparing again writes nothing.

    Returns the documents that came into another group or thread.
    """
    ids = [each.id for each in piece]
    fields = ("id", "near_group", "near_similarity", "thread", "inclusive", "detail__relations")
    known = {values[0]: values[1:] for values in Document.objects.filter(id__in=ids).values_list(*fields)}
    rows = [row for row in map(_row, piece) if row[-1] in known and known[str(row[-1])][:4] != row[:4]]
    facts = [(each.id, _facts(each)) for each in piece]
    details = [(json.dumps(said), key) for key, said in facts if key in known and known[key][4] != said]
    with transaction.atomic(), connection.cursor() as cursor:
        if rows:
            cursor.executemany(
                "UPDATE documents_document SET near_group = %s, near_similarity = %s, thread = %s, inclusive = %s"
                " WHERE id = %s",
                rows,
            )
        if details:
            cursor.executemany("UPDATE documents_documentdetail SET relations = %s WHERE document_id = %s", details)
    return {str(row[-1]) for row in rows if (row[0], row[2]) != known[str(row[-1])][0:3:2]}


def _row(each: Relation) -> tuple[str | int | bool | None, ...]:
    similarity = each.near_duplicate_similarity
    return (
        each.near_duplicate_group or "",
        None if similarity is None else round(similarity * 1000),
        (each.thread_id or "")[:64],
        each.inclusive,
        each.id,
    )


def _facts(each: Relation) -> dict[str, str]:
    facts = {
        "inclusive_reason": each.inclusive_reason,
        "contained_in": each.contained_in,
        "spare_of": each.spare_of,
        "version_of": each.version_of,
        "version_reason": each.version_reason,
    }
    return {name: value for name, value in facts.items() if value}


def _place_in_threads(matter_id: str) -> None:
    """Number the mails of each thread by date, those without one last, so that a thread is one range of an index."""
    rows = Document.objects.filter(matter_id=matter_id).exclude(thread="", thread_place=None).order_by("sequence")
    threads: dict[str, list[tuple[bool, str, int, str]]] = defaultdict(list)
    before: dict[str, int | None] = {}
    fields = ("id", "thread", "sort_date", "sequence", "kind", "duplicate_of_id", "thread_place")
    for key, thread, date, sequence, kind, duplicate_of, place in rows.values_list(*fields):
        before[key] = place
        if thread and kind == "mail" and duplicate_of is None:
            threads[thread].append((date is None, str(date), sequence, key))
    wanted = {key: place for mails in threads.values() for place, (*_, key) in enumerate(sorted(mails))}
    changed = [(wanted.get(key), key) for key, place in before.items() if wanted.get(key) != place]
    for start in range(0, len(changed), PIECE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE documents_document SET thread_place = %s WHERE id = %s", changed[start : start + PIECE]
            )


def _finish(
    actor: Actor,
    tenant_id: str,
    matter_id: str,
    missing: Sequence[tuple[Relation, str]],
    changed: set[str],
    at: datetime,
) -> None:
    """Replace the list of missing mails and enter the comparison into the record with its counts."""
    rows = [
        MissingMail(
            matter_id=matter_id,
            thread=thread[:64],
            message_id=mail.reference[:400],
            sender=mail.sender[:255],
            subject=mail.subject[:255],
            sent=mail.sent[:60],
            named_by_id=mail.quoted_in,
        )
        for relation, thread in missing
        for mail in relation.missing
    ]
    documents = Document.objects.filter(matter_id=matter_id)
    counts = {
        "alike": documents.filter(near_group__gt="").count(),
        "in_threads": documents.filter(thread__gt="").count(),
        "contained": documents.filter(inclusive=False).count(),
        "missing_mails": len(rows),
    }
    with transaction.atomic():
        tell_related(tenant_id=tenant_id, matter_id=matter_id, ids=changed, at=at)
        MissingMail.objects.filter(matter_id=matter_id).delete()
        MissingMail.objects.bulk_create(rows, batch_size=500)
        record(
            tenant_id=tenant_id,
            actor=actor,
            act="documents.related",
            object_type="matter",
            object_id=matter_id,
            matter_id=matter_id,
            label=matter_id,
            at=at,
            after=counts,
        )
