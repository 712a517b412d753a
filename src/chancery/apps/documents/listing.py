"""The list of documents: filters, order, pages; the same few queries whatever the matter's size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet, Sum

from chancery.apps.documents import policies
from chancery.apps.documents.models import Document, Tally
from chancery.apps.documents.records import DocumentPage, DocumentRow
from chancery.engines.retrieval.dates import FIRST_DAY, LAST_DAY, DateNotUnderstood, parse_range
from chancery.interface.tables.keyset import SortKey, count_up_to, page_of
from chancery.platform.access.values import Actor

SORTS: Final[Mapping[str, SortKey]] = {
    "number": SortKey("sequence"),
    "date": SortKey("sort_date", nullable=True),
    "name": SortKey("name"),
    "title": SortKey("title"),
    "author": SortKey("author"),
    "kind": SortKey("kind"),
    "custodian": SortKey("custodian"),
    "size": SortKey("size"),
}
FILTERS: Final = (
    "kind", "status", "code", "custodian", "language", "copies", "attachments", "date", "collection", "level",
)  # fmt: skip
COUNTED_UP_TO: Final = 1_000

_ROW_FIELDS = (
    "id", "control_number", "name", "title", "author", "kind", "status", "exception", "size", "custodian", "language",
    "sort_date", "attachments", "copies", "duplicate_of_id", "family_id", "parent_id", "matter_id",
    "sequence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """A value to filter by and how many documents have it."""

    value: str
    documents: int


def found(
    *, actor: Actor, matter_id: str, words: str = "", filters: Mapping[str, str] | None = None
) -> QuerySet[Document]:
    """Return the visible documents of a matter that pass the filters. Unknown values of a filter pass nothing."""
    rows = policies.documents_for(actor).filter(matter_id=matter_id)
    for name, value in (filters or {}).items():
        if name in FILTERS and value:
            rows = rows.filter(_condition(name, value))
    return _worded(rows, words)


def _worded(rows: QuerySet[Document], words: str) -> QuerySet[Document]:
    for word in words.split()[:8]:
        rows = rows.filter(
            Q(control_number__icontains=word)
            | Q(title__icontains=word)
            | Q(name__icontains=word)
            | Q(author__icontains=word)
        )
    return rows


def document_page(
    *,
    actor: Actor,
    matter_id: str,
    words: str = "",
    filters: Mapping[str, str] | None = None,
    sort: str = "number",
    descending: bool = False,
    after: str = "",
    before: str = "",
    size: int = 100,
) -> DocumentPage:
    """Return one page of the documents of a matter; three queries at most. Raises NotFound for a hidden matter.

    The total is exact up to 1,000 where filters are set, and always where none are.
    """
    policies.matter(actor, matter_id)
    rows = found(actor=actor, matter_id=matter_id, words=words, filters=filters)
    key = SORTS.get(sort, SORTS["number"])
    keys = [SortKey(key.field, descending, key.nullable)]
    if key.field != "sequence":
        keys.append(SortKey("sequence", descending))
    page = page_of(rows.values(*_ROW_FIELDS), sort=keys, after=after, before=before, size=size)
    narrowed = bool(words.strip()) or any((filters or {}).values())
    if narrowed:
        total, exact = count_up_to(rows, ceiling=COUNTED_UP_TO)
    else:
        total, exact = _tallied(matter_id), True
    return DocumentPage(
        rows=[_row(values) for values in page.rows],
        total=total,
        total_exact=exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
    )


def quick_matches(*, actor: Actor, words: str, matter_id: str | None = None, limit: int = 8) -> list[DocumentRow]:
    """Return visible documents whose number, subject, name or sender holds every word; for suggestions."""
    rows = policies.documents_for(actor)
    if matter_id is not None:
        rows = rows.filter(matter_id=matter_id)
    return [_row(values) for values in _worded(rows, words).order_by("-sequence").values(*_ROW_FIELDS)[:limit]]


def choices(*, actor: Actor, matter_id: str, field: str, limit: int = 60) -> list[Counted]:
    """Return the values a filter offers with their counts, most frequent first; one query."""
    if not policies.collections_for(actor).filter(matter_id=matter_id).exists():
        return []
    rows = Tally.objects.filter(matter_id=matter_id, field=field).exclude(value="").values("value")
    ordered = rows.annotate(total=Sum("documents")).order_by("-total", "value")[:limit]
    return [Counted(row["value"], row["total"]) for row in ordered]


def all_choices(*, actor: Actor, matter_id: str, limit: int = 60) -> dict[str, list[Counted]]:
    """Return the values of every filter at once, most frequent first; two queries."""
    if not policies.collections_for(actor).filter(matter_id=matter_id).exists():
        return {}
    rows = Tally.objects.filter(matter_id=matter_id).exclude(value="").values("field", "value")
    offered: dict[str, list[Counted]] = {}
    for row in rows.annotate(total=Sum("documents")).order_by("-total", "value"):
        values = offered.setdefault(row["field"], [])
        if len(values) < limit:
            values.append(Counted(row["value"], row["total"]))
    return offered


def _tallied(matter_id: str) -> int:
    counted = Tally.objects.filter(matter_id=matter_id, field="status").aggregate(total=Sum("documents"))["total"]
    return int(counted or 0)


def _condition(name: str, value: str) -> Q:
    if name == "date":
        return _days(value)
    if name == "copies":
        return {"hidden": Q(duplicate_of=None), "only": ~Q(duplicate_of=None), "has": Q(copies__gt=0)}.get(
            value, Q(pk__in=[])
        )
    if name == "attachments":
        return {"yes": Q(attachments__gt=0), "no": Q(attachments=0)}.get(value, Q(pk__in=[]))
    if name == "level":
        return {"top": Q(parent=None), "head": Q(id=F("family_id"))}.get(value, Q(pk__in=[]))
    if name == "code" and value == "any":
        return ~Q(exception="")
    field = {"code": "exception", "collection": "collection_id"}.get(name, name)
    return Q(**{field: value})


def _days(value: str) -> Q:
    try:
        first, last = parse_range(value)
    except DateNotUnderstood:
        return Q(pk__in=[])
    zone = ZoneInfo("UTC")
    condition = Q(sort_date__isnull=False)
    if first > FIRST_DAY:
        condition &= Q(sort_date__gte=datetime.combine(first, time.min, zone))
    if last < LAST_DAY:
        condition &= Q(sort_date__lt=datetime.combine(last + timedelta(days=1), time.min, zone))
    return condition


def _row(values: Mapping[str, object]) -> DocumentRow:
    named = {name.removesuffix("_id") if name == "duplicate_of_id" else name: values[name] for name in _ROW_FIELDS}
    return DocumentRow(**named)  # type: ignore[arg-type]
