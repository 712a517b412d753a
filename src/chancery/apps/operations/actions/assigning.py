"""Who gets a piece of work: people's facts, loads and walls put before the assignment engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from chancery.apps.operations.models import Engagement, WorkItem
from chancery.apps.operations.queries.work import loads
from chancery.apps.operations.wording import reason_as_json, reason_text
from chancery.apps.providers.queries import ProfessionalRecord, candidates
from chancery.engines.allocation.assignment import Assignment, Barred, Candidate, Licence, Need, assign
from chancery.engines.allocation.grading import Grade
from chancery.foundation.evidence import Reason
from chancery.foundation.money import Money
from chancery.platform.access import actions as access
from chancery.platform.access.actors import system_actor
from chancery.platform.access.queries import memberships
from chancery.platform.access.scopes import team_user_ids, users_with_role, walled_user_ids
from chancery.platform.access.values import Role

# Roles whose work is owned by the role itself: no grade, skill or capacity rules apply.
OWNER_ROLES = (Role.MANAGER, Role.COUNSEL, Role.ADMINISTRATOR)
TEAM_ROLES = {Role.REVIEWER: "reviewer", Role.ATTORNEY: "attorney", Role.MANAGER: "manager", Role.COUNSEL: "counsel"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who gets the work, with everything that was weighed ready to be kept; bar: why a named person cannot."""

    user_id: str | None
    reasons: dict[str, Any] = field(default_factory=dict)
    bar: str = ""


def choose(*, row: WorkItem, at: datetime, only: str | None = None, reason: str = "", by: str = "") -> Chosen:
    """Choose a person for a work item. only: weigh this person alone and tell the bar if there is one."""
    if Role(row.role) in OWNER_ROLES:
        return _owner(row, only)
    people = [person for person in candidates(on=at.date()) if person.user_id in set(users_with_role(Role(row.role)))]
    names = {person.user_id: {"en": person.name, "zh": person.name_zh or person.name} for person in people}
    absent = [person for person in people if person.absent]
    weighed = assign(need=_need(row, at), candidates=_candidates(row, [one for one in people if not one.absent]))
    kept = _kept(weighed, absent, names)
    if only is None:
        return Chosen(weighed.person_id, kept)
    if only not in names:
        return Chosen(None, kept, reason_text(reason_as_json(NOT_A_CANDIDATE)))
    barred = next((item for item in kept["barred"] if item["person_id"] == only), None)
    if barred is not None:
        return Chosen(None, kept, " ".join(reason_text(item) for item in barred["reasons"]))
    named = Reason("named", "Named by %(name)s: %(reason)s", {"name": by, "reason": reason})
    others = [item for item in kept["alternatives"] if item["person_id"] != only]
    return Chosen(only, {"why": [reason_as_json(named)], "alternatives": others, "barred": kept["barred"]})


NOT_A_CANDIDATE = Reason("not_a_candidate", "This person does not do work of this kind.")


def choose_person(*, row: WorkItem, user_id: str) -> Chosen:
    """Give the work to the person it is meant for by its nature, such as whoever placed the order."""
    if row.matter_id and user_id in walled_user_ids(matter_id=row.matter_id):
        return choose(row=row, at=row.created_at)
    reason = Reason("owner", "The work is meant for this person.")
    return Chosen(user_id, {"why": [reason_as_json(reason)], "alternatives": [], "barred": []})


def _owner(row: WorkItem, only: str | None) -> Chosen:
    role = Role(row.role)
    tenant = row.tenant_id if role == Role.COUNSEL else None
    walled = walled_user_ids(matter_id=row.matter_id) if row.matter_id else set()
    people = [person for person in memberships(tenant_id=tenant, role=role) if person.user_id not in walled]
    busy = loads(user_ids=[person.user_id for person in people])
    people.sort(key=lambda person: (busy.get(person.user_id, 0), person.username))
    if only is not None:
        people = [person for person in people if person.user_id == only]
    if not people:
        nobody = Reason("nobody_in_role", "Nobody holds the role that this work needs.")
        kept = {"why": [reason_as_json(nobody)], "alternatives": [], "barred": []}
        return Chosen(None, kept, reason_text(reason_as_json(NOT_A_CANDIDATE)))
    best = people[0]
    why = Reason(
        "role_least_load",
        "Holds the role and has the least waiting: %(minutes)s minutes.",
        {"minutes": busy.get(best.user_id, 0)},
    )
    others = [
        {
            "person_id": person.user_id,
            "name": {"en": person.name, "zh": person.name_zh or person.name},
            "cost_delta": "",
            "reasons": [
                reason_as_json(
                    Reason("load", "Has %(minutes)s minutes waiting.", {"minutes": busy.get(person.user_id, 0)})
                )
            ],
        }
        for person in people[1:4]
    ]
    return Chosen(best.user_id, {"why": [reason_as_json(why)], "alternatives": others, "barred": []})


