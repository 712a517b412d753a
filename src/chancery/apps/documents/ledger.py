"""Enter what was found in the evidence: blobs first, then rows; entering the same again changes nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from chancery.apps.documents.facts import Facts, facts_of
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

    item: Item
    facts: Facts
    native_blob_id: str
    text_blob_id: str
    dedupe_hash: str
    depth: int
    attachments: int
    replaced: bool = False


def keep_blobs(
    *, source: InputFile, items: Sequence[Item], scratch: Path, hashes: dict[str, str], base_depth: int = 0
) -> list[Found]:
    """Bring the bytes and texts of items to encrypted disk.

    hashes: family hash by item id, for the heads of families. The bytes of the first item are those of the input
    file, on disk already. base_depth: containers above the first item.
    """
    parents = {item.id: item.parent_id for item in items}
    children: dict[str, int] = {}
    for item in items:
        if item.parent_id:
            children[item.parent_id] = children.get(item.parent_id, 0) + 1
    blobs = _put_away(source, items, scratch)
    return [
        Found(
            item=item,
            facts=facts_of(item),
            native_blob_id=source.blob_id
            if item is items[0] and item.native is None
            else blobs.get((item.id, "native"), ""),
            text_blob_id=blobs.get((item.id, "text"), ""),
            dedupe_hash=hashes.get(item.id, ""),
            depth=base_depth + _depth(item.id, items[0].id, parents),
            attachments=children.get(item.id, 0),
        )
        for item in items
    ]


def _put_away(source: InputFile, items: Sequence[Item], scratch: Path) -> dict[tuple[str, str], str]:
    """Put bytes and texts on encrypted disk, many at a time; returns blob ids by item and "native" or "text"."""
    blobs: dict[tuple[str, str], str] = {}
    for start in range(0, len(items), BLOBS):
        named: list[tuple[tuple[str, str], bytes | Path]] = []
        for item in items[start : start + BLOBS]:
            if item.native is not None:
                named.append(((item.id, "native"), scratch / item.native))
            if item.text:
                named.append(((item.id, "text"), item.text.encode()))
        contents = [content for _, content in named]
        refs = put_many(tenant_id=source.tenant_id, matter_id=source.matter_id, contents=contents)
        blobs |= {name: ref.id for (name, _), ref in zip(named, refs, strict=True)}
        for content in contents:
            if isinstance(content, Path):
                content.unlink(missing_ok=True)
    return blobs


def enter(*, source: InputFile, found: Sequence[Found], prefix: str) -> int:
    """Enter the items of one input file, in chunks of short transactions; returns how many are new.

    prefix: of the control numbers. Rows of documents that were replaced by a better copy are left alone.
    """
    ids = dict(
        Document.objects.filter(collection_id=source.collection_id, input_file_id=source.id).values_list(
            "item_key", "id"
        )
    )
    ids |= {each.item.id: new_id() for each in found if each.item.id not in ids}
    kept = _protected(source, found)
    new = 0
    for start in range(0, len(found), ROWS):
        chunk = [each for each in found[start : start + ROWS] if each.item.id not in kept]
        new += _enter_chunk(source=source, chunk=chunk, ids=ids, prefix=prefix)
    return new


def _protected(source: InputFile, found: Sequence[Found]) -> set[str]:
    """Return the keys that a replacement file owns: the replaced documents and everything below them."""
    replaced = set(
        Document.objects.filter(input_file_id=source.id, replaced=True).values_list("item_key", flat=True)
    )
    if replaced:
        for each in found:
            if each.item.parent_id in replaced and not each.replaced:
                replaced.add(each.item.id)
        replaced -= {each.item.id for each in found if each.replaced}
    return replaced


@transaction.atomic
def _enter_chunk(*, source: InputFile, chunk: Sequence[Found], ids: dict[str, str], prefix: str) -> int:
    ControlSeries.objects.get_or_create(matter_id=source.matter_id)
    series = ControlSeries.objects.select_for_update().get(matter_id=source.matter_id)
    keys = [each.item.id for each in chunk]
    known = {
        row.item_key: row
        for row in Document.objects.filter(collection_id=source.collection_id, item_key__in=keys)
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
                input_file_id=source.id,
                item_key=each.item.id,
                sequence=series.last,
                control_number=f"{prefix}-{series.last:06d}",
            )
            fresh.append(row)
        elif row.recognised and row.sha256 == each.item.sha256:
            continue
        else:
            again.append(row)
        _fill(row, each, source, ids)
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


def _fill(row: Document, each: Found, source: InputFile, ids: dict[str, str]) -> None:
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
    row.custodian = source.custodian
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
        people="; ".join(
            [each.facts.author, *each.facts.recipients] if each.facts.author else each.facts.recipients
        ),
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
