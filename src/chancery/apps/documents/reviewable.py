"""Documents as review, search and production take them: whole, in order, without asking who asks (system-side)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chancery.apps.documents.models import Document
from chancery.apps.documents.reading import text_in
from chancery.apps.documents.records import ReviewableRecord
from chancery.platform.storage.queries import read_many


def reviewable_documents(
    *, tenant_id: str, matter_id: str, document_ids: Sequence[str] | None = None
) -> list[ReviewableRecord]:
    """Return every document of a matter in order of number (system-side: callers have checked who asks).

    Containers and what was set aside are left out; exceptions, also those whose bytes could not be had, are in.
    """
    rows = Document.objects.filter(tenant_id=tenant_id, matter_id=matter_id).exclude(status=Document.Status.CONTAINER)
    if document_ids is None:
        rows = rows.filter(set_aside="")
    else:
        rows = rows.filter(id__in=document_ids)
    return [_reviewable(row) for row in rows.select_related("detail").order_by("sequence")]


def reviewable_in_pieces(
    *, tenant_id: str, collection_id: str | None = None, document_ids: Sequence[str] | None = None, size: int = 200
) -> Iterator[list[ReviewableRecord]]:
    """Yield the documents of a collection, or named ones, piece by piece in order of number (system-side)."""
    rows = Document.objects.filter(tenant_id=tenant_id).exclude(status=Document.Status.CONTAINER)
    if collection_id is not None:
        rows = rows.filter(collection_id=collection_id)
    if document_ids is not None:
        rows = rows.filter(id__in=document_ids)
    last = 0
    while piece := list(rows.filter(sequence__gt=last).select_related("detail").order_by("sequence")[:size]):
        yield [_reviewable(row) for row in piece]
        last = piece[-1].sequence


def ids_in_same_file(*, tenant_id: str, document_id: str) -> list[str]:
    """Return the ids of every document that came out of the same input file (system-side)."""
    source = Document.objects.filter(tenant_id=tenant_id, id=document_id).values("input_file_id")
    return list(Document.objects.filter(input_file_id__in=source).values_list("id", flat=True))


def containers_of(*, tenant_id: str, matter_id: str) -> list[tuple[str, str]]:
    """Return (path, sha256) of every mailbox and archive of a matter (system-side)."""
    rows = Document.objects.filter(tenant_id=tenant_id, matter_id=matter_id, status=Document.Status.CONTAINER)
    return list(rows.order_by("sequence").values_list("detail__path", "sha256"))


def native_blob_of(*, tenant_id: str, document_id: str) -> str:
    """Return the blob of a document's bytes, empty where none were kept (system-side)."""
    return str(Document.objects.values_list("native_blob_id", flat=True).get(tenant_id=tenant_id, id=document_id))


def text_for(*, tenant_id: str, document_id: str) -> str:
    """Return the whole text of a document (system-side)."""
    blob_id = Document.objects.values_list("text_blob_id", flat=True).get(tenant_id=tenant_id, id=document_id)
    return text_in(blob_id)


def texts_for(*, tenant_id: str, document_ids: Sequence[str]) -> dict[str, str]:
    """Return the whole texts of several documents, those that have one; two queries (system-side)."""
    rows = Document.objects.filter(tenant_id=tenant_id, id__in=document_ids).exclude(text_blob_id="")
    blobs = dict(rows.values_list("id", "text_blob_id"))
    held = read_many(blob_ids=blobs.values())
    return {key: held[blob_id].decode() for key, blob_id in blobs.items() if blob_id in held}


def _reviewable(row: Document) -> ReviewableRecord:
    detail = row.detail
    return ReviewableRecord(
        id=row.id,
        item_key=row.item_key,
        control_number=row.control_number,
        sequence=row.sequence,
        family_id=row.family_id,
        parent_id=row.parent_id,
        collection_id=row.collection_id,
        custodian=row.custodian,
        path=detail.path,
        name=row.name,
        title=row.title,
        author=row.author,
        people=detail.people,
        kind=row.kind,
        media_type=row.media_type,
        language=row.language,
        status=row.status,
        exception=row.exception,
        size=row.size,
        sha256=row.sha256,
        md5=row.md5,
        sort_date=row.sort_date,
        duplicate_of=row.duplicate_of_id,
        attachments=row.attachments,
        position=row.position,
        has_native=bool(row.native_blob_id),
        text_length=row.text_length,
        all_custodians=tuple(detail.all_custodians or ([row.custodian] if row.custodian else [])),
        all_paths=tuple(detail.all_paths or [detail.path]),
        metadata=detail.metadata,
        near_group=row.near_group,
        thread=row.thread,
        inclusive=row.inclusive,
    )
