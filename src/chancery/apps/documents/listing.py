"""The list of documents: filters, order, pages; the same few queries whatever the matter's size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from chancery.apps.documents import policies
from chancery.apps.documents.models import ChangeItem, Document, Tag, TagMark, Tally
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
    "language": SortKey("language"),
    "code": SortKey("exception"),
}
FILTERS: Final = (
    "kind", "status", "code", "custodian", "language", "copies", "attachments", "date", "collection", "level",
    "tag", "held", "aside", "accepted", "thread", "near", "mails", "input", "change", "scanned",
)  # fmt: skip
COUNTED_UP_TO: Final = 1_000
RARE: Final = 20_000
"""Documents with a tag; above it the list finds a page faster by looking at each document."""

_ROW_FIELDS = (
    "id", "control_number", "name", "title", "author", "kind", "status", "exception", "size", "custodian", "language",
    "sort_date", "attachments", "copies", "duplicate_of_id", "family_id", "parent_id", "matter_id",
    "sequence", "pages", "held", "accepted", "set_aside", "near_group", "near_similarity", "thread", "inclusive",
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


def matching_ids(
    *, actor: Actor, matter_id: str, words: str = "", filters: Mapping[str, str] | None = None, most: int = 1_000_000
) -> list[str]:
    """Return the ids of every document that passes, in order of number; one query. Raises NotFound if it is hidden."""
    policies.matter(actor, matter_id)
    rows = found(actor=actor, matter_id=matter_id, words=words, filters=filters)
    return list(rows.order_by("sequence").values_list("id", flat=True)[:most])


def counted(*, actor: Actor, matter_id: str, filters: Mapping[str, str], ceiling: int = 10_000) -> int:
    """Return how many documents pass the filters, counting no further than the ceiling; one query."""
    return count_up_to(found(actor=actor, matter_id=matter_id, filters=filters), ceiling=ceiling)[0]


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


_FIXED: Final[Mapping[tuple[str, str], Q]] = {
    ("copies", "hidden"): Q(duplicate_of=None),
    ("copies", "only"): Q(duplicate_of__isnull=False),
    ("copies", "has"): Q(copies__gt=0),
    ("attachments", "yes"): Q(attachments__gt=0),
    ("attachments", "no"): Q(attachments=0),
    ("level", "top"): Q(parent=None),
    ("level", "head"): Q(id=F("family_id")),
    ("code", "any"): Q(exception__gt=""),
    ("held", "yes"): Q(held=True),
    ("held", "no"): Q(held=False),
    ("aside", "yes"): Q(set_aside__gt=""),
    ("aside", "no"): Q(set_aside=""),
    ("accepted", "yes"): Q(accepted=True),
    ("accepted", "no"): Q(accepted=False),
    ("near", "any"): Q(near_group__gt=""),
    ("near", "middle"): Q(near_group=F("id")),
    ("thread", "any"): Q(thread__gt=""),
    ("thread", "first"): Q(thread_place=0),
    ("thread", "several"): Q(
        Exists(
            Document.objects.filter(matter=OuterRef("matter"), thread=OuterRef("thread"), thread_place=1).exclude(
                thread=""
            )
        ),
        thread_place=0,
    ),
    ("mails", "inclusive"): Q(inclusive=True),
    ("mails", "enough"): Q(inclusive=None) | Q(inclusive=True),
    ("mails", "contained"): Q(inclusive=False),
    ("scanned", "read"): Q(recognised=True),
    ("scanned", "waiting"): Q(needs_recognition=True),
}
_OF_FIELD: Final = {
    "kind": "kind", "status": "status", "code": "exception", "custodian": "custodian", "language": "language",
    "collection": "collection_id", "input": "input_file_id", "aside": "set_aside", "thread": "thread",
    "near": "near_group",
}  # fmt: skip


def _condition(name: str, value: str) -> Q:
    if name == "date":
        return _days(value)
    if (name, value) in _FIXED:
        return _FIXED[name, value]
    if name == "tag":
        return _tagged(value)
    if name == "change":
        return Q(Exists(ChangeItem.objects.filter(change_id=value, document_id=OuterRef("id"))))
    return Q(**{_OF_FIELD[name]: value}) if name in _OF_FIELD else Q(pk__in=[])


def _tagged(tag_id: str) -> Q:
    """Return the condition of a tag: a rare one is looked up by its marks, a common one document by document."""
    marks = TagMark.objects.filter(tag_id=tag_id)
    documents = Tag.objects.filter(id=tag_id).values_list("documents", flat=True).first() or 0
    if documents <= RARE:
        return Q(tag_marks__tag_id=tag_id)
    return Q(Exists(marks.filter(document_id=OuterRef("id"))))


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
