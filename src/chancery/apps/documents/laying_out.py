"""Lay input files out for the ingest engine: from encrypted disk to scratch, volumes of one archive together."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings

from chancery.apps.documents.models import Collection, InputFile, Source
from chancery.engines.ingest.inventory import join_parts
from chancery.engines.ingest.isolation import expand_files
from chancery.engines.ingest.names import item_id
from chancery.engines.ingest.records import Decisions, Item, Limits, SourceFile
from chancery.platform.storage.actions import put_bytes
from chancery.platform.storage.queries import copy_to, read_bytes

BATCH_FILES = 32
BATCH_ITEMS = 200
"""Input files entered together, or as many as hold this many items."""
DEFAULTS = Decisions()
EARLY_FILES = 256
"""Files that may wait for a slower one before it; beyond that they are handed on out of order."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One input file to expand; ``parts`` are the later volumes of its archive, ``part_of`` its first volume."""

    row: InputFile
    parts: tuple[InputFile, ...] = ()
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class Expanded:
    """One input file and what came out of it; the bytes of the items lie in ``folder``."""

    row: InputFile
    items: tuple[Item, ...]
    folder: Path


def planned(rows: Sequence[InputFile], *, wanted: frozenset[str]) -> list[Planned]:
    """Return the wanted input files (by id) in order of path, with the volumes of split archives tied together."""
    ordered = sorted(rows, key=lambda row: row.path)
    by_path = {row.path: row for row in ordered}
    listed = join_parts(files=[SourceFile(row.path, Path(row.id)) for row in ordered])
    return [
        Planned(by_path[file.path], tuple(by_path[path] for path, _ in file.parts), file.part_of)
        for file in listed
        if by_path[file.path].id in wanted
    ]


def expanded(plan: Sequence[Planned], *, workers: int, decisions: Decisions = DEFAULTS) -> Iterator[list[Expanded]]:
    """Expand input files in isolated processes; yields them in batches, in the order given.

    Bytes are copied to scratch when a process is free to read them, and removed when its answer is there; what was
    found inside stays until the next batch is asked for.
    """
    with scratch_folder("expand") as folder:
        batch: list[Expanded] = []
        items = 0
        for each in _in_order(plan, folder, workers, decisions):
            batch.append(each)
            items += len(each.items)
            if len(batch) >= BATCH_FILES or items >= BATCH_ITEMS:
                yield batch
                batch, items = [], 0
        if batch:
            yield batch


def _in_order(plan: Sequence[Planned], folder: Path, workers: int, decisions: Decisions) -> Iterator[Expanded]:
    """Yield files in the order given, whatever ends first, so that numbers come out the same on every run."""
    given, natives = folder / "in", folder / "out"
    given.mkdir()
    natives.mkdir()
    rows = {each.row.path: each.row for each in plan}
    order = [each.row.path for each in plan]
    ready: dict[str, tuple[Item, ...]] = {}
    ready |= {each.row.path: (not_kept_item(each.row),) for each in plan if each.row.not_kept}
    files = (_laid_out(each, given, number) for number, each in enumerate(plan) if not each.row.not_kept)
    answered, next_up = set(ready), 0
    answers = expand_files(files=files, scratch=natives, limits=Limits(), workers=workers, decisions=decisions)
    for source, items in answers:
        ready[source.path] = tuple(items)
        answered.add(source.path)
        for location in (source.location, *(part for _, part in source.parts)):
            location.unlink(missing_ok=True)
        while next_up < len(order) and order[next_up] in answered:
            if order[next_up] in ready:
                yield Expanded(rows[order[next_up]], ready.pop(order[next_up]), natives)
            next_up += 1
        if len(ready) > EARLY_FILES:
            for path in sorted(ready):
                yield Expanded(rows[path], ready.pop(path), natives)
    for path in sorted(ready):
        yield Expanded(rows[path], ready.pop(path), natives)


def make_scratch(purpose: str) -> Path:
    """Make a private folder on the scratch disk; whoever makes it removes it.

    Its name holds the number of this process, so that what a killed process left is found and removed.
    """
    root = Path(settings.CHANCERY_SCRATCH)
    root.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{purpose}-{os.getpid()}-", dir=root))


@contextmanager
def scratch_folder(purpose: str) -> Iterator[Path]:
    """Give a private folder on the scratch disk that is gone afterwards."""
    folder = make_scratch(purpose)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def not_kept_item(row: InputFile) -> Item:
    """Return the coded exception for an input file that was hashed but whose bytes were not kept."""
    key = item_id(chain=(row.path,))
    return Item(
        id=key,
        parent_id=None,
        family_id=key,
        path=row.path,
        name=row.path.rpartition("/")[2],
        media_type="application/octet-stream",
        kind="other",
        size=row.size,
        sha256=row.sha256,
        md5=row.md5,
        status="exception",
        exception=row.not_kept,
        exception_detail="The file announces a large size but holds nothing but zero bytes, or is beyond the limit.",
    )


def passwords_of(row: InputFile) -> tuple[str, ...]:
    """Return the passwords to try on an input file: those given for it, oldest first, then those of its source."""
    given = Source.objects.filter(collections=row.collection_id).exclude(passwords_blob_id="")
    blobs = [row.passwords_blob_id, *given.values_list("passwords_blob_id", flat=True)]
    found = [password for blob_id in blobs if blob_id for password in json.loads(read_bytes(blob_id=blob_id))]
    return tuple(dict.fromkeys(found))


@contextmanager
def decisions_of(collection: Collection) -> Iterator[Decisions]:
    """Give what was decided before a collection is processed; the list of known files lies on scratch meanwhile."""
    source = collection.source
    if source is None:
        yield Decisions(time_zone=collection.time_zone)
        return
    with scratch_folder("known") as folder:
        known = folder / "sorted" if source.hashes_blob_id else None
        if known is not None:
            copy_to(blob_id=source.hashes_blob_id, path=known)
        yield Decisions(
            time_zone=collection.time_zone,
            known=str(known) if known else None,
            embedded_images=bool(source.settings.get("embedded_images")),
        )


def keep_passwords(row: InputFile, passwords: Sequence[str]) -> None:
    """Add passwords to those tried on an input file; they are kept encrypted, never in a row or the record."""
    known = passwords_of(row)
    every = list(dict.fromkeys([*known, *passwords]))
    blob = put_bytes(tenant_id=row.tenant_id, matter_id=row.matter_id, data=json.dumps(every).encode())
    row.passwords_blob_id = blob.id
    row.save(update_fields=["passwords_blob_id"])


def _laid_out(each: Planned, folder: Path, number: int) -> SourceFile:
    location = _copied(each.row, folder, f"{number:06d}")
    parts = tuple(
        (part.path, _copied(part, folder, f"{number:06d}-{volume:03d}")) for volume, part in enumerate(each.parts)
    )
    source = SourceFile(path=each.row.path, location=location, passwords=passwords_of(each.row))
    return replace(source, parts=parts, part_of=each.part_of)


def _copied(row: InputFile, folder: Path, name: str) -> Path:
    location = folder / name
    copy_to(blob_id=row.blob_id, path=location)
    return location
