"""Handing out the privilege log."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chancery.apps.production.queries import privilege_log_csv, production
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record


@transaction.atomic
def take_log(*, actor: Actor, production_id: str, at: datetime) -> tuple[str, bytes]:
    """Return (file name, CSV) of a production's privilege log and record who took it; raises NotFound."""
    found = production(actor=actor, production_id=production_id)
    data = privilege_log_csv(actor=actor, production_id=production_id)
    record(
        tenant_id=found.tenant_id,
        actor=actor,
        act="production.log_exported",
        object_type="production",
        object_id=found.id,
        matter_id=found.matter_id,
        label=found.volume,
        at=at,
        detail={"lines": found.withheld},
    )
    return f"{found.prefix or 'PROD'}-{found.volume}-privilege-log.csv", data
