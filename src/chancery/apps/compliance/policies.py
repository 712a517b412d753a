"""Who may see conflict checks and walls."""

from __future__ import annotations

from django.db.models import QuerySet

from chancery.apps.compliance.models import ConflictCheck
from chancery.platform.access.scopes import tenant_filter
from chancery.platform.access.values import Actor, Role

DECIDERS = (Role.MANAGER, Role.ATTORNEY)


def conflict_checks_for(actor: Actor) -> QuerySet[ConflictCheck]:
    """Return the checks for managers and attorneys of the provider; findings name other clients' parties.

    A client never sees them: it learns the outcome from its request.
    """
    found = ConflictCheck.objects.select_related("tenant", "decided_by")
    if not (actor.system or (actor.provider and actor.has(*DECIDERS))):
        return found.none()
    return found.filter(tenant_filter(actor))


def may_see_walls(actor: Actor) -> bool:
    """Tell whether the actor keeps the ethical walls."""
    return actor.provider and actor.has(Role.MANAGER, Role.ADMINISTRATOR)
