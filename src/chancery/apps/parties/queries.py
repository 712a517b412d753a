"""Reads of parties, as plain records."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from chancery.apps.parties import policies
from chancery.apps.parties.models import Party
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor, Role
from chancery.platform.tenancy.queries import client_tenants


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """A party as pages and other rooms see it."""

    id: str
    tenant_id: str
    name: str
    name_zh: str
    kind: str
    note: str


def record_of(party: Party) -> PartyRecord:
    """Return the plain record of a row."""
    return PartyRecord(
        id=party.id,
        tenant_id=party.tenant_id,
        name=party.name,
        name_zh=party.name_zh,
        kind=party.kind,
        note=party.note,
    )


def parties_found(*, actor: Actor, text: str = "", kind: str = "", tenant_id: str = "") -> QuerySet[Party]:
    """Return the register the actor keeps, filtered, loaded with its clients; the page slices it.

    Raises NotFound for people whose part does not include the register.
    """
    if not policies.keeps_register(actor):
        raise NotFound
    found = policies.parties_for(actor).select_related("tenant")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(name_zh__icontains=text))
    if kind:
        found = found.filter(kind=kind)
    if tenant_id:
        found = found.filter(tenant_id=tenant_id)
    return found


def client_choices(*, actor: Actor) -> list[tuple[str, str, str]]:
    """Return (client id, name, Chinese name) of the clients for whom the actor keeps the register, by name."""
    clients = client_tenants()
    served = [item for item in clients if actor.has(Role.MANAGER) or item.id in actor.tenant_ids]
    return sorted(((item.id, item.name, item.name_zh) for item in served), key=lambda item: item[1])


def names_of(*, party_ids: list[str]) -> dict[str, PartyRecord]:
    """Return parties by id, for a room that already holds the right to show them."""
    return {party.id: record_of(party) for party in Party.objects.filter(id__in=party_ids)}


def parties_for_screening() -> list[tuple[str, str, str, str]]:
    """Return (party id, client id, name, Chinese name) of every party: for conflict checks only."""
    return list(policies.parties_for_screening().values_list("id", "tenant_id", "name", "name_zh"))
