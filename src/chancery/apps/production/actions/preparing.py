"""Choosing and checking what leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from chancery.apps.documents.queries import reviewable_documents
from chancery.apps.matters.queries import MatterRecord, matter
from chancery.apps.operations.actions.checklists import open_checklist
from chancery.apps.operations.queries.quality import latest_sample
from chancery.apps.production import policies
from chancery.apps.production.actions.voiding import void
from chancery.apps.production.models import ProducedDocument, Production
from chancery.apps.production.selection import Selection, choose, release_hash
from chancery.apps.review.actions.looks import KIND as SAMPLE_KIND
from chancery.apps.review.queries.progress import decisions
from chancery.foundation.errors import NotFound, Refused
from chancery.foundation.identifiers import BatesNumber
from chancery.platform.audit.actions import record
from chancery.platform.tenancy.actors import Actor

VOLUME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")
LONGEST_PREFIX = 12
LONGEST_LEGEND = 60
LIVE = (
    Production.State.PREPARED,
    Production.State.AWAITING,
    Production.State.SIGNED,
    Production.State.WRITING,
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check before release: ``ok``, ``warning`` (shown to the attorney) or ``blocked``."""

    key: str
    state: str
    count: int


def settings_of(production: Production) -> dict[str, Any]:
    """Return the settings that the release hash covers."""
    return {
        "volume": production.volume,
        "prefix": production.prefix,
        "first_number": production.first_number,
        "width": production.width,
        "confidentiality": production.confidentiality,
        "time_zone": production.time_zone,
    }


def current_selection(*, tenant_id: str, matter_id: str) -> Selection:
    """Return what would leave if the production were prepared now."""
    return choose(
        records=reviewable_documents(tenant_id=tenant_id, matter_id=matter_id),
        decisions=decisions(matter_id=matter_id),
    )


def checks_of(*, selection: Selection, matter_id: str) -> list[Check]:
    """Return the checks in the order of the page; a blocked one stops the production."""
    sample = latest_sample(matter_id=matter_id, kind=SAMPLE_KIND)
    waiting = sample.size - sample.done if sample and sample.state == "open" else 0
    inside = selection.in_volume
    redaction = sum(item.redaction for item in inside)
    undescribed = sum(1 for item in selection.documents if item.withheld and not item.description)
    uncoded = sum(item.uncoded for item in selection.documents)

    def check(key: str, count: int, *, blocks: bool = False) -> Check:
        return Check(key, "ok" if not count else "blocked" if blocks else "warning", count)

    return [
        Check("chosen", "ok" if inside else "blocked", len(inside)),
        Check("families_whole", "ok", len({item.family_key for item in inside})),
        Check("copies_rolled_up", "ok", selection.suppressed_copies),
        Check("withheld", "ok", sum(item.withheld for item in selection.documents)),
        check("second_look_missing", int(sample is None), blocks=True),
        check("second_look_open", waiting),
        check("second_look_waived", int(sample is not None and sample.state == "waived")),
        check("overturns_open", sample.unresolved if sample else 0, blocks=True),
        check("redaction_pending", redaction, blocks=True),
        check("privilege_undescribed", undescribed, blocks=True),
        check("uncoded_in_families", uncoded),
        check("exceptions_outside", selection.exceptions_outside),
    ]


REPLACED = gettext_noop("Replaced by a newer production.")
BLOCKED = {
    "chosen": gettext_noop("No document is coded responsive, so there is nothing to produce."),
    "second_look_missing": gettext_noop("The second look has not been drawn."),
    "overturns_open": gettext_noop("Differences between the first and the second look still to settle: %(count)s."),
    "redaction_pending": gettext_noop(
        "%(count)s documents are marked for redaction; they cannot leave until that is done."
    ),
    "privilege_undescribed": gettext_noop("Withheld documents without a description for the privilege log: %(count)s."),
}


def next_volume(*, actor: Actor, matter_id: str) -> tuple[str, int]:
    """Return the name of the next volume of a matter and its first number, after what was delivered."""
    volumes = policies.productions_for(actor).filter(matter_id=matter_id, state=Production.State.DELIVERED)
    last = max((item.counts.get("last_number", 0) for item in volumes), default=0)
    return f"VOL{len(volumes) + 1:03d}", last + 1


