"""Fixtures of the spend tests: a reviewed matter with a delivered volume, time at the desk, and its invoice."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from apps.matter_kit import Kit, kit, staffed_world
from apps.production.decided import decide, second_look
from chancery.apps.production.models import Production
from chancery.apps.providers.models import Professional
from chancery.apps.review.models import Batch, Focus
from chancery.apps.spend.actions.invoices import draft_invoice, issue_invoice
from chancery.platform.access.actors import system_actor

__all__ = ["kit", "staffed_world"]
DAY = date(2026, 3, 2)


def at_the_desk(kit: Kit, *, seconds: int, place: int = 0, by: str = "reviewer-1", day: date = DAY) -> Focus:
    """Enter focused seconds of a person on one document of the first matter."""
    return Focus.objects.create(
        tenant_id=kit.first.tenant_id,
        matter_id=kit.first.matter_id,
        user=kit.world.person[by],
        batch=Batch.objects.get(id=kit.first.batches[0]),
        document_id=kit.first.documents[place],
        day=day,
        started_at=kit.at,
        last_at=kit.at,
        seconds=seconds,
    )


def delivered(kit: Kit, *, documents: int = 5, volume: str = "VOL001", at: datetime | None = None) -> str:
    """Enter a delivered volume of the first matter."""
    return Production.objects.create(
        tenant_id=kit.first.tenant_id,
        matter_id=kit.first.matter_id,
        volume=volume,
        prefix="HALDEN",
        state=Production.State.DELIVERED,
        release_hash="0" * 64,
        counts={"documents": documents, "pages": 7, "first": "HALDEN0000001", "last": "HALDEN0000007"},
        prepared_by=kit.world.person["manager"],
        prepared_at=at or kit.at,
        delivered_at=at or kit.at,
    ).id


@pytest.fixture
def worked(kit: Kit) -> Kit:
    """3,000 seconds of reviewer 1 at the desk, five decisions of reviewer 2 from a coding file, a second look."""
    Professional.objects.filter(user__username__startswith="reviewer").update(classification="DOCRNA")
    at_the_desk(kit, seconds=1800, place=0)
    at_the_desk(kit, seconds=1200, place=1)
    for place in (0, 1, 2, 5, 10):
        decide(kit, place, by="reviewer-2")
    second_look(kit)
    return kit


def draft(kit: Kit, production_id: str) -> str:
    """Draft the invoice of a volume as the platform does after delivery."""
    system = system_actor(tenant_id=kit.first.tenant_id)
    return draft_invoice(actor=system, matter_id=kit.first.matter_id, production_id=production_id, at=kit.at)


@pytest.fixture
def drafted(worked: Kit) -> str:
    """The draft of the invoice."""
    return draft(worked, delivered(worked))


@pytest.fixture
def issued(worked: Kit, drafted: str) -> str:
    """The invoice, issued."""
    issue_invoice(actor=worked.actor("manager"), invoice_id=drafted, at=worked.at)
    return drafted
