"""Reads of the provider's people, as plain records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q

from chancery.apps.providers import policies
from chancery.apps.providers.models import Absence, Licence, Professional
from chancery.foundation.jurisdictions import jurisdictions
from chancery.platform.access.values import Actor


@dataclass(frozen=True, slots=True)
class LicenceRecord:
    """An admission to practise; dates inclusive."""

    id: str
    jurisdiction: str
    number: str
    valid_from: date
    valid_to: date

    def valid_on(self, day: date) -> bool:
        """Return whether the licence covers a day."""
        return self.valid_from <= day <= self.valid_to

    def covers(self, jurisdiction: str) -> bool:
        """Return whether the licence answers for a legal system: itself, the whole it is part of, or a part of it
        that admits no lawyers of its own."""
        held = self.jurisdiction
        if jurisdiction == held or held.startswith(f"{jurisdiction}-"):
            return True
        return jurisdiction.startswith(f"{held}-") and jurisdiction not in jurisdictions()


@dataclass(frozen=True, slots=True)
class ProfessionalRecord:
    """A professional as pages and the assignment see one.

    daily_minutes: working minutes a day; absent: whether the person is away on the day asked about.
    """

    id: str
    user_id: str
    username: str
    name: str
    name_zh: str
    grade: str
    site: str
    calendar: str
    daily_minutes: int
    classification: str
    active: bool
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    licences: tuple[LicenceRecord, ...]
    absent: bool


def _record(person: Professional, *, on: date | None) -> ProfessionalRecord:
    return ProfessionalRecord(
        id=person.id,
        user_id=str(person.user_id),
        username=person.user.username,
        name=person.user.display_name or person.user.username,
        name_zh=person.user.display_name_zh,
        grade=person.grade,
        site=person.site,
        calendar=person.calendar,
        daily_minutes=person.daily_minutes,
        classification=person.classification,
        active=person.active,
        skills=tuple(sorted(skill.name for skill in person.skills.all())),
        languages=tuple(sorted(item.language for item in person.languages.all())),
        licences=tuple(
            LicenceRecord(
                id=item.id,
                jurisdiction=item.jurisdiction,
                number=item.number,
                valid_from=item.valid_from,
                valid_to=item.valid_to,
            )
            for item in sorted(person.licences.all(), key=lambda item: (item.jurisdiction, item.number))
        ),
        absent=any(on and item.first_day <= on <= item.last_day for item in person.absences.all()),
    )


_PARTS = (
    "skills",
    "languages",
    Prefetch("licences", Licence.objects.all()),
    Prefetch("absences", Absence.objects.all()),
)


def candidates(*, on: date) -> list[ProfessionalRecord]:
    """Return everybody who may be given work, with absences judged on a day; five queries for any number."""
    people = policies.professionals().prefetch_related(*_PARTS).order_by("user__username")
    return [_record(person, on=on) for person in people]


def list_professionals(*, actor: Actor, on: date, text: str = "", grade: str = "") -> list[ProfessionalRecord]:
    """Return the people the actor may see, by name, filtered by text in name, skill or language and by grade."""
    people = policies.professionals_for(actor).prefetch_related(*_PARTS).order_by("user__username")
    if grade:
        people = people.filter(grade=grade)
    if text:
        people = people.filter(
            Q(user__display_name__icontains=text)
            | Q(user__username__icontains=text)
            | Q(skills__name__icontains=text)
            | Q(languages__language__iexact=text)
        ).distinct()
    return [_record(person, on=on) for person in people]


def professional(*, actor: Actor, professional_id: str, on: date) -> ProfessionalRecord | None:
    """Return one professional or None if unknown or forbidden."""
    found = policies.professionals_for(actor).prefetch_related(*_PARTS).filter(id=professional_id).first()
    return _record(found, on=on) if found else None


def professional_of(*, user_id: str, on: date) -> ProfessionalRecord | None:
    """Return the professional behind a login, for rooms that assign, bill or sign off."""
    found = policies.professionals().prefetch_related(*_PARTS).filter(user_id=user_id).first()
    return _record(found, on=on) if found else None


def valid_licence(*, user_id: str, on: date, jurisdiction: str | None = None) -> LicenceRecord | None:
    """Return a licence of the person that is valid on the day, in the jurisdiction if one is asked for.

    A licence of New York answers for ``US-NY`` and for ``US``, one of China for ``CN`` and its parts; one of New
    York never for Washington. Nobody who has left has a valid licence.
    """
    person = professional_of(user_id=user_id, on=on)
    for licence in person.licences if person else ():
        covers = not jurisdiction or licence.covers(jurisdiction)
        if covers and licence.valid_on(on):
            return licence
    return None
