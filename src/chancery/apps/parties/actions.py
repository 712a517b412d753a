"""Writes of the parties room."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chancery.apps.parties.models import Party
from chancery.apps.parties.queries import PartyRecord, record_of
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.scopes import require_role
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record
from chancery.platform.tenancy.queries import client_tenants

LONGEST = 200


@transaction.atomic
def record_party(
    *, actor: Actor, tenant_id: str, name: str, at: datetime, name_zh: str = "", kind: str = "organisation"
) -> PartyRecord:
    """Enter a person or organisation in a client's register; the same name and kind is entered once.

    A Chinese name given later is added where there was none. By the client's counsel, a manager or background
    work. Raises Refused ``name_missing``, ``name_too_long`` or ``kind_unknown``, and NotFound for a client the
    actor does not serve.
    """
    require_role(actor, Role.COUNSEL, Role.MANAGER)
    if tenant_id not in actor.tenant_ids and not _serves(actor, tenant_id):
        raise NotFound
    name, name_zh = " ".join(name.split()), " ".join(name_zh.split())
    if not name:
        raise Refused("Enter the name of the party.", code="name_missing")
    if max(len(name), len(name_zh)) > LONGEST:
        raise Refused("A name has at most %(most)s characters.", code="name_too_long", most=LONGEST)
    if kind not in Party.Kind.values:
        raise Refused("Choose an organisation or a person.", code="kind_unknown")
    party, created = Party.objects.select_for_update().get_or_create(
        tenant_id=tenant_id, name=name, kind=kind, defaults={"name_zh": name_zh, "created_at": at}
    )
    if not created and (party.name_zh or not name_zh):
        return record_of(party)
    before = None if created else {"name_zh": ""}
    if not created:
        party.name_zh = name_zh
        party.save(update_fields=["name_zh"])
    record(
        tenant_id=tenant_id,
        actor=actor,
        act="party.recorded",
        object_type="party",
        object_id=party.id,
        label=party.name,
        at=at,
        before=before,
        after={"name": party.name, "name_zh": party.name_zh, "kind": party.kind},
    )
    return record_of(party)


def _serves(actor: Actor, tenant_id: str) -> bool:
    return actor.has(Role.MANAGER) and any(client.id == tenant_id for client in client_tenants())
