"""The decisions behind a figure: a door for the room that bills them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chancery.apps.review import policies
from chancery.platform.tenancy.actors import Actor


@dataclass(frozen=True, slots=True)
class CodedDocument:
    """One decision on one document, as it was made; superseded: a later one replaced it."""

    coding_id: str
    document_id: str
    responsive: str
    privilege: str
    level: int
    by: str
    at: datetime
    superseded: bool


def coded_documents(*, actor: Actor, coding_ids: Sequence[str]) -> list[CodedDocument]:
    """Return those of the decisions that the actor may see, in the order of the ids; one query."""
    rows = policies.decisions_for(actor).filter(id__in=coding_ids).select_related("by")
    found = {
        row.id: CodedDocument(
            coding_id=row.id,
            document_id=row.document_id,
            responsive=row.responsive,
            privilege=row.privilege,
            level=row.level,
            by=row.by.display_name or row.by.username,
            at=row.at,
            superseded=row.superseded,
        )
        for row in rows
    }
    return [found[key] for key in coding_ids if key in found]
