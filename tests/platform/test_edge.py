"""Where refusals and faults end: pages, notices, the machine interface."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import path

from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.scopes import NotAllowed
from chancery.platform.identity.actions import issue_api_token, set_preferences
from chancery.project import urls as project_urls


class Full(Refused):
    code = "full"


def refuse(request):
    raise Full("Port %(port)s is in use.", port=80)


def hide(request):
    raise NotFound()


def forbid(request):
    raise NotAllowed("Your role does not allow this.")


def break_(request):
    raise RuntimeError("a secret detail")


handler404 = project_urls.handler404
handler500 = project_urls.handler500
handler403 = project_urls.handler403
handler400 = project_urls.handler400
urlpatterns = [
    *project_urls.urlpatterns,
    path("t/refuse/", refuse),
    path("t/hide/", hide),
    path("t/forbid/", forbid),
    path("t/break/", break_),
]
pytestmark = pytest.mark.urls(__name__)


def test_unknown_hidden_and_forbidden_look_the_same(signed_in):
    browser = signed_in("reviewer-1")
    pages = [browser.get(address) for address in ("/t/no-such-page/", "/t/hide/", "/t/forbid/")]
    assert [page.status_code for page in pages] == [404, 404, 404]
    bodies = {page.content.replace(page.wsgi_request.path.encode(), b"") for page in pages}
    stripped = {b"".join(line for line in body.splitlines() if b"csrf" not in line) for body in bodies}
    assert len(stripped) == 1


def test_a_refusal_is_a_sentence_in_the_readers_language(signed_in, world):
    browser = signed_in("manager")
    page = browser.post("/t/refuse/", headers={"referer": "http://testserver/form/"})
    assert page.status_code == 409
    assert b"Port 80 is in use." in page.content and b'href="http://testserver/form/"' in page.content
    set_preferences(user_id=world.person["manager"].id, language="zh-hans")
    assert "端口 80 已被占用。" in browser.get("/t/refuse/").content.decode()


def test_a_refused_swap_changes_nothing_and_says_why(signed_in):
    answer = signed_in("manager").post("/t/refuse/", headers={"hx-request": "true"})
    assert (answer.status_code, answer["HX-Reswap"], answer.content) == (409, "none", b"")
    assert json.loads(answer["HX-Trigger"]) == {"refused": {"code": "full", "message": "Port 80 is in use."}}


def test_a_fault_shows_a_reference_and_is_logged_once(signed_in, caplog):
    browser = signed_in("manager")
    browser.raise_request_exception = False
    page = browser.get("/t/break/")
    assert page.status_code == 500 and b"secret detail" not in page.content
    logged = [record for record in caplog.records if record.name.startswith("chancery")]
    assert len(logged) == 1
    reference = logged[0].args[0]
    assert reference.encode() in page.content and "a secret detail" in caplog.text


def test_the_machine_interface_needs_a_token_or_a_session(world, at, signed_in):
    assert Client().get("/api/openapi.json").status_code == 200
    schema = Client().get("/api/openapi.json").json()
    assert schema["info"]["title"] == "Chancery"
    for address, operations in schema["paths"].items():
        for method in operations:
            concrete = address.replace("{", "").replace("}", "")
            answer = Client().generic(method.upper(), concrete)
            assert answer.status_code == 401, (method, address)
    manager = world.actor("manager")
    _, token = issue_api_token(actor=manager, user_id=manager.user_id, label="t", at=at)
    gets = [a for a, o in schema["paths"].items() if "get" in o and "{" not in a]
    for address in gets:
        answer = Client().get(address, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code in (200, 404, 409, 422), address


def test_alive():
    answer = Client().get("/alive/")
    assert (answer.status_code, answer.content) == (200, b"ok")
