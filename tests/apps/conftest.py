"""Fixtures of tests that go through actions and pages: a provider, two clients and the people of the demo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.test import Client

from chancery.platform.access.actions import grant_membership
from chancery.platform.access.actors import actor_for, system_actor
from chancery.platform.access.values import Actor, Role
from chancery.platform.identity.models import User
from chancery.platform.tenancy.actions import found_tenant

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """The organisations and people that tests start with. person: user name to user."""

    provider_id: str
    client_id: str
    other_client_id: str
    person: dict[str, User]

    def actor(self, username: str) -> Actor:
        """Return the person as an actor, with what holds at this moment."""
        return actor_for(user=self.person[username])


PEOPLE: list[tuple[str, Role, str]] = [
    ("counsel", Role.COUNSEL, "client"),
    ("counsel-2", Role.COUNSEL, "other"),
    ("manager", Role.MANAGER, "provider"),
    ("reviewer-1", Role.REVIEWER, "provider"),
    ("reviewer-2", Role.REVIEWER, "provider"),
    ("attorney", Role.ATTORNEY, "provider"),
    ("administrator", Role.ADMINISTRATOR, "provider"),
]


@pytest.fixture
def at() -> datetime:
    """The moment at which tests act: Monday 2 March 2026, 09:00 UTC."""
    return AT


@pytest.fixture
def world(db: None, at: datetime) -> World:
    """Organisations and people; no matters."""
    provider = found_tenant(name="Chancery Demo Services", name_zh="正衡法律服务", kind="provider", at=at)
    client = found_tenant(name="Halden Instruments", name_zh="哈尔登仪器", kind="client", at=at)
    other = found_tenant(name="Meridian Freight", name_zh="子午货运", kind="client", at=at)
    places = {"client": client.id, "other": other.id, "provider": None}
    people: dict[str, User] = {}
    for username, role, place in PEOPLE:
        user = User(
            username=username,
            display_name=username.replace("-", " ").title(),
            email=f"{username}@example.com",
        )
        user.set_password("a long enough password")
        user.save()
        people[username] = user
        grant_membership(
            actor=system_actor(tenant_id=provider.id),
            user_id=user.id,
            tenant_id=places[place],
            role=role,
            at=at,
        )
    return World(provider.id, client.id, other.id, people)


@pytest.fixture
def signed_in(world: World) -> Callable[[str], Client]:
    """Return a browser in which a person is signed in."""

    def open_browser(username: str) -> Client:
        browser = Client()
        browser.force_login(world.person[username], backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return open_browser
