"""Reads of productions, as plain records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext_noop

from chancery.apps.documents.queries import DocumentRecord, documents_by_id
from chancery.apps.production import policies
from chancery.apps.production.logs import privilege_log_csv, write_privilege_log
from chancery.apps.production.models import DownloadLink, ProducedDocument, Production, VolumeFile
from chancery.apps.production.previews import expected_numbers, pages_to_come
from chancery.engines.pages.values import IMAGED_KINDS
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor

__all__ = ["privilege_log_csv", "write_privilege_log"]

# The checks of a production in words; a number stands in ``%(count)s``.
CHECK_TEXTS = {
    "chosen": gettext_noop("Documents in the volume: %(count)s."),
    "families_whole": gettext_noop("Families that stand whole and contiguous: %(count)s."),
    "copies_rolled_up": gettext_noop("Exact copies rolled up into the copy that is produced: %(count)s."),
    "withheld": gettext_noop("Documents withheld as privileged: %(count)s."),
    "second_look_missing": gettext_noop("The second look was not drawn."),
    "second_look_open": gettext_noop("Documents that wait for the second look: %(count)s."),
    "second_look_waived": gettext_noop("The second look was waived by an attorney."),
    "overturns_open": gettext_noop("Differences between the looks that are not settled: %(count)s."),
    "redaction_pending": gettext_noop("Documents marked for redaction: %(count)s."),
    "privilege_undescribed": gettext_noop("Withheld documents without a description: %(count)s."),
    "uncoded_in_families": gettext_noop(
        "Documents that leave with their family without a decision of their own: %(count)s."
    ),
    "exceptions_outside": gettext_noop("Exceptions that stay outside the volume: %(count)s."),
}
# The same where there is nothing to count.
NOTHING_TEXTS = {
    "copies_rolled_up": gettext_noop("There is no exact copy to roll up."),
    "withheld": gettext_noop("No document is withheld as privileged."),
    "second_look_missing": gettext_noop("The second look was drawn."),
    "second_look_open": gettext_noop("No document waits for the second look."),
    "second_look_waived": gettext_noop("The second look was not waived."),
    "overturns_open": gettext_noop("No difference between the looks is unsettled."),
    "redaction_pending": gettext_noop("No document is marked for redaction."),
    "privilege_undescribed": gettext_noop("Every withheld document is described."),
    "uncoded_in_families": gettext_noop("Every document has a decision of its own."),
    "exceptions_outside": gettext_noop("No exception stays outside the volume."),
}


def check_sentence(*, key: str, count: int) -> str:
    """Return the English sentence of a check; the page translates it and fills in the number."""
    return NOTHING_TEXTS.get(key) or CHECK_TEXTS.get(key, key) if not count else CHECK_TEXTS.get(key, key)


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """A check with its sentence; state is ok, warning or blocked."""

    key: str
    state: str
    count: int
    sentence: str


@dataclass(frozen=True, slots=True)
class ProductionRecord:
    """A production as pages and the interface see it."""

    id: str
    tenant_id: str
    matter_id: str
    volume: str
    prefix: str
    first_number: int
    width: int
    confidentiality: str
    state: str
    state_name: str
    release_hash: str
    checks: tuple[CheckRecord, ...]
    documents: int
    withheld: int
    families: int
    copies_rolled_up: int
    pages: int
    first: str
    last: str
    message: str
    checklist_id: str
    sign_off_id: str
    prepared_by: str
    prepared_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A document's line in a production. begin, end: its numbers; pages: None while they are not known.

    family_head: the parent of its family. people: senders and recipients as the index holds them.
    """

    document_id: str
    position: int
    number: str
    name: str
    begin: str
    end: str
    pages: int | None
    withheld: bool
    in_volume: bool
    privilege: str
    description: str
    family_head: bool
    kind: str
    language: str
    date: datetime | None
    author: str
    people: str
    custodian: str


