"""Asking for the attorney's answer, and what follows from it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chancery.apps.operations.actions.signoffs import request_sign_off
from chancery.apps.production import policies
from chancery.apps.production.actions.preparing import LIVE, current_selection, settings_of
from chancery.apps.production.actions.voiding import void
from chancery.apps.production.models import Production
from chancery.apps.production.selection import release_hash
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.audit.actions import record
from chancery.platform.jobs.actions import enqueue
from chancery.platform.tenancy.actors import Actor

__all__ = [
    "begin_writing",
    "hash_now",
    "lock_production",
    "submit_for_sign_off",
    "take_refusal",
    "void",
    "void_if_changed",
]


def lock_production(*, actor: Actor, production_id: str) -> Production:
    """Return the production, locked; raises NotFound if it is unknown or forbidden."""
    found = policies.productions_for(actor).select_for_update(of=("self",)).filter(id=production_id).first()
    if found is None:
        raise NotFound
    return found


def hash_now(*, production: Production) -> str:
    """Return the release hash of what would leave at this moment under the production's settings."""
    selection = current_selection(tenant_id=production.tenant_id, matter_id=production.matter_id)
    return release_hash(selection=selection, settings=settings_of(production))


@transaction.atomic
def submit_for_sign_off(*, actor: Actor, production_id: str, at: datetime) -> str:
    """Ask the responsible attorney to answer for the production; returns the sign-off's id.

    Raises Refused ``checklist_incomplete`` naming what is missing, ``changed_since_prepared`` if the evidence or a
    decision is not what was checked, and ``not_prepared`` in any other state.
    """
    if not policies.may_prepare(actor):
        raise NotFound
    production = lock_production(actor=actor, production_id=production_id)
    if production.state == Production.State.AWAITING:
        return production.sign_off_id
    if production.state != Production.State.PREPARED:
        raise Refused("Only a prepared production can be sent for sign-off.", code="not_prepared")
    if hash_now(production=production) != production.release_hash:
        raise Refused("Something has changed since the production was prepared.", code="changed_since_prepared")
    sign_off = request_sign_off(
        actor=actor,
        tenant_id=production.tenant_id,
        matter_id=production.matter_id,
        subject_type="production",
        subject_id=production.id,
        subject_hash=production.release_hash,
        summary={"volume": production.volume, **production.counts},
        checklist_id=production.checklist_id,
        at=at,
    )
    production.sign_off_id = sign_off.id
    production.state = Production.State.AWAITING
    production.save(update_fields=["sign_off_id", "state"])
    _note(actor, production, "production.submitted", at, {"state": production.state, "hash": production.release_hash})
    return sign_off.id


def _note(actor: Actor, production: Production, act: str, at: datetime, after: dict[str, str]) -> None:
    record(
        tenant_id=production.tenant_id,
        actor=actor,
        act=act,
        object_type="production",
        object_id=production.id,
        matter_id=production.matter_id,
        label=production.volume,
        at=at,
        after=after,
    )


@transaction.atomic
def begin_writing(*, actor: Actor, production_id: str, subject_hash: str, at: datetime) -> None:
    """Queue the writing of a signed production; the same signature queues it once."""
    production = lock_production(actor=actor, production_id=production_id)
    if production.state != Production.State.AWAITING or subject_hash != production.release_hash:
        return
    production.state = Production.State.SIGNED
    production.save(update_fields=["state"])
    enqueue(
        name="production.write",
        tenant_id=production.tenant_id,
        matter_id=production.matter_id,
        payload={"production_id": production.id},
        actor=actor,
        at=at,
        idempotency_key=f"production.write:{production.id}",
    )


@transaction.atomic
def take_refusal(*, actor: Actor, production_id: str, reasons: str, at: datetime) -> None:
    """Send a refused production back with the attorney's reasons."""
    production = lock_production(actor=actor, production_id=production_id)
    if production.state == Production.State.AWAITING:
        production.state = Production.State.REFUSED
        production.message = reasons
        production.save(update_fields=["state", "message"])
        _note(actor, production, "production.refused", at, {"state": production.state, "reasons": reasons})


@transaction.atomic
def void_if_changed(*, actor: Actor, matter_id: str, at: datetime) -> int:
    """Void every production of a matter that has not left and whose hash is no longer what would leave.

    Returns how many were voided. Any change voids a sign-off.
    """
    voided = 0
    open_states = [state for state in LIVE if state != Production.State.WRITING]
    for production in (
        policies.productions_for(actor)
        .select_for_update(of=("self",))
        .filter(matter_id=matter_id, state__in=open_states)
    ):
        if hash_now(production=production) == production.release_hash:
            continue
        void(actor=actor, production=production, reason="A decision or a document changed after it was checked.", at=at)
        voided += 1
    return voided
