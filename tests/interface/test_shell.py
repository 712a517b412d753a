"""The frame: navigation by role, preferences that are kept, toasts with undo, the table's address."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, QueryDict
from django.test import Client, RequestFactory

from chancery.interface.shell import navigation
from chancery.interface.shell.navigation import NavEntry, NavItem, navigation_for, register
from chancery.interface.shell.toasts import Toast, toast, toasts_of
from chancery.interface.tables import BulkAct, Choice, Column, Filter, Row, Table, TableState
from chancery.platform.identity.models import User


@pytest.fixture
def places(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.ROOT_URLCONF = "interface.addresses"
    monkeypatch.setattr(navigation, "_entries", {})
    register(NavEntry("spend", "Spend", "spend", frozenset({"manager"}), lambda actor: 3, 20, "s"))
    register(NavEntry("work", "My work", "work", order=10))
    register(NavEntry("matters", "Matters", "matters", order=30))
    register(NavEntry("gone", "Gone", "not-mounted", order=5))
    yield


def shown(path: str, *roles: str) -> list[NavItem]:
    request = RequestFactory().get(path)
    return navigation_for(request=request, actor=SimpleNamespace(roles=frozenset(roles)))


def test_navigation_shows_what_the_role_may_open_in_order(places: None) -> None:
    assert [(item.key, item.count) for item in shown("/", "manager")] == [
        ("work", None),
        ("spend", 3),
        ("matters", None),
    ]
    assert [item.key for item in shown("/", "reviewer")] == ["work", "matters"]


def test_the_longest_matching_address_is_current(places: None) -> None:
    assert [item.key for item in shown("/matters/x/", "manager") if item.current] == ["matters"]
    assert [item.key for item in shown("/", "manager") if item.current] == ["work"]


def with_messages() -> HttpRequest:
    request = RequestFactory().get("/")
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def test_a_toast_carries_its_undo_and_is_shown_once() -> None:
    request = with_messages()
    toast(request, "3 documents held", undo_url="/undo/7/")
    toast(request, "Saved")
    assert toasts_of(request) == [Toast("3 documents held", "/undo/7/"), Toast("Saved", "")]
    assert request._messages.used  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_preferences_are_kept_with_the_person_and_in_the_browser(gallery: Client) -> None:
    person = User.objects.create_user("li", password=None)
    gallery.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    answer = gallery.post("/preferences/", {"theme": "dark", "keys": "off", "density": "huge", "next": "/table/"})
    person.refresh_from_db()
    assert (person.theme, person.letter_keys, person.density) == ("dark", False, "normal")
    assert (answer.status_code, answer["Location"]) == (302, "/table/")
    assert answer.cookies["chancery_theme"].value == "dark"
    assert "chancery_density" not in answer.cookies


@pytest.mark.django_db
def test_preferences_lead_nowhere_else_and_need_a_post(gallery: Client) -> None:
    answer = gallery.post("/preferences/", {"language": "zh-hans", "next": "https://example.org/"})
    assert answer["Location"] == "/"
    assert answer.cookies["chancery_language"].value == "zh-hans"
    assert gallery.get("/preferences/").status_code == 405


def state(address: str) -> TableState:
    return TableState.read(
        path="/d/",
        query=QueryDict(address),
        sortable=("date", "name"),
        default_sort="-date",
        views=("all", "mine"),
        filters=("type",),
    )


def test_the_whole_state_stands_in_the_address() -> None:
    asked = state("view=mine&q=a%26b&type=email&sort=name&after=xyz")
    assert asked.url() == "/d/?view=mine&q=a%26b&type=email&sort=name&after=xyz"
    assert asked.sorted_by("name").url() == "/d/?view=mine&q=a%26b&type=email&sort=-name"
    assert asked.with_filter("type", "").url() == "/d/?view=mine&q=a%26b&sort=name"
    assert asked.in_view("all").url() == "/d/?view=all"
    assert asked.page_before("abc").url() == "/d/?view=mine&q=a%26b&type=email&sort=name&before=abc"


def test_what_the_page_does_not_offer_is_ignored() -> None:
    asked = state("view=theirs&sort=password&owner=1&after=a&before=b")
    assert (asked.view, asked.sort, asked.filters, asked.before) == ("all", "-date", {}, "")


def test_chips_name_the_filters_and_rows_say_what_is_barred() -> None:
    table = Table(
        caption="D",
        columns=[Column("name", "Name", sortable=True)],
        rows=[
            Row("1", "one", {"name": "<b>"}, barred={"export": "On hold", "tag": "Closed"}),
            Row("2", "two", {"name": "b"}, barred={"export": "Closed"}),
        ],
        state=state("q=w&type=email"),
        filters=[Filter("type", "Type", [Choice("email", "Mail")])],
        acts=[BulkAct("export", "Export", "/e/"), BulkAct("tag", "Tag", "/t/")],
    )
    assert [(chip.label, chip.remove_url) for chip in table.chips()] == [
        ("“w”", "/d/?view=all&type=email&sort=-date"),
        ("Type: Mail", "/d/?view=all&q=w&sort=-date"),
    ]
    assert table.barred_reasons() == ["On hold", "Closed"]
    assert table.barred_codes() == {"1": "export=0 tag=1", "2": "export=1"}
