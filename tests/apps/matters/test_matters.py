"""Matters: opened once, numbered in a row, listed by right, found by every name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.conftest import World
from chancery.apps.matters.actions import bates_prefix, close_matter, open_matter
from chancery.apps.matters.models import Matter
from chancery.apps.matters.queries import list_matters, matter, matter_choices, matter_of_key, parties_of
from chancery.apps.parties.actions import record_party
from chancery.foundation.errors import NotFound, Refused
from chancery.foundation.money import Money
from chancery.platform.access.actions import lower_wall, raise_wall
from chancery.platform.access.actors import system_actor
from chancery.platform.access.models import Wall
from chancery.platform.audit.models import Entry

Browser = Callable[[str], Client]


def opened(world: World, key: str, at: datetime, *, tenant_id: str = "", by: Any = None, **more: Any) -> Any:
    tenant_id = tenant_id or world.client_id
    given: dict[str, Any] = {
        "title": f"Matter {key}",
        "service_id": "document-review",
        "service_version": 1,
        "budget": Money(Decimal("1000"), "USD"),
        "jurisdiction": "US-NY",
        "data_location": "US",
        "team": [(world.person["reviewer-1"].id, "reviewer")],
        "responsible_attorney_id": world.person["attorney"].id,
        "parties": [],
        **more,
    }
    return open_matter(
        actor=by or system_actor(tenant_id=tenant_id), tenant_id=tenant_id, idempotency_key=key, at=at, **given
    )


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("Halden Marine Systems, Inc.", "HALDEN"),
        ("The Co. of Müller & Söhne GmbH", "MULLER"),
        ("Corporation Limited", "PROD"),
        ("哈尔登船舶系统公司", "PROD"),
        ("International Pharmaceuticals", "INTERNATIO"),
        ("3M", "PROD"),
        ("Łódź Cotton", "COTTON"),
    ],
)
def test_the_bates_prefix_is_the_first_telling_word(name: str, prefix: str) -> None:
    assert bates_prefix(client_name=name) == prefix


def test_the_same_key_opens_a_matter_once_and_no_number_is_lost(world: World, at: datetime) -> None:
    party = record_party(actor=world.actor("counsel"), tenant_id=world.client_id, name="Borealis", at=at)
    sides = [(party.id, "adverse"), (party.id, "adverse"), (party.id, "witness")]
    first = opened(world, "a", at, parties=sides)
    again = opened(world, "a", at, title="Another title")
    second = opened(world, "b", at)
    assert (first.number, again.id, again.title, second.number) == ("M-10001", first.id, "Matter a", "M-10002")
    assert first.bates_prefix == "HALDEN"
    assert Entry.objects.filter(act="matter.opened").count() == 2
    sides_found = [item.side for item in parties_of(actor=world.actor("counsel"), matter_id=first.id)]
    assert sides_found == ["adverse", "witness"]


def test_a_key_of_another_client_is_unknown(world: World, at: datetime) -> None:
    opened(world, "a", at)
    with pytest.raises(NotFound):
        opened(world, "a", at, tenant_id=world.other_client_id)
    assert matter_of_key(actor=world.actor("counsel-2"), idempotency_key="a") is None
    assert Matter.objects.count() == 1


def test_who_may_open_a_matter(world: World, at: datetime) -> None:
    for who, refusal in (
        ("reviewer-1", "not_allowed"),
        ("attorney", "not_allowed"),
        ("administrator", "not_allowed"),
        ("counsel-2", "not_found"),
    ):
        with pytest.raises(Refused) as refused:
            opened(world, who, at, by=world.actor(who))
        assert refused.value.code == refusal
    assert not Matter.objects.exists()
    assert opened(world, "m", at, by=world.actor("manager")).status == "open"
    assert opened(world, "c", at, by=world.actor("counsel")).tenant_id == world.client_id


def test_closing_needs_a_manager_and_a_reason_and_happens_once(world: World, at: datetime) -> None:
    found = opened(world, "a", at)
    manager = world.actor("manager")
    for who in ("counsel", "reviewer-1", "attorney"):
        with pytest.raises(Refused):
            close_matter(actor=world.actor(who), matter_id=found.id, reason="Settled", at=at)
    with pytest.raises(Refused) as refused:
        close_matter(actor=manager, matter_id=found.id, reason="  ", at=at)
    assert refused.value.code == "reason_missing"
    assert matter(actor=manager, matter_id=found.id).status == "open"
    close_matter(actor=manager, matter_id=found.id, reason="Settled", at=at)
    close_matter(actor=manager, matter_id=found.id, reason="Settled", at=at)
    assert Entry.objects.filter(act="matter.closed").count() == 1
    assert matter_choices(actor=manager) == []


def test_a_wall_hides_a_matter_from_everyone_it_names(world: World, at: datetime) -> None:
    found = opened(world, "a", at)
    for who in ("manager", "reviewer-1", "counsel"):
        assert matter(actor=world.actor(who), matter_id=found.id).number == "M-10001"
        raise_wall(
            actor=world.actor("administrator"),
            tenant_id=world.client_id,
            matter_id=found.id,
            user_id=world.person[who].id,
            reason="Conflict",
            at=at,
        )
        actor = world.actor(who)
        with pytest.raises(NotFound):
            matter(actor=actor, matter_id=found.id)
        with pytest.raises(NotFound):
            parties_of(actor=actor, matter_id=found.id)
        assert list_matters(actor=actor) == []
        assert matter_choices(actor=actor) == []
        with pytest.raises(Refused):
            close_matter(actor=actor, matter_id=found.id, reason="x", at=at)
    wall = Wall.objects.get(user=world.person["reviewer-1"])
    lower_wall(actor=world.actor("administrator"), wall_id=wall.id, reason="Cleared", at=at)
    assert matter(actor=world.actor("reviewer-1"), matter_id=found.id).id == found.id


def test_the_list_pages_by_key_filters_and_asks_a_fixed_number_of_queries(
    world: World, at: datetime, signed_in: Browser
) -> None:
    for number in range(3):
        opened(world, f"o{number}", at + timedelta(hours=number), tenant_id=world.other_client_id, title="Freight")
    opened(world, "one", at, title_zh="供货争议", client_reference="HM-77/A")
    browser = signed_in("manager")

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert browser.get("/matters/").status_code == 200
        return len(caught)

    browser.get("/matters/")
    few = asked()
    for number in range(118):
        opened(world, f"n{number:03}", at + timedelta(minutes=number), title=f"Numbered {number:03}", team=[])
    assert asked() == few
    assert few <= 20

    def numbers(query: str, who: str = "manager") -> list[str]:
        table = signed_in(who).get(f"/matters/{query}").context["table"]
        return [row.label for row in table.rows]

    assert len(numbers("")) == 100
    table = browser.get("/matters/").context["table"]
    assert (table.total, bool(table.next_cursor), bool(table.previous_cursor)) == (122, True, False)
    rest = numbers(f"?after={table.next_cursor}")
    assert len(rest) == 22
    assert not set(rest) & set(numbers(""))
    assert numbers("?q=供货") == numbers("?q=hm-77") == numbers("?q=M-10004") == ["M-10004"]
    assert numbers("?q=子午") == ["M-10003", "M-10002", "M-10001"]
    assert numbers(f"?client={world.other_client_id}&sort=number") == ["M-10001", "M-10002", "M-10003"]
    assert numbers("?view=closed") == []
    assert numbers("", "counsel-2") == ["M-10003", "M-10002", "M-10001"]
    assert numbers("", "attorney") == []
    assert numbers("?q=Freight", "counsel") == []
    assert signed_in("counsel").get("/matters/?after=%%%&before=zzz&sort=nothing").status_code == 200


def test_the_machine_interface_lists_and_reads(world: World, at: datetime, signed_in: Browser) -> None:
    records = [opened(world, f"k{number}", at) for number in range(3)]
    browser = signed_in("counsel")
    listed = browser.get("/api/matters?limit=2").json()
    assert len(listed) == 2
    rest = browser.get(f"/api/matters?limit=2&after={listed[-1]['number']}").json()
    assert sorted(item["number"] for item in [*listed, *rest]) == ["M-10001", "M-10002", "M-10003"]
    one = browser.get(f"/api/matters/{records[0].id}").json()
    assert (one["number"], one["budget"], one["currency"], one["parties"]) == ("M-10001", "1000.0000", "USD", [])
    other = signed_in("counsel-2")
    assert other.get(f"/api/matters/{records[0].id}").status_code == 404
    assert other.get(f"/api/matters?after={records[0].id}").status_code == 404
    assert other.get("/api/matters").json() == []
