"""The work behind a line of an invoice: time as measured and corrected, decided documents, evidence, the volume."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from chancery.apps.documents.queries import CollectionRecord, collections, documents_by_id
from chancery.apps.production.queries import ProductionRecord, production
from chancery.apps.review.queries.sources import CodedDocument, coded_documents
from chancery.apps.spend.models import TimeEntry
from chancery.apps.spend.queries import InvoiceRecord, LineRecord
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor

PAGE = 100
# A correction of a correction of a correction: beyond this many nobody reads on.
DEEPEST = 50


@dataclass(frozen=True, slots=True)
class TimeStep:
    """One state of a time entry: as measured, or as corrected with its reason. seconds: what the desk measured."""

    id: str
    person: str
    day: date
    seconds: int
    hours: Decimal
    origin: str
    narrative: str
    reason: str
    written_at: datetime
    written_by: str


@dataclass(frozen=True, slots=True)
class BilledDocument:
    """A decision with the document it was made on."""

    decision: CodedDocument
    number: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class WorkBehind:
    """What a line stands for; only the part of its kind is filled. following: start of the next page, 0 for none."""

    kind: str
    total: int
    time: tuple[TimeStep, ...] = ()
    documents: tuple[BilledDocument, ...] = ()
    evidence: tuple[CollectionRecord, ...] = ()
    volume: ProductionRecord | None = None
    start: int = 0
    following: int = 0


def work_behind(*, actor: Actor, invoice: InvoiceRecord, line: LineRecord, start: int = 0) -> WorkBehind:
    """Return the work behind a line of an invoice the actor may see; start: the first of the decided documents."""
    total = len(line.sources)
    if line.source_kind == "time_entry":
        steps = [step for key in line.sources for step in _steps(invoice, key)]
        return WorkBehind("time", total, time=tuple(steps))
    if line.source_kind == "coding":
        return _decided(actor, line, max(start, 0))
    if line.source_kind == "collection":
        found = [item for item in collections(actor=actor, matter_id=invoice.matter_id) if item.id in line.sources]
        return WorkBehind("evidence", total, evidence=tuple(found))
    return WorkBehind("volume", total, volume=_volume(actor, line))


def _steps(invoice: InvoiceRecord, entry_id: str) -> list[TimeStep]:
    """Return an entry on the invoice and what it corrected, newest first: whoever may see the bill may see both."""
    steps: list[TimeStep] = []
    key: str | None = entry_id
    while key and len(steps) < DEEPEST:
        entry = (
            TimeEntry.objects.filter(id=key, matter_id=invoice.matter_id).select_related("user", "created_by").first()
        )
        if entry is None:
            break
        steps.append(_step(entry))
        key = entry.corrects_id
    return steps


def _step(entry: TimeEntry) -> TimeStep:
    return TimeStep(
        id=entry.id,
        person=entry.user.shown_name(),
        day=entry.day,
        seconds=entry.seconds,
        hours=entry.hours,
        origin=str(TimeEntry.Origin(entry.origin).label),
        narrative=entry.narrative,
        reason=entry.reason,
        written_at=entry.created_at,
        written_by=entry.created_by.shown_name() if entry.created_by else "",
    )


def history_of(*, matter_id: str, entry: TimeEntry) -> list[TimeStep]:
    """Return a time entry the actor was allowed to open with everything it corrected, newest first."""
    steps, current = [_step(entry)], entry
    while current.corrects_id and len(steps) < DEEPEST:
        current = TimeEntry.objects.select_related("user", "created_by").get(
            id=current.corrects_id, matter_id=matter_id
        )
        steps.append(_step(current))
    return steps


def _decided(actor: Actor, line: LineRecord, start: int) -> WorkBehind:
    keys = line.sources[start : start + PAGE]
    decided = coded_documents(actor=actor, coding_ids=keys)
    documents = documents_by_id(actor=actor, ids=[item.document_id for item in decided])
    shown = [
        BilledDocument(
            item,
            documents[item.document_id].control_number,
            documents[item.document_id].title or documents[item.document_id].name,
            documents[item.document_id].language,
        )
        for item in decided
        if item.document_id in documents
    ]
    following = start + PAGE if start + PAGE < len(line.sources) else 0
    return WorkBehind("documents", len(line.sources), documents=tuple(shown), start=start, following=following)


def _volume(actor: Actor, line: LineRecord) -> ProductionRecord | None:
    try:
        return production(actor=actor, production_id=line.sources[0]) if line.sources else None
    except NotFound:
        return None
