"""Enter what was found in the evidence: blobs first, then rows; entering the same again changes nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from chancery.apps.documents.duplicates import candidate_keys
from chancery.apps.documents.facts import Facts, facts_of
from chancery.apps.documents.laying_out import Expanded
from chancery.apps.documents.models import ControlSeries, Document, DocumentDetail, InputFile
from chancery.engines.ingest.records import Item
from chancery.foundation.identifiers import new_id
from chancery.platform.storage.batches import put_many

BLOBS = 200
"""Items whose bytes and texts are put away together."""
ROWS = 400
"""Rows written in one transaction, so that other writers wait for milliseconds only."""

_DOCUMENT_FIELDS = [
    "parent", "family", "position", "depth", "name", "title", "author", "kind", "media_type", "status", "exception",
    "size", "sha256", "md5", "custodian", "language", "sort_date", "attachments", "dedupe_hash",
    "native_blob_id", "text_blob_id", "text_length", "needs_recognition",
    "image_blob_id", "pages", "replaced",
]  # fmt: skip
_DETAIL_FIELDS = ["path", "people", "exception_detail", "metadata"]


@dataclass(frozen=True, slots=True)
class Found:
    """An item whose bytes and text are on encrypted disk, ready to be entered."""

    source: InputFile
    item: Item
    facts: Facts
    native_blob_id: str
    text_blob_id: str
    dedupe_hash: str
    depth: int
    attachments: int
    replaced: bool = False


def keep_blobs(batch: Sequence[Expanded], *, base_depth: int = 0) -> list[Found]:
    """Bring the bytes and texts of what was found in some input files to encrypted disk.

    The bytes of the first item of each are those of its input file, on disk already.
    base_depth: containers above the first items.
    """
    blobs = _put_away(batch)
    found: list[Found] = []
    for each in batch:
        parents = {item.id: item.parent_id for item in each.items}
        children = Counter(item.parent_id for item in each.items)
        keys = candidate_keys(each.items)
        for item in each.items:
            own = each.row.blob_id if item is each.items[0] and item.native is None else ""
            found.append(
                Found(
                    source=each.row,
                    item=item,
                    facts=facts_of(item),
                    native_blob_id=own or blobs.get((item.id, "native"), ""),
                    text_blob_id=blobs.get((item.id, "text"), ""),
                    dedupe_hash=keys.get(item.id, ""),
                    depth=base_depth + _depth(item.id, each.items[0].id, parents),
                    attachments=children[item.id],
                )
            )
    return found


def _put_away(batch: Sequence[Expanded]) -> dict[tuple[str, str], str]:
    """Put bytes and texts on encrypted disk, many at a time; returns blob ids by item and "native" or "text"."""
    blobs: dict[tuple[str, str], str] = {}
    source = batch[0].row
    every = [(item, each.folder) for each in batch for item in each.items]
    for start in range(0, len(every), BLOBS):
        named: list[tuple[tuple[str, str], bytes | Path]] = []
        for item, folder in every[start : start + BLOBS]:
            if item.native is not None:
                named.append(((item.id, "native"), folder / item.native))
            if item.text:
                named.append(((item.id, "text"), item.text.encode()))
        contents = [content for _, content in named]
        refs = put_many(tenant_id=source.tenant_id, matter_id=source.matter_id, contents=contents)
        blobs |= {name: ref.id for (name, _), ref in zip(named, refs, strict=True)}
        for content in contents:
            if isinstance(content, Path):
                content.unlink(missing_ok=True)
    return blobs


def enter(found: Sequence[Found], *, prefix: str, closing: Callable[[], None] | None = None) -> int:
    """Enter items of one collection, in chunks of short transactions; returns how many are new.

    prefix: of the control numbers. closing: done in the last transaction. Rows of documents that were replaced by a
    better copy are left alone.
    """
    sources = {each.source.id: each.source for each in found}
    collection_id = found[0].source.collection_id
    rows = Document.objects.filter(collection_id=collection_id, input_file_id__in=list(sources))
    ids = dict(rows.values_list("item_key", "id"))
    ids |= {each.item.id: new_id() for each in found if each.item.id not in ids}
    kept = _protected(list(sources), found)
    entered = [each for each in found if each.item.id not in kept]
    new = 0
    for start in range(0, max(len(entered), 1), ROWS):
        with transaction.atomic():
            new += _enter_chunk(chunk=entered[start : start + ROWS], ids=ids, prefix=prefix)
            if closing is not None and start + ROWS >= len(entered):
                closing()
    return new


def _protected(input_file_ids: Sequence[str], found: Sequence[Found]) -> set[str]:
    """Return the keys that a replacement file owns: the replaced documents and everything below them."""
    rows = Document.objects.filter(input_file_id__in=input_file_ids, replaced=True)
    replaced = set(rows.values_list("item_key", flat=True))
    if replaced:
        for each in found:
            if each.item.parent_id in replaced and not each.replaced:
                replaced.add(each.item.id)
        if any(each.replaced for each in found):
            replaced -= {each.item.id for each in found}
    return replaced


def _enter_chunk(*, chunk: Sequence[Found], ids: dict[str, str], prefix: str) -> int:
    if not chunk:
        return 0
    source = chunk[0].source
    ControlSeries.objects.get_or_create(matter_id=source.matter_id)
    series = ControlSeries.objects.select_for_update().get(matter_id=source.matter_id)
    keys = [each.item.id for each in chunk]
    known = {
        row.item_key: row for row in Document.objects.filter(collection_id=source.collection_id, item_key__in=keys)
    }
    fresh: list[Document] = []
    again: list[Document] = []
    details: list[DocumentDetail] = []
    for each in chunk:
        row = known.get(each.item.id)
        if row is None:
            series.last += 1
            row = Document(
                id=ids[each.item.id],
                tenant_id=source.tenant_id,
                matter_id=source.matter_id,
                collection_id=source.collection_id,
                input_file_id=each.source.id,
                item_key=each.item.id,
                sequence=series.last,
                control_number=f"{prefix}-{series.last:06d}",
            )
            fresh.append(row)
        elif row.recognised and row.sha256 == each.item.sha256:
            continue
        else:
            again.append(row)
        _fill(row, each, ids)
        details.append(_detail(row, each))
    Document.objects.bulk_create(fresh, batch_size=200)
    if again:
        Document.objects.bulk_update(again, _DOCUMENT_FIELDS, batch_size=100)
    DocumentDetail.objects.bulk_create(
        details,
        batch_size=200,
        update_conflicts=True,
        unique_fields=["document"],
        update_fields=_DETAIL_FIELDS,
    )
    series.save(update_fields=["last"])
    return len(fresh)


def _fill(row: Document, each: Found, ids: dict[str, str]) -> None:
    item, facts = each.item, each.facts
    row.parent_id = ids.get(item.parent_id) if item.parent_id else None
    row.family_id = ids.get(item.family_id, row.id)
    row.position = item.position
    row.depth = each.depth
    row.name = item.name[:255]
    row.title = facts.title[:255]
    row.author = facts.author[:255]
    row.kind = item.kind[:16]
    row.media_type = item.media_type[:120]
    row.status = item.status
    row.exception = (item.exception or "")[:24]
    row.size = item.size
    row.sha256 = item.sha256
    row.md5 = item.md5
    row.custodian = each.source.custodian
    row.language = facts.language[:8]
    row.sort_date = facts.sort_date
    row.attachments = each.attachments
    row.dedupe_hash = each.dedupe_hash
    if row.native_blob_id != each.native_blob_id:
        row.image_blob_id, row.pages = "", each.item.metadata.get("pages")
    row.native_blob_id = each.native_blob_id
    row.text_blob_id = each.text_blob_id
    row.text_length = len(item.text or "")
    row.needs_recognition = facts.needs_recognition
    row.replaced = row.replaced or each.replaced


def _detail(row: Document, each: Found) -> DocumentDetail:
    return DocumentDetail(
        document_id=row.id,
        path=each.item.path,
        people="; ".join([each.facts.author, *each.facts.recipients] if each.facts.author else each.facts.recipients),
        exception_detail=each.item.exception_detail,
        metadata=each.item.metadata,
    )


def _depth(key: str, top: str, parents: dict[str, str | None]) -> int:
    """Return how many items of the same input file lie above one."""
    depth = 0
    above: str | None = key
    while above is not None and above != top and depth < 1000:
        depth += 1
        above = parents.get(above)
    return depth
