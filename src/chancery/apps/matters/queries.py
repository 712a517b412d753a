"""Reads of matters, as plain records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from chancery.apps.matters import policies
from chancery.apps.matters.models import Matter, MatterParty
from chancery.apps.parties.queries import names_of
from chancery.foundation.errors import NotFound
from chancery.foundation.money import Money
from chancery.platform.access.values import Actor


@dataclass(frozen=True, slots=True)
class MatterPartyRecord:
    """A party of a matter and its side."""

    party_id: str
    name: str
    name_zh: str
    side: str
    side_name: str


@dataclass(frozen=True, slots=True)
class MatterRecord:
    """A matter as pages and other rooms see it."""

    id: str
    tenant_id: str
    tenant_name: str
    tenant_name_zh: str
    number: str
    title: str
    title_zh: str
    status: str
    service_id: str
    service_version: int
    jurisdiction: str
    data_location: str
    budget: Money
    bates_prefix: str
    description: str
    client_reference: str
    responsible_attorney_id: str | None
    responsible_attorney: str
    opened_at: datetime


SORTS = {"opened": "-opened_at", "title": "title", "number": "number"}


def record_of(matter: Matter) -> MatterRecord:
    """Return the plain record of a row loaded with its client and attorney."""
    attorney = matter.responsible_attorney
    return MatterRecord(
        id=matter.id,
        tenant_id=matter.tenant_id,
        tenant_name=matter.tenant.name,
        tenant_name_zh=matter.tenant.name_zh,
        number=matter.number,
        title=matter.title,
        title_zh=matter.title_zh,
        status=matter.status,
        service_id=matter.service_id,
        service_version=matter.service_version,
        jurisdiction=matter.jurisdiction,
        data_location=matter.data_location,
        budget=Money(matter.budget_amount, matter.currency),
        bates_prefix=matter.bates_prefix,
        description=matter.description,
        client_reference=matter.client_reference,
        responsible_attorney_id=str(attorney.pk) if attorney else None,
        responsible_attorney=attorney.shown_name() if attorney else "",
        opened_at=matter.opened_at,
    )


def _loaded(found: QuerySet[Matter]) -> QuerySet[Matter]:
    return found.select_related("tenant", "responsible_attorney")


def matter(*, actor: Actor, matter_id: str) -> MatterRecord:
    """Return one matter; raises NotFound if it is unknown or forbidden."""
    found = _loaded(policies.matters_for(actor)).filter(id=matter_id).first()
    if found is None:
        raise NotFound
    return record_of(found)


def matter_of_number(*, actor: Actor, number: str) -> MatterRecord | None:
    """Return the matter with a number, or None if unknown or forbidden."""
    found = _loaded(policies.matters_for(actor)).filter(number=number).first()
    return record_of(found) if found else None


def matter_of_key(*, actor: Actor, idempotency_key: str) -> MatterRecord | None:
    """Return the matter that an earlier act with the same key opened."""
    found = _loaded(policies.matters_for(actor)).filter(idempotency_key=idempotency_key).first()
    return record_of(found) if found else None


def matters_found(*, actor: Actor, text: str = "", status: str = "", tenant_id: str = "") -> QuerySet[Matter]:
    """Return the visible matters, filtered, loaded with what ``record_of`` needs; the page slices it."""
    found = _loaded(policies.matters_for(actor))
    if text:
        found = found.filter(
            Q(title__icontains=text)
            | Q(title_zh__icontains=text)
            | Q(number__iexact=text)
            | Q(client_reference__icontains=text)
            | Q(tenant__name__icontains=text)
            | Q(tenant__name_zh__icontains=text)
        )
    if status:
        found = found.filter(status=status)
    if tenant_id:
        found = found.filter(tenant_id=tenant_id)
    return found


def list_matters(
    *, actor: Actor, text: str = "", status: str = "", after: str = "", limit: int = 100
) -> list[MatterRecord]:
    """Return visible matters, newest first: one query. after: id or number of the last one of the page before."""
    found = matters_found(actor=actor, text=text, status=status).order_by("-opened_at", "-id")
    if after:
        last = policies.matters_for(actor).filter(Q(id=after) | Q(number=after)).first()
        if last is None:
            raise NotFound
        found = found.filter(Q(opened_at__lt=last.opened_at) | Q(opened_at=last.opened_at, id__lt=last.id))
    return [record_of(item) for item in found[:limit]]


def matter_choices(*, actor: Actor, limit: int = 200) -> list[MatterRecord]:
    """Return open matters for a chooser, newest first."""
    found = _loaded(policies.matters_for(actor)).filter(status=Matter.Status.OPEN).order_by("-opened_at")
    return [record_of(item) for item in found[:limit]]


def parties_of(*, actor: Actor, matter_id: str) -> list[MatterPartyRecord]:
    """Return the parties of a matter by side; raises NotFound if the matter is unknown or forbidden."""
    if not policies.matters_for(actor).filter(id=matter_id).exists():
        raise NotFound
    rows = list(MatterParty.objects.filter(matter_id=matter_id).order_by("side", "id"))
    names = names_of(party_ids=[row.party_id for row in rows])
    return [
        MatterPartyRecord(
            party_id=row.party_id,
            name=names[row.party_id].name,
            name_zh=names[row.party_id].name_zh,
            side=row.side,
            side_name=str(MatterParty.Side(row.side).label),
        )
        for row in rows
    ]


def sides_for_screening() -> list[tuple[str, str, str, str]]:
    """Return (party id, client id, matter id, side) of every matter: for conflict checks only."""
    rows = MatterParty.objects.values_list("party_id", "matter__tenant_id", "matter_id", "side")
    return list(rows)


def client_choices(*, actor: Actor) -> list[tuple[str, str]]:
    """Return (client id, name) of the clients whose matters the actor may see, by name."""
    rows = policies.matters_for(actor).order_by("tenant__name").values_list("tenant_id", "tenant__name").distinct()
    return list(rows)
