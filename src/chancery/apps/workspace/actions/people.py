"""The organisations and people of a fresh home: one provider, the demo's clients, six logins."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings

from chancery.apps.operations.actions.catalogue import publish_shipped_services
from chancery.apps.providers.actions import record_licence, register_professional
from chancery.apps.providers.queries import professional_of
from chancery.platform.access.actions import grant_membership
from chancery.platform.access.actors import actor_for, system_actor
from chancery.platform.access.values import Actor, Role
from chancery.platform.identity.actions import enter_person
from chancery.platform.identity.models import User
from chancery.platform.tenancy.actions import found_tenant
from chancery.platform.tenancy.queries import TenantRecord

PROVIDER = ("Meridian Legal Services", "子午法律服务")
CLIENT = ("Halden Marine Systems, Inc.", "哈尔登船舶系统公司")
SECOND_CLIENT = ("Aurelle Medical, Inc.", "奥瑞尔医疗")
# Demo only: its logins share this password. Any other home draws one of its own and keeps it in a private file.
DEMO_PASSWORD = "chancery-demo-2026"  # noqa: S105
PASSWORD_FILE = "first-logins.txt"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Persona:
    """A login of a fresh home."""

    username: str
    name: str
    name_zh: str
    role: Role
    language: str
    time_zone: str


PERSONAS = (
    Persona("counsel", "Helen Marchetti", "海伦·马尔凯蒂", Role.COUNSEL, "en", "America/Los_Angeles"),
    Persona("counsel-2", "Joan Whitcombe", "琼·惠特科姆", Role.COUNSEL, "en", "America/Chicago"),
    Persona("manager", "Laura Okafor", "劳拉·奥卡福", Role.MANAGER, "en", "Asia/Shanghai"),
    Persona("reviewer-1", "Wei Sun", "孙薇", Role.REVIEWER, "en", "Asia/Shanghai"),
    Persona("reviewer-2", "Tomas Rey", "托马斯·雷伊", Role.REVIEWER, "en", "America/New_York"),
    Persona("reviewer-3", "Min Zhao", "赵敏", Role.REVIEWER, "zh-hans", "Asia/Shanghai"),
    Persona("attorney", "Eleanor Marsh", "埃莉诺·马什", Role.ATTORNEY, "en", "America/New_York"),
    Persona("administrator", "Kofi Mensah", "科菲·门萨", Role.ADMINISTRATOR, "en", "UTC"),
)
FIVE = ("counsel", "manager", "reviewer-1", "attorney", "administrator")


@dataclass(frozen=True, slots=True)
class Staffing:
    """How a demo person enters the register of professionals."""

    grade: str
    site: str
    calendar: str
    classification: str
    skills: tuple[str, ...]
    licences: tuple[tuple[str, str], ...]


STAFFING: Mapping[str, Staffing] = {
    "manager": Staffing("lawyer", "CN", "CN", "LGPRMG", ("document-review",), (("CN", "CN-2015-104422"),)),
    "reviewer-1": Staffing("paralegal", "CN", "CN", "DOCRNA", ("document-review",), ()),
    "reviewer-2": Staffing("paralegal", "US", "US", "DOCRNA", ("document-review",), ()),
    "reviewer-3": Staffing("lawyer", "CN", "CN", "DOCRAT", ("document-review",), (("CN", "CN-2019-220871"),)),
    "attorney": Staffing(
        "senior", "US", "US", "DSCATT", ("document-review",), (("US-NY", "NY-4410297"), ("US-WA", "WA-51873"))
    ),
}


@dataclass(frozen=True, slots=True)
class Household:
    """The organisations of a home and the actors of its logins."""

    provider: TenantRecord
    client: TenantRecord
    second_client: TenantRecord
    actors: Mapping[str, Actor]


def actor_of(*, username: str) -> Actor | None:
    """Return the actor of a login, or None if nobody has it."""
    user = User.objects.filter(username=username).first()
    return actor_for(user=user) if user else None


def furnish(*, at: datetime) -> Household:
    """Enter the provider, the demo's clients and the logins of a fresh home; repeating it changes nothing."""
    provider = found_tenant(name=PROVIDER[0], name_zh=PROVIDER[1], kind="provider", at=at)
    client = found_tenant(name=CLIENT[0], name_zh=CLIENT[1], kind="client", at=at)
    second = found_tenant(name=SECOND_CLIENT[0], name_zh=SECOND_CLIENT[1], kind="client", at=at)
    publish_shipped_services(at=at)
    system = system_actor(tenant_id=provider.id)
    password = first_password()
    home_of = {"counsel": client.id, "counsel-2": second.id}
    for persona in PERSONAS:
        user_id = enter_person(
            username=persona.username,
            password=password,
            display_name=persona.name,
            display_name_zh=persona.name_zh,
            email=f"{persona.username}@meridian.example",
            language=persona.language,
            time_zone=persona.time_zone,
        )
        grant_membership(
            actor=system, user_id=user_id, tenant_id=home_of.get(persona.username), role=persona.role, at=at
        )
        if persona.username in STAFFING:
            _staff(actor=system, user_id=user_id, staffing=STAFFING[persona.username], at=at)
    actors = {persona.username: actor_of(username=persona.username) for persona in PERSONAS}
    return Household(
        provider=provider,
        client=client,
        second_client=second,
        actors={name: actor for name, actor in actors.items() if actor is not None},
    )


def first_password() -> str:
    """Return the password that the logins of a fresh home begin with.

    The demo's is known to everybody; any other home draws its own once and keeps it readable by its owner alone.
    """
    if settings.CHANCERY_DEMO:
        return DEMO_PASSWORD
    kept: Path = settings.HOME.keys / PASSWORD_FILE
    if not kept.exists():
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(secrets.token_urlsafe(12) + "\n")
    return kept.read_text("utf-8").strip()


def _staff(*, actor: Actor, user_id: str, staffing: Staffing, at: datetime) -> None:
    if professional_of(user_id=user_id, on=at.date()) is not None:
        return
    professional_id = register_professional(
        actor=actor,
        user_id=user_id,
        grade=staffing.grade,
        site=staffing.site,
        calendar=staffing.calendar,
        skills=staffing.skills,
        languages=("en", "zh"),
        classification=staffing.classification,
        at=at,
    )
    for jurisdiction, number in staffing.licences:
        record_licence(
            actor=actor,
            professional_id=professional_id,
            jurisdiction=jurisdiction,
            number=number,
            valid_from=date(2015, 1, 1),
            valid_to=date(at.year + 2, 12, 31),
            at=at,
        )


def client_and_counsel(*, name: str, house: Household, at: datetime) -> tuple[TenantRecord, Actor]:
    """Return the client of a name and who speaks for it; without a name, the demo's client."""
    if not name or name in CLIENT:
        return house.client, house.actors["counsel"]
    if name in SECOND_CLIENT:
        return house.second_client, house.actors["counsel-2"]
    return client_of(name=name, at=at)


def client_of(*, name: str, at: datetime) -> tuple[TenantRecord, Actor]:
    """Return a client by name with its counsel, entering both if the client is new."""
    client = found_tenant(name=name, name_zh="", kind="client", at=at)
    username = f"counsel-{client.id[-8:]}"
    user_id = enter_person(username=username, password=None, display_name=f"Counsel of {name}"[:120])
    system = system_actor(tenant_id=client.id)
    grant_membership(actor=system, user_id=user_id, tenant_id=client.id, role=Role.COUNSEL, at=at)
    found = actor_of(username=username)
    assert found is not None  # noqa: S101 - entered two lines above
    return client, found
