"""Reads about who may do what; returns plain records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from chancery.platform.access.models import Membership, TeamMember, Wall
from chancery.platform.access.scopes import matter_filter, require_role
from chancery.platform.access.values import Actor, Role
from chancery.platform.identity.models import User


@dataclass(frozen=True, slots=True)
class TeamMemberRecord:
    """A person's place in a team."""

    user_id: str
    username: str
    name: str
    name_zh: str
    role_in_matter: str
    walled: bool


@dataclass(frozen=True, slots=True)
class WallRecord:
    """A bar between a person and a matter."""

    id: str
    tenant_id: str
    matter_id: str
    user_id: str
    name: str
    reason: str
    raised_by: str
    at: datetime
    lowered_at: datetime | None
    lowered_reason: str


@dataclass(frozen=True, slots=True)
class MembershipRecord:
    """One role of one person."""

    user_id: str
    username: str
    name: str
    name_zh: str
    tenant_id: str | None
    role: str


def team_of(*, actor: Actor, matter_id: str) -> list[TeamMemberRecord]:
    """Return the team of a matter the actor may see; empty for any other matter."""
    rows = TeamMember.objects.filter(matter_filter(actor), matter_id=matter_id, removed_at__isnull=True)
    barred = set(Wall.objects.filter(matter_id=matter_id, lowered_at__isnull=True).values_list("user_id", flat=True))
    return [
        TeamMemberRecord(
            row.user_id,
            row.user.username,
            row.user.get_full_name(),
            row.user.display_name_zh,
            row.role_in_matter,
            row.user_id in barred,
        )
        for row in rows.select_related("user").order_by("added_at", "id")
    ]


def walls_for(*, actor: Actor, matter_id: str | None = None) -> list[WallRecord]:
    """Return walls, newest first; needs the manager or the administrator; not those around the actor."""
    require_role(actor, Role.MANAGER, Role.ADMINISTRATOR)
    rows = Wall.objects.filter(matter_filter(actor)).select_related("user")
    if matter_id is not None:
        rows = rows.filter(matter_id=matter_id)
    return [
        WallRecord(
            row.id, row.tenant_id, row.matter_id, row.user_id, row.user.get_full_name(), row.reason,
            row.raised_by_label, row.at, row.lowered_at, row.lowered_reason,
        )
        for row in rows.order_by("-at", "-id")
    ]  # fmt: skip


def memberships(*, tenant_id: str | None = None, role: Role | None = None) -> list[MembershipRecord]:
    """Return who holds which role at a client, or at the provider (None); system-wide, callers check the role."""
    rows = Membership.objects.filter(tenant_id=tenant_id, user__is_active=True).select_related("user")
    if role is not None:
        rows = rows.filter(role=role.value)
    return [
        MembershipRecord(
            row.user_id,
            row.user.username,
            row.user.get_full_name(),
            row.user.display_name_zh,
            row.tenant_id,
            row.role,
        )
        for row in rows.order_by("user__username", "role")
    ]


def roles_of(*, user_ids: Iterable[str]) -> dict[str, list[MembershipRecord]]:
    """Return the roles of these people, switched off or not; system-wide, callers check the role. One query."""
    found: dict[str, list[MembershipRecord]] = {}
    rows = Membership.objects.filter(user_id__in=set(user_ids)).select_related("user")
    for row in rows.order_by("granted_at", "id"):
        user = row.user
        found.setdefault(user.id, []).append(
            MembershipRecord(
                user.id, user.username, user.get_full_name(), user.display_name_zh, row.tenant_id, row.role
            )
        )
    return found


def logins_for(
    *, actor: Actor, words: str = "", role: str = "", tenant_id: str = "", active: bool | None = None
) -> QuerySet[User]:
    """Return who has a login, by name or address, role and client; nobody unless the administrator asks."""
    if not actor.has(Role.ADMINISTRATOR):
        return User.objects.none()
    fit = Q() if active is None else Q(is_active=active)
    for word in words.split():
        fit &= (
            Q(username__icontains=word)
            | Q(display_name__icontains=word)
            | Q(display_name_zh__icontains=word)
            | Q(email__icontains=word)
        )
    wanted = {name: value for name, value in (("role", role), ("tenant_id", tenant_id)) if value}
    if wanted:
        fit &= Q(id__in=Membership.objects.filter(**wanted).values("user_id"))
    return User.objects.filter(fit)
