"""Reasons and refusals speak Chinese as well as English."""

from __future__ import annotations

import ast
import re
from datetime import datetime
from pathlib import Path

from django.utils.translation import override

import chancery
from apps.conftest import World
from apps.operations.conftest import answers
from chancery.apps.operations import actions, queries
from chancery.apps.operations.queries.saying import decision_said
from chancery.engines.allocation.grading import FLOOR_SENTENCES
from chancery.project.translations import read_catalogue

SOURCE = Path(chancery.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")


def sentences_of(path: Path) -> set[str]:
    """Return the sentences of reasons in one file: literals given to Reason or named ``sentence``."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        held: list[ast.expr] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason":
            held = node.args[1:2]
        elif isinstance(node, ast.Assign) and any(
            isinstance(one, ast.Name) and one.id == "sentence" for one in node.targets
        ):
            held = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
        found |= {one.value for one in held if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def test_every_reason_has_its_chinese_sentence() -> None:
    rooms = {
        "operations": ["apps/operations", "engines/allocation"],
        "compliance": ["engines/screening"],
    }
    for room, folders in rooms.items():
        books = [SOURCE / place / "locale/zh_Hans/LC_MESSAGES/django.po" for place in {f"apps/{room}", *folders}]
        known = {message.singular for path in books for message in read_catalogue(path=path) if all(message.texts)}
        used = {
            sentence
            for folder in folders
            for file in (SOURCE / folder).rglob("*.py")
            for sentence in sentences_of(file)
        }
        used |= set(FLOOR_SENTENCES.values()) if room == "operations" else set()
        assert used and used <= known, sorted(used - known)


def test_a_decision_reads_in_the_language_of_its_reader(
    staffed: World, quoted: queries.RequestRecord, at: datetime
) -> None:
    counsel = staffed.actor("counsel")
    draft = actions.start_request(
        actor=counsel, tenant_id=staffed.client_id, service_id="document-review", title="B", at=at
    )
    actions.answer_request(actor=counsel, request_id=draft.id, answers=answers(jurisdiction="KP"), at=at)
    with override("zh-hans"):
        record = actions.submit_request(actor=counsel, request_id=draft.id, at=at)
        assert (
            record.reasons[0].text
            == "我们不承办朝鲜的案件：全面制裁（North Korea Sanctions Regulations, 31 CFR part 510）。"
        )
        assert all(HAN.search(reason.text) for reason in record.reasons)
        assert record.grading is not None and record.grading.grade_name == "律师助理"
        assert all(HAN.search(reason.text) for reason in record.grading.reasons)
    with override("en"):
        again = queries.request(actor=counsel, request_id=draft.id)
        assert again.reasons[0].text == (
            "We do not work on matters in North Korea: comprehensive sanctions"
            " (North Korea Sanctions Regulations, 31 CFR part 510)."
        )


def test_decisions_of_the_second_look_are_said_as_their_form_says_them():
    values = {"responsive": "responsive", "privilege": "AC", "issues": []}
    with override("en"):
        assert decision_said(kind="review", values=values) == "Responsiveness: Responsive; Privilege: Attorney–client"
        assert decision_said(kind="unknown", values=values) == "responsive: responsive · privilege: AC"
    with override("zh-hans"):
        assert decision_said(kind="review", values={"privilege": "none"}) == "特权：无特权"
