"""Fetching a planned source into a collection; stopped anywhere it goes on where it was and takes nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from imaplib import IMAP4
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_noop

from chancery.apps.documents import policies
from chancery.apps.documents.fetching import folders, mailbox, webpage
from chancery.apps.documents.fetching.values import Fetched, SourceUnreachable
from chancery.apps.documents.intake import Incoming, close_collection, open_collection, path_hash, receive_files
from chancery.apps.documents.laying_out import scratch_folder
from chancery.apps.documents.models import Collection, InputFile, Source
from chancery.apps.documents.names import harmless_path
from chancery.engines.ingest.inventory import hash_file
from chancery.foundation.errors import Refused
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.storage.queries import read_bytes

Advance = Callable[[int, int], None]
EMPTY: Final = gettext_noop("The source held no file.")
PIECE: Final = 32
"""Files received, and the place to go on from moved, together."""


def fetch_source(*, actor: Actor, source_id: str, at: datetime, advance: Advance) -> None:
    """Fetch what a source holds into a collection and have it processed; a watched folder only what is new.

    A source that cannot be reached is marked so, with the reason; it can be started again.
    """
    row = policies.source(actor, source_id)
    if row.state not in (Source.State.FETCHING, Source.State.WATCHING):
        return
    try:
        _GATHER[row.kind](actor, row, at, advance)
    except Refused as trouble:
        _fail(actor, row, trouble, at)
        return
    _close(actor, row, at)


def _from_folder(actor: Actor, row: Source, at: datetime, advance: Advance) -> None:
    total = folders.count(row.settings)
    found = folders.files(row.settings, settled_before=None, known=_known_in(row))
    _receive_all(actor, row, found, at, advance, total)


def _from_watched(actor: Actor, row: Source, at: datetime, advance: Advance) -> None:
    found = folders.files(row.settings, settled_before=at, known=_known_before(row))
    _receive_all(actor, row, found, at, advance, 0)


def _from_mailbox(actor: Actor, row: Source, at: datetime, advance: Advance) -> None:
    password = read_bytes(blob_id=row.secret_blob_id).decode()
    try:
        with scratch_folder("mailbox") as folder, closing(_Session(row.settings, password)) as session:
            total = mailbox.count(session.connection, row.settings)
            known = row.checkpoint.get("folders", {})
            found = mailbox.messages(session.connection, row.settings, folder=folder, checkpoint=known)
            _receive_all(actor, row, found, at, advance, total)
    except (OSError, IMAP4.error) as trouble:
        raise SourceUnreachable(
            gettext_noop("The connection to “%(host)s” broke: %(trouble)s"),
            host=row.settings["host"],
            trouble=str(trouble)[:200],
        ) from trouble


def _from_web(actor: Actor, row: Source, at: datetime, advance: Advance) -> None:
    with scratch_folder("web") as folder:
        pages = webpage.capture(address=row.settings["address"], folder=folder, at=at, advance=advance)
        _receive_all(actor, row, iter(pages), at, advance, len(pages))


class _Session:
    """A connection to a mailbox that is closed in any case."""

    def __init__(self, plan: dict[str, Any], password: str) -> None:
        self.connection = mailbox.opened(plan, password=password)

    def close(self) -> None:
        """Leave the server."""
        try:
            self.connection.logout()
        except (OSError, IMAP4.error):
            self.connection.shutdown()


_GATHER: Final[dict[str, Callable[[Actor, Source, datetime, Advance], None]]] = {
    Source.Kind.FOLDER: _from_folder,
    Source.Kind.WATCHED: _from_watched,
    Source.Kind.MAILBOX: _from_mailbox,
    Source.Kind.WEB: _from_web,
}


def _receive_all(
    actor: Actor, row: Source, found: Iterator[Fetched], at: datetime, advance: Advance, total: int
) -> None:
    """Receive files piece by piece; the place to go on from moves with each piece."""
    collection = _collection(row)
    done = InputFile.objects.filter(collection=collection).count() if collection else 0
    advance(done, max(total, done))
    while piece := list(islice(found, PIECE)):
        if collection is None:
            collection = _open(actor, row, at)
        files = [Incoming(each.path, each.location, row.custodian, each.given_name) for each in piece]
        receive_files(actor=actor, collection_id=collection.id, files=files, at=at)
        marks = [each.mark for each in piece if each.mark]
        if marks:
            _move_on(row, marks)
            for each in piece:
                each.location.unlink(missing_ok=True)
        done += len(piece)
        advance(done, max(total, done))


def _move_on(row: Source, marks: list[dict[str, Any]]) -> None:
    reached = dict(row.checkpoint.get("folders", {}))
    for mark in marks:
        reached |= mark
    row.checkpoint = {**row.checkpoint, "folders": reached}
    row.save(update_fields=["checkpoint"])


def _collection(row: Source) -> Collection | None:
    """Return the collection that is still being received from this source."""
    return row.collections.filter(state=Collection.State.RECEIVING).order_by("number").first()


def _open(actor: Actor, row: Source, at: datetime) -> Collection:
    name = f"{row.name} · {at:%Y-%m-%d %H:%M}" if row.kind == Source.Kind.WATCHED else row.name
    collection_id = open_collection(
        actor=actor,
        matter_id=row.matter_id,
        name=name,
        source_label=row.source_label or _words(row),
        time_zone=row.time_zone,
        source_id=row.id,
        at=at,
    )
    return Collection.objects.get(id=collection_id)


def _words(row: Source) -> str:
    plan = row.settings
    parts = {
        "folder": [plan.get("root"), plan.get("folder")],
        "watched": [plan.get("root"), plan.get("folder")],
        "mailbox": [plan.get("user"), plan.get("host")],
        "web": [plan.get("address")],
    }
    return "/".join(str(part) for part in parts.get(row.kind, []) if part)[:200]


def _known_in(row: Source) -> Callable[[str, int, datetime], bool]:
    """Say of a file whether it lies in the collection already, so that a broken run does not read it again."""
    collection = _collection(row)
    sizes = dict(InputFile.objects.filter(collection=collection).values_list("path_hash", "size")) if collection else {}
    return lambda path, size, changed: sizes.get(path_hash(harmless_path(path))) == size


def _known_before(row: Source) -> Callable[[str, int, datetime], bool]:
    """Say of a file whether it was fetched before as it is: same path and size, and unchanged since, or same bytes."""
    base = folders.folder_at(root=row.settings["root"], folder=row.settings["folder"])
    rows = InputFile.objects.filter(collection__source=row).order_by("received_at")
    before = {
        hashed: (size, sha256, at)
        for hashed, size, sha256, at in rows.values_list("path_hash", "size", "sha256", "received_at")
    }

    def known(path: str, size: int, changed: datetime) -> bool:
        held = before.get(path_hash(harmless_path(path)))
        if held is None or held[0] != size:
            return False
        return (
            changed.timestamp() < held[2].timestamp() - folders.SETTLED
            or hash_file(path=Path(base, path))[1] == held[1]
        )

    return known


def _close(actor: Actor, row: Source, at: datetime) -> None:
    """Close what was received and have it processed."""
    collection = _collection(row)
    if collection is not None:
        close_collection(actor=actor, collection_id=collection.id, at=at)
    with transaction.atomic():
        fresh = Source.objects.select_for_update().get(id=row.id)
        fresh.last_run_at = at
        if collection is None and fresh.state == Source.State.FETCHING:
            fresh.problem = json.dumps({"sentence": EMPTY, "params": {}})
        if fresh.state == Source.State.FETCHING:
            fresh.state = Source.State.DONE
        fresh.save(update_fields=["state", "last_run_at", "problem"])
        _record(actor, fresh, "source.fetched", at, {"collection": collection.id if collection else ""})


@transaction.atomic
def _fail(actor: Actor, row: Source, trouble: Refused, at: datetime) -> None:
    """Mark a source that could not be read, with the reason; a watched folder is looked into again next time."""
    fresh = Source.objects.select_for_update().get(id=row.id)
    fresh.problem = json.dumps({"sentence": trouble.message, "params": trouble.params}, default=str)
    fresh.last_run_at = at
    if fresh.state == Source.State.FETCHING:
        fresh.state = Source.State.FAILED
    fresh.save(update_fields=["state", "problem", "last_run_at"])
    _record(
        actor,
        fresh,
        "source.not_fetched",
        at,
        {"code": trouble.code, "problem": trouble.sentence(trouble.message)[:500]},
    )


def _record(actor: Actor, row: Source, act: str, at: datetime, detail: dict[str, Any]) -> None:
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type="source",
        object_id=row.id,
        matter_id=row.matter_id,
        label=row.name,
        at=at,
        detail=detail,
    )
