"""Exact duplicates at family level: a mail with its attachments is a copy only of the same mail with the same ones.

The first copy entered is kept as the master; it carries every custodian and path of its copies. Copies stay
where they are, readable and listed: nothing is thrown away.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F

from chancery.apps.documents.models import Document, DocumentDetail
from chancery.engines.ingest.likeness import parts
from chancery.engines.ingest.records import Item

ROWS = 400


@dataclass(frozen=True, slots=True)
class _Member:
    id: str
    family_id: str
    sequence: int
    custodian: str
    sha256: str
    duplicate_of: str | None


def family_hashes(items: Sequence[Item]) -> dict[str, str]:
    """Return the family hash of each head of a family; containers and empty files have none."""
    children: dict[str | None, list[Item]] = defaultdict(list)
    for item in items:
        children[item.parent_id].append(item)
    hashes: dict[str, str] = {}
    for item in items:
        if item.id == item.family_id and item.status != "container" and item.sha256 and item.size:
            hashes[item.id] = family_hash(head=item, children=children[item.id])
    return hashes


def family_hash(*, head: Item, children: Sequence[Item]) -> str:
    """Return the hash under which a family is compared.

    A mail counts by what it says (recipe 1 of the ingest engine) and the bytes of its attachments, so that copies
    from two mailboxes agree. A mail that was read in part, or says nothing, and every other file count by bytes.
    """
    exact = hashlib.sha256(f"file:{head.sha256}".encode()).hexdigest()
    attached = sorted(child.sha256 for child in children)
    if head.kind != "mail" or head.exception is not None or not all(attached):
        return exact
    facts = parts(text=head.text, metadata=head.metadata)
    if facts["body"] is None and not attached:
        return exact
    values = [str(facts[name]) for name in ("recipe", "body", "header", "recipients")]
    return hashlib.sha256("\x00".join(["mail", *values, *attached]).encode()).hexdigest()


def roll_up(*, matter_id: str) -> int:
    """Find the duplicates of a matter and note them; returns how many documents changed. Safe to repeat."""
    wanted: dict[str, str] = {}
    groups = _groups(matter_id)
    for families in groups:
        master = families[0]
        for copy in families[1:]:
            wanted |= _paired(master, copy)
    changed = _note(matter_id, wanted)
    _roll_up_masters(matter_id, groups, wanted)
    return changed


def _groups(matter_id: str) -> list[list[list[_Member]]]:
    """Return groups of identical families, each family as its members in order, the earliest family first."""
    heads = Document.objects.filter(matter_id=matter_id, id=F("family_id")).exclude(dedupe_hash="").order_by()
    shared = heads.values("dedupe_hash").annotate(copies=Count("id")).filter(copies__gt=1)
    hash_of = dict(heads.filter(dedupe_hash__in=shared.values("dedupe_hash")).values_list("id", "dedupe_hash"))
    families: dict[str, list[_Member]] = defaultdict(list)
    for member in _members(list(hash_of)):
        families[member.family_id].append(member)
    groups: dict[str, list[list[_Member]]] = defaultdict(list)
    for head, members in families.items():
        groups[hash_of[head]].append(sorted(members, key=lambda member: member.sequence))
    return [sorted(group, key=lambda family: family[0].sequence) for group in groups.values()]


def _members(heads: Sequence[str]) -> Iterable[_Member]:
    fields = ("id", "family_id", "sequence", "custodian", "sha256", "duplicate_of_id")
    for start in range(0, len(heads), ROWS):
        rows = Document.objects.filter(family_id__in=heads[start : start + ROWS])
        for values in rows.values_list(*fields):
            yield _Member(*values)


def _paired(master: Sequence[_Member], copy: Sequence[_Member]) -> dict[str, str]:
    """Pair the members of a copy with those of its master: by bytes, then by place."""
    pairs = {copy[0].id: master[0].id}
    free = list(master[1:])
    for member in copy[1:]:
        twin = next((each for each in free if each.sha256 == member.sha256), None)
        if twin is not None:
            free.remove(twin)
            pairs[member.id] = twin.id
    return pairs


def _note(matter_id: str, wanted: dict[str, str]) -> int:
    current = dict(
        Document.objects.filter(matter_id=matter_id).exclude(duplicate_of=None).values_list("id", "duplicate_of_id")
    )
    changes = {key: master for key, master in wanted.items() if current.get(key) != master}
    changes |= {key: "" for key in current if key not in wanted}
    ids = sorted(changes)
    for start in range(0, len(ids), ROWS):
        with transaction.atomic():
            rows = list(Document.objects.filter(id__in=ids[start : start + ROWS]).only("id", "duplicate_of"))
            for row in rows:
                row.duplicate_of_id = changes[row.id] or None
            Document.objects.bulk_update(rows, ["duplicate_of"], batch_size=200)
    return len(changes)


def _roll_up_masters(matter_id: str, groups: Sequence[Sequence[Sequence[_Member]]], wanted: dict[str, str]) -> None:
    """Write copies, custodians and paths on the masters; clear them where a master has lost its copies."""
    custodians: dict[str, list[str]] = defaultdict(list)
    copies: dict[str, list[str]] = defaultdict(list)
    for families in groups:
        for family in families:
            for member in family:
                master = wanted.get(member.id, member.id)
                custodians[master].append(member.custodian)
                if master != member.id:
                    copies[master].append(member.id)
    had = Document.objects.filter(matter_id=matter_id, copies__gt=0).values_list("id", flat=True)
    ids = sorted({*copies, *had})
    for start in range(0, len(ids), ROWS):
        _write_masters(ids[start : start + ROWS], copies, custodians)


@transaction.atomic
def _write_masters(ids: Sequence[str], copies: dict[str, list[str]], custodians: dict[str, list[str]]) -> None:
    involved = [*ids, *(copy for key in ids for copy in copies.get(key, ()))]
    path_of: dict[str, str] = {}
    for start in range(0, len(involved), ROWS):
        rows = DocumentDetail.objects.filter(document_id__in=involved[start : start + ROWS])
        path_of |= dict(rows.values_list("document_id", "path"))
    documents = list(Document.objects.filter(id__in=ids).only("id", "copies"))
    details = list(DocumentDetail.objects.filter(document_id__in=ids).defer("metadata"))
    for document in documents:
        document.copies = len(copies.get(document.id, ()))
    for detail in details:
        own = copies.get(detail.document_id, [])
        detail.all_paths = [path_of[key] for key in (detail.document_id, *own)] if own else []
        detail.all_custodians = sorted({name for name in custodians[detail.document_id] if name}) if own else []
    Document.objects.bulk_update(documents, ["copies"], batch_size=200)
    DocumentDetail.objects.bulk_update(details, ["all_paths", "all_custodians"], batch_size=100)
