"""The inventory: every file as it was received, with its hashes, and how many documents it became."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q

from chancery.apps.documents import policies
from chancery.apps.documents.intake import InputFileRecord, input_file_record
from chancery.apps.documents.models import Document
from chancery.apps.documents.reading import collection_record
from chancery.apps.documents.records import CollectionRecord
from chancery.interface.tables.keyset import SortKey, count_up_to, page_of
from chancery.platform.access.values import Actor
from chancery.platform.jobs.queries import JobRecord, jobs_for

SORTS: Final[Mapping[str, SortKey]] = {
    "path": SortKey("path"),
    "size": SortKey("size"),
    "received": SortKey("received_at"),
    "custodian": SortKey("custodian"),
}
FILTERS: Final = ("collection", "custodian", "state")


@dataclass(frozen=True, slots=True)
class InventoryPage:
    """One page of input files. documents: by id of the file, how many documents came out of it."""

    rows: list[InputFileRecord]
    documents: Mapping[str, int]
    total: int
    total_exact: bool
    next_cursor: str
    previous_cursor: str


def inventory_page(
    *,
    actor: Actor,
    matter_id: str,
    words: str = "",
    filters: Mapping[str, str] | None = None,
    sort: str = "received",
    descending: bool = False,
    after: str = "",
    before: str = "",
) -> InventoryPage:
    """Return one page of the files of a matter; four queries. Raises NotFound for a hidden matter.

    words: parts of the path, or the beginning of a hash of at least eight characters.
    """
    policies.matter(actor, matter_id)
    rows = policies.input_files_for(actor).filter(matter_id=matter_id)
    for name, value in (filters or {}).items():
        if name in FILTERS and value:
            rows = rows.filter(**{"collection_id" if name == "collection" else name: value})
    for word in words.split()[:8]:
        hashed = Q(sha256__startswith=word.lower()) | Q(md5__startswith=word.lower()) if len(word) >= 8 else Q()
        rows = rows.filter(Q(path__icontains=word) | hashed if hashed else Q(path__icontains=word))
    key = SORTS.get(sort, SORTS["received"])
    page = page_of(rows, sort=[SortKey(key.field, descending)], after=after, before=before)
    found = Document.objects.filter(input_file_id__in=[row.id for row in page.rows]).order_by()
    total, exact = count_up_to(rows, ceiling=10_000)
    return InventoryPage(
        rows=[input_file_record(row) for row in page.rows],
        documents=dict(found.values_list("input_file_id").annotate(Count("id"))),
        total=total,
        total_exact=exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
    )


def collections_of_source(*, actor: Actor, source_id: str) -> list[CollectionRecord]:
    """Return what was collected from a source, newest first. Raises NotFound if it is hidden."""
    policies.source(actor, source_id)
    rows = policies.collections_for(actor).filter(source_id=source_id).order_by("-number")
    return [collection_record(row) for row in rows[:200]]


def running_jobs(*, actor: Actor, matter_id: str) -> list[JobRecord]:
    """Return the background work of this room on a matter that is not over. Raises NotFound for a hidden matter."""
    policies.matter(actor, matter_id)
    states = frozenset({"queued", "running"})
    return [
        job for job in jobs_for(actor=actor, matter_id=matter_id, states=states) if job.name.startswith("documents.")
    ]
