"""Exact duplicates at family level: a mail with its attachments is a copy only of the same mail with the same ones.

The engine decides (recipe 2 and the full text of mails, the bytes of all else). The first copy entered is kept as the
master; it carries every custodian and path of its copies. Copies stay where they are, readable and listed: nothing
is thrown away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F

from chancery.apps.documents.events import DocumentsRelated
from chancery.apps.documents.members import Members, compared, members_of
from chancery.apps.documents.models import Document, DocumentDetail
from chancery.apps.documents.reading import text_in
from chancery.engines.ingest.records import Item
from chancery.engines.text.duplicates.candidates import candidate_key
from chancery.engines.text.duplicates.families import find_duplicates
from chancery.engines.text.duplicates.notices import Notices
from chancery.engines.text.relations import Member, notices_in
from chancery.platform.events.actions import announce

ROWS = 400
TOLD = 5_000


def candidate_keys(items: Sequence[Item]) -> dict[str, str]:
    """Return for each head of a family what its copies would share; containers and empty files have none."""
    keys = {item.id: candidate_key(member=_as_member(item)) for item in items if item.id == item.family_id}
    return {name: key for name, key in keys.items() if key}


def _as_member(item: Item) -> Member:
    return Member(
        id=item.id,
        parent_id=item.parent_id,
        family_id=item.family_id,
        kind=item.kind,
        sha256=item.sha256,
        size=item.size,
        status=item.status,
        exception=item.exception,
        metadata=compared(kind=item.kind, metadata=item.metadata),
    )


def roll_up(*, matter_id: str) -> set[str]:
    """Find the duplicates of a matter and note them; returns the documents that changed. Safe to repeat."""
    members = members_of(family_ids=_candidates(matter_id))
    wanted = _copies(matter_id, members)
    return _note(matter_id, wanted) | _roll_up_masters(matter_id, members, wanted)


def tell_related(*, tenant_id: str, matter_id: str, ids: Collection[str], at: datetime) -> None:
    """Announce that what ties documents to others changed, inside the caller's transaction."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), TOLD):
        piece = ordered[start : start + TOLD]
        announce(DocumentsRelated(tenant_id=tenant_id, matter_id=matter_id, document_ids=piece), at=at)


def _candidates(matter_id: str) -> list[str]:
    """Return the families that can have copies at all; those that a person took apart are left out."""
    heads = Document.objects.filter(matter_id=matter_id, id=F("family_id"), apart=False).exclude(dedupe_hash="")
    heads = heads.order_by()
    shared = heads.values("dedupe_hash").annotate(copies=Count("id")).filter(copies__gt=1)
    return list(heads.filter(dedupe_hash__in=shared.values("dedupe_hash")).values_list("id", flat=True))


def _copies(matter_id: str, members: Sequence[Member]) -> dict[str, str]:
    """Return the id of the kept document for each copy. Only the texts of candidates and of a sample are read."""
    mails = any(member.kind == "mail" and member.id == member.family_id for member in members)
    heads = Document.objects.filter(matter_id=matter_id, kind="mail", id=F("family_id"))
    blobs = dict(heads.values_list("id", "text_blob_id")) if mails else {}

    def text(key: str) -> str | None:
        return text_in(blobs[key]) if blobs.get(key) else None

    notices = notices_in(members=Members(matter_id), text_of=text) if mails else Notices()
    return find_duplicates(members=members, text_of=text, notices=notices).kept()


def _note(matter_id: str, wanted: dict[str, str]) -> set[str]:
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
    return set(changes)


def _roll_up_masters(matter_id: str, members: Sequence[Member], wanted: dict[str, str]) -> set[str]:
    """Write copies, custodians and paths on the masters; clear them where a master has lost its copies.

    Returns the masters that changed.
    """
    custodians: dict[str, list[str]] = defaultdict(list)
    copies: dict[str, list[str]] = defaultdict(list)
    for member in members:
        master = wanted.get(member.id, member.id)
        custodians[master].append(member.custodian)
        if master != member.id:
            copies[master].append(member.id)
    had = Document.objects.filter(matter_id=matter_id, copies__gt=0).values_list("id", flat=True)
    ids = sorted({*copies, *had})
    changed: set[str] = set()
    for start in range(0, len(ids), ROWS):
        changed |= _write_masters(ids[start : start + ROWS], copies, custodians)
    return changed


@transaction.atomic
def _write_masters(ids: Sequence[str], copies: dict[str, list[str]], custodians: dict[str, list[str]]) -> set[str]:
    involved = [*ids, *(copy for key in ids for copy in copies.get(key, ()))]
    path_of: dict[str, str] = {}
    for start in range(0, len(involved), ROWS):
        rows = DocumentDetail.objects.filter(document_id__in=involved[start : start + ROWS])
        path_of |= dict(rows.values_list("document_id", "path"))
    documents = list(Document.objects.filter(id__in=ids).only("id", "copies"))
    details = []
    for document in documents:
        document.copies = len(copies.get(document.id, ()))
    for detail in DocumentDetail.objects.filter(document_id__in=ids).defer("metadata"):
        own = copies.get(detail.document_id, [])
        paths = [path_of[key] for key in (detail.document_id, *own)] if own else []
        people = sorted({name for name in custodians[detail.document_id] if name}) if own else []
        if (paths, people) != (detail.all_paths, detail.all_custodians):
            detail.all_paths, detail.all_custodians = paths, people
            details.append(detail)
    Document.objects.bulk_update(documents, ["copies"], batch_size=200)
    DocumentDetail.objects.bulk_update(details, ["all_paths", "all_custodians"], batch_size=100)
    return {detail.document_id for detail in details}
