"""Machine interface of the providers room: the same queries as the pages."""

from __future__ import annotations

from datetime import date
from typing import cast

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from chancery.apps.providers import policies, queries
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor

router = Router(tags=["providers"])


class LicenceOut(Schema):
    """An admission to practise; both days inclusive."""

    jurisdiction: str
    number: str
    valid_from: date
    valid_to: date
    valid_today: bool


class ProfessionalOut(Schema):
    """A person who can be given work. daily_minutes: working minutes a day."""

    id: str
    name: str
    name_zh: str
    grade: str
    site: str
    calendar: str
    daily_minutes: int
    active: bool
    absent_today: bool
    skills: list[str]
    languages: list[str]
    licences: list[LicenceOut]


def _out(record: queries.ProfessionalRecord, today: date) -> ProfessionalOut:
    return ProfessionalOut(
        id=record.id,
        name=record.name,
        name_zh=record.name_zh,
        grade=record.grade,
        site=record.site,
        calendar=record.calendar,
        daily_minutes=record.daily_minutes,
        active=record.active,
        absent_today=record.absent,
        skills=list(record.skills),
        languages=list(record.languages),
        licences=[
            LicenceOut(
                jurisdiction=item.jurisdiction,
                number=item.number,
                valid_from=item.valid_from,
                valid_to=item.valid_to,
                valid_today=item.valid_on(today),
            )
            for item in record.licences
        ],
    )


@router.get("/people", response=list[ProfessionalOut])
def list_people(request: HttpRequest, text: str = "", grade: str = "") -> list[ProfessionalOut]:
    """List the people who can be given work, by name; text is looked for in name, skill and language."""
    actor = cast(Actor, request.actor)  # type: ignore[attr-defined]
    if not policies.keeps_register(actor):
        raise NotFound
    today = timezone.localdate()
    found = queries.list_professionals(actor=actor, on=today, text=text[:200], grade=grade)
    return [_out(record, today) for record in found]
