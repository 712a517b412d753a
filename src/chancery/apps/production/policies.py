"""Who may see which production: clients see what was delivered, never the inner checks."""

from __future__ import annotations

from django.db.models import QuerySet

from chancery.apps.production.models import Production
from chancery.platform.access.scopes import matter_filter
from chancery.platform.access.values import Actor, Role

# Administrators run the house without reading what lies in it.
STAFF = (Role.MANAGER, Role.REVIEWER, Role.ATTORNEY)


def productions_for(actor: Actor) -> QuerySet[Production]:
    """Return the productions of the matters the actor may see; clients see those that left."""
    found = Production.objects.filter(matter_filter(actor))
    if actor.system:
        return found
    if actor.provider:
        return found if actor.has(*STAFF) else found.none()
    return found.filter(state=Production.State.DELIVERED) if actor.has(Role.COUNSEL) else found.none()


def may_prepare(actor: Actor) -> bool:
    """Tell whether the actor may prepare a production."""
    return actor.provider and actor.has(Role.MANAGER)


def may_hand_over(actor: Actor) -> bool:
    """Tell whether the actor may make links to delivered volumes."""
    return actor.has(Role.COUNSEL, Role.MANAGER, Role.ATTORNEY)
