"""Writes about people: enter them, hand out links and tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext_noop

from chancery.foundation.errors import NotFound, Refused
from chancery.platform.audit.actions import record
from chancery.platform.identity.models import ApiToken, SignInLink, User
from chancery.platform.identity.tokens import fingerprint, new_password, new_secret
from chancery.platform.tenancy.actors import Actor, Role
from chancery.platform.tenancy.queries import provider_tenant_id

TOKEN_PREFIX = "chy_"  # noqa: S105 - the visible first letters of every token, not a token


class DemoOnly(Refused):
    """One-use sign-in links exist only where the demo is switched on."""

    code = "demo_only"


class PreferenceUnknown(Refused):
    """A preference that does not exist."""

    code = "preference_unknown"


@transaction.atomic
def enter_person(
    *,
    username: str,
    password: str | None,
    display_name: str,
    display_name_zh: str = "",
    email: str = "",
    language: str = "en",
    time_zone: str = "UTC",
) -> str:
    """Enter a person, or return the id of the person with this user name unchanged; password None: cannot sign in.

    Who may call this is the caller's affair; what the person may do is granted in ``access``.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(
            username=username,
            display_name=display_name,
            display_name_zh=display_name_zh,
            email=email,
            language=User.Language(language),
            time_zone=time_zone,
        )
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save()
    return user.id


@transaction.atomic
def issue_sign_in_link(*, user: User, at: datetime, valid_for: timedelta) -> str:
    """Return the token of a new one-use link ``/sign-in/<token>/``; refuses "demo_only" outside the demo."""
    if not settings.CHANCERY_DEMO:
        raise DemoOnly(gettext_noop("One-use sign-in links exist only in the demo."))
    token = new_secret()
    SignInLink.objects.create(user=user, token_hash=fingerprint(token), created_at=at, expires_at=at + valid_for)
    return token


@transaction.atomic
def use_sign_in_link(*, token: str, at: datetime) -> User:
    """Return the person of an unused, unexpired link and use it up; NotFound for every other token."""
    if not settings.CHANCERY_DEMO:
        raise NotFound()
    waiting = SignInLink.objects.filter(token_hash=fingerprint(token), used_at__isnull=True, expires_at__gt=at)
    if waiting.update(used_at=at) != 1:
        raise NotFound()
    user = SignInLink.objects.select_related("user").get(token_hash=fingerprint(token)).user
    if not user.is_active:
        raise NotFound()
    return user


@transaction.atomic
def issue_api_token(
    *, actor: Actor, user_id: str, label: str, at: datetime, valid_for: timedelta | None = None
) -> tuple[str, str]:
    """Make a token of the machine interface; returns its id and the token, which is shown once.

    For oneself, or by the administrator or background work for anyone.
    """
    user = _person_the_actor_may_manage(actor, user_id)
    token = new_secret(prefix=TOKEN_PREFIX)
    row = ApiToken.objects.create(
        user=user,
        label=label[:120],
        token_hash=fingerprint(token),
        created_at=at,
        expires_at=at + valid_for if valid_for is not None else None,
    )
    _record_token(actor, "token.issued", row, at)
    return row.id, token


@transaction.atomic
def revoke_api_token(*, actor: Actor, token_id: str, at: datetime) -> None:
    """Make a token useless at once; safe to repeat. For one's own, or by the administrator."""
    row = ApiToken.objects.select_related("user").filter(id=token_id).first()
    if row is None:
        raise NotFound()
    _person_the_actor_may_manage(actor, row.user_id)
    if ApiToken.objects.filter(id=token_id, revoked_at__isnull=True).update(revoked_at=at):
        _record_token(actor, "token.revoked", row, at)


@transaction.atomic
def switch_off_person(*, actor: Actor, user_id: str, at: datetime, tenant_id: str = "") -> None:
    """Let a person in no longer: sessions end and tokens are revoked at once, for good. Safe to repeat.

    Needs the administrator, or background work. tenant_id: organisation in whose record it stands; the provider's
    if empty.
    """
    user = _person_the_administrator_keeps(actor, user_id)
    if not user.is_active:
        return
    user.is_active = False
    user.save(update_fields=["is_active"])
    tokens = ApiToken.objects.filter(user_id=user_id, revoked_at__isnull=True).update(revoked_at=at)
    detail = {"sessions": _end_sessions(user_id), "tokens": tokens}
    _record_person(actor, "person.switched_off", user, tenant_id, at, detail)


