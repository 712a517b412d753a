"""Machine interface of the documents room."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from chancery.apps.documents import actions, queries
from chancery.apps.documents.names import uploaded_path
from chancery.platform.access.values import Actor

router = Router(tags=["documents"])


class RowOut(Schema):
    """One document of a list."""

    id: str
    control_number: str
    name: str
    title: str
    author: str
    kind: str
    status: str
    exception: str
    size: int
    custodian: str
    language: str
    sort_date: datetime | None
    parent_id: str | None
    family_id: str
    duplicate_of: str | None


class PageOut(Schema):
    """One page of a list; give ``next_cursor`` as ``after`` for the next one."""

    documents: list[RowOut]
    total: int
    total_exact: bool
    next_cursor: str


class DocumentOut(RowOut):
    """One document."""

    path: str
    all_paths: list[str]
    all_custodians: list[str]
    media_type: str
    sha256: str
    md5: str
    exception_detail: str
    text_length: int
    metadata: dict[str, Any]


class AccountingOut(Schema):
    """What became of every file; ``adds_up`` is false while a sum does not hold or a file waits."""

    input_files: int
    input_bytes: int
    waiting_files: int
    documents: int
    items: int
    containers: int
    exceptions: int
    duplicates: int
    by_exception: dict[str, int]
    by_kind: dict[str, int]
    adds_up: bool


class CollectionIn(Schema):
    """A collection to open. time_zone: IANA name."""

    name: str
    source_label: str = ""
    time_zone: str = "UTC"


class IdOut(Schema):
    """The id of what was made."""

    id: str


class ReceiptOut(Schema):
    """A file that is hashed, encrypted and on disk."""

    id: str
    path: str
    size: int
    sha256: str
    md5: str


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


@router.get("/matters/{matter_id}/documents", response=PageOut, summary="List the documents of a matter")
def list_documents(
    request: HttpRequest,
    matter_id: str,
    q: str = "",
    kind: str = "",
    status: str = "",
    code: str = "",
    custodian: str = "",
    sort: str = "number",
    after: str = "",
    limit: int = 100,
) -> dict[str, Any]:
    """Return one page; sort by number, date, name, title, author, kind, custodian or size, minus for descending."""
    page = queries.document_page(
        actor=_actor(request),
        matter_id=matter_id,
        words=q,
        filters={"kind": kind, "status": status, "code": code, "custodian": custodian},
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        after=after,
        size=max(1, min(limit, 500)),
    )
    return {
        "documents": page.rows,
        "total": page.total,
        "total_exact": page.total_exact,
        "next_cursor": page.next_cursor,
    }


@router.get("/documents/{document_id}", response=DocumentOut, summary="Get one document")
def get_document(request: HttpRequest, document_id: str) -> queries.DocumentRecord:
    """Return one document; opening it is recorded."""
    actions.note_view(actor=_actor(request), document_id=document_id, at=timezone.now())
    return queries.document(actor=_actor(request), document_id=document_id)


@router.get("/documents/{document_id}/text", response=dict[str, str], summary="Get the text of a document")
def get_text(request: HttpRequest, document_id: str) -> dict[str, str]:
    """Return the whole text; opening it is recorded."""
    actions.note_view(actor=_actor(request), document_id=document_id, at=timezone.now())
    return {"text": queries.text_of(actor=_actor(request), document_id=document_id)}


@router.get("/matters/{matter_id}/accounting", response=AccountingOut, summary="Get the accounting of a matter")
def get_accounting(request: HttpRequest, matter_id: str) -> queries.Accounting:
    """Return what became of every file and byte."""
    return queries.collection_accounting(actor=_actor(request), matter_id=matter_id)


@router.post("/matters/{matter_id}/collections", response=IdOut, summary="Open a collection")
def post_collection(request: HttpRequest, matter_id: str, body: CollectionIn) -> dict[str, str]:
    """Open a collection that files can be sent to."""
    collection_id = actions.open_collection(
        actor=_actor(request),
        matter_id=matter_id,
        name=body.name,
        source_label=body.source_label,
        time_zone=body.time_zone,
        at=timezone.now(),
    )
    return {"id": collection_id}


@router.post("/collections/{collection_id}/files", response=ReceiptOut, summary="Send a file")
def post_file(
    request: HttpRequest,
    collection_id: str,
    file: File[UploadedFile],
    path: Form[str] = "",
    custodian: Form[str] = "",
) -> actions.InputFileRecord:
    """Receive one file; the answer is given when it is on disk. Sending it again returns the same receipt."""
    folder = actions.make_scratch("upload")
    try:
        location = folder / "file"
        if isinstance(file, TemporaryUploadedFile):
            location = Path(file.temporary_file_path())
        else:
            with location.open("wb") as stream:
                for piece in file.chunks():
                    stream.write(piece)
        return actions.receive_file(
            actor=_actor(request),
            collection_id=collection_id,
            path=uploaded_path(path or str(file.name)),
            source=location,
            at=timezone.now(),
            custodian=custodian[:200],
            given_name=path or str(file.name),
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@router.post("/collections/{collection_id}/close", response=IdOut, summary="Close and process a collection")
def post_close(request: HttpRequest, collection_id: str) -> dict[str, str]:
    """Close a collection; returns the id of the processing job."""
    return {"id": actions.close_collection(actor=_actor(request), collection_id=collection_id, at=timezone.now())}
