"""Writes of the providers room."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from chancery.apps.providers import policies
from chancery.apps.providers.models import Absence, LanguageSkill, Licence, Professional, Skill
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.scopes import require_role
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record
from chancery.platform.tenancy.queries import provider_tenant_id


def _entry(*, actor: Actor, act: str, person: Professional, at: datetime, after: dict[str, object]) -> None:
    record(
        tenant_id=provider_tenant_id(),
        actor=actor,
        act=act,
        object_type="professional",
        object_id=person.id,
        label=person.user.display_name or person.user.username,
        at=at,
        after=after,
    )


def _person(actor: Actor, professional_id: str) -> Professional:
    found = policies.professionals_for(actor).select_for_update(of=("self",)).filter(id=professional_id).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def register_professional(
    *,
    actor: Actor,
    user_id: str,
    grade: str,
    site: str,
    calendar: str,
    skills: Iterable[str],
    languages: Iterable[str],
    classification: str,
    at: datetime,
    daily_minutes: int = 450,
) -> str:
    """Enter a person of the provider with grade, site, skills and languages; repeating it updates the entry.

    daily_minutes: working minutes a day, 1 to 1440. Returns the professional's id.
    """
    require_role(actor, Role.MANAGER, Role.ADMINISTRATOR)
    if not 0 < daily_minutes <= 1440:
        raise Refused("A working day has between 1 and 1440 minutes.", code="minutes_out_of_range")
    person, _ = Professional.objects.update_or_create(
        user_id=user_id,
        defaults={
            "grade": grade,
            "site": site,
            "calendar": calendar,
            "daily_minutes": daily_minutes,
            "classification": classification,
        },
    )
    for name in skills:
        Skill.objects.get_or_create(professional=person, name=name)
    for language in languages:
        LanguageSkill.objects.get_or_create(professional=person, language=language)
    _entry(actor=actor, act="professional.registered", person=person, at=at, after={"grade": grade, "site": site})
    return person.id


@transaction.atomic
def record_licence(
    *,
    actor: Actor,
    professional_id: str,
    jurisdiction: str,
    number: str,
    valid_from: date,
    valid_to: date,
    at: datetime,
) -> None:
    """Enter or renew an admission to practise. Raises Refused ``dates_reversed`` if it ends before it begins."""
    require_role(actor, Role.MANAGER, Role.ADMINISTRATOR)
    if valid_to < valid_from:
        raise Refused("The licence ends before it begins.", code="dates_reversed")
    person = _person(actor, professional_id)
    Licence.objects.update_or_create(
        professional=person,
        jurisdiction=jurisdiction,
        number=number,
        defaults={"valid_from": valid_from, "valid_to": valid_to},
    )
    after = {"jurisdiction": jurisdiction, "number": number, "valid_to": valid_to.isoformat()}
    _entry(actor=actor, act="licence.recorded", person=person, at=at, after=dict(after))


@transaction.atomic
def record_absence(
    *, actor: Actor, professional_id: str, first_day: date, last_day: date, reason: str, at: datetime
) -> None:
    """Enter days on which a person takes no work, both ends inclusive."""
    require_role(actor, Role.MANAGER, Role.ADMINISTRATOR)
    if last_day < first_day:
        raise Refused("The absence ends before it begins.", code="dates_reversed")
    person = _person(actor, professional_id)
    Absence.objects.get_or_create(
        professional=person, first_day=first_day, last_day=last_day, defaults={"reason": reason[:200]}
    )
    after = {"first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
    _entry(actor=actor, act="absence.recorded", person=person, at=at, after=dict(after))
