"""Writes about who may do what; each leaves its entry in the record of the organisation concerned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_noop

from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.models import Membership, TeamMember, Wall
from chancery.platform.access.scopes import may_see_matter, require_role, require_tenant
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record
from chancery.platform.identity.models import User
from chancery.platform.tenancy.queries import provider_tenant_id

STAFF_ROLES: Final = frozenset({Role.MANAGER, Role.REVIEWER, Role.ATTORNEY, Role.ADMINISTRATOR})


class WrongRole(Refused):
    """A role that does not exist at this kind of organisation."""

    code = "wrong_role"


class ReasonMissing(Refused):
    """A wall needs a reason."""

    code = "reason_missing"


@transaction.atomic
def grant_membership(*, actor: Actor, user_id: str, tenant_id: str | None, role: Role, at: datetime) -> str:
    """Give a person one role, at a client (tenant_id) or at the provider (None); returns the membership's id.

    Needs the administrator, or background work. Safe to repeat. Refuses "wrong_role".
    """
    require_role(actor, Role.ADMINISTRATOR)
    role = Role(role)
    if (tenant_id is None) != (role in STAFF_ROLES):
        raise WrongRole(gettext_noop("The role “%(role)s” does not exist at this organisation."), role=role.value)
    user = _user(user_id)
    membership, made = Membership.objects.get_or_create(
        user=user, tenant_id=tenant_id, role=role.value, defaults={"granted_at": at}
    )
    if made:
        _record_membership(actor, "membership.granted", user, tenant_id, role, at)
    return membership.id


@transaction.atomic
def revoke_membership(*, actor: Actor, user_id: str, tenant_id: str | None, role: Role, at: datetime) -> None:
    """Take one role from a person; safe to repeat. Needs the administrator."""
    require_role(actor, Role.ADMINISTRATOR)
    user = _user(user_id)
    removed, _ = Membership.objects.filter(user=user, tenant_id=tenant_id, role=Role(role).value).delete()
    if removed:
        _record_membership(actor, "membership.revoked", user, tenant_id, Role(role), at)


def lock_administrators() -> None:
    """Make others who would take the administrator's role from somebody wait until this transaction ends."""
    list(
        Membership.objects.select_for_update()
        .filter(role=Role.ADMINISTRATOR.value, tenant_id__isnull=True)
        .order_by("id")
        .values_list("id")
    )


@transaction.atomic
def add_team_member(
    *, actor: Actor, tenant_id: str, matter_id: str, user_id: str, role_in_matter: str, at: datetime
) -> None:
    """Put a person into the team of a matter; safe to repeat. Needs the manager or the administrator.

    The caller has opened or may see the matter; a wall keeps denying whatever the team says.
    """
    require_role(actor, Role.MANAGER, Role.ADMINISTRATOR, Role.COUNSEL)
    require_tenant(actor, tenant_id=tenant_id)
    user = _user(user_id)
    place = TeamMember.objects.select_for_update().filter(matter_id=matter_id, user=user).first()
    if place is not None and place.removed_at is None and place.role_in_matter == role_in_matter:
        return
    if place is None:
        place = TeamMember(tenant_id=tenant_id, matter_id=matter_id, user=user)
    elif place.tenant_id != tenant_id:
        raise NotFound()
    place.role_in_matter, place.added_at, place.removed_at = role_in_matter, at, None
    place.save()
    _record_person(actor, "team.added", tenant_id, matter_id, user, at, {"role_in_matter": role_in_matter})


@transaction.atomic
def remove_team_member(*, actor: Actor, tenant_id: str, matter_id: str, user_id: str, at: datetime) -> None:
    """Take a person out of the team of a matter; safe to repeat. Needs the manager or the administrator."""
    require_role(actor, Role.MANAGER, Role.ADMINISTRATOR)
    require_tenant(actor, tenant_id=tenant_id)
    rows = TeamMember.objects.filter(tenant_id=tenant_id, matter_id=matter_id, user_id=user_id, removed_at__isnull=True)
    if rows.update(removed_at=at):
        _record_person(actor, "team.removed", tenant_id, matter_id, _user(user_id), at, {})


@transaction.atomic
def raise_wall(*, actor: Actor, tenant_id: str, matter_id: str, user_id: str, reason: str, at: datetime) -> str:
    """Bar a person from a matter, effective at once and against every permission; returns the wall's id.

    Needs the administrator or the manager, who must see the matter. Safe to repeat. Refuses "reason_missing".
    """
    require_role(actor, Role.ADMINISTRATOR, Role.MANAGER)
    if not reason.strip():
        raise ReasonMissing(gettext_noop("Say why: a wall needs a reason."))
    if not may_see_matter(actor, tenant_id=tenant_id, matter_id=matter_id):
        raise NotFound()
    user = _user(user_id)
    standing = Wall.objects.filter(matter_id=matter_id, user=user, lowered_at__isnull=True).first()
    if standing is not None:
        return standing.id
    wall = Wall.objects.create(
        tenant_id=tenant_id,
        matter_id=matter_id,
        user=user,
        reason=reason.strip(),
        raised_by=actor.user_id,
        raised_by_label=actor.label,
        at=at,
    )
    _record_person(actor, "wall.raised", tenant_id, matter_id, user, at, {"reason": wall.reason})
    return wall.id


@transaction.atomic
def lower_wall(*, actor: Actor, wall_id: str, reason: str, at: datetime) -> None:
    """End a wall; needs the administrator, who is not the person behind it. Safe to repeat."""
    require_role(actor, Role.ADMINISTRATOR)
    if not reason.strip():
        raise ReasonMissing(gettext_noop("Say why: a wall needs a reason."))
    wall = Wall.objects.select_for_update().filter(id=wall_id).select_related("user").first()
    if wall is None or wall.user_id == actor.user_id:
        raise NotFound()
    if wall.lowered_at is not None:
        return
    wall.lowered_at, wall.lowered_reason = at, reason.strip()
    wall.save(update_fields=["lowered_at", "lowered_reason"])
    detail = {"reason": wall.lowered_reason}
    _record_person(actor, "wall.lowered", wall.tenant_id, wall.matter_id, wall.user, at, detail)


def _user(user_id: str) -> User:
    user = User.objects.filter(id=user_id).first()
    if user is None:
        raise NotFound()
    return user


def _record_membership(actor: Actor, act: str, user: User, tenant_id: str | None, role: Role, at: datetime) -> None:
    chain = tenant_id or provider_tenant_id()
    if chain:
        record(
            tenant_id=chain, actor=actor, act=act, object_type="user", object_id=user.id,
            label=user.get_full_name(), at=at, detail={"role": role.value},
        )  # fmt: skip


def _record_person(
    actor: Actor,
    act: str,
    tenant_id: str,
    matter_id: str,
    user: User,
    at: datetime,
    detail: Mapping[str, Any],
) -> None:
    record(
        tenant_id=tenant_id, actor=actor, act=act, object_type="user", object_id=user.id,
        label=user.get_full_name(), at=at, matter_id=matter_id, detail=dict(detail),
    )  # fmt: skip
