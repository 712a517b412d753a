"""Writes of the parties room."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chancery.apps.parties.models import Party
from chancery.apps.parties.queries import PartyRecord, record_of
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record


@transaction.atomic
def record_party(
    *, actor: Actor, tenant_id: str, name: str, at: datetime, name_zh: str = "", kind: str = "organisation"
) -> PartyRecord:
    """Enter a person or organisation in a client's register; the same name and kind is entered once.

    Raises Refused ``name_missing`` for an empty name and NotFound for a client the actor does not serve.
    """
    if tenant_id not in actor.tenant_ids and not (actor.provider or actor.system):
        raise NotFound
    name = " ".join(name.split())
    if not name:
        raise Refused("Enter the name of the party.", code="name_missing")
    party, created = Party.objects.get_or_create(
        tenant_id=tenant_id, name=name[:200], kind=kind, defaults={"name_zh": name_zh[:200], "created_at": at}
    )
    if created:
        record(
            tenant_id=tenant_id,
            actor=actor,
            act="party.recorded",
            object_type="party",
            object_id=party.id,
            label=party.name,
            at=at,
            after={"name": party.name, "name_zh": party.name_zh, "kind": party.kind},
        )
    return record_of(party)
