"""Receiving evidence: each file hashed, encrypted and on disk before it is acknowledged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop

from chancery.apps.documents import policies
from chancery.apps.documents.events import EvidenceReceived
from chancery.apps.documents.models import Collection, InputFile
from chancery.apps.documents.names import custodian_of, harmless_path
from chancery.apps.matters import queries as matters
from chancery.engines.ingest.inventory import hash_file, scan_sparse
from chancery.engines.ingest.records import Limits
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce
from chancery.platform.jobs.actions import enqueue
from chancery.platform.storage.batches import put_many

BATCH = 64
"""Files acknowledged together: one transaction, one sync of the database."""


class CollectionClosed(Refused):
    """The collection takes no more files."""

    code = "collection_closed"


class PathTaken(Refused):
    """Another file of the collection has this path and other content."""

    code = "path_taken"


class NothingReceived(Refused):
    """A collection without files cannot be closed."""

    code = "nothing_received"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file about to be received. path: where it lay at the source; given_name: its name as sent, if changed."""

    path: str
    location: Path
    custodian: str = ""
    given_name: str = ""


@dataclass(frozen=True, slots=True)
class InputFileRecord:
    """A file as it was received."""

    id: str
    collection_id: str
    path: str
    size: int
    sha256: str
    md5: str
    custodian: str
    state: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Held:
    incoming: Incoming
    path: str
    size: int
    sha256: str
    md5: str
    blob_id: str
    not_kept: str


@transaction.atomic
def open_collection(
    *,
    actor: Actor,
    matter_id: str,
    name: str,
    source_label: str,
    at: datetime,
    time_zone: str = "UTC",
    source_id: str | None = None,
) -> str:
    """Open a collection that files can be received into; returns its id.

    time_zone: IANA name in which days of this collection are shown and searched. source_id: its plan, if it has one.
    Raises NotFound for a matter the actor may not see, Refused for a role that may not bring evidence in.
    """
    policies.require_collector(actor)
    matter = matters.matter(actor=actor, matter_id=matter_id)
    last = Collection.objects.filter(matter_id=matter_id).aggregate(last=Max("number"))["last"] or 0
    row = Collection.objects.create(
        tenant_id=matter.tenant_id,
        matter_id=matter_id,
        number=last + 1,
        name=name.strip()[:200] or f"{last + 1}",
        source_label=source_label.strip()[:200],
        time_zone=time_zone,
        source_id=source_id,
        created_by=actor.user_id,
        created_by_label=actor.label,
        created_at=at,
    )
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act="collection.opened",
        object_type="collection",
        object_id=row.id,
        matter_id=matter_id,
        label=row.name,
        at=at,
        after={"name": row.name, "source": row.source_label, "time_zone": time_zone},
    )
    return row.id


def receive_file(
    *,
    actor: Actor,
    collection_id: str,
    path: str,
    source: Path,
    at: datetime,
    custodian: str = "",
    given_name: str = "",
) -> InputFileRecord:
    """Receive one file: when this returns, its bytes and its entry in the record are on disk.

    Receiving the same content at the same path again returns the first receipt. Other content at a path that
    is taken is refused (``path_taken``), so nothing is ever overwritten.
    """
    incoming = Incoming(path, source, custodian, given_name)
    return receive_files(actor=actor, collection_id=collection_id, files=[incoming], at=at)[0]


def receive_files(
    *, actor: Actor, collection_id: str, files: Iterable[Incoming], at: datetime
) -> list[InputFileRecord]:
    """Receive many files; those of each batch are acknowledged together once all of them are on disk."""
    policies.require_collector(actor)
    collection = _open(actor, collection_id)
    received: list[InputFileRecord] = []
    walk = iter(files)
    while batch := list(islice(walk, BATCH)):
        held = _hold(collection, batch)
        received += _acknowledge(actor, collection.id, held, at)
    return received


@transaction.atomic
def close_collection(*, actor: Actor, collection_id: str, at: datetime) -> str:
    """Close the collection to further files and have it processed; returns the job's id.

    Closing twice returns the same job. A collection without files is refused (``nothing_received``).
    """
    policies.require_collector(actor)
    row = policies.collections_for(actor).select_for_update(of=("self",)).filter(id=collection_id).first()
    if row is None:
        raise NotFound
    if row.state == Collection.State.RECEIVING:
        files = InputFile.objects.filter(collection_id=row.id).count()
        if files == 0:
            raise NothingReceived(gettext_noop("Add at least one file before processing starts."))
        row.state = Collection.State.PROCESSING
        row.closed_at = at
        row.save(update_fields=["state", "closed_at"])
        record(
            tenant_id=row.tenant_id,
            actor=actor,
            act="collection.closed",
            object_type="collection",
            object_id=row.id,
            matter_id=row.matter_id,
            label=row.name,
            at=at,
            detail={"input_files": files},
        )
        announce(EvidenceReceived(tenant_id=row.tenant_id, matter_id=row.matter_id, collection_id=row.id), at=at)
    job = enqueue(
        name="documents.expand",
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        payload={"collection_id": row.id},
        actor=actor,
        at=at,
        idempotency_key=f"documents.expand:{row.id}",
    )
    return str(job.id)


