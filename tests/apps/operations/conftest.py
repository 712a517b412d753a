"""Fixtures of the operations tests: a catalogue, a staffed provider, answers that the gate accepts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from apps.conftest import World
from chancery.apps.operations import actions, queries
from chancery.apps.providers.actions import record_licence, register_professional

STAFF = [
    ("manager", "senior", "New York", "US", ("document-review",), ("en",)),
    ("reviewer-1", "paralegal", "New York", "US", ("document-review",), ("en", "zh")),
    ("reviewer-2", "paralegal", "Kunming", "CN", ("document-review",), ("en", "zh")),
    ("attorney", "lawyer", "New York", "US", ("document-review",), ("en",)),
]


def answers(**changed: Any) -> dict[str, Any]:
    """Return a complete set of answers that the gate accepts, with changes; None removes an answer."""
    given: dict[str, Any] = {
        "work": ["review", "privilege_review", "production"],
        "documents": "300",
        "gigabytes": "0.2",
        "languages": ["en", "zh"],
        "jurisdiction": "US-NY",
        "data_location": "US",
        "data_class": "confidential",
        "privilege": "screen",
        "counsel": "Marlow & Finch LLP",
        "client_parties": "Halden Instruments",
        "adverse_parties": "Borealis Trading Co., Ltd.\nLi Wei",
        "currency": "USD",
        "budget": "2000",
        "deadline_days": "20",
        "consent": "yes",
    }
    given.update(changed)
    return {key: value for key, value in given.items() if value is not None}


@pytest.fixture
def staffed(world: World, at: datetime) -> World:
    """The world with its catalogue published and its staff registered, the attorney licensed in New York."""
    actions.publish_shipped_services(at=at)
    manager = world.actor("manager")
    for username, grade, site, calendar, skills, languages in STAFF:
        person = register_professional(
            actor=manager,
            user_id=world.person[username].id,
            grade=grade,
            site=site,
            calendar=calendar,
            daily_minutes=450,
            skills=skills,
            languages=languages,
            classification="PARALE",
            at=at,
        )
        if username == "attorney":
            record_licence(
                actor=manager,
                professional_id=person,
                jurisdiction="US-NY",
                number="NY-4471902",
                valid_from=date(2025, 1, 1),
                valid_to=date(2026, 12, 31),
                at=at,
            )
    return world


@pytest.fixture
def quoted(staffed: World, at: datetime) -> queries.RequestRecord:
    """A request that was accepted by the gate and has an open quote."""
    counsel = staffed.actor("counsel")
    draft = actions.start_request(
        actor=counsel,
        tenant_id=staffed.client_id,
        service_id="document-review",
        title="Supply dispute",
        at=at,
    )
    actions.answer_request(actor=counsel, request_id=draft.id, answers=answers(), at=at)
    return actions.submit_request(actor=counsel, request_id=draft.id, at=at)


@pytest.fixture
def matter_id(staffed: World, quoted: queries.RequestRecord, at: datetime) -> str:
    """A matter opened by accepting the quote."""
    assert quoted.quote is not None
    return actions.accept_quote(actor=staffed.actor("counsel"), quote_id=quoted.quote.id, at=at)
