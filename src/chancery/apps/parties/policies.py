"""Who may see which party."""

from __future__ import annotations

from django.db.models import QuerySet

from chancery.apps.parties.models import Party
from chancery.platform.access.scopes import tenant_filter
from chancery.platform.access.values import Actor, Role


def parties_for(actor: Actor) -> QuerySet[Party]:
    """Return the parties of the clients that the actor works for."""
    return Party.objects.filter(tenant_filter(actor))


def keeps_register(actor: Actor) -> bool:
    """Tell whether the actor's part includes the register: counsel of the client and managers."""
    return actor.has(Role.COUNSEL, Role.MANAGER)


def parties_for_screening() -> QuerySet[Party]:
    """Return every party of every client: for conflict checks only, whose answers never name another client."""
    return Party.objects.all()
