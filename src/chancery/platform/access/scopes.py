"""Which rows an actor may reach: teams allow, walls deny, and denial wins.

Every policy of every room is built on the two filters of this module, so that the rule stands in one place.
"""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from chancery.foundation.errors import Refused
from chancery.platform.access.models import Membership, TeamMember, Wall
from chancery.platform.access.values import Actor, Role

# Roles of the provider that see every matter of every client, walls excepted.
OVERSEERS: Final = (Role.MANAGER, Role.ADMINISTRATOR)
NOTHING: Final = Q(pk__in=[])
# Kinds of objects in the record that people who only review do not read.
ORDERS_AND_MONEY: Final = ("request", "quote", "invoice", "time_entry", "conflict_check", "sign_off", "sample", "user")


class NotAllowed(Refused):
    """The actor's roles do not include this act."""

    code = "not_allowed"


def matter_filter(actor: Actor, field: str = "matter_id") -> Q:
    """Return the condition that keeps rows of matters this actor may see.

    field: path to the matter's id; the row's client organisation is expected beside it as ``tenant_id``.
    System actor: its organisation. Counsel: every matter of the own organisation. People of the provider:
    matters they are in the team of; managers and administrators: all. A standing wall denies to everyone.
    Costs no query of its own.
    """
    tenant = f"{field.rpartition('__')[0]}__tenant_id" if "__" in field else "tenant_id"
    own = Q(**{f"{tenant}__in": sorted(actor.tenant_ids)})
    if actor.system:
        return own if actor.tenant_ids else NOTHING
    if not actor.user_id or not actor.roles:
        return NOTHING
    unwalled = ~Q(**{f"{field}__in": _walled(actor)})
    if not actor.provider:
        return own & unwalled if actor.tenant_ids else NOTHING
    if actor.has(*OVERSEERS):
        return unwalled
    return Q(**{f"{field}__in": _team_places(actor)}) & unwalled


def tenant_filter(actor: Actor, field: str = "tenant_id") -> Q:
    """Return the condition for rows that belong to no matter yet, such as requests and quotes.

    Counsel and system actors: the own organisation. Managers and administrators of the provider: all clients.
    Other people of the provider: clients in whose matters they work. Somebody of the provider who is barred from
    one matter of a client sees none of that client's rows without a matter: they may belong to what was walled off.
    """
    if not actor.system and (not actor.user_id or not actor.roles):
        return NOTHING
    own = Q(**{f"{field}__in": sorted(actor.tenant_ids)}) if actor.tenant_ids else NOTHING
    if actor.system or not actor.provider:
        return own
    barred = Wall.objects.filter(user_id=actor.user_id, lowered_at__isnull=True).values_list("tenant_id", flat=True)
    return (Q() if actor.has(*OVERSEERS) else own) & ~Q(**{f"{field}__in": barred})


def visible_matter_ids(actor: Actor) -> set[str]:
    """Return the ids of every matter the actor may see; for stores that cannot join, such as the search index."""
    places = TeamMember.objects.filter(matter_filter(actor)).order_by()
    return set(places.values_list("matter_id", flat=True).distinct())


def may_see_matter(actor: Actor, *, tenant_id: str, matter_id: str) -> bool:
    """Tell whether the actor may see one matter; one query."""
    return TeamMember.objects.filter(matter_filter(actor), tenant_id=tenant_id, matter_id=matter_id).exists()


def walled_user_ids(*, matter_id: str) -> set[str]:
    """Return the people barred from a matter; allocation leaves them out."""
    return set(Wall.objects.filter(matter_id=matter_id, lowered_at__isnull=True).values_list("user_id", flat=True))


def team_user_ids(*, matter_id: str) -> set[str]:
    """Return the people in the team of a matter, those behind a wall excepted."""
    rows = TeamMember.objects.filter(matter_id=matter_id, removed_at__isnull=True)
    return set(rows.values_list("user_id", flat=True)) - walled_user_ids(matter_id=matter_id)


def require_role(actor: Actor, *roles: Role) -> None:
    """Refuse (code "not_allowed") unless the actor holds one of the roles.

    Background work passes: the act that asked for it was checked. An act that only a person may do, such as
    a sign-off, must use ``require_person``.
    """
    if not actor.system and not actor.has(*roles):
        raise NotAllowed(gettext_noop("Your role does not allow this."))


def require_person(actor: Actor, *roles: Role) -> None:
    """Refuse (code "not_allowed") unless the actor is a signed-in person who holds one of the roles."""
    if actor.system or not actor.user_id or not actor.has(*roles):
        raise NotAllowed(gettext_noop("Your role does not allow this."))


def require_tenant(actor: Actor, *, tenant_id: str) -> None:
    """Refuse (code "not_allowed") unless the actor may act for the client organisation."""
    if tenant_id in actor.tenant_ids or (actor.provider and actor.has(*OVERSEERS)):
        return
    raise NotAllowed(gettext_noop("Your role does not allow this."))


def users_with_role(*roles: Role, tenant_id: str | None = None) -> list[str]:
    """Return ids of the active people who hold one of the roles in a client, or at the provider (tenant None)."""
    rows = Membership.objects.filter(role__in=roles, tenant_id=tenant_id, user__is_active=True)
    return sorted(set(rows.values_list("user_id", flat=True)))


def _team_places(actor: Actor) -> QuerySet[TeamMember, str]:
    rows = TeamMember.objects.filter(user_id=actor.user_id, removed_at__isnull=True)
    return rows.values_list("matter_id", flat=True)


def _walled(actor: Actor) -> QuerySet[Wall, str]:
    return Wall.objects.filter(user_id=actor.user_id, lowered_at__isnull=True).values_list("matter_id", flat=True)


def record_filter(actor: Actor) -> Q:
    """Return the condition for entries of the record: matters the actor may see, and what belongs to no matter."""
    without_matter = Q(matter_id__isnull=True) & tenant_filter(actor)
    return (Q(matter_id__isnull=False) & matter_filter(actor)) | without_matter


def entry_filter(actor: Actor) -> Q:
    """Return the condition for acts of the record that the actor may read.

    People who only review read the acts of their matters, but no orders and no money, and of decisions only their
    own: a second look must not see the first.
    """
    if actor.system or actor.has(Role.COUNSEL, Role.ATTORNEY, *OVERSEERS):
        return record_filter(actor)
    others = Q(act__startswith="coding.") & ~Q(actor_id=actor.user_id)
    return matter_filter(actor) & Q(matter_id__isnull=False) & ~Q(object_type__in=ORDERS_AND_MONEY) & ~others
