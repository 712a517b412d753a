"""Lines of scanned pages that were read with doubt: shown beside their picture, confirmed or corrected by a person."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from PIL import Image

from chancery.apps.documents import policies
from chancery.apps.documents.act_records import LineRecord
from chancery.apps.documents.events import TextRecognised
from chancery.apps.documents.imaging import page_picture
from chancery.apps.documents.models import Document, RecognisedLine
from chancery.apps.documents.reading import text_in
from chancery.engines.pages.recognised import LOW_CONFIDENCE, LOW_LETTER, RecognisedPage
from chancery.engines.text.normalise import clean
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce
from chancery.platform.storage.actions import put_bytes

GRID: Final = 10_000
DPI: Final = 150
MARGIN: Final = 0.012
"""Share of the page shown round a line."""
LONGEST: Final = 2_000
PAGES_HELD: Final = 4
"""Pages whose pictures are held in memory while a person goes through their lines."""
_drawn: dict[tuple[str, str, int], bytes] = {}
_drawing = threading.Lock()


def keep_lines(*, document: Document, layout: Iterable[RecognisedPage]) -> int:
    """Keep the doubtful lines of a document that was just read, in place of those of an earlier reading.

    Doubtful is a line below the confidence the reader calls low, or with one letter below that of letters. Returns
    how many there are.
    """
    RecognisedLine.objects.filter(document=document).delete()
    rows = [
        RecognisedLine(
            document=document,
            matter_id=document.matter_id,
            page=page.number,
            number=number,
            left=_grid(line.box[0]),
            top=_grid(line.box[1]),
            right=_grid(line.box[2]),
            bottom=_grid(line.box[3]),
            text=line.text[:LONGEST],
            confidence=round(line.confidence * 1000),
        )
        for page in layout
        for number, line in enumerate(page.lines)
        if line.text.strip() and (line.confidence < LOW_CONFIDENCE or line.least < LOW_LETTER)
    ]
    RecognisedLine.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def doubtful_lines(*, actor: Actor, matter_id: str, limit: int = 10) -> list[LineRecord]:
    """Return the lines that wait for a person, most doubtful first. Raises NotFound for a hidden matter."""
    policies.matter(actor, matter_id)
    rows = policies.lines_for(actor).filter(matter_id=matter_id, state=RecognisedLine.State.OPEN)
    return [_line_record(row) for row in rows.select_related("document").order_by("confidence", "id")[:limit]]


def line_counts(*, actor: Actor, matter_id: str) -> dict[str, int]:
    """Return how many lines are open, confirmed and corrected, and under ``documents`` the scans that were read.

    Raises NotFound for a hidden matter.
    """
    policies.matter(actor, matter_id)
    rows = policies.lines_for(actor).filter(matter_id=matter_id)
    counts = {state: rows.filter(state=state).count() for state in RecognisedLine.State.values}
    return {**counts, "documents": policies.documents_for(actor).filter(matter_id=matter_id, recognised=True).count()}


def line_picture(*, actor: Actor, line_id: str) -> bytes:
    """Return the piece of the page a line stands on, as PNG. Raises NotFound if it is hidden."""
    row = policies.lines_for(actor).select_related("document").filter(id=line_id).first()
    if row is None:
        raise NotFound
    page = _page_of(actor, row)
    with Image.open(io.BytesIO(page)) as picture:
        width, height = picture.size
        box = (
            max(0, int((row.left / GRID - MARGIN) * width)),
            max(0, int((row.top / GRID - MARGIN) * height)),
            min(width, int((row.right / GRID + MARGIN) * width) + 1),
            min(height, int((row.bottom / GRID + MARGIN) * height) + 1),
        )
        stream = io.BytesIO()
        picture.crop(box).convert("L").save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _page_of(actor: Actor, row: RecognisedLine) -> bytes:
    """Return the picture of a line's page; the lines of one page share it. Callers have checked who asks."""
    key = (row.document_id, row.document.image_blob_id, row.page)
    with _drawing:
        if key not in _drawn:
            _drawn[key] = page_picture(actor=actor, document_id=row.document_id, page=row.page, dpi=DPI)
            while len(_drawn) > PAGES_HELD:
                del _drawn[next(iter(_drawn))]
        return _drawn[key]


@transaction.atomic
def settle_lines(*, actor: Actor, matter_id: str, texts: Mapping[str, str], at: datetime) -> tuple[int, int]:
    """Confirm or correct lines: the text of each as a person reads it; returns how many of each.

    A corrected line replaces what was read in the document's text, which is searched by its new words. Empty: the
    line is no text. Lines settled before are left alone. Raises NotFound if any is hidden or of another matter.
    """
    policies.require_repairer(actor)
    policies.matter(actor, matter_id)
    rows = list(
        RecognisedLine.objects.select_for_update(of=("self",))
        .filter(id__in=policies.lines_for(actor).filter(matter_id=matter_id, id__in=list(texts)).values("id"))
        .select_related("document")
    )
    if len(rows) != len(texts):
        raise NotFound
    changed: dict[str, Document] = {}
    confirmed = corrected = 0
    for row in rows:
        if row.state != RecognisedLine.State.OPEN:
            continue
        said = " ".join(clean(text=texts[row.id]).split())[:LONGEST]
        right = said == " ".join(row.text.split())
        row.state = RecognisedLine.State.RIGHT if right else RecognisedLine.State.MENDED
        row.mended, row.by_label, row.at = said, actor.label, at
        row.save(update_fields=["state", "mended", "by_label", "at"])
        confirmed, corrected = confirmed + right, corrected + (not right)
        if not right:
            document = changed.get(row.document_id, row.document)
            _replace(document, row, said)
            changed[row.document_id] = document
            _record(actor, row, at)
    for document in changed.values():
        document.save(update_fields=["text_blob_id", "text_length"])
    if changed:
        one = next(iter(changed.values()))
        wanted = TextRecognised(tenant_id=one.tenant_id, matter_id=matter_id, document_ids=sorted(changed))
        announce(wanted, at=at)
    return confirmed, corrected


def _replace(document: Document, row: RecognisedLine, said: str) -> None:
    """Put the words in the place of those that were read: on the same page of the text where it has pages."""
    text = text_in(document.text_blob_id)
    pages = text.split("\f")
    place = row.page - 1 if len(pages) >= row.page and row.text in pages[row.page - 1] else -1
    if place >= 0:
        pages[place] = pages[place].replace(row.text, said, 1)
        fresh = "\f".join(pages)
    elif row.text in text:
        fresh = text.replace(row.text, said, 1)
    else:
        fresh = f"{text}\n{said}".strip()
    data = fresh.encode()
    document.text_blob_id = put_bytes(tenant_id=document.tenant_id, matter_id=document.matter_id, data=data).id
    document.text_length = len(fresh)


def _grid(share: float) -> int:
    return max(0, min(GRID, round(share * GRID)))


def _line_record(row: RecognisedLine) -> LineRecord:
    return LineRecord(
        id=row.id,
        document_id=row.document_id,
        control_number=row.document.control_number,
        language=row.document.language,
        page=row.page,
        text=row.text,
        confidence=row.confidence,
        state=row.state,
    )


def _record(actor: Actor, row: RecognisedLine, at: datetime) -> None:
    document = row.document
    record(
        tenant_id=document.tenant_id,
        actor=actor,
        act="document.line_mended",
        object_type="document",
        object_id=document.id,
        matter_id=document.matter_id,
        label=document.control_number,
        at=at,
        before={"text": row.text},
        after={"text": row.mended},
        detail={"page": row.page, "line": row.number, "confidence": row.confidence / 1000},
    )
