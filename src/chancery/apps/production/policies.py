"""Who may see which production: clients see what was delivered or waits for delivery, never the inner checks."""

from __future__ import annotations

from django.db.models import QuerySet

from chancery.apps.production.models import Production
from chancery.platform.access.scopes import matter_filter
from chancery.platform.access.values import Actor, Role


def productions_for(actor: Actor) -> QuerySet[Production]:
    """Return the productions of the matters the actor may see; clients see those that left."""
    found = Production.objects.filter(matter_filter(actor))
    if actor.provider or actor.system:
        return found
    return found.filter(state=Production.State.DELIVERED)


def may_prepare(actor: Actor) -> bool:
    """Tell whether the actor may prepare a production."""
    return actor.provider and actor.has(Role.MANAGER)
