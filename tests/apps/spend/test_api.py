"""The machine interface of invoices."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.test import Client

from apps.matter_kit import Kit
from chancery.apps.spend.models import Invoice

Open = Callable[[str], Client]


def call(browser: Client, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    answer = browser.generic(method, f"/api{path}", json.dumps(body or {}), content_type="application/json")
    return answer.status_code, answer.json()


def test_from_list_to_payment(worked: Kit, issued: str, signed_in: Open) -> None:
    counsel, manager = signed_in("counsel"), signed_in("manager")
    status, listed = call(counsel, "GET", "/invoices?state=issued")
    assert (status, [(item["id"], item["total"]) for item in listed["items"]]) == (200, [(issued, "69.80")])
    status, found = call(counsel, "GET", f"/invoices/{issued}")
    first = found["lines"][0]
    assert (first["units"], first["unit_cost"], first["total"], len(first["sources"])) == (
        "0.8000",
        "38.0000",
        "30.40",
        1,
    )
    path = f"/invoices/{issued}/lines/{first['id']}/queries"
    assert call(manager, "POST", path, {"text": "x"})[0] == 404
    status, asked = call(counsel, "POST", path, {"text": "Why?"})
    assert status == 201
    assert call(counsel, "POST", f"/invoices/{issued}/approve")[1]["code"] == "queries_open"
    reply = f"/invoices/{issued}/queries/{asked['query_id']}/answer"
    assert call(manager, "POST", reply, {"answer": "x", "adjustment": "1.00"})[1]["code"] == "adjustment_out_of_range"
    assert call(counsel, "POST", reply, {"answer": "x"})[0] == 404
    status, answered = call(manager, "POST", reply, {"answer": "Reduced", "adjustment": "-5.25"})
    assert (status, answered["total"], answered["state"]) == (200, "64.55", "issued")
    assert call(counsel, "POST", f"/invoices/{issued}/approve")[1]["state"] == "approved"
    assert call(counsel, "POST", f"/invoices/{issued}/pay", {"reference": " "})[1]["code"] == "reference_missing"
    assert call(counsel, "POST", f"/invoices/{issued}/pay", {"reference": "W-1"})[1]["state"] == "paid"


def test_another_client_finds_nothing(issued: str, signed_in: Open) -> None:
    other = signed_in("counsel-2")
    assert call(other, "GET", "/invoices") == (200, {"items": [], "next": ""})
    for method, path in (("GET", ""), ("POST", "/approve"), ("POST", "/issue")):
        assert call(other, method, f"/invoices/{issued}{path}")[0] == 404
    assert call(other, "POST", f"/invoices/{issued}/pay", {"reference": "x"})[0] == 404
    assert Invoice.objects.get().state == "issued"
    assert Client().get("/api/invoices").status_code == 401
