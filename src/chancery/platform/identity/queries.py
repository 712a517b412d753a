"""Reads about people; returns plain records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import get_language

from chancery.platform.identity.models import ApiToken, User


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One person as pages show it."""

    id: str
    username: str
    name: str
    name_zh: str
    email: str
    language: str
    time_zone: str
    active: bool

    @property
    def shown(self) -> str:
        """The name in the reader's language."""
        chinese = (get_language() or "").startswith("zh")
        return self.name_zh if chinese and self.name_zh else self.name


@dataclass(frozen=True, slots=True)
class ApiTokenRecord:
    """One token, without its secret."""

    id: str
    label: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


def _record(user: User) -> PersonRecord:
    return PersonRecord(
        user.id, user.username, user.get_full_name(), user.display_name_zh,
        user.email, user.language, user.time_zone, user.is_active,
    )  # fmt: skip


def people_by_id(*, ids: Iterable[str]) -> dict[str, PersonRecord]:
    """Return the people with these ids; ids that name nobody are left out. One query."""
    return {user.id: _record(user) for user in User.objects.filter(id__in=set(ids))}


def person_by_username(*, username: str) -> PersonRecord | None:
    """Return the person with a user name, or None."""
    user = User.objects.filter(username=username).first()
    return _record(user) if user else None


def people() -> list[PersonRecord]:
    """Return everybody by user name (system-wide: callers check the role first)."""
    return [_record(user) for user in User.objects.order_by("username")]


def name_is_taken(*, name: str) -> bool:
    """Tell whether somebody signs in with this login or e-mail address, whatever the case of its letters."""
    return User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name)).exists()


def tokens_of(*, user_id: str) -> list[ApiTokenRecord]:
    """Return a person's tokens, newest first."""
    return [
        ApiTokenRecord(row.id, row.label, row.created_at, row.expires_at, row.last_used_at, row.revoked_at)
        for row in ApiToken.objects.filter(user_id=user_id).order_by("-created_at", "-id")
    ]


def holder_of_token(*, token_id: str) -> str:
    """Return the id of the person for whom a token acts; empty if there is no such token."""
    return ApiToken.objects.filter(id=token_id).values_list("user_id", flat=True).first() or ""
