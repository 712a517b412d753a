"""Writes of the compliance room: conflict checks and their decision, walls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from chancery.apps.compliance import events, policies
from chancery.apps.compliance.models import ConflictCheck
from chancery.apps.compliance.queries import ConflictRecord, list_walls, record_of
from chancery.apps.compliance.screening import METHOD, Asked, Standing, fingerprint, screen
from chancery.apps.matters.queries import matter as matter_record
from chancery.apps.matters.queries import sides_for_screening
from chancery.apps.parties.queries import parties_for_screening
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access import actions as access
from chancery.platform.access.scopes import OVERSEERS, require_person
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce
from chancery.platform.tenancy.queries import client_tenants


class ConflictRefused(Refused):
    """A decision on a conflict check that cannot be taken."""

    code = "conflict_refused"


def _known(*, besides: str) -> list[Standing]:
    """Return every name to compare with: all parties with their sides, and the other clients themselves.

    besides: the client that asks; it is not its own adversary.
    """
    sides: dict[str, list[tuple[str, str, str]]] = {}
    for party_id, tenant_id, matter_id, side in sides_for_screening():
        sides.setdefault(party_id, []).append((tenant_id, matter_id, side))
    known = [
        Standing(f"party:{party_id}", tenant_id, name, tuple(sides.get(party_id, ())))
        for party_id, tenant_id, latin, chinese in parties_for_screening()
        for name in (latin, chinese)
        if name
    ]
    for client in client_tenants():
        if client.id != besides:
            own = ((client.id, "", "client"),)
            known += [
                Standing(f"client:{client.id}", client.id, name, own) for name in (client.name, client.name_zh) if name
            ]
    return known


@transaction.atomic
def check_conflicts(
    *,
    actor: Actor,
    tenant_id: str,
    subject_type: str,
    subject_id: str,
    names: Sequence[dict[str, str]],
    at: datetime,
    label: str = "",
) -> ConflictRecord:
    """Check names for one client against all parties, their sides and our other clients; keep what was found.

    names: {"name", "side"} with side client, affiliate, adverse, counsel or witness. The same subject with the
    same finding is kept once, with its decision. The record names other clients' parties: show it to the
    provider's deciders only. Raises NotFound for a client the actor does not serve.
    """
    if tenant_id not in actor.tenant_ids and not (actor.provider and actor.has(*OVERSEERS)):
        raise NotFound
    asked = [Asked(" ".join(str(item["name"]).split()), str(item["side"])) for item in names]
    known = _known(besides=tenant_id)
    outcome, hits = screen(tenant_id=tenant_id, asked=asked, known=known)
    row, created = ConflictCheck.objects.get_or_create(
        subject_type=subject_type,
        subject_id=subject_id,
        fingerprint=fingerprint(asked=asked, hits=hits),
        defaults={
            "tenant_id": tenant_id,
            "label": label[:200],
            "names": [asdict(one) for one in asked],
            "hits": [asdict(hit) for hit in hits],
            "method": METHOD,
            "compared": len({standing.ref for standing in known}),
            "outcome": outcome,
            "checked_at": at,
        },
    )
    if created:
        _record(actor, "conflict.checked", row, at, after={"outcome": outcome, "names": len(asked), "hits": len(hits)})
    return record_of(row)


@transaction.atomic
def decide_conflict(*, actor: Actor, check_id: str, decision: str, reason: str, at: datetime) -> ConflictRecord:
    """Clear or decline what a check found; a person's decision with a reason, taken once.

    The reason may name other clients, so it stays out of the client's record and of the event.
    Raises NotFound if the actor may not see the check; Refused ``reason_missing``, ``nothing_to_decide`` for a
    clear check, ``already_decided`` for a different second decision, ``decision_unknown``.
    """
    row = policies.conflict_checks_for(actor).select_for_update(of=("self",)).filter(id=check_id).first()
    if row is None:
        raise NotFound
    require_person(actor, *policies.DECIDERS)
    if decision not in ConflictCheck.Decision.values:
        raise ConflictRefused("A conflict is cleared or declined.", code="decision_unknown")
    if row.decision:
        if row.decision == decision:
            return record_of(row)
        raise ConflictRefused("This check has been decided already.", code="already_decided")
    if row.outcome == ConflictCheck.Outcome.CLEAR:
        raise ConflictRefused("A clear check needs no decision.", code="nothing_to_decide")
    if not reason.strip():
        raise ConflictRefused("Say why: a decision on a conflict needs a reason.", code="reason_missing")
    before = {"decision": "", "outcome": row.outcome}
    row.decision, row.reason, row.decided_by_id, row.decided_at = decision, reason.strip(), actor.user_id, at
    row.save(update_fields=["decision", "reason", "decided_by", "decided_at"])
    _record(actor, "conflict.decided", row, at, before=before, after={"decision": decision})
    announce(
        events.ConflictDecided(
            tenant_id=row.tenant_id,
            check_id=row.id,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            decision=decision,
        ),
        at=at,
    )
    return record_of(policies.conflict_checks_for(actor).get(id=row.id))


@transaction.atomic
def raise_wall(*, actor: Actor, matter_id: str, user_id: str, reason: str, at: datetime) -> str:
    """Bar a person from a matter, at once and against every permission; returns the wall's id.

    The work this person holds there goes to somebody else. Raises NotFound for a matter or person the actor may
    not name; Refused ``reason_missing``.
    """
    if not policies.may_see_walls(actor):
        raise NotFound
    matter = matter_record(actor=actor, matter_id=matter_id)
    wall_id = access.raise_wall(
        actor=actor, tenant_id=matter.tenant_id, matter_id=matter.id, user_id=user_id, reason=reason, at=at
    )
    announce(events.WallRaised(tenant_id=matter.tenant_id, matter_id=matter.id, user_id=user_id), at=at)
    return wall_id


def lower_wall(*, actor: Actor, wall_id: str, reason: str, at: datetime) -> None:
    """End a wall with a reason; for the administrator. Raises NotFound for a wall the actor may not see."""
    if all(wall.id != wall_id for wall in list_walls(actor=actor)):
        raise NotFound
    require_person(actor, Role.ADMINISTRATOR)
    access.lower_wall(actor=actor, wall_id=wall_id, reason=reason, at=at)


def _record(actor: Actor, act: str, row: ConflictCheck, at: datetime, **values: Any) -> None:
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type="conflict_check",
        object_id=row.id,
        label=row.label or row.subject_id,
        at=at,
        **values,
    )
