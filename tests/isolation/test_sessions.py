"""Headers of every page, sessions, forms without their mark, links, tokens, guesses, downloads."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from chancery.foundation.errors import NotFound, Refused
from chancery.platform.identity.actions import issue_api_token, issue_sign_in_link, revoke_api_token, use_sign_in_link
from isolation.addresses import fills, fixed_values, routes, values_of
from isolation.probing import ask
from isolation.world import BACKEND, World, row

LOGINS = ["counsel", "manager", "reviewer-1", "attorney", "administrator", None]


def _paths(world: World) -> list[str]:
    own, fixed = values_of(world.a), fixed_values()
    found = []
    for route in routes():
        if "GET" not in route.methods or "object_type" in route.names or "token" in route.names:
            continue
        if not route.names:
            found.append("/" + route.pattern)
        elif not route.reason:
            found.append(route.path(fills(route, own, fixed)[0]))
    return [path for path in found if "(" not in path]


@pytest.mark.slow
@pytest.mark.parametrize("login", LOGINS, ids=[login or "signed-out" for login in LOGINS])
def test_every_answer_carries_the_headers(both: World, login):
    browser, problems, pages = both.browser(login), [], 0
    for path in _paths(both):
        if path == "/accounts/logout/":
            continue
        answer = ask(browser, "GET", path)
        sent = answer.headers
        policy = sent.get("Content-Security-Policy", "")
        rules = dict(part.strip().split(" ", 1) for part in policy.split(";") if " " in part.strip())
        if path != "/api/docs" and not policy.startswith("sandbox; default-src 'none'"):
            if rules.get("script-src") != "'self'" or rules.get("style-src") != "'self'":
                problems.append(f"{path}: scripts or styles {policy}")
            if "unsafe" in policy or rules.get("frame-ancestors") != "'none'" or rules.get("object-src") != "'none'":
                problems.append(f"{path}: {policy}")
        if sent.get("X-Frame-Options") != "DENY" or sent.get("X-Content-Type-Options") != "nosniff":
            problems.append(f"{path}: frames or sniffing")
        # Pictures of pages and of their lines stay in the reader's own browser for an hour.
        kept = re.fullmatch(r"/documents/\w+/pages/1/|/scans/\w+/", path)
        stored = sent.get("Cache-Control", "no-store")
        if sent.get("Referrer-Policy") != "same-origin" or ("private" if kept else "no-store") not in stored:
            problems.append(f"{path}: referrer or cache {sent.get('Cache-Control')}")
        if sent.get("Content-Type", "").startswith("text/html") and path != "/api/docs":
            pages += 1
            tree = LexborHTMLParser(answer.raw.decode("utf-8", "replace"))
            for element in tree.css("*"):
                names = [name for name in element.attributes if name.startswith("on") or name == "style"]
                if names:
                    problems.append(f"{path}: {element.tag} {names}")
            problems += [
                f"{path}: inline script"
                for item in tree.css("script")
                if not item.attributes.get("src") and "json" not in (item.attributes.get("type") or "")
            ]
            problems += [f"{path}: inline style" for _ in tree.css("style")]
    assert not problems, "\n".join(problems[:20])
    assert pages > 10


def test_every_act_needs_the_mark_of_its_form(both: World):
    """POST, PUT, PATCH and DELETE with a session but without the mark: 403, for pages and the machine interface."""
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(both.user("manager"), backend=BACKEND)
    own, fixed, accepted = values_of(both.a), fixed_values(), []
    for route in routes():
        if "(" in route.pattern or route.pattern.startswith(("alive", "sign-in")):
            continue
        values = {
            **own,
            "service_id": ["document-review"],
            "professional_id": ["x"],
            "object_type": ["x"],
            "object_id": ["x"],
            "pk": ["1"],
            "token": ["x"],
        }
        path = route.path(fills(route, values, fixed)[0]) if route.names else "/" + route.pattern
        for method in set(route.methods) & {"POST", "PUT", "PATCH", "DELETE"}:
            answer = ask(browser, method, path, json_body={} if path.startswith("/api/") else None)
            if answer.status not in (403, 401, 405) or answer.wrote:
                accepted.append((method, path, answer.status, answer.wrote))
    assert accepted == []


def test_a_foreign_host_is_refused(both: World):
    assert Client(raise_request_exception=False).get("/alive/", HTTP_HOST="evil.example").status_code == 400


def test_cookies(both: World):
    answer = Client().post("/accounts/login/", {"login": "counsel", "password": "chancery-demo-2026"})
    cookie = answer.cookies["chancery_session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_cookies_over_https():
    """The settings of an installation under https, read in a process of their own."""
    import os
    import subprocess
    import sys

    code = (
        "from chancery.project import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_NAME, s.SECURE_HSTS_SECONDS > 0, "
        "s.SECURE_SSL_REDIRECT, s.DEBUG, s.CHANCERY_DEMO)"
    )
    environment = {**os.environ, "CHANCERY_URL": "https://legal.example", "CHANCERY_DEMO": ""}
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True", "True", "__Host-session", "True", "True", "False", "False"]


def test_guesses_are_stopped_and_tell_nothing(both: World):
    cache.clear()

    def shown(name: str) -> tuple[int, str]:
        answer = Client().post("/accounts/login/", {"login": name, "password": "wrong"})
        text = re.sub(r'csrfmiddlewaretoken[^>]*|value="[^"]*"|content="[^"]*"', "", answer.content.decode())
        return answer.status_code, text

    assert shown("attorney") == shown("nobody-of-this-name")
    for _ in range(12):
        shown("attorney")
    Client().post("/accounts/login/", {"login": "attorney", "password": "chancery-demo-2026"})
    browser = Client()
    browser.post("/accounts/login/", {"login": "attorney", "password": "chancery-demo-2026"})
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize("path", ["/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/",
                                  "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/"])  # fmt: skip
def test_pages_of_the_own_keys_are_drawn(both: World, path):
    browser = Client()
    browser.post("/accounts/login/", {"login": "manager", "password": "chancery-demo-2026"})
    browser.post("/accounts/reauthenticate/", {"password": "chancery-demo-2026"})
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.content.count(b"<form") >= 1 or path.endswith(("2fa/", "webauthn/"))


def test_a_link_works_once_and_only_in_the_demo(both: World):
    token = issue_sign_in_link(user=both.user("counsel"), at=timezone.now(), valid_for=timedelta(hours=1))
    assert both.browser(None).get(f"/sign-in/{token}/").status_code == 302
    assert both.browser(None).get(f"/sign-in/{token}/").status_code == 404
    token = issue_sign_in_link(user=both.user("counsel"), at=timezone.now(), valid_for=timedelta(hours=1))
    with override_settings(CHANCERY_DEMO=False):
        assert both.browser(None).get(f"/sign-in/{token}/").status_code == 404
        with pytest.raises(Refused):
            issue_sign_in_link(user=both.user("counsel"), at=timezone.now(), valid_for=timedelta(hours=1))
        with pytest.raises(NotFound):
            use_sign_in_link(token=token, at=timezone.now())


def test_tokens(both: World):
    actor = both.actor("counsel")
    token_id, token = issue_api_token(actor=actor, user_id=actor.user_id, label="x", at=timezone.now())
    stored = apps.get_model("identity.ApiToken").objects.get(pk=token_id)
    assert token not in repr(stored.__dict__)

    def status(value: str) -> int:
        return Client().get("/api/search?q=harbour", HTTP_AUTHORIZATION=value).status_code

    assert status(f"Bearer {token}") == 200
    for wrong in (
        f"Basic {token}",
        f"Token {token}",
        token,
        "Bearer ",
        f"Bearer {token[:-1]}",
        "Bearer a b",
        f"Bearer {token} x",
    ):
        assert status(wrong) == 401, wrong
    revoke_api_token(actor=actor, token_id=token_id, at=timezone.now())
    assert status(f"Bearer {token}") == 401
    _, short = issue_api_token(
        actor=actor,
        user_id=actor.user_id,
        label="x",
        at=timezone.now() - timedelta(hours=2),
        valid_for=timedelta(hours=1),
    )
    assert status(f"Bearer {short}") == 401
    with pytest.raises(NotFound):
        issue_api_token(actor=actor, user_id=both.user("manager").id, label="x", at=timezone.now())


def test_a_token_is_for_the_machine_interface_only(both: World):
    token = both.token("counsel")
    answer = Client().get(f"/matters/{both.a.matter_id}/", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert answer.status_code in (302, 404)
    assert both.a.mark not in answer.content.decode()


NAMES = [
    "invoice\u202efdp.exe",
    'quote".html',
    "line\r\nSet-Cookie: a=b.html",
    "<b>.html",
    "semi;colon.svg",
    "per%0d%0acent.htm",
    "中文合同.html",
    "tab\tname.html",
    "back\\slash.html",
    "comma,.html",
    "'single'.html",
    "null\x00.html",
    "a" * 300 + ".html",
    "../../etc/passwd",
    "CON.html",
    ".htaccess",
    "emoji😀.html",
    "x.html\u2028y",
    "filename*=UTF-8''evil.html",
    "=cmd.csv",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/pdf"])
def test_natives_are_handed_out_safely(both: World, name, media_type):
    document = row("documents.Document", matter_id=both.a.matter_id, kind="text", status="item")
    apps.get_model("documents.Document").objects.filter(pk=document).update(name=name, media_type=media_type)
    answer = both.browser("counsel").get(f"/documents/{document}/native/")
    assert answer.status_code == 200
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert not re.search(r"[\r\n\x00\u2028\u202e]", disposition)
    assert disposition.isascii()
    assert disposition.count('"') in (0, 2) or '\\"' in disposition
    assert "/" not in disposition.split("filename", 1)[1].replace("UTF-8''", "")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy or answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
