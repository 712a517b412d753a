"""Acts on many documents at once: tag, hold, accept, add to review, set aside. Each is counted and can be taken back.

Up to 2,000 documents are changed while the page waits; more in the background, a thousand at a time, so that a
worker killed anywhere goes on where it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop

from chancery.apps.documents import duplicates, policies, tallies
from chancery.apps.documents.act_records import ChangeRecord
from chancery.apps.documents.change_kinds import KINDS, SECOND_HALF, Row
from chancery.apps.documents.events import ReviewNotWanted, ReviewWanted
from chancery.apps.documents.models import Change, ChangeItem, Collection, Tag, TagMark
from chancery.apps.documents.relating import ask_for_relations
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.scopes import require_role
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce
from chancery.platform.jobs.actions import enqueue
from chancery.platform.storage.actions import put_bytes
from chancery.platform.storage.queries import read_bytes

Advance = Callable[[int, int], None]
AT_ONCE: Final = 2_000
"""Documents changed while the page waits."""
CHUNK: Final = 1_000
MOST: Final = 1_000_000
NAMED: Final = 50
"""Control numbers that stand in the record of one act."""
NOTE_NEEDED: Final = ("hold", "accept")


class NothingChosen(Refused):
    """No document was chosen."""

    code = "nothing_chosen"


class ReasonMissing(Refused):
    """The act needs a reason."""

    code = "reason_missing"


class TagMissing(Refused):
    """A tag without a name."""

    code = "tag_missing"


class CannotBeTakenBack(Refused):
    """The act is already taken back, or not done yet."""

    code = "cannot_be_taken_back"


def change_documents(
    *,
    actor: Actor,
    matter_id: str,
    act: str,
    document_ids: Sequence[str],
    at: datetime,
    value: str = "",
    note: str = "",
) -> ChangeRecord:
    """Do one act on chosen documents; unknown and hidden ids are left out.

    act: "tag", "untag" (value: the tag's name), "hold", "accept" (note: the reason), "lift", "review", "set_aside"
    (value: why), "bring_back", "apart" (copies become documents of their own). Beyond 2,000 documents it is carried
    out in the background: state "waiting".
    Raises NotFound for a hidden matter, Refused where nothing was chosen or a tag or reason is missing.
    """
    if act not in KINDS:
        raise NotFound
    matter = policies.matter(actor, matter_id)
    require_role(actor, *KINDS[act].roles)
    wanted = list(dict.fromkeys(document_ids))[:MOST]
    if not wanted:
        raise NothingChosen(gettext_noop("Choose at least one document."))
    reason = " ".join(note.split())[:500]
    if act in NOTE_NEEDED and not reason:
        raise ReasonMissing(gettext_noop("Give a reason: it stands in the record of every document."))
    row = _ordered(actor, (matter.tenant_id, matter_id), act, wanted, (value, reason), at)
    if len(wanted) <= AT_ONCE:
        carry_out(actor=actor, change_id=row.id, at=at)
    row.refresh_from_db()
    return change_record(row, actor)


def set_aside_now(*, actor: Actor, place: tuple[str, str], value: str, ids: Sequence[str], at: datetime) -> str:
    """Set documents aside by a plan or a rule, in background work; returns the act's id (system-side).

    place: ids of client and matter. value: why, as the list of documents shows it.
    """
    row = _ordered(actor, place, Change.Act.SET_ASIDE, list(ids), (value, ""), at, background=False)
    carry_out(actor=actor, change_id=row.id, at=at)
    return row.id


def _ordered(
    actor: Actor,
    place: tuple[str, str],
    act: str,
    wanted: Sequence[str],
    said: tuple[str, str],
    at: datetime,
    *,
    background: bool = True,
) -> Change:
    """Enter an act that is to be done. said: its value and its reason."""
    tenant_id, matter_id = place
    blob = put_bytes(tenant_id=tenant_id, matter_id=matter_id, data="\n".join(wanted).encode())
    with transaction.atomic():
        row = Change.objects.create(
            tenant_id=tenant_id,
            matter_id=matter_id,
            act=act,
            value=_value(tenant_id, matter_id, act, said[0], at),
            note=said[1],
            chosen=len(wanted),
            ids_blob_id=blob.id,
            by=actor.user_id,
            by_label=actor.label,
            at=at,
        )
        if background and len(wanted) > AT_ONCE:
            _in_background(actor, row, at, undo=False)
    return row


def carry_out(*, actor: Actor, change_id: str, at: datetime, advance: Advance | None = None) -> None:
    """Carry an act out on the documents that are left to do; safe to kill and to repeat."""
    row = policies.change(actor, change_id)
    wanted = read_bytes(blob_id=row.ids_blob_id).decode().split("\n")
    while row.state == Change.State.WAITING:
        with transaction.atomic():
            row = Change.objects.select_for_update().get(id=change_id)
            if row.state != Change.State.WAITING:
                return
            chunk = wanted[row.done : row.done + CHUNK]
            _change_chunk(actor, row, chunk, at)
            row.done += len(chunk)
            if row.done >= len(wanted):
                row.state = Change.State.DONE
                _recount_tag(row)
                _record(actor, row, "documents.changed", at)
            row.save(update_fields=["done", "changed", "barred", "state"])
        if advance is not None:
            advance(row.done, len(wanted))
    _compare_again(actor, row, at)


def undo_change(*, actor: Actor, change_id: str, at: datetime) -> ChangeRecord:
    """Take an act back on every document it made a difference to.

    Raises NotFound for a hidden act, Refused ``cannot_be_taken_back`` for one that is not done or is taken back
    already. Documents added to review leave their batches, except those somebody has decided on. Beyond 2,000
    documents it goes on in the background.
    """
    row = policies.change(actor, change_id)
    require_role(actor, *KINDS[row.act].roles)
    if row.state != Change.State.DONE:
        raise CannotBeTakenBack(gettext_noop("This act cannot be taken back, or was taken back already."))
    if row.changed > AT_ONCE:
        with transaction.atomic():
            _in_background(actor, row, at, undo=True)
    else:
        take_back(actor=actor, change_id=change_id, at=at)
    row.refresh_from_db()
    return change_record(row, actor)


def take_back(*, actor: Actor, change_id: str, at: datetime, advance: Advance | None = None) -> None:
    """Put back what stood before an act, a thousand documents at a time; safe to kill and to repeat."""
    row = policies.change(actor, change_id)
    back = KINDS[row.act].back
    last = 0
    done = 0
    while row.state == Change.State.DONE:
        with transaction.atomic():
            row = Change.objects.select_for_update().get(id=change_id)
            if row.state != Change.State.DONE:
                return
            items = list(
                row.items.filter(id__gt=last).order_by("id").values_list("id", "document_id", "before")[:CHUNK]
            )
            back(row, {document_id: before for _, document_id, before in items})
            last, done = (items[-1][0] if items else last), done + len(items)
            if len(items) < CHUNK:
                row.state, row.undone_at, row.undone_by_label = Change.State.UNDONE, at, actor.label
                row.save(update_fields=["state", "undone_at", "undone_by_label"])
                _recount_tag(row)
                _no_longer_wanted(row, at)
                _record(actor, row, "documents.change_undone", at)
        if advance is not None:
            advance(done, row.changed)
    _compare_again(actor, row, at)


def change_record(row: Change, actor: Actor) -> ChangeRecord:
    """Return the plain record of an act; can_undo: the actor may take it back now."""
    kind = KINDS[row.act]
    allowed = row.state == Change.State.DONE and row.changed > 0
    return ChangeRecord(
        id=row.id,
        matter_id=row.matter_id,
        act=row.act,
        value=row.value,
        note=row.note,
        state=row.state,
        chosen=row.chosen,
        done=row.done,
        changed=row.changed,
        barred=row.barred,
        by_label=row.by_label,
        at=row.at,
        undone_by_label=row.undone_by_label,
        undone_at=row.undone_at,
        can_undo=allowed and actor.has(*kind.roles),
    )


def _value(tenant_id: str, matter_id: str, act: str, value: str, at: datetime) -> str:
    """Return what the act carries: for tags the id of the tag, made if its name is new."""
    if act not in ("tag", "untag"):
        return value.strip()[:200]
    name = " ".join(value.split())[:60]
    if not name:
        raise TagMissing(gettext_noop("Give the tag a name."))
    known = Tag.objects.filter(matter_id=matter_id, folded=name.casefold()[:60])
    if act == "untag":
        found = known.first()
        if found is None:
            raise TagMissing(gettext_noop("There is no tag “%(name)s” in this matter."), name=name)
        return found.id
    row, _ = known.get_or_create(
        matter_id=matter_id,
        folded=name.casefold()[:60],
        defaults={"tenant_id": tenant_id, "name": name, "created_at": at},
    )
    return row.id


def _change_chunk(actor: Actor, row: Change, chunk: Sequence[str], at: datetime) -> None:
    kind = KINDS[row.act]
    visible = policies.documents_for(actor).filter(matter_id=row.matter_id, id__in=chunk)
    rows = [Row(*values) for values in visible.order_by("sequence").values_list(*Row.FIELDS)]
    allowed = [each for each in rows if not kind.barred(each)]
    changed = kind.forth(row, allowed)
    ChangeItem.objects.bulk_create(
        [ChangeItem(change=row, document_id=key, before=before) for key, before in changed.items()],
        batch_size=500,
        ignore_conflicts=True,
    )
    row.changed += len(changed)
    row.barred += len(rows) - len(allowed)
    if row.act == Change.Act.REVIEW and changed:
        place = {"tenant_id": row.tenant_id, "matter_id": row.matter_id}
        announce(ReviewWanted(**place, document_ids=sorted(changed), change_id=row.id), at=at)


def _no_longer_wanted(row: Change, at: datetime) -> None:
    """Say, in pieces, which documents are no longer wanted in review."""
    if row.act != Change.Act.REVIEW:
        return
    ids = list(row.items.order_by("id").values_list("document_id", flat=True))
    place = {"tenant_id": row.tenant_id, "matter_id": row.matter_id}
    for start in range(0, len(ids), CHUNK):
        piece = sorted(ids[start : start + CHUNK])
        announce(ReviewNotWanted(**place, document_ids=piece, change_id=row.id), at=at)


def _recount_tag(row: Change) -> None:
    if row.act in (Change.Act.TAG, Change.Act.UNTAG):
        Tag.objects.filter(id=row.value).update(documents=TagMark.objects.filter(tag_id=row.value).count())


def _compare_again(actor: Actor, row: Change, at: datetime) -> None:
    """Where copies were taken apart or put together, find the copies anew and have the rest compared."""
    if row.act != Change.Act.APART or not row.changed:
        return
    changed = duplicates.roll_up(matter_id=row.matter_id)
    for collection_id in Collection.objects.filter(matter_id=row.matter_id).values_list("id", flat=True):
        tallies.refresh(collection_id=collection_id)
    with transaction.atomic():
        key = f"{row.id}:{row.state}"
        duplicates.tell_related(tenant_id=row.tenant_id, matter_id=row.matter_id, ids=changed, at=at)
        ask_for_relations(actor=actor, tenant_id=row.tenant_id, matter_id=row.matter_id, key=key, at=at)


def _in_background(actor: Actor, row: Change, at: datetime, *, undo: bool) -> None:
    enqueue(
        name=SECOND_HALF[undo],
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        payload={"change_id": row.id},
        actor=actor,
        at=at,
        idempotency_key=f"{SECOND_HALF[undo]}:{row.id}",
    )


def _record(actor: Actor, row: Change, act: str, at: datetime) -> None:
    """One entry for the whole act: counts, the hash of the sorted ids, and the first numbers."""
    ids = sorted(row.items.values_list("document_id", flat=True))
    numbers = row.items.order_by("document__sequence").values_list("document__control_number", flat=True)[:NAMED]
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type="change",
        object_id=row.id,
        matter_id=row.matter_id,
        label=f"{row.act}: {row.changed}",
        at=at,
        after={"act": row.act, "value": tag_names([row]).get(row.value, row.value), "note": row.note},
        detail={
            "chosen": row.chosen,
            "changed": row.changed,
            "barred": row.barred,
            "documents_sha256": hashlib.sha256("\n".join(ids).encode()).hexdigest(),
            "documents": list(numbers),
        },
    )


def tag_names(rows: Iterable[Change]) -> Mapping[str, str]:
    """Return the names of the tags that acts put on or took off, by the tag's id; at most one query."""
    ids = {row.value for row in rows if row.act in (Change.Act.TAG, Change.Act.UNTAG)}
    return dict(Tag.objects.filter(id__in=ids).values_list("id", "name")) if ids else {}
