"""Logins, roles, client organisations and tokens: their pages, what they refuse, and what the record keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from typer.testing import CliRunner

from apps.conftest import World
from chancery.apps.workspace.actions import accounts
from chancery.apps.workspace.commands import app
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.actions import grant_membership
from chancery.platform.access.actors import system_actor
from chancery.platform.access.values import Role
from chancery.platform.audit.models import Entry
from chancery.platform.identity.actions import enter_person
from chancery.platform.identity.models import ApiToken, User
from chancery.platform.tenancy.models import Tenant

Browser = Callable[[str], Client]
LIST = "/administration/people/"
TOKENS = "/account/tokens/"
PASSWORD = re.compile(r'<code id="secret">([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>')
TOKEN = re.compile(r'<code id="secret">(chy_[\w-]{43})</code>')
PERSON = {
    "kind": "person",
    "username": "n.adler",
    "name": "Nora Adler",
    "name_zh": "诺拉·阿德勒",
    "email": "n.adler@example.com",
    "language": "zh-hans",
    "time_zone": "Asia/Shanghai",
    "role_key": "reviewer",
    "client": "",
}


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    cache.clear()


def page_of(world: World, who: str) -> str:
    return f"{LIST}{world.person[who].id}/"


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def signs_in(login: str, password: str) -> bool:
    browser = Client()
    browser.post("/accounts/login/", {"login": login, "password": password})
    return "_auth_user_id" in browser.session


def record_text() -> str:
    return json.dumps(list(Entry.objects.values_list("body", flat=True)), default=str)


def test_only_the_administrator_sees_the_pages(world: World, signed_in: Browser) -> None:
    for who in world.person:
        wanted = 200 if who == "administrator" else 404
        browser = signed_in(who)
        assert browser.get(LIST).status_code == wanted, who
        assert browser.get(page_of(world, "counsel")).status_code == wanted, who
        assert browser.post(LIST, PERSON | {"username": f"by-{who}", "email": ""}).status_code == wanted, who
        assert browser.post(page_of(world, "reviewer-2"), {"kind": "off"}).status_code == {200: 302}.get(wanted, 404)
        assert (LIST in browser.get("/").content.decode()) is (who == "administrator")
    assert Client().get(LIST).status_code in (302, 404)
    assert list(User.objects.filter(username__startswith="by-").values_list("username", flat=True)) == [
        "by-administrator"
    ]
    assert signed_in("administrator").get(f"{LIST}{'0' * 26}/").status_code == 404


def test_a_person_is_entered_and_the_first_password_is_shown_once(world: World, signed_in: Browser) -> None:
    browser = signed_in("administrator")
    answer = browser.post(LIST, PERSON)
    found = PASSWORD.search(answer.content.decode())
    assert answer.status_code == 200
    assert found is not None
    assert "no-store" in answer["Cache-Control"]
    user = User.objects.get(username="n.adler")
    assert (user.display_name, user.display_name_zh, user.language, user.time_zone, user.email) == (
        "Nora Adler", "诺拉·阿德勒", "zh-hans", "Asia/Shanghai", "n.adler@example.com",
    )  # fmt: skip
    assert list(user.memberships.values_list("role", "tenant_id")) == [("reviewer", None)]
    assert signs_in("n.adler", found[1])
    again = browser.get(f"{LIST}{user.id}/").content.decode()
    assert found[1] not in again
    assert 'id="secret"' not in again
    assert found[1] not in record_text()
    assert not any(found[1] in str(row.get_decoded()) for row in Session.objects.all())
    acts = list(Entry.objects.filter(object_id=user.id).order_by("seq").values_list("act", "tenant_id"))
    assert acts[:2] == [("person.entered", world.provider_id), ("membership.granted", world.provider_id)]
    repeated = browser.post(LIST, PERSON)
    assert repeated.status_code == 422
    assert "Somebody else signs in with this login or e-mail address." in repeated.content.decode()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"username": "Manager"}, "login_taken"),
        ({"username": "manager@example.com"}, "login_taken"),
        ({"email": "MANAGER@example.com"}, "login_taken"),
        ({"role": Role.COUNSEL}, "client_missing"),
    ],
)
def test_who_cannot_be_entered(world: World, at: datetime, changes: dict[str, object], code: str) -> None:
    login = accounts.NewLogin("new", "New", "", "", "en", "UTC", Role.REVIEWER, None)
    administrator = world.actor("administrator")
    changed = replace(login, **changes)  # type: ignore[arg-type]
    assert refusal(lambda: accounts.enter_login(actor=administrator, login=changed, at=at)) == code
    assert refusal(lambda: accounts.enter_login(actor=world.actor("manager"), login=login, at=at)) == "not_allowed"
    wrong_side = replace(login, tenant_id=world.client_id)
    assert refusal(lambda: accounts.enter_login(actor=administrator, login=wrong_side, at=at)) == "wrong_role"
    assert not User.objects.filter(username="new").exists()


def test_counsel_of_a_new_client_organisation(world: World, signed_in: Browser) -> None:
    browser = signed_in("administrator")
    sent = {"kind": "client", "new-name": "Norwood Optics", "new-name_zh": "诺伍德光学"}
    assert browser.post(LIST, sent).status_code == 302
    client = Tenant.objects.get(name="Norwood Optics")
    assert (client.kind, client.name_zh) == ("client", "诺伍德光学")
    assert browser.post(LIST, sent | {"new-name": "norwood optics"}).status_code == 422
    assert browser.post(LIST, PERSON | {"role_key": "counsel", "client": client.id}).status_code == 200
    user = User.objects.get(username="n.adler")
    assert list(user.memberships.values_list("role", "tenant_id")) == [("counsel", client.id)]
    entries = Entry.objects.filter(tenant_id=client.id).order_by("seq").values_list("act", flat=True)
    assert list(entries) == ["client.entered", "person.entered", "membership.granted"]


def test_roles_are_granted_and_revoked(world: World, signed_in: Browser) -> None:
    browser, user = signed_in("administrator"), world.person["reviewer-1"]
    url = page_of(world, "reviewer-1")
    assert browser.post(url, {"kind": "grant", "role_key": "manager", "client": ""}).status_code == 302
    assert world.actor("reviewer-1").roles == {Role.REVIEWER, Role.MANAGER}
    assert browser.post(url, {"kind": "revoke", "role": "manager", "client": ""}).status_code == 302
    assert world.actor("reviewer-1").roles == {Role.REVIEWER}
    crossed = browser.post(url, {"kind": "grant", "role_key": "counsel", "client": world.client_id})
    assert (crossed.status_code, "not for both" in crossed.content.decode()) == (422, True)
    assert browser.post(url, {"kind": "grant", "role_key": "counsel", "client": ""}).status_code == 422
    assert browser.post(url, {"kind": "revoke", "role": "queen", "client": ""}).status_code == 404
    assert browser.post(url, {"kind": "unheard-of"}).status_code == 404
    offered = {who: browser.get(page_of(world, who)).content.decode() for who in ("counsel", "reviewer-1")}
    assert {who: 'value="counsel"' in page for who, page in offered.items()} == {"counsel": True, "reviewer-1": False}
    assert {who: 'value="manager"' in page for who, page in offered.items()} == {"counsel": False, "reviewer-1": True}
    acts = Entry.objects.filter(object_id=user.id, actor_id=world.person["administrator"].id).order_by("seq")
    assert list(acts.values_list("act", flat=True)) == ["membership.granted", "membership.revoked"]


def test_an_administrator_always_stays(world: World, signed_in: Browser, at: datetime) -> None:
    own = world.person["administrator"].id
    browser = signed_in("administrator")
    for sent in ({"kind": "off"}, {"kind": "password"}, {"kind": "revoke", "role": "administrator", "client": ""}):
        answer = browser.post(page_of(world, "administrator"), sent)
        assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (422, True), sent
    system = system_actor(tenant_id=world.provider_id)
    for act in (
        lambda: accounts.switch_off(actor=system, user_id=own, at=at),
        lambda: accounts.revoke_role(actor=system, user_id=own, tenant_id=None, role=Role.ADMINISTRATOR, at=at),
    ):
        assert refusal(act) == "last_administrator"
    second = world.person["manager"].id
    accounts.grant_role(
        actor=world.actor("administrator"), user_id=second, tenant_id=None, role=Role.ADMINISTRATOR, at=at
    )
    accounts.switch_off(actor=world.actor("manager"), user_id=own, at=at)
    world.person["administrator"].refresh_from_db()
    assert world.actor("administrator").roles == frozenset()
    assert refusal(lambda: accounts.switch_off(actor=system, user_id=second, at=at)) == "last_administrator"


def test_who_is_switched_off_is_out_at_once_and_for_good(world: World, signed_in: Browser, at: datetime) -> None:
    counsel, administrator = signed_in("counsel"), signed_in("administrator")
    user_id, url = world.person["counsel"].id, page_of(world, "counsel")
    _id, token = accounts.issue_token(
        actor=world.actor("counsel"), user_id=user_id, label="x", days=9, at=timezone.now()
    )
    called = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    assert counsel.get("/").status_code == 200
    assert Client().get("/api/requests", **called).status_code == 200
    assert administrator.post(url, {"kind": "off"}).status_code == 302
    assert counsel.get("/").status_code != 200
    assert Client().get("/api/requests", **called).status_code == 401
    assert not signs_in("counsel", "a long enough password")
    assert administrator.post(url, {"kind": "on"}).status_code == 302
    assert counsel.get("/").status_code != 200
    assert Client().get("/api/requests", **called).status_code == 401
    assert signs_in("counsel", "a long enough password")
    assert administrator.get("/").status_code == 200
    found = Entry.objects.filter(object_id=user_id, act__startswith="person.").order_by("seq")
    assert list(found.values_list("act", "tenant_id")) == [
        ("person.switched_off", world.client_id),
        ("person.switched_on", world.client_id),
    ]


def test_a_new_password_is_shown_once_and_ends_the_sessions(world: World, signed_in: Browser) -> None:
    manager, administrator = signed_in("manager"), signed_in("administrator")
    url = page_of(world, "manager")
    answer = administrator.post(url, {"kind": "password"})
    found = PASSWORD.search(answer.content.decode())
    assert found is not None
    assert manager.get("/").status_code != 200
    assert signs_in("manager", found[1])
    assert not signs_in("manager", "a long enough password")
    assert found[1] not in administrator.get(url).content.decode()
    assert found[1] not in record_text()


def test_the_list_finds_and_pages(world: World, signed_in: Browser, at: datetime) -> None:
    system = system_actor(tenant_id=world.provider_id)
    for number in range(120):
        user_id = enter_person(username=f"temp-{number:03}", password=None, display_name=f"Temp {number:03}")
        grant_membership(actor=system, user_id=user_id, tenant_id=None, role=Role.REVIEWER, at=at)
    browser = signed_in("administrator")

    def logins(url: str) -> list[str]:
        page = browser.get(url).content.decode()
        return [name for name in re.findall(r"<td[^>]*>([\w-]+)", page) if name.startswith("temp-")]

    first = browser.get(f"{LIST}?q=temp")
    following = re.search(r'rel="next" href="([^"]+)"', first.content.decode())
    assert following is not None
    assert len(logins(f"{LIST}?q=temp")) == 100
    assert logins(following[1].replace("&amp;", "&")) == [f"temp-{number}" for number in range(100, 120)]
    assert logins(f"{LIST}?q=temp+007") == ["temp-007"]
    assert logins(f"{LIST}?role=counsel&q=temp") == []
    for sort in ("name", "-last", "login"):
        assert browser.get(f"{LIST}?sort={sort}").status_code == 200
    with CaptureQueriesContext(connection) as caught:
        browser.get(LIST)
    assert len(caught) <= 20
    shown = browser.get(f"{LIST}?client={world.client_id}").content.decode()
    assert [name in shown for name in ("<td>counsel<", "<td>counsel-2<")] == [True, False]


@pytest.mark.parametrize("who", ["counsel", "reviewer-1", "administrator"])
def test_own_tokens(world: World, signed_in: Browser, who: str) -> None:
    browser, user_id = signed_in(who), world.person[who].id
    assert browser.get(TOKENS).status_code == 200
    answer = browser.post(TOKENS, {"label": "nightly", "days": "30"})
    found = TOKEN.search(answer.content.decode())
    assert found is not None
    row = ApiToken.objects.get(user_id=user_id)
    assert row.expires_at is not None
    assert (row.label, row.expires_at - row.created_at) == ("nightly", timedelta(days=30))
    assert Client().get("/api/matters", HTTP_AUTHORIZATION=f"Bearer {found[1]}").status_code == 200
    assert found[1] not in browser.get(TOKENS).content.decode()
    assert found[1] not in record_text()
    assert browser.post(TOKENS, {"label": "Nightly", "days": "30"}).status_code == 422
    assert browser.post(TOKENS, {"label": "other", "days": "366"}).status_code == 422
    assert browser.get(f"{TOKENS}revoke/").status_code == 405
    assert browser.post(f"{TOKENS}revoke/", {"row": row.id}).status_code == 302
    assert Client().get("/api/matters", HTTP_AUTHORIZATION=f"Bearer {found[1]}").status_code == 401
    chain = world.client_id if who == "counsel" else world.provider_id
    acts = Entry.objects.filter(object_id=row.id).order_by("seq").values_list("act", "tenant_id")
    assert list(acts) == [("token.issued", chain), ("token.revoked", chain)]


def test_nobody_touches_the_tokens_of_others(world: World, signed_in: Browser, at: datetime) -> None:
    owner = world.person["manager"]
    token_id, _token = accounts.issue_token(
        actor=world.actor("manager"), user_id=owner.id, label="mine", days=1, at=timezone.now()
    )
    for who in ("counsel", "administrator"):
        assert "mine" not in signed_in(who).get(TOKENS).content.decode()
        signed_in(who).post(f"{TOKENS}revoke/", {"row": token_id})
        signed_in(who).post(f"{TOKENS}revoke/", {"everything": "1"})
        assert ApiToken.objects.get(id=token_id).revoked_at is None
    with pytest.raises(NotFound):
        accounts.issue_token(actor=world.actor("counsel"), user_id=owner.id, label="theirs", days=1, at=at)
    administrator = signed_in("administrator")
    assert administrator.post(page_of(world, "counsel"), {"kind": "token", "token": token_id}).status_code == 404
    assert administrator.post(page_of(world, "manager"), {"kind": "token", "token": token_id}).status_code == 302
    assert ApiToken.objects.get(id=token_id).revoked_at is not None
    assert Client().post(TOKENS, {"label": "a", "days": "1"}).status_code in (302, 404)
    for days in (0, 366):
        assert (
            refusal(
                lambda days=days: accounts.issue_token(  # type: ignore[misc]
                    actor=world.actor("manager"), user_id=owner.id, label="long", days=days, at=at
                )
            )
            == "token_term"
        )


def test_tokens_at_the_console(world: World) -> None:
    run = CliRunner().invoke
    made = run(app, ["token", "issue", "counsel", "--label", "console", "--days", "7"])
    assert made.exit_code == 0
    token = made.stdout.split()[0]
    row = ApiToken.objects.get(label="console")
    assert (row.user_id, row.id in made.stderr) == (world.person["counsel"].id, True)
    assert Client().get("/api/requests", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 200
    assert run(app, ["token", "revoke", row.id]).exit_code == 0
    assert Client().get("/api/requests", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 401
    entry = Entry.objects.get(act="token.issued", object_id=row.id)
    assert (entry.tenant_id, entry.actor_label) == (world.client_id, "Console")
    assert isinstance(run(app, ["token", "issue", "nobody", "--label", "x"]).exception, NotFound)
    assert isinstance(run(app, ["token", "revoke", "0" * 26]).exception, NotFound)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_in_both_languages(world: World, signed_in: Browser, language: str) -> None:
    User.objects.update(language=language)
    browser = signed_in("administrator")
    shown = [browser.get(url).content.decode() for url in (LIST, page_of(world, "counsel"), TOKENS)]
    words = ("Logins", "Switch off", "Issue a token") if language == "en" else ("登录账户", "停用", "签发令牌")
    assert [word in page for word, page in zip(words, shown, strict=True)] == [True, True, True]


def test_the_description_of_the_interface_stays_and_its_foreign_page_is_gone(world: World, signed_in: Browser) -> None:
    assert signed_in("manager").get("/api/openapi.json").status_code == 200
    assert signed_in("manager").get("/api/docs").status_code == 404
