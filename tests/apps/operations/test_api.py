"""The machine interface: the same acts, refusals and blindness as the pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.conftest import World
from apps.operations.conftest import answers
from chancery.apps.operations import actions, queries
from chancery.apps.operations.actions import NeedSpec
from chancery.platform.access.actors import system_actor


@pytest.fixture
def at() -> datetime:
    """The interface reads the clock, so these tests act now."""
    return timezone.now()


def call(browser: Client, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    answer = browser.generic(method, f"/api{path}", json.dumps(body or {}), content_type="application/json")
    return answer.status_code, answer.json()


def test_from_request_to_matter_over_the_interface(staffed: World, signed_in: Callable[[str], Client]) -> None:
    counsel = signed_in("counsel")
    body = {
        "tenant_id": staffed.client_id,
        "service_id": "document-review",
        "title": "Supply dispute",
        "answers": answers(consent=None),
        "idempotency_key": "one",
    }
    status, draft = call(counsel, "POST", "/requests", body)
    assert (status, draft["state"], draft["answers"]["documents"]) == (200, "draft", "300")
    status, refused = call(counsel, "POST", f"/requests/{draft['id']}/submit")
    assert (status, refused["code"]) == (409, "answers_missing")
    assert call(counsel, "PUT", f"/requests/{draft['id']}/answers", {"answers": answers()})[0] == 200
    status, done = call(counsel, "POST", f"/requests/{draft['id']}/submit")
    assert (status, done["state"], done["decision"], done["grade"]) == (200, "quoted", "accept", "paralegal")
    assert done["quote"]["expected"] == {"amount": "464.50", "currency": "USD"}
    assert call(signed_in("counsel-2"), "GET", f"/requests/{draft['id']}")[0] == 404
    assert call(signed_in("manager"), "POST", f"/quotes/{done['quote']['id']}/accept")[0] == 404
    status, accepted = call(counsel, "POST", f"/quotes/{done['quote']['id']}/accept")
    assert status == 200
    status, clock = call(counsel, "GET", f"/matters/{accepted['matter_id']}/clock")
    assert (status, clock["state"], clock["promised_minutes"], clock["calendar"]) == (200, "running", 1140, "US")
    assert call(signed_in("counsel-2"), "GET", f"/matters/{accepted['matter_id']}/clock")[0] == 404


def test_work_is_listed_and_given_to_somebody_else(
    staffed: World, matter_id: str, signed_in: Callable[[str], Client], at: datetime
) -> None:
    item = actions.open_work_item(
        actor=system_actor(tenant_id=staffed.client_id),
        tenant_id=staffed.client_id,
        matter_id=matter_id,
        kind="review_batch",
        subject_type="batch",
        subject_id="b1",
        title="Batch 1",
        need=NeedSpec(grade="paralegal", skills=("document-review",)),
        at=at,
    )
    manager = signed_in("manager")
    status, listed = call(manager, "GET", "/work?kind=review_batch")
    assert (status, [one["id"] for one in listed]) == (200, [item.id])
    status, one = call(manager, "GET", f"/work/{item.id}")
    assert [reason["code"] for reason in one["why"]] == ["grade", "cost", "continuity", "free"]
    target = staffed.person["reviewer-2"].id
    status, refused = call(manager, "POST", f"/work/{item.id}/reassign", {"person": target, "reason": " "})
    if item.assignee_id != target:
        assert (status, refused["code"]) == (409, "reason_missing")
    status, given = call(manager, "POST", f"/work/{item.id}/reassign", {"person": target, "reason": "Knows it"})
    assert (status, given["assignee_id"]) == (200, target)
    assert call(signed_in("counsel"), "GET", f"/work/{item.id}")[0] == 404
    assert call(signed_in("reviewer-2"), "POST", f"/work/{item.id}/start")[1]["state"] == "in_progress"
    assert call(signed_in("reviewer-2"), "POST", f"/work/{item.id}/complete")[1]["state"] == "done"


def test_a_sign_off_is_given_for_the_hash_that_was_read(
    staffed: World, matter_id: str, signed_in: Callable[[str], Client], at: datetime
) -> None:
    manager = staffed.actor("manager")
    subject = {"tenant_id": staffed.client_id, "matter_id": matter_id, "subject_type": "production", "subject_id": "p1"}
    points = actions.open_checklist(actor=manager, at=at, **subject)
    for point in points.points:
        actions.tick(actor=manager, checklist_id=points.id, key=point.key, evidence="Seen", at=at)
    waiting = actions.request_sign_off(
        actor=manager, subject_hash="a" * 64, summary={"volume": "VOL001"}, checklist_id=points.id, at=at, **subject
    )
    attorney = signed_in("attorney")
    assert [one["id"] for one in call(attorney, "GET", "/sign-offs?state=waiting")[1]] == [waiting.id]
    status, refused = call(attorney, "POST", f"/sign-offs/{waiting.id}/sign", {"subject_hash": "b" * 64})
    assert (status, refused["code"]) == (409, "hash_changed")
    status, signed = call(attorney, "POST", f"/sign-offs/{waiting.id}/sign", {"subject_hash": "a" * 64})
    assert (status, signed["state"], signed["licence"]["number"]) == (200, "signed", "NY-4471902")
    assert queries.sign_off(actor=manager, sign_off_id=waiting.id).attorney == "Attorney"