@transaction.atomic
def prepare_production(
    *,
    actor: Actor,
    matter_id: str,
    at: datetime,
    confidentiality: str = "CONFIDENTIAL",
    settings: Mapping[str, Any] | None = None,
) -> str:
    """Choose what leaves, check it, and open its checklist; returns the production's id.

    settings: ``volume`` and ``prefix`` where they differ from the next volume and the prefix of the matter.
    An unfinished production of the matter is replaced, and a sign-off on it voided. Raises Refused with the code of
    the first check that blocks, ``production_under_way`` while one is being written, ``volume_name``,
    ``volume_taken``, ``bates_invalid`` or ``legend_invalid`` for settings that cannot be printed, and NotFound.
    """
    if not policies.may_prepare(actor):
        raise NotFound
    found = matter(actor=actor, matter_id=matter_id)
    selection = current_selection(tenant_id=found.tenant_id, matter_id=matter_id)
    checks = checks_of(selection=selection, matter_id=matter_id)
    for check in checks:
        if check.state == "blocked":
            raise Refused(BLOCKED[check.key], code=check.key, count=check.count)
    live = list(Production.objects.select_for_update().filter(matter_id=matter_id, state__in=LIVE))
    if any(item.state in (Production.State.SIGNED, Production.State.WRITING) for item in live):
        raise Refused("A signed production is being written.", code="production_under_way")
    for item in live:
        void(actor=actor, production=item, reason=REPLACED, at=at)
    production = _create(actor, found, selection, checks, confidentiality, dict(settings or {}), at)
    checklist = open_checklist(
        actor=actor,
        tenant_id=found.tenant_id,
        matter_id=matter_id,
        subject_type="production",
        subject_id=production.id,
        at=at,
    )
    production.checklist_id = checklist.id
    production.save(update_fields=["checklist_id"])
    record(
        tenant_id=found.tenant_id,
        actor=actor,
        act="production.prepared",
        object_type="production",
        object_id=production.id,
        matter_id=matter_id,
        label=production.volume,
        at=at,
        after={"hash": production.release_hash, **production.counts},
    )
    return production.id


def _check_settings(production: Production) -> None:
    """Refuse a volume name, a prefix or a legend that cannot be printed; names become folders on the volume."""
    if not VOLUME.fullmatch(production.volume):
        raise Refused("A volume name has up to 20 letters, digits, hyphens or underscores.", code="volume_name")
    BatesNumber(production.prefix, production.first_number, production.width)
    if len(production.prefix) > LONGEST_PREFIX:
        raise Refused("A prefix has up to 12 characters.", code="bates_invalid")
    if len(production.confidentiality) > LONGEST_LEGEND or not production.confidentiality.isprintable():
        raise Refused("A legend has up to 60 printable characters.", code="legend_invalid")
    delivered = Production.objects.filter(matter_id=production.matter_id, state=Production.State.DELIVERED)
    if delivered.filter(volume__iexact=production.volume).exists():
        raise Refused("A volume with this name was delivered already.", code="volume_taken")


def _create(
    actor: Actor,
    found: MatterRecord,
    selection: Selection,
    checks: list[Check],
    confidentiality: str,
    settings: dict[str, Any],
    at: datetime,
) -> Production:
    volume, first = next_volume(actor=actor, matter_id=found.id)
    production = Production(
        tenant_id=found.tenant_id,
        matter_id=found.id,
        volume=str(settings.get("volume") or volume),
        prefix=str(settings.get("prefix") or found.bates_prefix),
        first_number=first,
        confidentiality=confidentiality,
        checks=[asdict(check) for check in checks],
        counts={
            "documents": len(selection.in_volume),
            "withheld": sum(item.withheld for item in selection.documents),
            "families": len({item.family_key for item in selection.in_volume}),
            "copies_rolled_up": selection.suppressed_copies,
        },
        prepared_by_id=actor.user_id,
        prepared_at=at,
    )
    _check_settings(production)
    production.release_hash = release_hash(selection=selection, settings=settings_of(production))
    production.save(force_insert=True)
    ProducedDocument.objects.bulk_create(
        [
            ProducedDocument(
                production=production,
                document_id=item.document_id,
                position=place,
                family_key=item.family_key,
                parent_key=item.parent_key,
                withheld=item.withheld,
                in_volume=item.in_volume,
                privilege=item.privilege,
                description=item.description,
                confidentiality=item.confidentiality,
                all_custodians=list(item.all_custodians),
                all_paths=list(item.all_paths),
            )
            for place, item in enumerate(selection.documents)
        ],
        batch_size=500,
    )
    return production
