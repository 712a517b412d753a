"""Sign-in: password, second factor, one-use links, tokens; and what the headers promise."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone

from chancery.foundation.errors import NotFound, Refused
from chancery.platform.audit.queries import entries_for
from chancery.platform.identity.actions import (
    enter_person,
    issue_api_token,
    issue_sign_in_link,
    revoke_api_token,
    set_password,
    set_preferences,
    switch_off_person,
    switch_on_person,
    use_sign_in_link,
)
from chancery.platform.identity.api import token_auth
from chancery.platform.identity.models import ApiToken, SignInLink, User

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


@pytest.mark.parametrize("login", ["reviewer-1", "reviewer-1@example.com"])
def test_sign_in_by_name_or_address(world, login):
    browser = Client()
    assert browser.get("/accounts/login/").status_code == 200
    answer = browser.post("/accounts/login/", {"login": login, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.session["_auth_user_id"] == world.person["reviewer-1"].id
    acts = [row.act for row in entries_for(actor=world.actor("administrator"), object_type="user")]
    assert acts[0] == "session.opened"


def test_a_wrong_password_and_an_unknown_name_look_the_same(world):
    def shown(name):
        answer = Client().post("/accounts/login/", {"login": name, "password": "wrong"})
        assert answer.status_code == 200
        return re.sub(r"csrfmiddlewaretoken[^>]*|value=\"[^\"]*\"", "", answer.content.decode())

    assert shown("reviewer-1") == shown("nobody-99")


def test_guessing_is_stopped(world):
    for number in range(12):
        Client().post("/accounts/login/", {"login": "manager", "password": f"wrong {number}"})
    browser = Client()
    browser.post("/accounts/login/", {"login": "manager", "password": PASSWORD})
    assert "_auth_user_id" not in browser.session
    other = Client()
    other.post("/accounts/login/", {"login": "reviewer-1", "password": PASSWORD}, REMOTE_ADDR="10.0.0.9")
    assert "_auth_user_id" in other.session


def test_nobody_registers_alone(world):
    answer = Client().post("/accounts/signup/", {"username": "x", "password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code in (200, 403) and not User.objects.filter(username="x").exists()


def test_the_second_factor_is_asked_for(world):
    user = world.person["manager"]
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    assert Authenticator.objects.filter(user=user).count() == 1
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": "manager", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/2fa/authenticate/")
    assert "_auth_user_id" not in browser.session
    assert browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert "_auth_user_id" not in browser.session
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    browser.post("/accounts/2fa/authenticate/", {"code": code})
    assert browser.session["_auth_user_id"] == user.id


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "path",
    [
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/webauthn/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/accounts/reauthenticate/",
    ],
)
def test_account_pages_are_drawn_in_both_languages(world, path, language):
    set_preferences(user_id=world.person["manager"].id, language=language)
    browser = Client()
    browser.post("/accounts/login/", {"login": "manager", "password": PASSWORD})
    answer = browser.get(path, follow=True)
    text = answer.content.decode()
    assert answer.status_code == 200 and text.count("<h1") == 1
    assert answer["Content-Language"] == language
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    assert heading is not None
    assert bool(re.search("[一-鿿]", heading[1])) == (language == "zh-hans")
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", text)
    assert not re.search(r"\son\w+=|style=\"", text)


def test_headers(world):
    answer = Client().get("/accounts/login/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"]
    assert "camera=()" in answer["Permissions-Policy"]
    cookie = answer.cookies["csrftoken"]
    assert cookie["samesite"] == "Lax"


def test_a_form_without_its_mark_is_refused(world):
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/accounts/login/", {"login": "manager", "password": PASSWORD}).status_code == 403


def test_a_link_signs_in_once(world, at):
    user = world.person["attorney"]
    token = issue_sign_in_link(user=user, at=timezone.now(), valid_for=timedelta(minutes=5))
    assert token not in SignInLink.objects.get().token_hash
    browser = Client()
    browser.head(f"/sign-in/{token}/")
    answer = browser.get(f"/sign-in/{token}/")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.session["_auth_user_id"] == user.id
    again = Client()
    answer = again.get(f"/sign-in/{token}/")
    assert answer.status_code == 404 and "_auth_user_id" not in again.session
    assert answer.content.count(b"<h1") == 1
    assert again.get("/sign-in/unknown/").status_code == 404
    late = issue_sign_in_link(user=user, at=at, valid_for=timedelta(minutes=5))
    with pytest.raises(NotFound):
        use_sign_in_link(token=late, at=at + timedelta(minutes=5))


def test_links_exist_only_in_the_demo(world, at, settings):
    token = issue_sign_in_link(user=world.person["attorney"], at=timezone.now(), valid_for=timedelta(minutes=5))
    settings.CHANCERY_DEMO = False
    with pytest.raises(Refused) as refusal:
        issue_sign_in_link(user=world.person["attorney"], at=at, valid_for=timedelta(minutes=5))
    assert refusal.value.code == "demo_only"
    assert Client().get(f"/sign-in/{token}/").status_code == 404


def test_tokens(world, at):
    manager, request = world.actor("manager"), RequestFactory().get("/api/")
    key, token = issue_api_token(actor=manager, user_id=manager.user_id, label="script", at=at)
    assert token not in ApiToken.objects.get().token_hash
    assert token_auth.authenticate(request, token) == world.person["manager"] == request.user
    assert token_auth.authenticate(request, token + "x") is None
    with pytest.raises(NotFound):
        revoke_api_token(actor=world.actor("reviewer-1"), token_id=key, at=at)
    with pytest.raises(NotFound):
        issue_api_token(actor=world.actor("reviewer-1"), user_id=manager.user_id, label="x", at=at)
    revoke_api_token(actor=world.actor("administrator"), token_id=key, at=at)
    assert token_auth.authenticate(request, token) is None
    _, short = issue_api_token(
        actor=manager, user_id=manager.user_id, label="short", at=at, valid_for=timedelta(days=1)
    )
    assert token_auth.authenticate(request, short) is None, "expired in the meantime"


def test_people_are_entered_once_and_choose_how_they_read(db):
    first = enter_person(username="a", password=None, display_name="Ann", display_name_zh="安")
    assert enter_person(username="a", password="x", display_name="Other") == first
    user = User.objects.get(id=first)
    assert not user.has_usable_password() and user.name_in(language="zh-hans") == "安"
    set_preferences(user_id=first, language="zh-hans", theme="dark", letter_keys=False, time_zone="Asia/Shanghai")
    user.refresh_from_db()
    assert (user.language, user.theme, user.density, user.letter_keys) == ("zh-hans", "dark", "normal", False)
    for wrong in ({"theme": "pink"}, {"language": "xx"}, {"time_zone": "Mars/Base"}, {"density": ""}):
        with pytest.raises(Refused):
            set_preferences(user_id=first, **wrong)


def test_switching_off_and_a_new_password_end_sessions_and_tokens(world):
    administrator, user = world.actor("administrator"), world.person["reviewer-1"]
    now = timezone.now()
    _id, token = issue_api_token(actor=world.actor("reviewer-1"), user_id=user.id, label="x", at=now)
    bearer = RequestFactory().get("/")
    browser, bystander = Client(), Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    bystander.force_login(world.person["reviewer-2"], backend="django.contrib.auth.backends.ModelBackend")
    for act in (switch_off_person, switch_on_person, set_password):
        for who in ("manager", "reviewer-1"):
            with pytest.raises(NotFound):
                act(actor=world.actor(who), user_id=user.id, at=now)
        with pytest.raises(NotFound):
            act(actor=administrator, user_id="0" * 26, at=now)
    assert Session.objects.count() == 2
    for _again in range(2):
        switch_off_person(actor=administrator, user_id=user.id, at=now)
    assert Session.objects.count() == 1
    for _again in range(2):
        switch_on_person(actor=administrator, user_id=user.id, at=now)
    assert token_auth.authenticate(bearer, token) is None
    user.refresh_from_db()
    assert user.is_active and user.check_password(PASSWORD)
    password = set_password(actor=administrator, user_id=user.id, at=now)
    user.refresh_from_db()
    assert user.check_password(password) and not user.check_password(PASSWORD)
    assert re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", password)
    entries = entries_for(actor=administrator, object_type="user", object_id=user.id, kind="person")
    assert [(item.act, item.detail) for item in reversed(entries)] == [
        ("person.switched_off", {"sessions": 1, "tokens": 1}),
        ("person.switched_on", None),
        ("person.password_set", {"sessions": 0}),
    ]
