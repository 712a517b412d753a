"""The provider's people: licences valid by the day, absences, who may enter and read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.conftest import World
from chancery.apps.providers.actions import record_absence, record_licence, register_professional
from chancery.apps.providers.models import Absence, Licence, Professional
from chancery.apps.providers.queries import candidates, professional_of, valid_licence
from chancery.foundation.errors import Refused
from chancery.platform.audit.models import Entry

Browser = Callable[[str], Client]


def licence(world: World, at: datetime, jurisdiction: str, number: str, first: date, last: date) -> None:
    person = professional_of(user_id=world.person["attorney"].id, on=at.date())
    assert person is not None
    record_licence(
        actor=world.actor("manager"),
        professional_id=person.id,
        jurisdiction=jurisdiction,
        number=number,
        valid_from=first,
        valid_to=last,
        at=at,
    )


def held(world: World, on: date, jurisdiction: str | None = None) -> str | None:
    found = valid_licence(user_id=world.person["attorney"].id, on=on, jurisdiction=jurisdiction)
    return found.number if found else None


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(2024, 12, 31), None),
        (date(2025, 1, 1), "NY-4471902"),
        (date(2026, 12, 31), "NY-4471902"),
        (date(2027, 1, 1), None),
    ],
)
def test_a_licence_is_valid_on_its_first_and_last_day(staffed_world: World, day: date, number: str | None) -> None:
    assert held(staffed_world, day) == number
    assert held(staffed_world, day, "US-NY") == number


def test_a_licence_answers_for_its_own_legal_system(staffed_world: World, at: datetime) -> None:
    day = date(2026, 3, 2)
    assert held(staffed_world, day, "US") == "NY-4471902"
    assert held(staffed_world, day, "US-WA") is None
    assert held(staffed_world, day, "CN") is None
    licence(staffed_world, at, "CN", "CN-1", date(2020, 1, 1), date(2030, 1, 1))
    assert held(staffed_world, day, "CN") == "CN-1"
    assert held(staffed_world, day, "CN-SH") == "CN-1"
    # A country that admits lawyers state by state has no licence that answers for a state.
    licence(staffed_world, at, "US", "US-1", date(2020, 1, 1), date(2030, 1, 1))
    assert held(staffed_world, day, "US-WA") is None


def test_renewing_replaces_the_dates_and_leaving_ends_the_licence(staffed_world: World, at: datetime) -> None:
    licence(staffed_world, at, "US-NY", "NY-4471902", date(2027, 1, 1), date(2028, 12, 31))
    assert Licence.objects.count() == 1
    assert (held(staffed_world, date(2026, 6, 1)), held(staffed_world, date(2028, 6, 1))) == (None, "NY-4471902")
    Professional.objects.filter(user=staffed_world.person["attorney"]).update(active=False)
    assert held(staffed_world, date(2028, 6, 1)) is None
    assert valid_licence(user_id=staffed_world.person["reviewer-1"].id, on=date(2026, 6, 1)) is None


def test_dates_in_the_wrong_order_and_people_without_the_part_are_refused(staffed_world: World, at: datetime) -> None:
    world = staffed_world
    person = professional_of(user_id=world.person["attorney"].id, on=at.date())
    assert person is not None
    before = (Licence.objects.count(), Absence.objects.count(), Entry.objects.count())
    given: dict[str, Any] = {"professional_id": person.id, "at": at}
    dates = {"first_day": date(2026, 3, 5), "last_day": date(2026, 3, 4), "reason": ""}
    with pytest.raises(Refused) as refused:
        record_absence(actor=world.actor("manager"), **given, **dates)
    assert refused.value.code == "dates_reversed"
    with pytest.raises(Refused) as refused:
        licence(world, at, "US-NY", "X", date(2026, 3, 5), date(2026, 3, 4))
    assert refused.value.code == "dates_reversed"
    for who in ("attorney", "reviewer-1", "counsel", "counsel-2"):
        with pytest.raises(Refused) as refused:
            record_absence(actor=world.actor(who), **given, **{**dates, "last_day": date(2026, 3, 6)})
        assert refused.value.code == "not_allowed"
    with pytest.raises(Refused) as refused:
        register_professional(
            actor=world.actor("manager"), user_id=world.person["manager"].id, grade="lawyer", site="X",
            calendar="US", skills=(), languages=(), classification="PARTNR", daily_minutes=0, at=at,
        )  # fmt: skip
    assert refused.value.code == "minutes_out_of_range"
    assert (Licence.objects.count(), Absence.objects.count(), Entry.objects.count()) == before


def test_an_absence_counts_on_both_ends(staffed_world: World, at: datetime) -> None:
    world = staffed_world
    person = professional_of(user_id=world.person["reviewer-1"].id, on=at.date())
    assert person is not None
    for _ in range(2):
        record_absence(
            actor=world.actor("administrator"), professional_id=person.id, first_day=date(2026, 3, 4),
            last_day=date(2026, 3, 6), reason="Leave", at=at,
        )  # fmt: skip
    assert Absence.objects.count() == 1
    absent = [
        next(item.absent for item in candidates(on=date(2026, 3, 3) + timedelta(days=n)) if item.id == person.id)
        for n in range(5)
    ]
    assert absent == [False, True, True, True, False]


def test_the_pages_for_each_part_and_a_fixed_number_of_queries(staffed_world: World, signed_in: Browser) -> None:
    person = Professional.objects.get(user=staffed_world.person["attorney"])
    pages = ("/people/", f"/people/{person.id}/", "/api/people")
    for who, code in (
        ("manager", 200), ("administrator", 200), ("attorney", 200),
        ("reviewer-1", 404), ("counsel", 404), ("counsel-2", 404),
    ):  # fmt: skip
        assert [signed_in(who).get(page).status_code for page in pages] == [code] * 3, who
    browser = signed_in("manager")
    with CaptureQueriesContext(connection) as caught:
        assert browser.get("/people/").status_code == 200
    assert len(caught) <= 20
    assert "NY-4471902" in browser.get(pages[1]).content.decode()
    people = browser.get("/api/people?text=zh").json()
    assert sorted(item["name"] for item in people) == ["Reviewer 1", "Reviewer 2"]


def test_forms_keep_what_was_typed_and_a_reader_cannot_post(staffed_world: World, signed_in: Browser) -> None:
    person = Professional.objects.get(user=staffed_world.person["attorney"])
    url = f"/people/{person.id}/"
    today = timezone.localdate().isoformat()
    given = {"kind": "absence", "first_day": "2026-05-09", "last_day": "2026-05-01", "reason": "Court week"}
    refused = signed_in("manager").post(url, given)
    assert refused.status_code == 422
    assert "Court week" in refused.content.decode()
    assert signed_in("manager").post(url, {"kind": "licence", "jurisdiction": "XX"}).status_code == 422
    assert signed_in("manager").post(url, {"kind": "nothing"}).status_code == 200
    assert signed_in("attorney").post(url, {**given, "last_day": "2026-05-10"}).status_code == 404
    assert not Absence.objects.exists()
    done = signed_in("manager").post(url, {**given, "first_day": today, "last_day": today})
    assert (done.status_code, Absence.objects.count()) == (302, 1)
