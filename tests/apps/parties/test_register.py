"""The register of parties: entered once, kept by counsel and managers, each client's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.conftest import World
from chancery.apps.parties.actions import record_party
from chancery.apps.parties.models import Party
from chancery.apps.parties.queries import parties_for_screening, parties_found
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.actors import system_actor
from chancery.platform.audit.models import Entry

Browser = Callable[[str], Client]


def test_a_name_is_entered_once_and_a_chinese_name_is_added_later(world: World, at: datetime) -> None:
    counsel = world.actor("counsel")
    first = record_party(actor=counsel, tenant_id=world.client_id, name="  Borealis   Trading ", at=at)
    second = record_party(
        actor=counsel, tenant_id=world.client_id, name="Borealis Trading", name_zh="北极光贸易", at=at
    )
    third = record_party(actor=counsel, tenant_id=world.client_id, name="Borealis Trading", name_zh="别名", at=at)
    person = record_party(actor=counsel, tenant_id=world.client_id, name="Borealis Trading", kind="person", at=at)
    assert (first.name, first.id, second.id, third.id) == ("Borealis Trading", first.id, first.id, first.id)
    assert (second.name_zh, third.name_zh, person.id == first.id) == ("北极光贸易", "北极光贸易", False)
    assert Party.objects.count() == 2
    assert Entry.objects.filter(act="party.recorded").count() == 3


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "   "}, "name_missing"),
        ({"name": "x" * 201}, "name_too_long"),
        ({"name": "X", "name_zh": "字" * 201}, "name_too_long"),
        ({"name": "X", "kind": "robot"}, "kind_unknown"),
    ],
)
def test_what_is_no_party_is_refused(world: World, at: datetime, given: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        record_party(actor=world.actor("counsel"), tenant_id=world.client_id, at=at, **given)
    assert refused.value.code == code
    assert not Party.objects.exists()


def test_who_enters_and_reads_a_register(world: World, at: datetime) -> None:
    for who, tenant_id, code in (
        ("counsel", world.other_client_id, "not_found"),
        ("manager", world.provider_id, "not_found"),
        ("manager", "0" * 26, "not_found"),
        ("reviewer-1", world.client_id, "not_allowed"),
        ("attorney", world.client_id, "not_allowed"),
        ("administrator", world.client_id, "not_allowed"),
    ):
        with pytest.raises(Refused) as refused:
            record_party(actor=world.actor(who), tenant_id=tenant_id, name="X", at=at)
        assert refused.value.code == code, who
    with pytest.raises(NotFound):
        record_party(actor=system_actor(tenant_id=world.client_id), tenant_id=world.other_client_id, name="X", at=at)
    assert not Party.objects.exists()
    record_party(actor=world.actor("counsel"), tenant_id=world.client_id, name="Ours", at=at)
    record_party(actor=world.actor("manager"), tenant_id=world.other_client_id, name="Theirs", at=at)
    names = {
        who: sorted(parties_found(actor=world.actor(who)).values_list("name", flat=True))
        for who in ("counsel", "counsel-2", "manager")
    }
    assert names == {"counsel": ["Ours"], "counsel-2": ["Theirs"], "manager": ["Ours", "Theirs"]}
    for who in ("reviewer-1", "attorney", "administrator"):
        with pytest.raises(NotFound):
            parties_found(actor=world.actor(who))
    assert sorted(row[2] for row in parties_for_screening()) == ["Ours", "Theirs"]


def test_the_page_finds_pages_and_enters(world: World, at: datetime, signed_in: Browser) -> None:
    browser = signed_in("counsel")
    answer = browser.post(
        "/parties/", {"client": world.client_id, "name": "Li Wei", "name_zh": "李伟", "kind": "person"}
    )
    assert (answer.status_code, Party.objects.get().name_zh) == (302, "李伟")
    refused = browser.post("/parties/", {"client": world.client_id, "name": "", "name_zh": "王芳", "kind": "person"})
    assert refused.status_code == 422
    assert "王芳" in refused.content.decode()
    forged = browser.post("/parties/", {"client": world.other_client_id, "name": "X", "kind": "person"})
    assert (forged.status_code, Party.objects.count()) == (422, 1)
    for number in range(120):
        record_party(actor=world.actor("manager"), tenant_id=world.client_id, name=f"Party {number:03}", at=at)
    with CaptureQueriesContext(connection) as caught:
        table = browser.get("/parties/").context["table"]
    assert len(caught) <= 20
    assert (len(table.rows), table.total, table.rows[0].label) == (100, 121, "Li Wei")
    rest = browser.get(f"/parties/?after={table.next_cursor}").context["table"]
    assert [row.label for row in rest.rows] == [f"Party {number:03}" for number in range(99, 120)]
    assert [row.label for row in browser.get("/parties/?q=李").context["table"].rows] == ["Li Wei"]
    assert [row.label for row in browser.get("/parties/?kind=person").context["table"].rows] == ["Li Wei"]
    assert signed_in("counsel-2").get("/parties/?q=Party").context["table"].rows == []
    for who, code in (("manager", 200), ("reviewer-1", 404), ("attorney", 404), ("administrator", 404)):
        assert signed_in(who).get("/parties/").status_code == code, who


def test_the_page_speaks_chinese(world: World, signed_in: Browser) -> None:
    world.person["counsel"].language = "zh-hans"
    world.person["counsel"].save(update_fields=["language"])
    page = signed_in("counsel").get("/parties/").content.decode()
    assert "当事人及关联方" in page
    assert "登记当事人" in page
