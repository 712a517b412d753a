"""Page images: made once, in a process with limits, and kept beside the document as an encrypted PDF."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from chancery.apps.documents import policies
from chancery.apps.documents.laying_out import scratch_folder
from chancery.apps.documents.models import Collection, Document
from chancery.apps.documents.reading import text_in
from chancery.engines.pages.imaging import to_pdf
from chancery.engines.pages.isolation import Child, Task, children
from chancery.engines.pages.render import Word, page_image, page_words
from chancery.engines.pages.values import IMAGED_KINDS, ImagingRefused, Printable
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor
from chancery.platform.jobs.actions import enqueue
from chancery.platform.storage.actions import put_file
from chancery.platform.storage.queries import copy_to

Advance = Callable[[int, int], None]
SECONDS = 30.0
"""Processor time for the pages of one document."""
_TRIED_IN_VAIN = 0
_HEADER = (
    ("From", "from"),
    ("To", "to"),
    ("Cc", "cc"),
    ("Bcc", "bcc"),
    ("Date", "date_header"),
    ("Subject", "subject"),
)
_child = Child(seconds=SECONDS)
_child_lock = threading.Lock()


def make_pages(*, document_id: str) -> int:
    """Make the page images of a document unless they are there; returns the number of pages, 0 for none.

    System-side: callers have checked who asks. A document of a kind without page images, or one that cannot be
    imaged, has 0 pages: it is shown as text and native.
    """
    row = Document.objects.select_related("detail").get(id=document_id)
    if row.pages is not None and (row.image_blob_id or row.pages == _TRIED_IN_VAIN):
        return row.pages
    with scratch_folder("pages") as folder:
        task = _task(row, folder)
        outcome = _in_child(task) if task is not None else _TRIED_IN_VAIN
        return _keep(row, folder / "pages.pdf", outcome)


def make_collection_pages(*, actor: Actor, collection_id: str, advance: Advance, workers: int = 2) -> None:
    """Make the page images of every document of a collection that has none yet; copies are left to their master."""
    policies.collection(actor, collection_id)
    waiting = list(_without_pages(collection_id).values_list("id", flat=True))
    with children(workers=workers, seconds=SECONDS) as pool:
        for start in range(0, len(waiting), 16):
            advance(start, len(waiting))
            _make_some(waiting[start : start + 16], pool.results)
    advance(len(waiting), len(waiting))


def ask_for_pages(at: datetime) -> None:
    """Have page images made for processed collections that lack them; called every minute by the worker."""
    lacking = Document.objects.filter(_lacking(), collection_id=OuterRef("id"))
    processed = Collection.objects.filter(Exists(lacking), state=Collection.State.PROCESSED)
    for collection_id in list(processed.values_list("id", flat=True)[:5]):
        row = Collection.objects.get(id=collection_id)
        enqueue(
            name="documents.image",
            tenant_id=row.tenant_id,
            matter_id=row.matter_id,
            payload={"collection_id": row.id},
            actor=_nobody(row.tenant_id),
            at=at,
            idempotency_key=f"documents.image:{row.id}:{_latest(row.id)}",
        )


def _latest(collection_id: str) -> str:
    """Return what tells one round of images from the next: the newest document without any."""
    return str(_without_pages(collection_id).order_by("-sequence").values_list("id", flat=True).first())


def page_count(*, actor: Actor, document_id: str) -> int:
    """Return the number of page images of a visible document, made now if need be; 0 where there are none."""
    row = policies.document(actor, document_id)
    return make_pages(document_id=row.id)


def page_picture(*, actor: Actor, document_id: str, page: int, dpi: int = 110) -> bytes:
    """Return one page (from 1) of a visible document as a WebP or PNG picture. Raises NotFound where there is none."""
    return bytes(_of_page(actor, document_id, page, page_image, {"dpi": max(20, min(dpi, 200))}))


def words_of_page(*, actor: Actor, document_id: str, page: int) -> list[Word]:
    """Return the words of one page (from 1) with their boxes as fractions of the page."""
    return list(_of_page(actor, document_id, page, page_words, {}))


def page_pdf(*, actor: Actor, document_id: str, out: Path) -> int:
    """Write the page images of a visible document as PDF; returns the pages. NotFound where there are none."""
    pages = page_count(actor=actor, document_id=document_id)
    row = policies.document(actor, document_id)
    if not row.image_blob_id:
        raise NotFound
    copy_to(blob_id=row.image_blob_id, path=out)
    return pages


def _of_page(actor: Actor, document_id: str, page: int, function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    pages = page_count(actor=actor, document_id=document_id)
    blob_id = policies.document(actor, document_id).image_blob_id
    if not blob_id or not 1 <= page <= pages:
        raise NotFound
    with scratch_folder("page") as folder:
        location = folder / "pages.pdf"
        copy_to(blob_id=blob_id, path=location)
        result = _in_child(Task(function, {"pdf": location, "page": page, **arguments}))
    if isinstance(result, ImagingRefused):
        raise NotFound
    return result


def _make_some(ids: Sequence[str], results: Callable[..., Any]) -> None:
    with scratch_folder("pages") as folder:
        tasks: list[Task] = []
        rows: list[tuple[Document, Path]] = []
        for row in Document.objects.select_related("detail").filter(id__in=ids):
            own = folder / row.id
            own.mkdir()
            task = _task(row, own)
            if task is None:
                _keep(row, own / "pages.pdf", _TRIED_IN_VAIN)
            else:
                tasks.append(task)
                rows.append((row, own / "pages.pdf"))
        for (row, location), outcome in zip(rows, results(tasks=tasks), strict=True):
            _keep(row, location, outcome)


def _without_pages(collection_id: str) -> QuerySet[Document]:
    return Document.objects.filter(_lacking(), collection_id=collection_id).order_by("sequence")


def _lacking() -> Q:
    return Q(pages=None, duplicate_of=None, kind__in=IMAGED_KINDS, status=Document.Status.ITEM)


def _task(row: Document, folder: Path) -> Task | None:
    """Return the work that makes the pages of a document, None for kinds that have none."""
    if row.kind not in IMAGED_KINDS or not (row.native_blob_id or row.text_blob_id):
        return None
    native = None
    if row.kind in ("pdf", "image", "html") and row.native_blob_id:
        native = folder / "native"
        copy_to(blob_id=row.native_blob_id, path=native)
    if row.kind in ("pdf", "image") and native is None:
        return None
    metadata = row.detail.metadata
    header = tuple((label, _shown(metadata.get(name))) for label, name in _HEADER if metadata.get(name))
    printable = Printable(
        kind=row.kind,  # type: ignore[arg-type]
        title="" if row.kind == "mail" else row.title,
        header=header if row.kind == "mail" else (),
        text=text_in(row.text_blob_id) or None,
        native=native,
    )
    return Task(to_pdf, {"printable": printable, "out": folder / "pages.pdf"})


def _shown(value: Any) -> str:
    return "; ".join(str(each) for each in value) if isinstance(value, list | tuple) else str(value)


def _keep(row: Document, location: Path, outcome: int | ImagingRefused) -> int:
    pages = _TRIED_IN_VAIN if isinstance(outcome, ImagingRefused) else outcome
    blob_id = ""
    if pages:
        blob_id = put_file(tenant_id=row.tenant_id, matter_id=row.matter_id, path=location).id
    same_bytes = Document.objects.filter(id=row.id, native_blob_id=row.native_blob_id)
    same_bytes.update(pages=pages, image_blob_id=blob_id)
    return pages


def _in_child(task: Task) -> Any:
    """Run one task in the limited process that this process keeps; what was refused comes back as a value."""
    with _child_lock:
        try:
            return _child.call(task=task)
        except ImagingRefused as refusal:
            return refusal


def _nobody(tenant_id: str) -> Actor:
    return Actor("", "Chancery", frozenset(), frozenset({tenant_id}), provider=False, system=True)
