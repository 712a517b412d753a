"""Makes the actor of a person or of background work."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from chancery.platform.access.models import Membership, TeamMember
from chancery.platform.access.values import Actor, Role
from chancery.platform.identity.models import User


def actor_for(*, user: User | AnonymousUser) -> Actor:
    """Return what a person is here: roles, and the client organisations the person may act for.

    Two queries. A person who is not signed in or is switched off gets no roles and no organisations.
    """
    if not isinstance(user, User) or not user.is_active:
        return Actor("", "", frozenset(), frozenset(), provider=False)
    roles: set[Role] = set()
    tenants: set[str] = set()
    provider = False
    for role, tenant_id in Membership.objects.filter(user_id=user.id).values_list("role", "tenant_id"):
        roles.add(Role(role))
        if tenant_id is None:
            provider = True
        else:
            tenants.add(tenant_id)
    if provider:
        places = TeamMember.objects.filter(user_id=user.id, removed_at__isnull=True)
        tenants.update(places.values_list("tenant_id", flat=True).distinct())
    return Actor(user.id, user.get_full_name(), frozenset(roles), frozenset(tenants), provider=provider)


def system_actor(*, tenant_id: str, user_id: str = "", label: str = "Chancery") -> Actor:
    """Return the actor of background work for one client organisation; it sees that organisation only.

    user_id, label: the person who asked for the work, where somebody did.
    """
    return Actor(user_id, label, frozenset(), frozenset({tenant_id}), provider=False, system=True)
