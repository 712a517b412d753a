"""The machine interface of productions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.test import Client

from apps.matter_kit import Kit
from apps.production.decided import decide
from chancery.apps.production.models import Production

Open = Callable[[str], Client]


def call(browser: Client, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    answer = browser.generic(method, f"/api{path}", json.dumps(body or {}), content_type="application/json")
    return answer.status_code, answer.json()


def test_prepare_and_submit(decided: Kit, signed_in: Open) -> None:
    manager, path = signed_in("manager"), f"/matters/{decided.first.matter_id}/productions"
    decide(decided, 6, description="")
    assert call(manager, "POST", path) == (
        409,
        {
            "code": "privilege_undescribed",
            "message": "Withheld documents without a description for the privilege log: 1.",
        },
    )
    decide(decided, 6)
    status, made = call(manager, "POST", path, {"prefix": "HMS-"})
    assert (status, made["volume"], made["prefix"], made["state"], made["documents"]) == (
        201,
        "VOL001",
        "HMS-",
        "prepared",
        5,
    )
    assert {"key": "exceptions_outside", "state": "warning", "count": 1} in made["checks"]
    assert call(manager, "POST", f"/productions/{made['id']}/submit")[1]["code"] == "checklist_incomplete"
    assert call(signed_in("counsel"), "GET", f"/productions/{made['id']}")[0] == 404
    assert call(signed_in("counsel"), "POST", path)[0] == 404
    assert Production.objects.count() == 1


def test_clients_read_delivered_volumes_and_their_files(decided: Kit, delivered: str, signed_in: Open) -> None:
    path = f"/matters/{decided.first.matter_id}/productions"
    status, listed = call(signed_in("counsel"), "GET", path)
    assert (status, [item["id"] for item in listed]) == (200, [delivered])
    assert call(signed_in("counsel-2"), "GET", path)[0] == 404
    status, files = call(signed_in("counsel"), "GET", f"/productions/{delivered}/files")
    assert (status, [item["path"] for item in files]) == (
        200,
        ["DATA/VOL001.dat", "IMAGES/0001/HALDEN0000001.pdf", "manifest.sha256"],
    )
    status, rest = call(signed_in("counsel"), "GET", f"/productions/{delivered}/files?after=DATA/VOL001.dat")
    assert [item["path"] for item in rest] == ["IMAGES/0001/HALDEN0000001.pdf", "manifest.sha256"]
    assert call(signed_in("counsel-2"), "GET", f"/productions/{delivered}/files")[0] == 404
