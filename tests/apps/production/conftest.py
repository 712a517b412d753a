"""Fixtures of the production tests: a matter whose review is done, and its production on the way."""

from __future__ import annotations

import pytest

from apps.conftest import World
from apps.matter_kit import Kit, kit, staffed_world
from apps.production.decided import decide_first_matter
from chancery.apps.operations.actions.checklists import tick
from chancery.apps.operations.queries.quality import checklist
from chancery.apps.production.actions.preparing import prepare_production
from chancery.apps.production.models import Production, VolumeFile
from chancery.platform.storage.actions import put_bytes

__all__ = ["kit", "staffed_world"]


@pytest.fixture
def decided(kit: Kit) -> Kit:
    """The first matter with every document decided and its second look complete."""
    decide_first_matter(kit)
    return kit


@pytest.fixture
def prepared(decided: Kit) -> str:
    """A prepared production of the first matter."""
    return prepare_production(actor=decided.actor("manager"), matter_id=decided.first.matter_id, at=decided.at)


@pytest.fixture
def ticked(decided: Kit, prepared: str) -> str:
    """A prepared production with its whole checklist ticked."""
    held = checklist(actor=decided.actor("manager"), checklist_id=Production.objects.get(id=prepared).checklist_id)
    for point in held.points:
        evidence = "" if point.evidence_kind == "none" else "Protocol 3, section 2"
        tick(actor=decided.actor("manager"), checklist_id=held.id, key=point.key, evidence=evidence, at=decided.at)
    return prepared


@pytest.fixture
def delivered(decided: Kit, prepared: str, world: World) -> str:
    """A delivered production with three small files; writing real volumes has its own tests."""
    production = Production.objects.get(id=prepared)
    for path, data in (
        ("DATA/VOL001.dat", b"\xfeBEGBATES\xfe\r\n"),
        ("IMAGES/0001/HALDEN0000001.pdf", b"%PDF-1.7 " + b"x" * 200_000),
        ("manifest.sha256", b"0" * 64),
    ):
        blob = put_bytes(tenant_id=production.tenant_id, matter_id=production.matter_id, data=data)
        VolumeFile.objects.create(production=production, path=path, blob_id=blob.id, sha256=blob.sha256, size=blob.size)
    counts = {**production.counts, "pages": 7, "first": "HALDEN0000001", "last": "HALDEN0000007", "last_number": 7}
    Production.objects.filter(id=prepared).update(
        state=Production.State.DELIVERED, delivered_at=decided.at, counts=counts
    )
    return prepared
