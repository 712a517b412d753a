"""Writes of the matters room."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from unicodedata import combining, normalize

from django.db import transaction

from chancery.apps.matters import events, policies
from chancery.apps.matters.models import Matter, MatterParty, NumberSeries
from chancery.apps.matters.queries import MatterRecord, record_of
from chancery.foundation.errors import NotFound, Refused
from chancery.foundation.money import Money
from chancery.platform.access import actions as access
from chancery.platform.access.scopes import require_role
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce

# Words of a company name that say nothing about whose documents these are.
_LEGAL_FORMS = {"the", "inc", "llc", "ltd", "co", "corp", "corporation", "company", "limited", "gmbh", "plc"}


def bates_prefix(*, client_name: str) -> str:
    """Return the Bates prefix for a client: the first telling Latin word in capitals, else ``PROD``.

    At most ten letters A to Z: accents are left off, so that Müller becomes MULLER.
    """
    plain = "".join(letter for letter in normalize("NFKD", client_name) if not combining(letter))
    words = re.findall(r"[^\W\d_]{3,}", plain)
    telling = [word for word in words if word.isascii() and word.lower() not in _LEGAL_FORMS]
    return telling[0].upper()[:10] if telling else "PROD"


def _next_number() -> str:
    series = NumberSeries.objects.select_for_update().get(name="matter")
    series.last += 1
    series.save(update_fields=["last"])
    return f"M-{series.last}"


def lock_matter(*, matter_id: str) -> None:
    """Hold a matter until the transaction ends, so that two acts that number its parts follow each other."""
    Matter.objects.select_for_update().filter(id=matter_id).values_list("id", flat=True).first()


def _opened_before(*, tenant_id: str, idempotency_key: str) -> MatterRecord | None:
    NumberSeries.objects.get_or_create(name="matter")
    NumberSeries.objects.select_for_update().get(name="matter")
    found = Matter.objects.select_related("tenant", "responsible_attorney").filter(idempotency_key=idempotency_key)
    matter = found.first()
    if matter is not None and matter.tenant_id != tenant_id:
        raise NotFound
    return record_of(matter) if matter else None


@transaction.atomic
def open_matter(
    *,
    actor: Actor,
    tenant_id: str,
    title: str,
    service_id: str,
    service_version: int,
    budget: Money,
    jurisdiction: str,
    data_location: str,
    team: Sequence[tuple[str, str]],
    responsible_attorney_id: str | None,
    parties: Sequence[tuple[str, str]],
    idempotency_key: str,
    at: datetime,
    title_zh: str = "",
    description: str = "",
    client_reference: str = "",
) -> MatterRecord:
    """Open a matter with its team, budget and parties; the same key opens it once.

    team: (user id, role in the matter); parties: (party id, side). By counsel of the client, a manager or
    background work. Raises NotFound for a client the actor does not serve, also when the key is another client's.
    """
    require_role(actor, Role.COUNSEL, Role.MANAGER)
    if tenant_id not in actor.tenant_ids and not actor.has(Role.MANAGER):
        raise NotFound
    opened = _opened_before(tenant_id=tenant_id, idempotency_key=idempotency_key)
    if opened is not None:
        return opened
    matter = Matter.objects.create(
        idempotency_key=idempotency_key,
        tenant_id=tenant_id,
        number=_next_number(),
        title=title[:200],
        title_zh=title_zh[:200],
        service_id=service_id,
        service_version=service_version,
        budget_amount=budget.amount,
        currency=budget.currency,
        jurisdiction=jurisdiction,
        data_location=data_location,
        responsible_attorney_id=responsible_attorney_id,
        description=description,
        client_reference=client_reference[:60],
        opened_at=at,
        opened_by_id=actor.user_id or None,
        bates_prefix="PROD",
    )
    return _furnished(actor, matter.id, team, parties, at)


def _furnished(
    actor: Actor, matter_id: str, team: Sequence[tuple[str, str]], parties: Sequence[tuple[str, str]], at: datetime
) -> MatterRecord:
    """Give a new matter its prefix, parties and team, enter it into the record and announce it."""
    matter = Matter.objects.select_related("tenant", "responsible_attorney").get(id=matter_id)
    tenant_id = matter.tenant_id
    matter.bates_prefix = bates_prefix(client_name=matter.tenant.name)
    matter.save(update_fields=["bates_prefix"])
    MatterParty.objects.bulk_create(
        [MatterParty(matter=matter, party_id=party_id, side=side) for party_id, side in dict.fromkeys(parties)]
    )
    for user_id, role in team:
        access.add_team_member(
            actor=actor, tenant_id=tenant_id, matter_id=matter.id, user_id=user_id, role_in_matter=role, at=at
        )
    budget = Money(matter.budget_amount, matter.currency)
    record(
        tenant_id=tenant_id,
        matter_id=matter.id,
        actor=actor,
        act="matter.opened",
        object_type="matter",
        object_id=matter.id,
        label=f"{matter.number} {matter.title}",
        at=at,
        after={
            "title": matter.title,
            "budget": str(budget),
            "service": f"{matter.service_id} v{matter.service_version}",
        },
    )
    announce(events.MatterOpened(tenant_id=tenant_id, matter_id=matter.id, number=matter.number), at=at)
    return record_of(matter)


@transaction.atomic
def close_matter(*, actor: Actor, matter_id: str, reason: str, at: datetime) -> None:
    """Close a matter. Raises Refused ``reason_missing`` without a reason; closing twice changes nothing."""
    require_role(actor, Role.MANAGER)
    if not reason.strip():
        raise Refused("Say why the matter is closed.", code="reason_missing")
    matter = policies.matters_for(actor).select_for_update(of=("self",)).filter(id=matter_id).first()
    if matter is None:
        raise NotFound
    if matter.status == Matter.Status.CLOSED:
        return
    matter.status = Matter.Status.CLOSED
    matter.closed_at = at
    matter.save(update_fields=["status", "closed_at"])
    record(
        tenant_id=matter.tenant_id,
        actor=actor,
        act="matter.closed",
        object_type="matter",
        object_id=matter.id,
        matter_id=matter.id,
        label=f"{matter.number} {matter.title}",
        at=at,
        before={"status": "open"},
        after={"status": "closed", "reason": reason},
    )
    announce(events.MatterClosed(tenant_id=matter.tenant_id, matter_id=matter.id), at=at)
