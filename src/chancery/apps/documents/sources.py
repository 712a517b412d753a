"""Planning a source of evidence and having it fetched: what, whose, how to process it, with which passwords."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from chancery.apps.documents import policies
from chancery.apps.documents.act_records import SourceRecord
from chancery.apps.documents.fetching import folders, webpage
from chancery.apps.documents.laying_out import scratch_folder
from chancery.apps.documents.models import Source
from chancery.engines.ingest.known import write_known
from chancery.foundation.errors import Refused
from chancery.platform.access.actors import system_actor
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.jobs.actions import enqueue
from chancery.platform.storage.actions import put_bytes, put_file
from chancery.platform.storage.queries import read_bytes

FETCH: Final = "documents.fetch"
INTERVALS: Final = (5, 15, 60, 1440)
"""Minutes between two looks into a watched folder."""
OPTIONS: Final = ("date_from", "date_to", "ocr", "embedded_images")
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "upload": (),
    "folder": ("root",),
    "watched": ("root", "minutes"),
    "mailbox": ("host", "port", "user"),
    "web": ("address",),
}


class PlanIncomplete(Refused):
    """Something the source needs is not said yet."""

    code = "plan_incomplete"


class AlreadyStarted(Refused):
    """The source is being fetched or was fetched: its plan stands."""

    code = "already_started"


@transaction.atomic
def plan_source(
    *, actor: Actor, matter_id: str, kind: str, name: str, at: datetime, source_label: str = "", time_zone: str = "UTC"
) -> str:
    """Begin the plan of a source; returns its id.

    kind: "upload", "folder", "watched", "mailbox" or "web". time_zone: IANA name in which days are shown and read.
    """
    policies.require_collector(actor)
    matter = policies.matter(actor, matter_id)
    row = Source.objects.create(
        tenant_id=matter.tenant_id,
        matter_id=matter_id,
        kind=Source.Kind(kind),
        name=" ".join(name.split())[:200] or kind,
        source_label=source_label.strip()[:200],
        time_zone=time_zone,
        settings={"ocr": True},
        created_by=actor.user_id,
        created_by_label=actor.label,
        created_at=at,
    )
    _record(actor, row, "source.planned", at)
    return row.id


@transaction.atomic
def say_where(*, actor: Actor, source_id: str, values: Mapping[str, Any], at: datetime, password: str = "") -> None:
    """Keep where a source lies. The mailbox's password is kept encrypted under the matter's key, nowhere else.

    Refused: ``source_unreachable`` for a folder outside the allowed ones, ``address_refused`` for no address of a page.
    """
    row = _draft(actor, source_id)
    if row.kind in (Source.Kind.FOLDER, Source.Kind.WATCHED):
        folders.folder_at(root=str(values.get("root", "")), folder=str(values.get("folder", "")))
    if row.kind == Source.Kind.WEB:
        webpage.checked(str(values.get("address", "")))
    if password:
        row.secret_blob_id = put_bytes(tenant_id=row.tenant_id, matter_id=row.matter_id, data=password.encode()).id
    row.settings = {**row.settings, **dict(values)}
    row.save(update_fields=["settings", "secret_blob_id"])
    _record(actor, row, "source.changed", at)


@transaction.atomic
def say_whose(*, actor: Actor, source_id: str, name: str, custodian: str, source_label: str, at: datetime) -> None:
    """Keep the name of a source, whose files these are and where they come from in words."""
    row = _draft(actor, source_id)
    row.name = " ".join(name.split())[:200] or row.name
    row.custodian, row.source_label = custodian.strip()[:200], source_label.strip()[:200]
    row.save(update_fields=["name", "custodian", "source_label"])
    _record(actor, row, "source.changed", at)


def say_options(
    *,
    actor: Actor,
    source_id: str,
    time_zone: str,
    at: datetime,
    date_from: date | None = None,
    date_to: date | None = None,
    ocr: bool = True,
    embedded_images: bool = False,
    hash_list: Path | None = None,
) -> None:
    """Keep how the files are processed.

    date_from, date_to: days; documents outside are set aside, not lost. hash_list: a text file with SHA-256 or MD5
    values of known system files, which are recorded and not read. Refused ``hash_list`` if it holds none.
    """
    row = _draft(actor, source_id)
    blob_id, known = row.hashes_blob_id, row.settings.get("hashes", 0)
    if hash_list is not None:
        with scratch_folder("hashes") as folder:
            known = write_known(source=hash_list, target=folder / "sorted")
            blob_id = put_file(tenant_id=row.tenant_id, matter_id=row.matter_id, path=folder / "sorted").id
    with transaction.atomic():
        row = _draft(actor, source_id)
        row.time_zone, row.hashes_blob_id = time_zone, blob_id
        row.settings = {
            **row.settings,
            "date_from": date_from.isoformat() if date_from else "",
            "date_to": date_to.isoformat() if date_to else "",
            "ocr": ocr,
            "embedded_images": embedded_images,
            "hashes": known,
            "options_seen": True,
        }
        row.save(update_fields=["settings", "time_zone", "hashes_blob_id"])
        row.collections.filter(state="receiving").update(time_zone=time_zone)
        _record(actor, row, "source.changed", at)


@transaction.atomic
def say_passwords(*, actor: Actor, source_id: str, passwords: Sequence[str], at: datetime) -> int:
    """Keep passwords to try on every encrypted file of a source, encrypted; returns how many there are now."""
    row = _draft(actor, source_id)
    known = json.loads(read_bytes(blob_id=row.passwords_blob_id)) if row.passwords_blob_id else []
    every = list(dict.fromkeys([*known, *(each for each in passwords if each)]))[:500]
    row.passwords_blob_id = put_bytes(
        tenant_id=row.tenant_id, matter_id=row.matter_id, data=json.dumps(every).encode()
    ).id
    row.settings = {**row.settings, "passwords": len(every)}
    row.save(update_fields=["passwords_blob_id", "settings"])
    _record(actor, row, "source.changed", at)
    return len(every)


@transaction.atomic
def start_source(*, actor: Actor, source_id: str, at: datetime) -> str:
    """Have a source fetched, or a folder watched; returns the id of the background work. Safe to repeat.

    Refused ``plan_incomplete`` while something it needs is not said.
    """
    policies.require_collector(actor)
    row = _locked(actor, source_id)
    lacking = missing_parts(row)
    if lacking:
        raise PlanIncomplete(gettext_noop("The plan is not complete: say where the files are first."))
    if row.state in (Source.State.DRAFT, Source.State.FAILED, Source.State.PAUSED):
        row.state = Source.State.WATCHING if row.kind == Source.Kind.WATCHED else Source.State.FETCHING
        row.problem = ""
        row.next_run_at = at + timedelta(minutes=int(row.settings.get("minutes", 0) or 0))
        row.save(update_fields=["state", "problem", "next_run_at"])
        _record(actor, row, "source.started", at)
    return _have_fetched(actor, row, at, at.isoformat())


@transaction.atomic
def pause_source(*, actor: Actor, source_id: str, at: datetime) -> None:
    """Stop watching a folder; safe to repeat. ``start_source`` goes on."""
    policies.require_collector(actor)
    row = _locked(actor, source_id)
    if row.state == Source.State.WATCHING:
        row.state, row.next_run_at = Source.State.PAUSED, None
        row.save(update_fields=["state", "next_run_at"])
        _record(actor, row, "source.paused", at)


def watch_sources(at: datetime) -> None:
    """Have due watched folders looked into; called every minute by the worker, once however many workers run."""
    due = Source.objects.select_for_update().filter(state=Source.State.WATCHING, next_run_at__lte=at)
    for row in due[:50]:
        _have_fetched(system_actor(tenant_id=row.tenant_id), row, at, str(row.next_run_at))
        row.next_run_at = at + timedelta(minutes=max(1, int(row.settings["minutes"])))
        row.save(update_fields=["next_run_at"])


def missing_parts(row: Source) -> list[str]:
    """Return what the plan still lacks, by name of the setting."""
    lacking = [name for name in _NEEDED[row.kind] if not row.settings.get(name)]
    return [*lacking, "password"] if row.kind == Source.Kind.MAILBOX and not row.secret_blob_id else lacking


def source_record(row: Source) -> SourceRecord:
    """Return the plain record of a source; no secret is in it."""
    return SourceRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        kind=row.kind,
        name=row.name,
        source_label=row.source_label,
        custodian=row.custodian,
        time_zone=row.time_zone,
        settings=dict(row.settings),
        has_secret=bool(row.secret_blob_id),
        passwords=int(row.settings.get("passwords", 0)),
        hashes=int(row.settings.get("hashes", 0)),
        state=row.state,
        problem=row.problem,
        missing=tuple(missing_parts(row)),
        next_run_at=row.next_run_at,
        last_run_at=row.last_run_at,
        created_by=row.created_by_label,
        created_at=row.created_at,
    )


def sources_of(*, actor: Actor, matter_id: str) -> list[SourceRecord]:
    """Return the sources of a matter that are not plain uploads, newest first. Raises NotFound if it is hidden."""
    policies.matter(actor, matter_id)
    rows = policies.sources_for(actor).filter(~Q(kind=Source.Kind.UPLOAD), matter_id=matter_id)
    return [source_record(row) for row in rows.order_by("-created_at", "-id")[:100]]


def source(*, actor: Actor, source_id: str) -> SourceRecord:
    """Return one source or raise NotFound."""
    return source_record(policies.source(actor, source_id))


def _have_fetched(actor: Actor, row: Source, at: datetime, key: str) -> str:
    return enqueue(
        name=FETCH,
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        payload={"source_id": row.id},
        actor=actor,
        at=at,
        idempotency_key=f"{FETCH}:{row.id}:{key}",
    ).id


def _locked(actor: Actor, source_id: str) -> Source:
    policies.source(actor, source_id)
    return Source.objects.select_for_update().get(id=source_id)


def _draft(actor: Actor, source_id: str) -> Source:
    """Return a source whose plan may still be changed: nothing of it was fetched, or its upload is still open."""
    policies.require_collector(actor)
    row = policies.source(actor, source_id)
    stands = row.state not in (Source.State.DRAFT, Source.State.FAILED, Source.State.PAUSED)
    if stands or row.collections.exclude(state="receiving").exists():
        raise AlreadyStarted(gettext_noop("“%(name)s” is being fetched: its plan stands."), name=row.name)
    return row


def _record(actor: Actor, row: Source, act: str, at: datetime) -> None:
    shown = {name: value for name, value in row.settings.items() if name != "options_seen"}
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type="source",
        object_id=row.id,
        matter_id=row.matter_id,
        label=row.name,
        at=at,
        after={"kind": row.kind, "custodian": row.custodian, "time_zone": row.time_zone, **shown},
    )
