"""One document: its record, text, bytes and relations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from chancery.apps.documents import policies
from chancery.apps.documents.act_records import RepairRecord, SavedViewRecord
from chancery.apps.documents.intake import InputFileRecord, input_file_record
from chancery.apps.documents.models import Collection, Document, Repair
from chancery.apps.documents.records import CollectionRecord, DocumentRecord, DocumentRow
from chancery.apps.matters.queries import MatterRecord
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor
from chancery.platform.storage import queries as storage

MOST_ROWS = 200
NO_TEXT = ""


@dataclass(frozen=True, slots=True)
class Native:
    """The bytes of a document as received, in verified pieces."""

    name: str
    media_type: str
    size: int
    sha256: str
    pieces: Iterator[bytes]


def matter_of(*, actor: Actor, matter_id: str) -> MatterRecord:
    """Return a matter whose evidence the actor may read. Raises NotFound if it is hidden."""
    return policies.matter(actor, matter_id)


def collections(*, actor: Actor, matter_id: str) -> list[CollectionRecord]:
    """Return the collections of a matter, newest first. Raises NotFound for a hidden matter."""
    policies.matter(actor, matter_id)
    rows = policies.collections_for(actor).filter(matter_id=matter_id).order_by("-number")
    return [collection_record(row) for row in rows]


def collection(*, actor: Actor, collection_id: str) -> CollectionRecord:
    """Return one collection or raise NotFound."""
    return collection_record(policies.collection(actor, collection_id))


@dataclass(frozen=True, slots=True)
class ReceivedFiles:
    """The files of a collection: the newest of them, how many there are and their bytes."""

    rows: list[InputFileRecord]
    count: int
    bytes: int


def received_files(*, actor: Actor, collection_id: str, limit: int = 200) -> ReceivedFiles:
    """Return the files received into a collection, newest first; three queries. Raises NotFound if it is hidden."""
    policies.collection(actor, collection_id)
    rows = policies.input_files_for(actor).filter(collection_id=collection_id)
    whole = rows.aggregate(count=Count("id"), bytes=Sum("size"))
    newest = [input_file_record(row) for row in rows.order_by("-received_at", "-id")[:limit]]
    return ReceivedFiles(newest, whole["count"], whole["bytes"] or 0)


def document(*, actor: Actor, document_id: str) -> DocumentRecord:
    """Return one document; one query. Raises NotFound if it is unknown or forbidden."""
    row = _whole(policies.documents_for(actor)).filter(id=document_id).first()
    if row is None:
        raise NotFound
    return document_record(row)


def documents_by_id(*, actor: Actor, ids: Sequence[str]) -> dict[str, DocumentRecord]:
    """Return those of the documents that the actor may see; one query."""
    return {row.id: document_record(row) for row in _whole(policies.documents_for(actor)).filter(id__in=ids)}


def rows_by_id(*, actor: Actor, ids: Sequence[str]) -> dict[str, DocumentRow]:
    """Return list lines of those of the documents that the actor may see; one query."""
    return {row.id: document_row(row) for row in policies.documents_for(actor).filter(id__in=ids)}


def text_of(*, actor: Actor, document_id: str) -> str:
    """Return the whole text of a document, empty where there is none. Raises NotFound if it is hidden."""
    row = policies.document(actor, document_id)
    return text_in(row.text_blob_id)


def text_in(blob_id: str) -> str:
    """Return the text kept under a blob id, empty for none."""
    return storage.read_bytes(blob_id=blob_id).decode() if blob_id else NO_TEXT


def native_of(*, actor: Actor, document_id: str) -> Native:
    """Return the bytes of a document as received. Raises NotFound if it is hidden or no byte of it was kept.

    Reading is not recorded here: pages call ``actions.open_native``, which is.
    """
    row = policies.document(actor, document_id)
    if not row.native_blob_id:
        raise NotFound
    kept = storage.blob(blob_id=row.native_blob_id)
    return Native(
        name=row.name,
        media_type=row.media_type,
        size=kept.size,
        sha256=kept.sha256,
        pieces=storage.open_stream(blob_id=row.native_blob_id),
    )


def family_of(*, actor: Actor, document_id: str) -> list[DocumentRecord]:
    """Return the family of a document in order, its head first. Raises NotFound if it is hidden."""
    row = policies.document(actor, document_id)
    rows = _whole(policies.documents_for(actor)).filter(family_id=row.family_id).order_by("sequence")
    return [document_record(member) for member in rows]


def neighbours(*, actor: Actor, document_id: str) -> tuple[str | None, str | None]:
    """Return the ids of the documents before and after one in order of number; two queries."""
    row = policies.document(actor, document_id)
    visible = policies.documents_for(actor).filter(matter_id=row.matter_id)
    before = visible.filter(sequence__lt=row.sequence).order_by("-sequence").values_list("id", flat=True).first()
    after = visible.filter(sequence__gt=row.sequence).order_by("sequence").values_list("id", flat=True).first()
    return before, after


def repairs_of(*, actor: Actor, document_id: str | None = None, matter_id: str | None = None) -> list[RepairRecord]:
    """Return repairs of a document or matter, newest first."""
    rows = policies.repairs_for(actor).select_related("document").order_by("-at", "-id")
    if document_id is not None:
        rows = rows.filter(document_id=document_id)
    if matter_id is not None:
        rows = rows.filter(matter_id=matter_id)
    return [repair_record(row) for row in rows[:MOST_ROWS]]


def saved_views(*, actor: Actor, matter_id: str) -> list[SavedViewRecord]:
    """Return the saved views the actor may use, own ones first."""
    rows = policies.saved_views_for(actor).filter(matter_id=matter_id).order_by("created_at")
    views = [SavedViewRecord(row.id, row.name, row.query, row.shared, row.owner == actor.user_id) for row in rows]
    return sorted(views, key=lambda view: not view.own)


def collection_record(row: Collection) -> CollectionRecord:
    """Return the plain record of a collection."""
    return CollectionRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        number=row.number,
        name=row.name,
        source_label=row.source_label,
        state=row.state,
        time_zone=row.time_zone,
        created_by=row.created_by_label,
        created_at=row.created_at,
        closed_at=row.closed_at,
        processed_at=row.processed_at,
        source_id=row.source_id,
    )


def document_row(row: Document) -> DocumentRow:
    """Return the list line of a document."""
    return DocumentRow(
        id=row.id,
        control_number=row.control_number,
        name=row.name,
        title=row.title,
        author=row.author,
        kind=row.kind,
        status=row.status,
        exception=row.exception,
        size=row.size,
        custodian=row.custodian,
        language=row.language,
        sort_date=row.sort_date,
        attachments=row.attachments,
        copies=row.copies,
        duplicate_of=row.duplicate_of_id,
        family_id=row.family_id,
        parent_id=row.parent_id,
        matter_id=row.matter_id,
        sequence=row.sequence,
        pages=row.pages,
        held=row.held,
        accepted=row.accepted,
        set_aside=row.set_aside,
        near_group=row.near_group,
        near_similarity=row.near_similarity,
        thread=row.thread,
        inclusive=row.inclusive,
    )


def document_record(row: Document) -> DocumentRecord:
    """Return the plain record of a document loaded with its detail and collection."""
    detail = row.detail
    return DocumentRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        collection_id=row.collection_id,
        input_file_id=row.input_file_id,
        item_key=row.item_key,
        sequence=row.sequence,
        control_number=row.control_number,
        parent_id=row.parent_id,
        family_id=row.family_id,
        position=row.position,
        path=detail.path,
        name=row.name,
        title=row.title,
        author=row.author,
        people=detail.people,
        kind=row.kind,
        media_type=row.media_type,
        status=row.status,
        exception=row.exception,
        exception_detail=detail.exception_detail,
        size=row.size,
        sha256=row.sha256,
        md5=row.md5,
        custodian=row.custodian,
        all_custodians=tuple(detail.all_custodians or ([row.custodian] if row.custodian else [])),
        all_paths=tuple(detail.all_paths or [detail.path]),
        language=row.language,
        sort_date=row.sort_date,
        time_zone=row.collection.time_zone,
        attachments=row.attachments,
        copies=row.copies,
        duplicate_of=row.duplicate_of_id,
        pages=row.pages,
        has_native=bool(row.native_blob_id),
        has_text=bool(row.text_blob_id),
        text_length=row.text_length,
        recognised=row.recognised,
        held=row.held,
        accepted=row.accepted,
        set_aside=row.set_aside,
        metadata=detail.metadata,
    )


def repair_record(row: Repair) -> RepairRecord:
    """Return the plain record of a repair loaded with its document."""
    return RepairRecord(
        id=row.id,
        document_id=row.document_id,
        control_number=row.document.control_number,
        kind=row.kind,
        state=row.state,
        given_name=row.given_name,
        exception_before=row.exception_before,
        exception_after=row.exception_after,
        found=row.found,
        note=row.note,
        by_label=row.by_label,
        at=row.at,
        done_at=row.done_at,
    )


def _whole(rows: QuerySet[Document]) -> QuerySet[Document]:
    return rows.select_related("detail", "collection")
