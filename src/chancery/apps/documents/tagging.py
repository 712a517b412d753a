"""Reads of what people did to documents: tags, holds, acceptances, and the acts that can be taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from chancery.apps.documents import policies
from chancery.apps.documents.act_records import ChangeRecord, TagRecord
from chancery.apps.documents.change_kinds import bar_accept, bar_apart, bar_held, bar_review
from chancery.apps.documents.changes import change_record, tag_names
from chancery.apps.documents.models import Change, TagMark
from chancery.apps.documents.records import DocumentRow
from chancery.platform.access.values import Actor

SHOWN = 100


def tags(*, actor: Actor, matter_id: str) -> list[TagRecord]:
    """Return the tags of a matter in order of name; one query."""
    rows = policies.tags_for(actor).filter(matter_id=matter_id).order_by("folded")
    return [TagRecord(row.id, row.name, row.documents) for row in rows[:500]]


def tags_on(*, actor: Actor, ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the names of the tags on each of these documents; one query. Ids must have passed a policy."""
    found: dict[str, list[str]] = defaultdict(list)
    marks = TagMark.objects.filter(document_id__in=list(ids)).order_by("tag__folded")
    for document_id, name in marks.values_list("document_id", "tag__name"):
        found[document_id].append(name)
    return found


def changes(*, actor: Actor, matter_id: str, acts: Sequence[str] = ()) -> list[ChangeRecord]:
    """Return the newest acts on many documents of a matter, tags by name; two queries at most."""
    rows = policies.changes_for(actor).filter(matter_id=matter_id).order_by("-at", "-id")
    return _records(list((rows.filter(act__in=list(acts)) if acts else rows)[:SHOWN]), actor)


def taken_back(*, change_id: str) -> bool:
    """Tell whether an act was taken back (system-side)."""
    return Change.objects.filter(id=change_id, state=Change.State.UNDONE).exists()


def changes_of_document(*, actor: Actor, document_id: str) -> list[ChangeRecord]:
    """Return the acts that made a difference to one document, newest first. Raises NotFound if it is hidden."""
    policies.document(actor, document_id)
    rows = Change.objects.filter(items__document_id=document_id).order_by("-at", "-id")
    return _records(list(rows[:SHOWN]), actor)


def marks_of(*, row: DocumentRow) -> dict[str, object]:
    """Return, by kind of act, why it is not allowed on a document; acts without a bar are left out."""
    bars = {
        "review": bar_review(row),
        "accept": bar_accept(row),
        "set_aside": bar_held(row),
        "apart": bar_apart(row),
        "export": bar_held(row),
    }
    return {act: why for act, why in bars.items() if why}


def _records(rows: list[Change], actor: Actor) -> list[ChangeRecord]:
    names = tag_names(rows)
    records = []
    for row in rows:
        row.value = names.get(row.value, row.value)
        records.append(change_record(row, actor))
    return records
