"""The privilege log of a production, from the documents that are withheld."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from chancery.apps.documents.queries import ReviewableRecord, reviewable_documents
from chancery.apps.production import policies
from chancery.apps.production.models import ProducedDocument, Production
from chancery.engines.production.privilege import LogEntry, LogWarning, privilege_log
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor


def _people(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "; ".join(str(item) for item in value)
    return str(value or "")


def _entry(place: ProducedDocument, found: ReviewableRecord, family: str) -> LogEntry:
    metadata = found.metadata
    return LogEntry(
        bates=place.begin,
        family=family,
        doc_type=found.kind,
        date=found.sort_date.date().isoformat() if found.sort_date else "",
        author=_people(metadata.get("from")) or found.author,
        to=_people(metadata.get("to")),
        cc=_people(metadata.get("cc")),
        bcc=_people(metadata.get("bcc")),
        subject=found.title or found.name,
        privilege=place.privilege,
        description=place.description,
        custodian="; ".join(place.all_custodians),
    )


def write_privilege_log(*, actor: Actor, production_id: str) -> tuple[bytes, tuple[LogWarning, ...]]:
    """Return the privilege log as CSV and what a lawyer should look at again; raises NotFound.

    One line per withheld document, in the order of the production, also those of families withheld whole.
    """
    production: Production | None = policies.productions_for(actor).filter(id=production_id).first()
    if production is None:
        raise NotFound
    places = list(ProducedDocument.objects.filter(production=production, withheld=True).order_by("position"))
    heads = dict(
        ProducedDocument.objects.filter(production=production, document_id__in={p.family_key for p in places})
        .exclude(begin="")
        .values_list("document_id", "begin")
    )
    records = {
        item.id: item
        for item in reviewable_documents(
            tenant_id=production.tenant_id,
            matter_id=production.matter_id,
            document_ids=[place.document_id for place in places],
        )
    }
    families = {key: heads.get(key, f"FAM{number:05d}") for number, key in enumerate(_order(places), start=1)}
    entries = [_entry(place, records[place.document_id], families[place.family_key]) for place in places]
    with tempfile.TemporaryDirectory(dir=settings.HOME.scratch, prefix="log-") as folder:
        out = Path(folder, "privilege-log.csv")
        warnings = privilege_log(entries=entries, out=out)
        return out.read_bytes(), warnings


def _order(places: list[ProducedDocument]) -> list[str]:
    return list(dict.fromkeys(place.family_key for place in places))


def privilege_log_csv(*, actor: Actor, production_id: str) -> bytes:
    """Return the privilege log as CSV; raises NotFound."""
    return write_privilege_log(actor=actor, production_id=production_id)[0]
