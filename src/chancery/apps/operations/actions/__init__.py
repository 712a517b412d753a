"""Writes of the operations room; one module per noun, all reachable from here."""

from __future__ import annotations

from chancery.apps.operations.actions.catalogue import publish_service, publish_shipped_services
from chancery.apps.operations.actions.checklists import open_checklist, tick, untick
from chancery.apps.operations.actions.clocks import announce_breaches, meet_clock, pause_clock, resume_clock
from chancery.apps.operations.actions.gate import decide_request, follow_conflict_decision, submit_request
from chancery.apps.operations.actions.grading import override_grade
from chancery.apps.operations.actions.quality import (
    PopulationItem,
    draw_sample,
    record_second_look,
    resolve_overturn,
    waive_sample,
)
from chancery.apps.operations.actions.quotes import accept_quote, decline_quote, expire_quotes
from chancery.apps.operations.actions.requests import answer_request, start_request
from chancery.apps.operations.actions.signoffs import (
    refuse_release,
    request_sign_off,
    sign_release,
    void_sign_off,
)
from chancery.apps.operations.actions.work import (
    NeedSpec,
    assign_waiting,
    cancel_work,
    complete_work,
    open_work_item,
    reassign,
    reassign_many,
    start_work,
    withdraw_from,
)

__all__ = [
    "NeedSpec",
    "PopulationItem",
    "accept_quote",
    "announce_breaches",
    "answer_request",
    "assign_waiting",
    "cancel_work",
    "complete_work",
    "decide_request",
    "decline_quote",
    "draw_sample",
    "expire_quotes",
    "follow_conflict_decision",
    "meet_clock",
    "open_checklist",
    "open_work_item",
    "override_grade",
    "pause_clock",
    "publish_service",
    "publish_shipped_services",
    "reassign",
    "reassign_many",
    "record_second_look",
    "refuse_release",
    "request_sign_off",
    "resolve_overturn",
    "resume_clock",
    "sign_release",
    "start_request",
    "start_work",
    "submit_request",
    "tick",
    "untick",
    "void_sign_off",
    "waive_sample",
    "withdraw_from",
]