@dataclass(frozen=True, slots=True)
class ExpectedPages:
    """Pages a volume will have. unknown: documents whose page images are not made yet."""

    pages: int
    unknown: int


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of a written volume."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """A download link; its secret is not kept."""

    id: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    uses: int
    over: bool


def production_record(row: Production) -> ProductionRecord:
    """Return the plain record of a row loaded with whoever prepared it."""
    counts: dict[str, Any] = row.counts
    return ProductionRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        volume=row.volume,
        prefix=row.prefix,
        first_number=row.first_number,
        width=row.width,
        confidentiality=row.confidentiality,
        state=row.state,
        state_name=str(Production.State(row.state).label),
        release_hash=row.release_hash,
        checks=tuple(
            CheckRecord(item["key"], item["state"], item["count"], check_sentence(key=item["key"], count=item["count"]))
            for item in row.checks
        ),
        documents=counts.get("documents", 0),
        withheld=counts.get("withheld", 0),
        families=counts.get("families", 0),
        copies_rolled_up=counts.get("copies_rolled_up", 0),
        pages=counts.get("pages", 0),
        first=counts.get("first", ""),
        last=counts.get("last", ""),
        message=row.message,
        checklist_id=row.checklist_id,
        sign_off_id=row.sign_off_id,
        prepared_by=row.prepared_by.shown_name(),
        prepared_at=row.prepared_at,
        delivered_at=row.delivered_at,
    )


def productions_of(*, actor: Actor, matter_id: str) -> list[ProductionRecord]:
    """Return the productions of a matter, newest first."""
    found = policies.productions_for(actor).filter(matter_id=matter_id).select_related("prepared_by")
    return [production_record(row) for row in found.order_by("-prepared_at", "-id")]


def production(*, actor: Actor, production_id: str) -> ProductionRecord:
    """Return one production; raises NotFound."""
    found = policies.productions_for(actor).select_related("prepared_by").filter(id=production_id).first()
    if found is None:
        raise NotFound
    return production_record(found)


def delivered_production(*, production_id: str) -> ProductionRecord:
    """Return a production for the room that bills it; raises NotFound."""
    found = Production.objects.select_related("prepared_by").filter(id=production_id).first()
    if found is None:
        raise NotFound
    return production_record(found)


def productions_found(*, actor: Actor, matter_id: str, text: str = "", state: str = "") -> QuerySet[Production]:
    """Return the visible productions of a matter, filtered, loaded for ``production_record``; the page slices it."""
    found = policies.productions_for(actor).filter(matter_id=matter_id).select_related("prepared_by")
    if text:
        found = found.filter(Q(volume__icontains=text) | Q(prefix__icontains=text) | Q(release_hash__startswith=text))
    return found.filter(state=state) if state else found


def places_found(*, actor: Actor, production_id: str, withheld: bool = False) -> QuerySet[ProducedDocument]:
    """Return the documents of a visible production, or its privilege log alone; the page slices it."""
    record = production(actor=actor, production_id=production_id)
    found = ProducedDocument.objects.filter(production_id=record.id)
    return found.filter(withheld=True) if withheld else found


def place_records(
    *, actor: Actor, rows: Sequence[ProducedDocument], preview_of: ProductionRecord | None = None
) -> list[PlaceRecord]:
    """Return plain records of rows with their documents; one query.

    preview_of: the production whose first documents these are; its numbers to come are worked out.
    """
    documents = documents_by_id(actor=actor, ids=[row.document_id for row in rows])
    known = [row for row in rows if row.document_id in documents]
    numbers = [(row.begin, row.end) for row in known]
    if preview_of is not None and len(known) == len(rows):
        pages = [_pages(row, documents[row.document_id]) for row in known]
        numbers = expected_numbers(
            prefix=preview_of.prefix, first=preview_of.first_number, width=preview_of.width, pages=pages
        )
    return [_place(row, documents[row.document_id], number) for row, number in zip(known, numbers, strict=True)]


def _pages(row: ProducedDocument, document: DocumentRecord) -> int | None:
    return pages_to_come(withheld=row.withheld, kind=document.kind, pages=document.pages)


def _place(row: ProducedDocument, document: DocumentRecord, number: tuple[str, str]) -> PlaceRecord:
    return PlaceRecord(
        document_id=row.document_id,
        position=row.position,
        number=document.control_number,
        name=document.title or document.name,
        begin=number[0],
        end=number[1],
        pages=row.pages if row.pages is not None else _pages(row, document),
        withheld=row.withheld,
        in_volume=row.in_volume,
        privilege=row.privilege,
        description=row.description,
        family_head=row.document_id == row.family_key,
        kind=document.kind,
        language=document.language,
        date=document.sort_date,
        author=document.author,
        people=document.people,
        custodian=document.custodian,
    )


def first_places(*, actor: Actor, production_id: str, limit: int = 20) -> list[PlaceRecord]:
    """Return the first documents of a volume with their numbers, or those to come while it is not written."""
    record = production(actor=actor, production_id=production_id)
    found = ProducedDocument.objects.filter(production_id=record.id, in_volume=True).order_by("position")
    return place_records(actor=actor, rows=list(found[:limit]), preview_of=None if record.first else record)


def expected_pages(*, actor: Actor, production_id: str) -> ExpectedPages:
    """Return how many pages a volume will have as far as they are known; one query of sums."""
    record = production(actor=actor, production_id=production_id)
    imaged = Q(withheld=False, document__kind__in=IMAGED_KINDS)
    each = Case(When(imaged & ~Q(document__pages=0), then=F("document__pages")), default=Value(1))
    sums = ProducedDocument.objects.filter(production_id=record.id, in_volume=True).aggregate(
        known=Sum(each, output_field=IntegerField()), open=Count("id", filter=imaged & Q(document__pages=None))
    )
    return ExpectedPages(pages=sums["known"] or 0, unknown=sums["open"])


def volume_size(*, actor: Actor, production_id: str) -> tuple[int, int]:
    """Return (files, bytes) of a written volume."""
    record = production(actor=actor, production_id=production_id)
    sums = VolumeFile.objects.filter(production_id=record.id).aggregate(n=Count("id"), size=Sum("size"))
    return sums["n"], sums["size"] or 0


def files_of(*, actor: Actor, production_id: str, limit: int = 200, after: str = "") -> list[FileRecord]:
    """Return files of a written volume in the order of their paths, from the one after a path."""
    record = production(actor=actor, production_id=production_id)
    found = VolumeFile.objects.filter(production_id=record.id, path__gt=after).order_by("path")
    return [FileRecord(row.path, row.size, row.sha256) for row in found[:limit]]


def links_of(*, actor: Actor, production_id: str, at: datetime) -> list[LinkRecord]:
    """Return the links to a volume, newest first."""
    record = production(actor=actor, production_id=production_id)
    found = DownloadLink.objects.filter(production_id=record.id).select_related("created_by").order_by("-created_at")
    return [
        LinkRecord(
            id=row.id,
            created_by=row.created_by.shown_name(),
            created_at=row.created_at,
            expires_at=row.expires_at,
            uses=row.uses,
            over=row.expires_at <= at,
        )
        for row in found[:50]
    ]


def standing_production(*, actor: Actor, matter_id: str) -> ProductionRecord | None:
    """Return the production of a matter that is prepared or waits for its sign-off, if there is one."""
    found = policies.productions_for(actor).filter(
        matter_id=matter_id, state__in=[Production.State.PREPARED, Production.State.AWAITING]
    )
    row = found.select_related("prepared_by").order_by("-prepared_at").first()
    return production_record(row) if row else None
