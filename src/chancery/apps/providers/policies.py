"""Who may see the provider's people."""

from __future__ import annotations

from django.db.models import QuerySet

from chancery.apps.providers.models import Professional
from chancery.platform.access.values import Actor, Role


def professionals_for(actor: Actor) -> QuerySet[Professional]:
    """Return the professionals for staff of the provider, nobody for clients."""
    found = Professional.objects.select_related("user")
    return found if actor.provider or actor.system else found.none()


def keeps_register(actor: Actor) -> bool:
    """Tell whether the actor's part includes the register of people."""
    return actor.provider and actor.has(Role.MANAGER, Role.ADMINISTRATOR, Role.ATTORNEY)


def professionals() -> QuerySet[Professional]:
    """Return everybody who can be given work: for assignment and licence checks, not for pages."""
    return Professional.objects.filter(active=True).select_related("user")
