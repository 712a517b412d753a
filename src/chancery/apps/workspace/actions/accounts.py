"""Who may sign in: people entered and switched off, roles granted, client organisations, tokens.

Every act needs the administrator (tokens: the person itself) and stands in the record of the organisation concerned.
Passwords and tokens are returned once; only their hashes are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop

from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access import actions as access
from chancery.platform.access.actors import system_actor
from chancery.platform.access.queries import roles_of
from chancery.platform.access.scopes import require_role, users_with_role
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record
from chancery.platform.identity import actions as identity
from chancery.platform.identity.queries import (
    holder_of_token,
    name_is_taken,
    people_by_id,
    person_by_username,
    tokens_of,
)
from chancery.platform.identity.tokens import new_password
from chancery.platform.tenancy.actions import found_tenant
from chancery.platform.tenancy.queries import client_tenants, provider_tenant_id

LONGEST_TERM_DAYS: Final = 365


class LoginTaken(Refused):
    """Somebody else signs in with this name or address."""

    code = "login_taken"


class OwnAccount(Refused):
    """An administrator does not do this to the own login."""

    code = "own_account"


class LastAdministrator(Refused):
    """Somebody has to stay who can let people in."""

    code = "last_administrator"


class OneSide(Refused):
    """A person works for the provider or for a client, never for both."""

    code = "one_side"


class ClientMissing(Refused):
    """A role of a client needs the client."""

    code = "client_missing"


class ClientKnown(Refused):
    """A client organisation of this name exists."""

    code = "client_known"


class TokenTerm(Refused):
    """A token is valid for a number of days within the year."""

    code = "token_term"


class LabelTaken(Refused):
    """Another token in force has this label."""

    code = "label_taken"


@dataclass(frozen=True, slots=True)
class NewLogin:
    """A person to let in. tenant_id: the client of counsel, None for people of the provider."""

    username: str
    name: str
    name_zh: str
    email: str
    language: str
    time_zone: str
    role: Role
    tenant_id: str | None


@transaction.atomic
def enter_login(*, actor: Actor, login: NewLogin, at: datetime) -> tuple[str, str]:
    """Let a person in with a first role; returns the person's id and the first password, which is shown once.

    Refuses "login_taken", "client_missing", "wrong_role".
    """
    require_role(actor, Role.ADMINISTRATOR)
    if any(name_is_taken(name=name) for name in (login.username, login.email) if name):
        raise LoginTaken(gettext_noop("Somebody else signs in with this login or e-mail address."))
    _require_client(role=login.role, tenant_id=login.tenant_id)
    password = new_password()
    user_id = identity.enter_person(
        username=login.username,
        password=password,
        display_name=login.name,
        display_name_zh=login.name_zh,
        email=login.email,
        language=login.language,
        time_zone=login.time_zone,
    )
    record(
        tenant_id=login.tenant_id or provider_tenant_id(),
        actor=actor,
        act="person.entered",
        object_type="user",
        object_id=user_id,
        label=login.name,
        at=at,
        detail={"login": login.username},
    )
    access.grant_membership(actor=actor, user_id=user_id, tenant_id=login.tenant_id, role=login.role, at=at)
    return user_id, password


@transaction.atomic
def grant_role(*, actor: Actor, user_id: str, tenant_id: str | None, role: Role, at: datetime) -> None:
    """Give a person a further role; safe to repeat. Refuses "one_side", "client_missing", "wrong_role"."""
    require_role(actor, Role.ADMINISTRATOR)
    _require_client(role=role, tenant_id=tenant_id)
    held = roles_of(user_ids=[user_id]).get(user_id, [])
    if any((item.tenant_id is None) != (tenant_id is None) for item in held):
        raise OneSide(gettext_noop("A person works for the provider or for a client, not for both."))
    access.grant_membership(actor=actor, user_id=user_id, tenant_id=tenant_id, role=role, at=at)


@transaction.atomic
def revoke_role(*, actor: Actor, user_id: str, tenant_id: str | None, role: Role, at: datetime) -> None:
    """Take a role from a person; safe to repeat. Refuses "own_account", "last_administrator"."""
    require_role(actor, Role.ADMINISTRATOR)
    if role == Role.ADMINISTRATOR:
        if user_id == actor.user_id:
            raise OwnAccount(gettext_noop("Nobody takes the administrator's role from themselves: ask another one."))
        _require_another_administrator(user_id)
    access.revoke_membership(actor=actor, user_id=user_id, tenant_id=tenant_id, role=role, at=at)


@transaction.atomic
def switch_off(*, actor: Actor, user_id: str, at: datetime) -> None:
    """Let a person in no longer, from this moment; safe to repeat. Refuses "own_account", "last_administrator"."""
    require_role(actor, Role.ADMINISTRATOR)
    if user_id == actor.user_id:
        raise OwnAccount(gettext_noop("Nobody switches themselves off: ask another administrator."))
    _require_another_administrator(user_id)
    identity.switch_off_person(actor=actor, user_id=user_id, at=at, tenant_id=organisation_of(user_id=user_id))


@transaction.atomic
def switch_on(*, actor: Actor, user_id: str, at: datetime) -> None:
    """Let a person in again; safe to repeat. Tokens stay revoked."""
    require_role(actor, Role.ADMINISTRATOR)
    identity.switch_on_person(actor=actor, user_id=user_id, at=at, tenant_id=organisation_of(user_id=user_id))


@transaction.atomic
def renew_password(*, actor: Actor, user_id: str, at: datetime) -> str:
    """Give a person a new random password and return it, once; sessions end. Refuses "own_account"."""
    require_role(actor, Role.ADMINISTRATOR)
    if user_id == actor.user_id:
        raise OwnAccount(gettext_noop("Change your own password under “Account”."))
    return identity.set_password(actor=actor, user_id=user_id, at=at, tenant_id=organisation_of(user_id=user_id))


@transaction.atomic
def enter_client(*, actor: Actor, name: str, name_zh: str, at: datetime) -> str:
    """Enter a client organisation; returns its id. Refuses "client_known"."""
    require_role(actor, Role.ADMINISTRATOR)
    if any(item.name.casefold() == name.casefold() for item in client_tenants()):
        raise ClientKnown(gettext_noop("A client organisation of this name exists."))
    made = found_tenant(name=name, name_zh=name_zh, kind="client", at=at)
    record(
        tenant_id=made.id, actor=actor, act="client.entered", object_type="organisation",
        object_id=made.id, label=made.name, at=at,
    )  # fmt: skip
    return made.id


@transaction.atomic
def issue_token(*, actor: Actor, user_id: str, label: str, days: int, at: datetime) -> tuple[str, str]:
    """Make a token of the machine interface; returns its id and the token, which is shown once.

    days: 1 to 365. For oneself, or by the administrator. Refuses "token_term", "label_taken".
    """
    if not 1 <= days <= LONGEST_TERM_DAYS:
        raise TokenTerm(gettext_noop("A token is valid for 1 to %(most)s days."), most=LONGEST_TERM_DAYS)
    for item in tokens_of(user_id=user_id):
        alive = item.revoked_at is None and (item.expires_at is None or item.expires_at > at)
        if alive and item.label.casefold() == label.strip().casefold():
            raise LabelTaken(gettext_noop("Another token in force has this label: revoke it or choose another label."))
    return identity.issue_api_token(
        actor=actor, user_id=user_id, label=label.strip(), at=at, valid_for=timedelta(days=days)
    )


@transaction.atomic
def revoke_own_tokens(*, actor: Actor, token_ids: list[str] | None, at: datetime) -> int:
    """Make the actor's own tokens useless at once, all of them if None; returns how many were in force."""
    own = {item.id for item in tokens_of(user_id=actor.user_id) if item.revoked_at is None}
    chosen = own if token_ids is None else own & set(token_ids)
    for token_id in sorted(chosen):
        identity.revoke_api_token(actor=actor, token_id=token_id, at=at)
    return len(chosen)


