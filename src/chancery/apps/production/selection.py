"""What leaves: families whole, privileged documents withheld, copies rolled up; a pure choice with a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chancery.apps.documents.queries import ReviewableRecord
from chancery.apps.review.queries.progress import Decision

PRIVILEGED = ("AC", "WP")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A document of the production in its order.

    in_volume: False for documents of families that are withheld altogether: they stand on the log only.
    """

    document_id: str
    item_key: str
    family_key: str
    parent_key: str
    path: str
    sha256: str
    withheld: bool
    in_volume: bool
    privilege: str
    description: str
    confidentiality: str
    redaction: bool
    uncoded: bool
    all_custodians: tuple[str, ...]
    all_paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen documents in production order, with what the checks need to know."""

    documents: tuple[Chosen, ...]
    suppressed_copies: int
    exceptions_outside: int

    @property
    def in_volume(self) -> tuple[Chosen, ...]:
        """Return what the volume holds."""
        return tuple(item for item in self.documents if item.in_volume)


def _decision(record: ReviewableRecord, decisions: Mapping[str, Decision]) -> Decision | None:
    own = decisions.get(record.id)
    return own or (decisions.get(record.duplicate_of) if record.duplicate_of else None)


def choose(*, records: Sequence[ReviewableRecord], decisions: Mapping[str, Decision]) -> Selection:
    """Choose the families that hold a responsive document, one copy of each, in the order of custodian and path."""
    families: dict[str, list[ReviewableRecord]] = {}
    for record in records:
        if record.status != "container":
            families.setdefault(record.family_id, []).append(record)
    for members in families.values():
        members.sort(key=lambda item: item.sequence)
    groups: dict[str, list[str]] = {}
    for family_id, members in families.items():
        root = next((item for item in members if item.id == family_id), members[0])
        groups.setdefault(root.duplicate_of or family_id, []).append(family_id)
    kept: list[tuple[tuple[str, str, str], str, list[str]]] = []
    suppressed = 0
    for copies in groups.values():
        wanted = [key for key in copies if _responsive(families[key], decisions)]
        if not wanted:
            continue
        wanted.sort(key=lambda key: (families[key][0].path, families[key][0].item_key))
        root = families[wanted[0]][0]
        suppressed += len(copies) - 1
        kept.append(((root.custodian, root.path, root.item_key), wanted[0], copies))
    chosen: list[Chosen] = []
    for _order, family_id, copies in sorted(kept):
        chosen += _family(families[family_id], [families[key] for key in copies], decisions)
    inside = {item.document_id for item in chosen}
    outside = sum(1 for record in records if record.status == "exception" and record.id not in inside)
    return Selection(documents=tuple(chosen), suppressed_copies=suppressed, exceptions_outside=outside)


def _responsive(members: Sequence[ReviewableRecord], decisions: Mapping[str, Decision]) -> bool:
    found = (_decision(member, decisions) for member in members)
    return any(decision is not None and decision.responsive for decision in found)


def _family(
    members: Sequence[ReviewableRecord],
    copies: Sequence[Sequence[ReviewableRecord]],
    decisions: Mapping[str, Decision],
) -> list[Chosen]:
    found = [(member, _decision(member, decisions)) for member in members]
    withheld = [decision is not None and decision.privilege in PRIVILEGED for _, decision in found]
    whole = all(withheld)
    ids = {member.id for member in members}
    family: list[Chosen] = []
    for place, (member, decision) in enumerate(found):
        twins = [copy[place] for copy in copies if len(copy) == len(members)]
        family.append(
            Chosen(
                document_id=member.id,
                item_key=member.item_key,
                family_key=members[0].id,
                parent_key=_parent(member, members[0], ids),
                path=member.path,
                sha256=member.sha256,
                withheld=withheld[place],
                in_volume=not whole,
                privilege=decision.privilege if decision else "none",
                description=decision.description if decision else "",
                confidentiality=decision.confidentiality if decision else "",
                redaction=bool(decision and decision.redaction and not withheld[place]),
                uncoded=decision is None,
                all_custodians=tuple(sorted({twin.custodian for twin in twins} | {member.custodian})),
                all_paths=tuple(sorted({twin.path for twin in twins} | {member.path})),
            )
        )
    return family


def _parent(member: ReviewableRecord, head: ReviewableRecord, ids: set[str]) -> str:
    """Return the member it hangs on; what came out of an attached archive hangs on the head of the family."""
    if member.id == head.id:
        return ""
    return member.parent_id if member.parent_id and member.parent_id in ids else head.id


def release_hash(*, selection: Selection, settings: Mapping[str, Any]) -> str:
    """Return the SHA-256 of exactly what leaves: settings, documents, order and decisions.

    Row ids stay out of it: the same evidence decided the same way has the same hash in any workspace.
    """
    place = {item.document_id: index for index, item in enumerate(selection.documents)}
    rows = []
    for item in selection.documents:
        row = asdict(item)
        for key in ("document_id", "redaction", "uncoded"):
            row.pop(key)
        row["family_key"] = place[item.family_key]
        row["parent_key"] = place.get(item.parent_key, -1)
        rows.append(row)
    canonical = json.dumps({"settings": dict(settings), "documents": rows}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