def _need(row: WorkItem, at: datetime) -> Need:
    engagement = Engagement.objects.filter(matter_id=row.matter_id).first() if row.matter_id else None
    return Need(
        subject_id=row.subject_id,
        grade=Grade(row.grade or Grade.PARALEGAL),
        minutes=row.minutes,
        on=at.date(),
        skills=frozenset(row.skills),
        languages=frozenset({row.language.split("-")[0]}) if row.language else frozenset(),
        jurisdiction=row.jurisdiction or None,
        not_authored_by=frozenset(row.not_authored_by),
        allowed_sites=frozenset(engagement.sites) if engagement else None,
    )


def _candidates(row: WorkItem, people: list[ProfessionalRecord]) -> list[Candidate]:
    """Free minutes are the person's daily minutes less the live work assigned, over all clients."""
    engagement = Engagement.objects.filter(matter_id=row.matter_id).first() if row.matter_id else None
    busy = loads(user_ids=[person.user_id for person in people])
    if row.assignee_id in busy:
        busy[row.assignee_id] -= row.minutes
    walled = walled_user_ids(matter_id=row.matter_id) if row.matter_id else set()
    team = team_user_ids(matter_id=row.matter_id) if row.matter_id else set()
    rates: dict[str, Money] = {}
    if engagement is not None:
        rates = {name: Money(Decimal(rate), engagement.currency) for name, rate in engagement.rates.items()}
    return [
        Candidate(
            person_id=person.user_id,
            name=person.name,
            grade=Grade(person.grade),
            skills=frozenset(person.skills),
            languages=frozenset(language.split("-")[0] for language in person.languages),
            licences=tuple(_licences(person, row.jurisdiction)),
            free_minutes=person.daily_minutes - busy.get(person.user_id, 0),
            rate=rates.get(person.grade),
            on_matter=person.user_id in team,
            walled=person.user_id in walled,
            site=person.calendar,
        )
        for person in people
    ]


def _licences(person: ProfessionalRecord, wanted: str) -> list[Licence]:
    """Return licences; one of a part of a country also counts for the country, as at sign-off."""
    found = [Licence(one.jurisdiction, one.number, one.valid_from, one.valid_to) for one in person.licences]
    wider = [
        Licence(wanted, one.number, one.valid_from, one.valid_to)
        for one in person.licences
        if wanted and one.jurisdiction != wanted and one.jurisdiction.split("-")[0] == wanted
    ]
    return found + wider


def _kept(weighed: Assignment, absent: list[ProfessionalRecord], names: dict[str, dict[str, str]]) -> dict[str, Any]:
    away = Reason("absent", "Is away on that day.")
    barred = [*weighed.barred, *(Barred(person.user_id, "absent", away) for person in absent)]
    return {
        "why": [reason_as_json(reason) for reason in weighed.reasons],
        "alternatives": [
            {
                "person_id": item.person_id,
                "name": names[item.person_id],
                "cost_delta": str(item.cost_delta) if item.cost_delta is not None else "",
                "reasons": [reason_as_json(reason) for reason in item.reasons],
            }
            for item in weighed.alternatives
        ],
        "barred": [
            {"person_id": item.person_id, "name": names[item.person_id], "reasons": [reason_as_json(item.reason)]}
            for item in barred
        ],
    }


def join_team(*, row: WorkItem, user_id: str, at: datetime) -> None:
    """Put whoever gets work of a matter into its team, so that the person can open it."""
    if row.matter_id is None or Role(row.role) == Role.COUNSEL or user_id in team_user_ids(matter_id=row.matter_id):
        return
    access.add_team_member(
        actor=system_actor(tenant_id=row.tenant_id),
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        user_id=user_id,
        role_in_matter=TEAM_ROLES.get(Role(row.role), "reviewer"),
        at=at,
    )
