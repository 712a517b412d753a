"""The documents of a matter as the engines compare them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chancery.apps.documents.models import Document
from chancery.engines.text.relations import Member

_PIECE: Final = 1_000
_FAMILIES: Final = 400
_FACTS: Final = (
    "subject", "from", "to", "cc", "bcc", "date_sent", "date_header", "message_id", "in_reply_to", "references",
    "thread_index", "body_absent",
)  # fmt: skip
_FIELDS: Final = (
    "id", "parent_id", "family_id", "kind", "sha256", "size", "status", "exception", "custodian", "sequence",
    "detail__path", "detail__metadata",
)  # fmt: skip


@dataclass(slots=True)
class Members:
    """The documents of a matter in the order they were entered, read afresh each time.

    Their paths begin with that order, so that of equal documents the one entered first is kept.
    """

    matter_id: str

    def __iter__(self) -> Iterator[Member]:
        rows = Document.objects.filter(matter_id=self.matter_id)
        last = 0
        while piece := list(rows.filter(sequence__gt=last).order_by("sequence").values(*_FIELDS)[:_PIECE]):
            yield from map(_member, piece)
            last = piece[-1]["sequence"]


def members_of(*, family_ids: Sequence[str]) -> list[Member]:
    """Return the documents of some families in the order they were entered."""
    rows: list[dict[str, Any]] = []
    for start in range(0, len(family_ids), _FAMILIES):
        piece = Document.objects.filter(family_id__in=family_ids[start : start + _FAMILIES])
        rows += piece.order_by().values(*_FIELDS)
    return [_member(row) for row in sorted(rows, key=lambda row: row["sequence"])]


def compared(*, kind: str, metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return those facts of a document that count when it is compared; none for what is no mail."""
    if kind != "mail" or not metadata:
        return {}
    return {name: metadata[name] for name in _FACTS if name in metadata}


def _member(row: Mapping[str, Any]) -> Member:
    return Member(
        id=row["id"],
        parent_id=row["parent_id"],
        family_id=row["family_id"],
        kind=row["kind"],
        path=f"{row['sequence']:010d}/{row['detail__path'] or ''}",
        sha256=row["sha256"],
        size=row["size"],
        status=row["status"],
        exception=row["exception"] or None,
        custodian=row["custodian"],
        metadata=compared(kind=row["kind"], metadata=row["detail__metadata"]),
    )
