"""Reads of parties, as plain records."""

from __future__ import annotations

from dataclasses import dataclass

from chancery.apps.parties import policies
from chancery.apps.parties.models import Party
from chancery.platform.access.values import Actor


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


def list_parties(*, actor: Actor, text: str = "", after: str = "", limit: int = 100) -> list[PartyRecord]:
    """Return parties the actor may see, by name; ``after`` is the last name of the page before."""
    found = policies.parties_for(actor).order_by("name", "id")
    if text:
        found = found.filter(name__icontains=text) | found.filter(name_zh__icontains=text)
    if after:
        found = found.filter(name__gt=after)
    return [record_of(party) for party in found[:limit]]


def names_of(*, party_ids: list[str]) -> dict[str, PartyRecord]:
    """Return parties by id, for a room that already holds the right to show them."""
    return {party.id: record_of(party) for party in Party.objects.filter(id__in=party_ids)}


def parties_for_screening() -> list[tuple[str, str, str, str]]:
    """Return (party id, client id, name, Chinese name) of every party: for conflict checks only."""
    return list(policies.parties_for_screening().values_list("id", "tenant_id", "name", "name_zh"))