def _open(actor: Actor, collection_id: str) -> Collection:
    collection = policies.collection(actor, collection_id)
    if collection.state != Collection.State.RECEIVING:
        raise CollectionClosed(
            gettext_noop("“%(name)s” is closed: open a new collection for further files."),
            name=collection.name,
        )
    return collection


def _hold(collection: Collection, batch: Sequence[Incoming]) -> list[_Held]:
    """Bring the bytes of files to encrypted disk. Nothing points at them until they are acknowledged."""
    kept = [each for each in batch if not _beyond_limits(each.location)]
    blobs = put_many(
        tenant_id=collection.tenant_id,
        matter_id=collection.matter_id,
        contents=[each.location for each in kept],
    )
    held: dict[int, _Held] = {}
    for each, blob in zip(kept, blobs, strict=True):
        path = harmless_path(each.path)
        held[id(each)] = _Held(each, path, blob.size, blob.sha256, blob.md5, blob.id, "")
    for each in batch:
        if id(each) not in held:
            size, sha256, md5 = hash_file(path=each.location)
            held[id(each)] = _Held(each, harmless_path(each.path), size, sha256, md5, "", "too_large")
    return [held[id(each)] for each in batch]


def _beyond_limits(location: Path) -> bool:
    """Say whether a file is only hashed: one of nothing but zero bytes, or larger than may be read."""
    size = location.stat().st_size
    return size > Limits().max_file_bytes or scan_sparse(path=location, size=size)


@transaction.atomic
def _acknowledge(actor: Actor, collection_id: str, held: Sequence[_Held], at: datetime) -> list[InputFileRecord]:
    collection = Collection.objects.select_for_update().get(id=collection_id)
    if collection.state != Collection.State.RECEIVING:
        raise CollectionClosed(
            gettext_noop("“%(name)s” is closed: open a new collection for further files."),
            name=collection.name,
        )
    hashes = [path_hash(item.path) for item in held]
    taken = {row.path_hash: row for row in InputFile.objects.filter(collection_id=collection_id, path_hash__in=hashes)}
    answers: list[InputFileRecord] = []
    for item, hashed in zip(held, hashes, strict=True):
        row = taken.get(hashed)
        if row is None:
            row = taken[hashed] = _enter(actor, collection, item, hashed, at)
        elif row.sha256 != item.sha256:
            raise PathTaken(gettext_noop("The collection already holds another file at “%(path)s”."), path=item.path)
        answers.append(input_file_record(row))
    return answers


def _enter(actor: Actor, collection: Collection, item: _Held, hashed: str, at: datetime) -> InputFile:
    row = InputFile.objects.create(
        tenant_id=collection.tenant_id,
        matter_id=collection.matter_id,
        collection_id=collection.id,
        path=item.path,
        path_hash=hashed,
        given_name=item.incoming.given_name or (item.incoming.path if item.incoming.path != item.path else ""),
        custodian=(item.incoming.custodian or custodian_of(item.path))[:200],
        blob_id=item.blob_id,
        size=item.size,
        sha256=item.sha256,
        md5=item.md5,
        not_kept=item.not_kept,
        received_at=at,
    )
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act="evidence.received",
        object_type="input_file",
        object_id=row.id,
        matter_id=row.matter_id,
        label=row.path,
        at=at,
        after={"sha256": row.sha256, "md5": row.md5, "size": row.size, "custodian": row.custodian},
        detail={"collection": collection.id, "given_name": row.given_name},
    )
    return row


def path_hash(path: str) -> str:
    """Return the key under which a path is unique: paths are longer than a database index allows."""
    return hashlib.sha256(path.encode()).hexdigest()


def input_file_record(row: InputFile) -> InputFileRecord:
    """Return the plain record of an input file."""
    return InputFileRecord(
        id=row.id,
        collection_id=row.collection_id,
        path=row.path,
        size=row.size,
        sha256=row.sha256,
        md5=row.md5,
        custodian=row.custodian,
        state=row.state,
        received_at=row.received_at,
    )