@transaction.atomic
def switch_on_person(*, actor: Actor, user_id: str, at: datetime, tenant_id: str = "") -> None:
    """Let a person who was switched off in again, with the same password and roles; safe to repeat.

    Needs the administrator, or background work. tenant_id as in ``switch_off_person``.
    """
    user = _person_the_administrator_keeps(actor, user_id)
    if user.is_active:
        return
    user.is_active = True
    user.save(update_fields=["is_active"])
    _record_person(actor, "person.switched_on", user, tenant_id, at, None)


@transaction.atomic
def set_password(*, actor: Actor, user_id: str, at: datetime, tenant_id: str = "") -> str:
    """Give a person a new random password and return it, once: only its hash is kept, and not in the record.

    Sessions of the person end at once. Needs the administrator, or background work. tenant_id as in
    ``switch_off_person``.
    """
    user = _person_the_administrator_keeps(actor, user_id)
    password = new_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    _record_person(actor, "person.password_set", user, tenant_id, at, {"sessions": _end_sessions(user_id)})
    return password


@transaction.atomic
def set_preferences(
    *,
    user_id: str,
    language: str | None = None,
    theme: str | None = None,
    density: str | None = None,
    letter_keys: bool | None = None,
    time_zone: str | None = None,
) -> None:
    """Change how a person sees the pages; what is None stays. Refuses "preference_unknown"."""
    user = User.objects.select_for_update().filter(id=user_id).first()
    if user is None:
        raise NotFound()
    wanted = {"language": language, "theme": theme, "density": density, "time_zone": time_zone}
    allowed = {
        "language": set(User.Language.values),
        "theme": set(User.Theme.values),
        "density": set(User.Density.values),
        "time_zone": available_timezones(),
    }
    for name, value in wanted.items():
        if value is None:
            continue
        if value not in allowed[name]:
            raise PreferenceUnknown(gettext_noop("This preference does not exist."))
        setattr(user, name, value)
    if letter_keys is not None:
        user.letter_keys = letter_keys
    user.save(update_fields=[*wanted, "letter_keys"])


def _person_the_actor_may_manage(actor: Actor, user_id: str) -> User:
    user = User.objects.filter(id=user_id).first()
    if user is None or (user.id != actor.user_id and not actor.system and not actor.has(Role.ADMINISTRATOR)):
        raise NotFound()
    return user


def _person_the_administrator_keeps(actor: Actor, user_id: str) -> User:
    user = User.objects.select_for_update().filter(id=user_id).first()
    if user is None or not (actor.system or actor.has(Role.ADMINISTRATOR)):
        raise NotFound()
    return user


def _end_sessions(user_id: str) -> int:
    """End every session of a person; sessions name their person only inside, so each one is looked into."""
    ended = [row.pk for row in Session.objects.iterator() if row.get_decoded().get(SESSION_KEY) == user_id]
    Session.objects.filter(pk__in=ended).delete()
    return len(ended)


def _record_person(
    actor: Actor, act: str, user: User, tenant_id: str, at: datetime, detail: dict[str, int] | None
) -> None:
    chain = tenant_id or provider_tenant_id()
    if chain:
        record(
            tenant_id=chain, actor=actor, act=act, object_type="user", object_id=user.id,
            label=user.get_full_name(), at=at, detail=detail,
        )  # fmt: skip


def _record_token(actor: Actor, act: str, row: ApiToken, at: datetime) -> None:
    chain = provider_tenant_id() if actor.provider else next(iter(sorted(actor.tenant_ids)), "")
    if chain:
        record(
            tenant_id=chain, actor=actor, act=act, object_type="api_token", object_id=row.id,
            label=row.label, at=at, detail={"user": row.user_id},
        )  # fmt: skip
