"""Taking the force from a production that is no longer what was checked."""

from __future__ import annotations

from datetime import datetime

from chancery.apps.operations.actions.signoffs import void_sign_off
from chancery.apps.production import events
from chancery.apps.production.models import Production
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce
from chancery.platform.tenancy.actors import Actor


def void(*, actor: Actor, production: Production, reason: str, at: datetime) -> None:
    """Void a production and its sign-off, with the reason."""
    if production.sign_off_id:
        void_sign_off(actor=actor, subject_type="production", subject_id=production.id, reason=reason, at=at)
    before = production.state
    production.state = Production.State.VOID
    production.message = reason
    production.save(update_fields=["state", "message"])
    record(
        tenant_id=production.tenant_id,
        actor=actor,
        act="production.voided",
        object_type="production",
        object_id=production.id,
        matter_id=production.matter_id,
        label=production.volume,
        at=at,
        before={"state": before},
        after={"state": "void", "reason": reason},
    )
    announce(
        events.ProductionVoided(
            tenant_id=production.tenant_id,
            matter_id=production.matter_id,
            production_id=production.id,
            reason=reason,
        ),
        at=at,
    )
