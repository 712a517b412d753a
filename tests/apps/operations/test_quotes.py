"""Quotes: lines that add up, acceptance by the client only, the matter it opens."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from apps.conftest import World
from chancery.apps.matters.queries import matter, parties_of
from chancery.apps.operations import actions, queries
from chancery.foundation.errors import NotFound, Refused
from chancery.foundation.money import Money


def test_the_quote_is_volume_times_standard_time_times_rate_plus_unit_prices(quoted: queries.RequestRecord) -> None:
    quote = quoted.quote
    assert quote is not None
    assert [(line.key, line.units, line.hours, line.amount.amount) for line in quote.lines] == [
        ("first_level", 300, Decimal("6.00"), Decimal("228.00")),
        ("second_look", 30, Decimal("0.75"), Decimal("28.50")),
        ("exceptions", 3, Decimal("0.25"), Decimal("9.50")),
        ("sign_off", 1, Decimal("1.50"), Decimal("127.50")),
        ("gigabyte", 1, Decimal("0"), Decimal("35.00")),
        ("document", 300, Decimal("0"), Decimal("36.00")),
    ]
    # 393.50 of time, 15 % either way, plus 71.00 of units: 334.475 and 452.525 rounded, plus 71.
    assert (quote.low, quote.expected, quote.high) == (
        Money(Decimal("405.48"), "USD"),
        Money(Decimal("464.50"), "USD"),
        Money(Decimal("523.53"), "USD"),
    )
    assert quote.state == "offered"
    assert quote.valid_until - quote.offered_at == timedelta(days=14)


def test_acceptance_opens_the_matter_under_what_was_agreed(
    staffed: World, quoted: queries.RequestRecord, matter_id: str, at: datetime
) -> None:
    counsel = staffed.actor("counsel")
    opened = matter(actor=counsel, matter_id=matter_id)
    assert (opened.title, opened.service_id, opened.service_version) == ("Supply dispute", "document-review", 1)
    assert opened.budget == Money(Decimal("2000.0000"), "USD")
    assert opened.responsible_attorney_id == staffed.person["attorney"].id
    assert sorted((party.side, party.name) for party in parties_of(actor=counsel, matter_id=matter_id)) == [
        ("adverse", "Borealis Trading Co., Ltd."),
        ("adverse", "Li Wei"),
        ("client", "Halden Instruments"),
        ("counsel", "Marlow & Finch LLP"),
    ]
    agreed = queries.engagement_for(actor=counsel, matter_id=matter_id)
    assert agreed.service_level == {
        "calendar": "US",
        "minutes": 1140,
        "version": "document-review/1",
        "warn_share": "0.75",
    }
    assert agreed.rates["paralegal"] == Money(Decimal("38.00"), "USD")
    assert agreed.unit_prices == {
        "gigabyte": Money(Decimal("35.00"), "USD"),
        "document": Money(Decimal("0.12"), "USD"),
    }
    assert len(agreed.checklists["production"]) == 5
    assert agreed.review_minutes(documents=50) == 60
    again = queries.request(actor=counsel, request_id=quoted.id)
    assert (again.state, again.matter_id) == ("engaged", matter_id)


def test_accepting_twice_opens_one_matter(
    staffed: World, quoted: queries.RequestRecord, matter_id: str, at: datetime
) -> None:
    assert quoted.quote is not None
    second = actions.accept_quote(
        actor=staffed.actor("counsel"), quote_id=quoted.quote.id, at=at + timedelta(minutes=5)
    )
    assert second == matter_id


@pytest.mark.parametrize("username", ["manager", "attorney"])
def test_only_the_client_accepts(staffed: World, quoted: queries.RequestRecord, at: datetime, username: str) -> None:
    assert quoted.quote is not None
    with pytest.raises(Refused) as refused:
        actions.accept_quote(actor=staffed.actor(username), quote_id=quoted.quote.id, at=at)
    assert refused.value.code in ("not_allowed", "not_found")
    assert queries.quote(actor=staffed.actor("counsel"), quote_id=quoted.quote.id).state == "offered"


def test_another_client_does_not_know_of_the_quote(staffed: World, quoted: queries.RequestRecord, at: datetime) -> None:
    assert quoted.quote is not None
    with pytest.raises(NotFound):
        actions.accept_quote(actor=staffed.actor("counsel-2"), quote_id=quoted.quote.id, at=at)
    with pytest.raises(NotFound):
        queries.quote(actor=staffed.actor("counsel-2"), quote_id=quoted.quote.id)


def test_an_expired_offer_refuses(staffed: World, quoted: queries.RequestRecord, at: datetime) -> None:
    assert quoted.quote is not None
    late = quoted.quote.valid_until + timedelta(seconds=1)
    with pytest.raises(Refused) as refused:
        actions.accept_quote(actor=staffed.actor("counsel"), quote_id=quoted.quote.id, at=late)
    assert refused.value.code == "quote_expired"
    held = queries.request(actor=staffed.actor("counsel"), request_id=quoted.id)
    assert (held.state, held.matter_id) == ("quoted", None)
    assert actions.expire_quotes(at=late) == 1
    assert actions.expire_quotes(at=late) == 0
    assert queries.quote(actor=staffed.actor("counsel"), quote_id=quoted.quote.id).state == "expired"


def test_a_declined_offer_keeps_its_reason_and_cannot_be_accepted(
    staffed: World, quoted: queries.RequestRecord, at: datetime
) -> None:
    assert quoted.quote is not None
    counsel = staffed.actor("counsel")
    with pytest.raises(Refused) as refused:
        actions.decline_quote(actor=counsel, quote_id=quoted.quote.id, reason=" ", at=at)
    assert refused.value.code == "reason_missing"
    declined = actions.decline_quote(actor=counsel, quote_id=quoted.quote.id, reason="Too dear", at=at)
    assert (declined.state, declined.decision_reason) == ("declined", "Too dear")
    with pytest.raises(Refused) as refused:
        actions.accept_quote(actor=counsel, quote_id=quoted.quote.id, at=at)
    assert refused.value.code == "quote_not_open"
