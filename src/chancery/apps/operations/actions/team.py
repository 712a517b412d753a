"""The people of a matter at its opening."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chancery.apps.operations.catalogue.answers import meaning_of
from chancery.apps.operations.catalogue.definition import ServiceDefinition
from chancery.apps.providers.queries import candidates
from chancery.platform.access.scopes import users_with_role
from chancery.platform.access.values import Actor, Role

REVIEWERS_AT_START = 8


def team_for(
    *, actor: Actor, definition: ServiceDefinition, values: Mapping[str, Any], attorney_id: str, at: datetime
) -> list[tuple[str, str]]:
    """Return (user id, role) of the team: accepting counsel, managers, responsible attorney and the reviewers
    with the service's skills and a working language of the documents, at a site where the data may be opened.

    At most eight reviewers start; others join with the first work they are given.
    """
    location = meaning_of(service=definition, values=values, meaning="data_location")
    sites = next((set(place.sites) for place in definition.data_locations if place.code == location), set())
    languages = set(meaning_of(service=definition, values=values, meaning="languages") or [])
    reviewers = set(users_with_role(Role.REVIEWER))
    found = [
        person
        for person in candidates(on=at.date())
        if person.user_id in reviewers
        and not person.absent
        and set(definition.skills) <= set(person.skills)
        and languages & {language.split("-")[0] for language in person.languages}
        and person.calendar in sites
    ]
    found.sort(key=lambda person: (-len(languages & set(person.languages)), person.username))
    team = [(actor.user_id, "counsel"), *((user_id, "manager") for user_id in users_with_role(Role.MANAGER))]
    team.append((attorney_id, "attorney"))
    team += [(person.user_id, "reviewer") for person in found[:REVIEWERS_AT_START]]
    return list({user_id: (user_id, role) for user_id, role in reversed(team)}.values())[::-1]
