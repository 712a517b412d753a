"""Reading scanned pages: pictures of text become searchable text, with the confidence of the reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from chancery.apps.documents import policies, tallies
from chancery.apps.documents.events import TextRecognised
from chancery.apps.documents.laying_out import scratch_folder
from chancery.apps.documents.models import Document, DocumentDetail
from chancery.apps.documents.reading import text_in
from chancery.apps.documents.relating import ask_for_relations
from chancery.apps.documents.scans import keep_lines
from chancery.engines.pages.availability import available
from chancery.engines.pages.isolation import Children, Task, children
from chancery.engines.pages.values import ImagingRefused, Printable
from chancery.engines.text.language import language_of
from chancery.engines.text.normalise import clean
from chancery.foundation.errors import Fault
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce
from chancery.platform.storage.actions import put_bytes
from chancery.platform.storage.queries import copy_to

Advance = Callable[[int, int], None]
DPI = 200
SECONDS = 600.0
MEMORY_BYTES = 4 * 1024**3
"""What reading one document may cost: processor time, address space."""
PART = 16
"""Documents laid out for the readers at a time."""
READ_KINDS = ("pdf", "image")
SMALLEST_SIDE = 150
"""Pixels; smaller pictures are icons and rules, not pages."""
_SILENT = gettext_noop("The pages are pictures and no text could be read from them.")
_ABSENT = gettext_noop("The pages are pictures; text recognition is not installed.")


def recognise_collection(*, actor: Actor, collection_id: str, at: datetime, advance: Advance, workers: int = 1) -> None:
    """Read every scanned document of a collection that has no text yet; each is entered when it is read.

    Where no reader is installed, or a scan holds no text, the document keeps its pages and is coded ``no_text``:
    it is never silently empty. workers: processes that read at the same time; identical files are read once.
    """
    collection = policies.collection(actor, collection_id)
    scanned = Document.objects.filter(collection_id=collection_id, needs_recognition=True)
    waiting = list(scanned.order_by("sequence").select_related("detail"))
    done = 0
    advance(done, len(waiting))
    by_bytes: dict[str, list[Document]] = {}
    for document in waiting:
        by_bytes.setdefault(document.sha256, []).append(document)
    heads = [copies[0] for copies in by_bytes.values()]
    with children(workers=workers, seconds=SECONDS, memory_bytes=MEMORY_BYTES) as pool:
        for start in range(0, len(heads), PART):
            part = heads[start : start + PART]
            for head, found in zip(part, _read(part, pool), strict=True):
                for document in by_bytes[head.sha256]:
                    _settle(actor, document, found, at)
                    done += 1
                advance(done, len(waiting))
    tallies.refresh(collection_id=collection_id)
    advance(len(waiting), len(waiting))
    if waiting:
        ids = [document.id for document in waiting]
        with transaction.atomic():
            announce(
                TextRecognised(tenant_id=collection.tenant_id, matter_id=collection.matter_id, document_ids=ids), at=at
            )
            place = {"tenant_id": collection.tenant_id, "matter_id": collection.matter_id}
            ask_for_relations(actor=actor, **place, key=f"{collection_id}:recognised", at=at)


def _settle(actor: Actor, document: Document, found: Any, at: datetime) -> None:
    """Enter what the reading gave, or say why the document stays without text."""
    if not available():
        _leave_silent(actor, document, _ABSENT, at)
    elif found is None or not found.text.strip():
        _leave_silent(actor, document, _SILENT, at)
    else:
        _enter_text(actor, document, found, at)


def _worth_reading(document: Document) -> bool:
    """Say whether a document may hold readable words: a PDF, or a picture larger than an icon."""
    if document.kind not in READ_KINDS or not document.native_blob_id:
        return False
    sides = [document.detail.metadata.get(name) for name in ("width", "height")]
    return document.kind == "pdf" or all(not isinstance(side, int) or side >= SMALLEST_SIDE for side in sides)


def recognise_scan(*, printable: Printable, pages: Path, dpi: int, threads: int) -> Any:
    """Stand for the reader of the pages engine, which is loaded in the child process only: it is heavy."""
    raise Fault(f"{printable.kind}, {pages}, {dpi}, {threads}: text is recognised in a child process")


recognise_scan.__module__ = "chancery.engines.pages.recognition"


def _read(part: Sequence[Document], pool: Children) -> Iterator[Any]:
    """Yield the recognised text of each scan, None where its pages cannot be made or read."""
    worth = [document for document in part if available() and _worth_reading(document)]
    with scratch_folder("recognise") as folder:
        tasks = []
        for number, document in enumerate(worth):
            native = folder / f"{number}.native"
            copy_to(blob_id=document.native_blob_id, path=native)
            printable = Printable(kind="pdf" if document.kind == "pdf" else "image", native=native)
            call = {"printable": printable, "pages": folder / f"{number}.pdf", "dpi": DPI, "threads": 1}
            tasks.append(Task(recognise_scan, call))
        found = pool.results(tasks=tasks)
        for document in part:
            result = next(found) if document in worth else None
            yield None if isinstance(result, ImagingRefused) else result


@transaction.atomic
def _enter_text(actor: Actor, document: Document, read: Any, at: datetime) -> None:
    """Enter recognised text beside what little the file itself said, with how sure the reading is."""
    own = text_in(document.text_blob_id)
    text = clean(text="\n\n".join(part for part in (own, read.text) if part.strip()))
    blob = put_bytes(tenant_id=document.tenant_id, matter_id=document.matter_id, data=text.encode())
    code = "" if document.exception == "no_text" else document.exception
    Document.objects.filter(id=document.id).update(
        text_blob_id=blob.id,
        text_length=len(text),
        language=(language_of(text=text[:20_000]) or "")[:8],
        needs_recognition=False,
        recognised=True,
        exception=code,
        status=Document.Status.ITEM,
    )
    confidence = {"pages": read.pages, "mean_confidence": round(read.mean_confidence, 3), "low_lines": read.low_lines}
    detail = document.detail
    detail.metadata = {**detail.metadata, "recognition": confidence}
    detail.exception_detail = detail.exception_detail if code else ""
    detail.save(update_fields=["metadata", "exception_detail"])
    keep_lines(document=document, layout=read.layout)
    _record(actor, document, "document.recognised", at, {**confidence, "characters": len(text), "sha256": blob.sha256})


@transaction.atomic
def _leave_silent(actor: Actor, document: Document, sentence: str, at: datetime) -> None:
    """Code a scan that gave no text; a picture without words is an item like any other and gets no code."""
    if document.kind == "image" and not document.exception and sentence is _SILENT:
        Document.objects.filter(id=document.id).update(needs_recognition=False)
        return
    code = document.exception or ("" if document.text_length else "no_text")
    Document.objects.filter(id=document.id).update(needs_recognition=False, exception=code)
    if code == "no_text":
        DocumentDetail.objects.filter(document_id=document.id).update(exception_detail=sentence)
    _record(actor, document, "document.recognition_failed", at, {"exception": code})


def _record(actor: Actor, document: Document, act: str, at: datetime, after: dict[str, Any]) -> None:
    record(
        tenant_id=document.tenant_id,
        actor=actor,
        act=act,
        object_type="document",
        object_id=document.id,
        matter_id=document.matter_id,
        label=document.control_number,
        at=at,
        after=after,
    )
