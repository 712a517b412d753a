"""Writing a signed volume: from the evidence to numbered pages, then into the store, then to the client."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings as installation
from django.db import transaction

from chancery.apps.documents.queries import ReviewableRecord, native_blob_of, reviewable_documents, text_for
from chancery.apps.operations.actions.clocks import meet_clock
from chancery.apps.production import events
from chancery.apps.production.actions.releasing import hash_now, lock_production, void
from chancery.apps.production.models import ProducedDocument, Production, VolumeFile
from chancery.engines.production.values import Produced, ProductionItem, VolumeReport, VolumeSettings
from chancery.engines.production.volume import write_volume
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce
from chancery.platform.storage.batches import put_many
from chancery.platform.storage.keys import holding_keys
from chancery.platform.storage.queries import copy_to

Tell = Callable[[int, int], None]


def write_signed_production(*, actor: Actor, production_id: str, at: datetime, workers: int, tell: Tell) -> None:
    """Write the volume that an attorney signed, if it is still exactly that; otherwise void it.

    Safe to repeat: the volume has the same bytes each time, and a delivered one is left as it is.
    """
    production = _begin(actor=actor, production_id=production_id, at=at)
    if production is None:
        return
    with tempfile.TemporaryDirectory(dir=installation.HOME.scratch, prefix=f"volume-{os.getpid()}-") as folder:
        natives = Path(folder, "natives")
        natives.mkdir()
        report, keys = _write(production, natives, Path(folder, "volume"), workers, tell)
        files = _store(production, Path(folder, "volume"))
    _deliver(actor=actor, production_id=production_id, report=report, keys=keys, files=files, at=at)


@transaction.atomic
def _begin(*, actor: Actor, production_id: str, at: datetime) -> Production | None:
    production = lock_production(actor=actor, production_id=production_id)
    if production.state not in (Production.State.SIGNED, Production.State.WRITING):
        return None
    if hash_now(production=production) != production.release_hash:
        void(actor=actor, production=production, reason="Something changed after the attorney signed.", at=at)
        return None
    production.state = Production.State.WRITING
    production.save(update_fields=["state"])
    return production


@holding_keys()
def _write(
    production: Production, natives: Path, out: Path, workers: int, tell: Tell
) -> tuple[VolumeReport, dict[str, str]]:
    places = list(ProducedDocument.objects.filter(production=production, in_volume=True).order_by("position"))
    records = {
        item.id: item
        for item in reviewable_documents(
            tenant_id=production.tenant_id,
            matter_id=production.matter_id,
            document_ids=[place.document_id for place in places],
        )
    }
    keys = volume_keys(records=[records[place.document_id] for place in places])
    items = [_item(production, place, records[place.document_id], keys, natives) for place in places]
    report = write_volume(
        items=items,
        settings=VolumeSettings(
            prefix=production.prefix,
            volume=production.volume,
            start=production.first_number,
            width=production.width,
            confidentiality=production.confidentiality,
            timezone=production.time_zone,
        ),
        out=out,
        workers=workers,
        on_progress=tell,
    )
    return report, {key: document_id for document_id, key in keys.items()}


def volume_keys(*, records: Sequence[ReviewableRecord]) -> dict[str, str]:
    """Return a key for each document id that depends on the evidence alone, never on row ids."""
    keys: dict[str, str] = {}
    taken: dict[str, int] = {}
    for item in records:
        count = taken[item.item_key] = taken.get(item.item_key, 0) + 1
        keys[item.id] = item.item_key if count == 1 else f"{item.item_key}-{count}"
    return keys


def _item(
    production: Production, place: ProducedDocument, found: ReviewableRecord, keys: dict[str, str], natives: Path
) -> ProductionItem:
    native: Path | None = None
    text: str | None = None
    if not place.withheld:
        blob_id = native_blob_of(tenant_id=production.tenant_id, document_id=found.id)
        if blob_id:
            native = natives / f"{place.position}{Path(found.name).suffix[:12]}"
            copy_to(blob_id=blob_id, path=native)
        if found.text_length:
            text = text_for(tenant_id=production.tenant_id, document_id=found.id)
    return ProductionItem(
        key=keys[found.id],
        family_key=keys[place.family_key],
        parent_key=keys.get(place.parent_key),
        custodian=found.custodian,
        path=found.path,
        name=found.name,
        media_type=found.media_type,
        kind=found.kind,
        sha256=found.sha256,
        md5=found.md5,
        size=found.size,
        all_custodians=tuple(place.all_custodians),
        all_paths=tuple(place.all_paths),
        native=native,
        text=text,
        metadata=found.metadata,
        withheld=place.withheld,
        confidentiality=LEGENDS.get(place.confidentiality, ""),
    )


# Legends of the coding form; a document without one of its own carries the volume's.
LEGENDS = {"confidential": "", "eyes_only": "ATTORNEYS' EYES ONLY"}


def _store(production: Production, volume: Path) -> list[VolumeFile]:
    paths = sorted(path for path in volume.rglob("*") if path.is_file())
    found: list[VolumeFile] = []
    for start in range(0, len(paths), 200):
        part = paths[start : start + 200]
        blobs = put_many(tenant_id=production.tenant_id, matter_id=production.matter_id, contents=part)
        found += [
            VolumeFile(
                production_id=production.id,
                path=path.relative_to(volume).as_posix(),
                blob_id=blob.id,
                sha256=blob.sha256,
                size=blob.size,
            )
            for path, blob in zip(part, blobs, strict=True)
        ]
    return found


@transaction.atomic
def _deliver(
    *,
    actor: Actor,
    production_id: str,
    report: VolumeReport,
    keys: dict[str, str],
    files: list[VolumeFile],
    at: datetime,
) -> None:
    production = lock_production(actor=actor, production_id=production_id)
    if production.state != Production.State.WRITING:
        return
    VolumeFile.objects.filter(production=production).delete()
    VolumeFile.objects.bulk_create(files, batch_size=500)
    _number(production, report.documents, keys)
    production.counts = {**production.counts, **_counts(production, report)}
    production.state, production.delivered_at = Production.State.DELIVERED, at
    production.save(update_fields=["counts", "state", "delivered_at"])
    record(
        tenant_id=production.tenant_id,
        actor=actor,
        act="production.delivered",
        object_type="production",
        object_id=production.id,
        matter_id=production.matter_id,
        label=production.volume,
        at=at,
        after={"manifest_sha256": report.manifest_sha256, "pages": report.pages, "hash": production.release_hash},
    )
    meet_clock(
        actor=actor, matter_id=production.matter_id, evidence=f"{production.volume} {report.manifest_sha256}", at=at
    )
    announce(
        events.ProductionDelivered(
            tenant_id=production.tenant_id,
            matter_id=production.matter_id,
            production_id=production.id,
            pages=report.pages,
            documents=len(report.documents),
        ),
        at=at,
    )


def _counts(production: Production, report: VolumeReport) -> dict[str, int | str]:
    return {
        "pages": report.pages,
        "natives": report.natives,
        "texts": report.texts,
        "slip_sheets": report.slip_sheets,
        "first": str(report.documents[0].begin),
        "last": str(report.documents[-1].end),
        "last_number": production.first_number + report.pages - 1,
        "manifest_sha256": report.manifest_sha256,
    }


def _number(production: Production, documents: Sequence[Produced], keys: dict[str, str]) -> None:
    made = {keys[item.key]: item for item in documents}
    places = list(ProducedDocument.objects.filter(production=production, in_volume=True))
    for place in places:
        item = made[place.document_id]
        place.begin, place.end, place.pages = str(item.begin), str(item.end), item.pages
    ProducedDocument.objects.bulk_update(places, ["begin", "end", "pages"], batch_size=200)