def issue_token_for(*, username: str, label: str, days: int, at: datetime) -> tuple[str, str]:
    """Make a token for a login, asked for at the console of the home; returns its id and the token.

    NotFound if nobody active has the login; refuses as ``issue_token``.
    """
    person = person_by_username(username=username)
    if person is None or not person.active:
        raise NotFound(gettext_noop("Nobody who may sign in has the login “%(login)s”."), login=username)
    return issue_token(actor=_console(person.id), user_id=person.id, label=label, days=days, at=at)


def revoke_token_at_console(*, token_id: str, at: datetime) -> None:
    """Make a token useless at once, asked for at the console of the home; safe to repeat. NotFound if there is none."""
    identity.revoke_api_token(actor=_console(holder_of_token(token_id=token_id)), token_id=token_id, at=at)


def organisation_of(*, user_id: str) -> str:
    """Return the organisation in whose record acts about a person stand: the client, or else the provider."""
    held = roles_of(user_ids=[user_id]).get(user_id, [])
    return next((item.tenant_id for item in held if item.tenant_id is not None), provider_tenant_id())


def _console(user_id: str) -> Actor:
    return system_actor(tenant_id=organisation_of(user_id=user_id), label="Console")


def _require_client(*, role: Role, tenant_id: str | None) -> None:
    if role == Role.COUNSEL and tenant_id is None:
        raise ClientMissing(gettext_noop("Say for which client organisation counsel acts."))
    if tenant_id is not None and tenant_id not in {item.id for item in client_tenants()}:
        raise NotFound()


def _require_another_administrator(user_id: str) -> None:
    """Refuse if a person is the only active administrator; administrators wait here for each other."""
    access.lock_administrators()
    administrators = users_with_role(Role.ADMINISTRATOR)
    if administrators == [user_id]:
        name = people_by_id(ids=[user_id])[user_id].shown
        raise LastAdministrator(gettext_noop("%(name)s is the last administrator and stays."), name=name)
