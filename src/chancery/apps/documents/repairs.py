"""Mending exceptions: with a password or a better copy of the file. What was there before stays on record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_noop

from chancery.apps.documents import duplicates, policies, tallies
from chancery.apps.documents.events import ExceptionRepaired
from chancery.apps.documents.laying_out import (
    Expanded,
    decisions_of,
    expanded,
    keep_passwords,
    passwords_of,
    planned,
    scratch_folder,
)
from chancery.apps.documents.ledger import enter, keep_blobs
from chancery.apps.documents.models import Document, InputFile, Repair
from chancery.apps.documents.relating import ask_for_relations
from chancery.apps.matters import queries as matters
from chancery.engines.ingest.isolation import expand_files
from chancery.engines.ingest.names import item_id
from chancery.engines.ingest.records import Item, Limits, SourceFile
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce
from chancery.platform.jobs.actions import enqueue
from chancery.platform.storage.actions import put_file
from chancery.platform.storage.queries import copy_to

MOST_PASSWORDS = 200
MOST_DOCUMENTS = 1_000


class NothingToRepair(Refused):
    """The document was read without difficulty."""

    code = "nothing_to_repair"


class PasswordMissing(Refused):
    """No password was given."""

    code = "password_missing"


class OnHold(Refused):
    """The document is kept as it is."""

    code = "on_hold"


class TooMany(Refused):
    """More at once than the room takes."""

    code = "too_many"


@transaction.atomic
def retry_with_passwords(
    *,
    actor: Actor,
    document_ids: Sequence[str],
    passwords: Sequence[str],
    at: datetime,
    on_every_encrypted: bool = False,
) -> list[str]:
    """Read documents that could not be read again, with passwords; returns the ids of the repairs.

    Done in the background. Without a password they are read again as they are: a reader may have become better.
    on_every_encrypted: the passwords are tried on every encrypted document of the same matters too.
    The passwords are kept encrypted with the input file and never shown or recorded. Raises NotFound if any
    document is unknown or forbidden, Refused ``nothing_to_repair`` if any was read without difficulty.
    """
    policies.require_repairer(actor)
    secrets = list(dict.fromkeys(password for password in passwords if password))
    if len(secrets) > MOST_PASSWORDS or len(document_ids) > MOST_DOCUMENTS:
        raise TooMany(
            gettext_noop("At most %(passwords)d passwords for %(documents)d documents can be tried at once."),
            passwords=MOST_PASSWORDS,
            documents=MOST_DOCUMENTS,
        )
    documents = _repairable(actor, document_ids)
    if on_every_encrypted and secrets:
        documents = _with_every_encrypted(actor, documents)
    for row in InputFile.objects.select_for_update().filter(id__in={each.input_file_id for each in documents}):
        if secrets:
            keep_passwords(row, secrets)
    note: dict[str, object] = {"passwords_tried": len(secrets)}
    kind = Repair.Kind.PASSWORD if secrets else Repair.Kind.RETRY
    rows = [_ask(actor, each, kind, at, detail=note) for each in documents]
    for input_file_id in sorted({each.input_file_id for each in documents}):
        _have_mended([row for row in rows if row.document.input_file_id == input_file_id], actor, at)
    return [row.id for row in rows]


def retry_with_password(*, actor: Actor, document_id: str, password: str, at: datetime) -> str:
    """Try one password on one document; returns the id of the repair. Refused ``password_missing`` for none."""
    if not password:
        raise PasswordMissing(gettext_noop("Enter at least one password."))
    return retry_with_passwords(actor=actor, document_ids=[document_id], passwords=[password], at=at)[0]


def replace_file(
    *, actor: Actor, document_id: str, source: Path, at: datetime, given_name: str = "", note: str = ""
) -> str:
    """Put a better copy in the place of a document that could not be read; returns the id of the repair.

    The bytes received first stay on disk and on record; the document shows the new bytes and their hashes.
    """
    policies.require_repairer(actor)
    document = _repairable(actor, [document_id])[0]
    if document.held:
        raise OnHold(
            gettext_noop("%(number)s is on hold: lift the hold before you put another file in its place."),
            number=document.control_number,
        )
    blob = put_file(tenant_id=document.tenant_id, matter_id=document.matter_id, path=source)
    with transaction.atomic():
        document = _repairable(actor, [document_id])[0]
        detail = {"sha256": blob.sha256, "md5": blob.md5, "size": blob.size, "given_name": given_name}
        row = _ask(
            actor,
            document,
            Repair.Kind.REPLACEMENT,
            at,
            blob_id=blob.id,
            given_name=given_name,
            note=note,
            detail=detail,
        )
        _have_mended([row], actor, at)
        return row.id


def mend(*, actor: Actor, repair_ids: Sequence[str], at: datetime, workers: int = 1) -> None:
    """Carry out repairs of one input file: read it again, enter what is found, bring duplicates and counts up to date.

    Safe to repeat; repairs that are settled stay as they are.
    """
    rows = list(
        policies.repairs_for(actor)
        .filter(id__in=repair_ids, state=Repair.State.WAITING)
        .select_related("document__input_file", "document__detail", "document__parent", "document__family")
    )
    if not rows:
        return
    document = rows[0].document
    source = document.input_file
    before = set(Document.objects.filter(input_file_id=source.id).values_list("id", flat=True))
    prefix = matters.matter(actor=actor, matter_id=document.matter_id).bates_prefix
    if any(row.kind != Repair.Kind.REPLACEMENT for row in rows):
        _read_again(source, prefix, workers)
    for row in rows:
        if row.kind == Repair.Kind.REPLACEMENT:
            _read_replacement(row, row.document, source, prefix)
    changed = duplicates.roll_up(matter_id=document.matter_id)
    with transaction.atomic():
        duplicates.tell_related(tenant_id=document.tenant_id, matter_id=document.matter_id, ids=changed, at=at)
    tallies.refresh(collection_id=document.collection_id)
    new = Document.objects.filter(input_file_id=source.id).exclude(id__in=before)
    parents = Counter(new.values_list("parent_id", flat=True))
    for row in rows:
        _settle(actor, row, parents[row.document_id], at)


def _repairable(actor: Actor, document_ids: Sequence[str]) -> list[Document]:
    wanted = list(dict.fromkeys(document_ids))
    documents = list(policies.documents_for(actor).filter(id__in=wanted).order_by("sequence"))
    if not wanted or len(documents) != len(wanted):
        raise NotFound
    for document in documents:
        if not document.exception:
            raise NothingToRepair(
                gettext_noop("%(number)s was read without difficulty: there is nothing to repair."),
                number=document.control_number,
            )
    return documents


def _with_every_encrypted(actor: Actor, documents: Sequence[Document]) -> list[Document]:
    """Return the documents and every other encrypted one of their matters, as many as the room takes at once."""
    known = {each.id for each in documents}
    matter_ids = {each.matter_id for each in documents}
    rows = policies.documents_for(actor).filter(matter_id__in=matter_ids, exception="encrypted").exclude(id__in=known)
    return [*documents, *rows.order_by("sequence")[: MOST_DOCUMENTS - len(documents)]]


def _ask(
    actor: Actor,
    document: Document,
    kind: Repair.Kind,
    at: datetime,
    *,
    detail: dict[str, object],
    blob_id: str = "",
    given_name: str = "",
    note: str = "",
) -> Repair:
    row = Repair.objects.create(
        tenant_id=document.tenant_id,
        matter_id=document.matter_id,
        document=document,
        kind=kind,
        blob_id=blob_id,
        given_name=given_name,
        note=note,
        exception_before=document.exception,
        by=actor.user_id,
        by_label=actor.label,
        at=at,
    )
    _record(actor, row, "exception.repair_requested", at, before={"exception": document.exception}, detail=detail)
    return row


def _have_mended(rows: Sequence[Repair], actor: Actor, at: datetime) -> None:
    enqueue(
        name="documents.repair",
        tenant_id=rows[0].tenant_id,
        matter_id=rows[0].matter_id,
        payload={"repair_ids": [row.id for row in rows]},
        actor=actor,
        at=at,
        idempotency_key=f"documents.repair:{rows[0].id}",
    )


def _read_again(source: InputFile, prefix: str, workers: int) -> None:
    rows = list(InputFile.objects.filter(collection_id=source.collection_id))
    with decisions_of(source.collection) as decisions:
        plan = planned(rows, wanted=frozenset({source.id}))
        for batch in expanded(plan, workers=workers, decisions=decisions):
            enter(keep_blobs(batch), prefix=prefix)


def _read_replacement(row: Repair, document: Document, source: InputFile, prefix: str) -> None:
    """Read the new bytes in the place of the document: same key, parent and family; what it holds hangs below it."""
    path = document.detail.path
    with scratch_folder("replace") as folder:
        location = folder / "in"
        copy_to(blob_id=row.blob_id, path=location)
        (folder / "out").mkdir()
        given = SourceFile(path=path, location=location, passwords=passwords_of(source))
        for _, items in expand_files(files=[given], scratch=folder / "out", limits=Limits(), workers=1):
            placed = tuple(_placed(item, document, path, row) for item in items)
            new = Expanded(_with_blob(source, row.blob_id), placed, folder / "out")
            kept = keep_blobs([new], base_depth=document.depth)
            marked = [replace(each, replaced=each.item.id == document.item_key) for each in kept]
            enter(marked, prefix=prefix)


def _with_blob(source: InputFile, blob_id: str) -> InputFile:
    """Return the input file as the ledger should see it: its bytes are those of the replacement."""
    copy = InputFile.objects.get(id=source.id)
    copy.blob_id = blob_id
    return copy


def _placed(item: Item, document: Document, path: str, row: Repair) -> Item:
    top = item_id(chain=(path,))
    key = document.item_key
    own = item.id == top
    family = key if item.family_id == top else item.family_id
    if document.parent_id and document.family_id != document.id and family == key:
        family = document.family.item_key
    replacement = {"replaced": {"sha256": document.sha256, "md5": document.md5, "repair": row.id}}
    return replace(
        item,
        id=key if own else item.id,
        parent_id=(document.parent.item_key if document.parent else None)
        if own
        else _renamed(item.parent_id, top, key),
        family_id=family,
        position=document.position if own else item.position,
        metadata={**item.metadata, **replacement} if own else item.metadata,
    )


def _renamed(parent: str | None, top: str, key: str) -> str | None:
    return key if parent == top else parent


@transaction.atomic
def _settle(actor: Actor, row: Repair, found: int, at: datetime) -> None:
    """Note what came of a repair and announce it if the document is read now or holds more than before."""
    repair_row = Repair.objects.select_for_update().select_related("document").get(id=row.id)
    if repair_row.state != Repair.State.WAITING:
        return
    document = repair_row.document
    better = document.exception != repair_row.exception_before or found > 0
    if better and document.accepted:
        Document.objects.filter(id=document.id).update(accepted=False)
    repair_row.state = Repair.State.MENDED if better else Repair.State.UNCHANGED
    repair_row.exception_after = document.exception
    repair_row.found = found
    repair_row.done_at = at
    repair_row.save(update_fields=["state", "exception_after", "found", "done_at"])
    _record(
        actor,
        repair_row,
        "exception.repaired" if better else "exception.not_repaired",
        at,
        before={"exception": repair_row.exception_before},
        after={
            "exception": document.exception,
            "status": document.status,
            "sha256": document.sha256,
            "found": found,
        },
    )
    if better:
        announce(
            ExceptionRepaired(tenant_id=document.tenant_id, matter_id=document.matter_id, document_id=document.id),
            at=at,
        )
        place = {"tenant_id": document.tenant_id, "matter_id": document.matter_id}
        ask_for_relations(actor=actor, **place, key=repair_row.id, at=at)


def _record(actor: Actor, row: Repair, act: str, at: datetime, **states: dict[str, object]) -> None:
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type="document",
        object_id=row.document_id,
        matter_id=row.matter_id,
        label=row.document.control_number,
        at=at,
        before=states.get("before"),
        after=states.get("after"),
        detail={"repair": row.id, "kind": row.kind, **states.get("detail", {})},
    )
