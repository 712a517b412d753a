"""Requests: conditional answers, the gate with its reasons, grading and its floors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from apps.conftest import World
from apps.operations.conftest import answers
from chancery.apps.compliance.actions import decide_conflict
from chancery.apps.compliance.queries import latest_check
from chancery.apps.operations import actions, queries
from chancery.apps.operations.actions.gate import AnswersMissing
from chancery.apps.operations.catalogue.answers import AnswersRefused
from chancery.apps.operations.models import Quote
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.audit.queries import entries_for
from chancery.platform.events.actions import deliver


def submitted(world: World, at: datetime, *, username: str = "counsel", **changed: Any) -> queries.RequestRecord:
    """Start, answer and submit a request."""
    actor = world.actor(username)
    tenant = world.client_id if username == "counsel" else world.other_client_id
    draft = actions.start_request(
        actor=actor, tenant_id=tenant, service_id="document-review", title="Supply dispute", at=at
    )
    actions.answer_request(actor=actor, request_id=draft.id, answers=answers(**changed), at=at)
    return actions.submit_request(actor=actor, request_id=draft.id, at=at)


def codes(record: queries.RequestRecord) -> list[str]:
    return [reason.code for reason in record.reasons]


def test_an_acceptable_request_is_accepted_with_reasons_grade_and_quote(quoted: queries.RequestRecord) -> None:
    assert (quoted.state, quoted.decision) == ("quoted", "accept")
    assert codes(quoted) == [
        "work_allowed",
        "jurisdiction_served",
        "data_location_served",
        "conflict_clear",
        "consent_given",
        "budget_covers",
    ]
    assert quoted.reasons[-1].text == "The budget of USD 2,000.00 covers the estimate of USD 464.50."
    assert quoted.grading is not None
    # 3 unknown amount + 3 hard to undo + 2 second language + 1 volume + 1 confidential.
    assert (quoted.grading.grade, quoted.grading.points, quoted.grading.floor) == ("paralegal", 10, "paralegal")


@pytest.mark.parametrize(
    ("changed", "decision", "code"),
    [
        ({"work": ["court_appearance"]}, "decline", "work_court_appearance"),
        ({"work": ["review", "face_to_face_advice"]}, "decline", "work_face_to_face_advice"),
        ({"work": ["review", "legal_advice"]}, "route", "work_legal_advice"),
        ({"jurisdiction": "IR"}, "decline", "jurisdiction_excluded"),
        ({"data_location": "CN", "export_approved": "no"}, "route", "export_not_approved"),
        ({"consent": "no"}, "route", "consent_missing"),
        ({"budget": "100"}, "route", "budget_short"),
        ({"jurisdiction": "GB-EW"}, "route", "attorney_missing"),
    ],
)
def test_the_gate_names_what_stands_in_the_way(
    staffed: World, at: datetime, changed: dict[str, Any], decision: str, code: str
) -> None:
    record = submitted(staffed, at, **changed)
    assert record.decision == decision
    assert code in codes(record)
    assert record.state == {"decline": "declined", "route": "routed"}[decision]
    assert record.quotes == ()


def test_missing_facts_are_asked_and_nothing_is_decided(staffed: World, at: datetime) -> None:
    counsel = staffed.actor("counsel")
    draft = actions.start_request(
        actor=counsel, tenant_id=staffed.client_id, service_id="document-review", title="A", at=at
    )
    given = answers(data_location="CN", data_class="personal", consent=None)
    actions.answer_request(actor=counsel, request_id=draft.id, answers=given, at=at)
    with pytest.raises(AnswersMissing) as refused:
        actions.submit_request(actor=counsel, request_id=draft.id, at=at)
    assert refused.value.keys == ("export_approved", "personal_basis", "consent")
    held = queries.request(actor=counsel, request_id=draft.id)
    assert (held.state, held.decision, held.grading) == ("draft", "", None)


def test_answers_to_questions_that_are_not_asked_are_dropped(staffed: World, at: datetime) -> None:
    record = submitted(staffed, at, privilege="none", counsel="Nobody LLP", personal_basis="x")
    assert "counsel" not in record.answers and "personal_basis" not in record.answers


def test_unusable_answers_are_named_and_nothing_changes(staffed: World, at: datetime) -> None:
    counsel = staffed.actor("counsel")
    draft = actions.start_request(
        actor=counsel, tenant_id=staffed.client_id, service_id="document-review", title="A", at=at
    )
    with pytest.raises(AnswersRefused) as refused:
        actions.answer_request(
            actor=counsel,
            request_id=draft.id,
            answers=answers(documents="0", currency="EUR", deadline_days="1.5", budget="many"),
            at=at,
        )
    assert sorted(refused.value.problems) == ["budget", "currency", "deadline_days", "documents"]
    assert queries.request(actor=counsel, request_id=draft.id).answers == {}


def test_a_routed_request_is_decided_by_a_person_with_a_reason(staffed: World, at: datetime) -> None:
    record = submitted(staffed, at, budget="100")
    manager = staffed.actor("manager")
    item = queries.work_of_subject(actor=manager, kind="request_decision", subject_type="request", subject_id=record.id)
    assert item is not None and (item.assignee_id, item.state) == (staffed.person["manager"].id, "assigned")
    with pytest.raises(Refused) as refused:
        actions.decide_request(actor=manager, request_id=record.id, decision="accept", reason="", at=at)
    assert refused.value.code == "reason_missing"
    with pytest.raises(Refused) as refused:
        actions.decide_request(
            actor=staffed.actor("counsel"), request_id=record.id, decision="accept", reason="Please", at=at
        )
    assert refused.value.code == "not_allowed"
    decided = actions.decide_request(
        actor=manager, request_id=record.id, decision="accept", reason="Agreed by phone", at=at
    )
    again = actions.decide_request(
        actor=manager, request_id=record.id, decision="accept", reason="Agreed by phone", at=at
    )
    assert (decided.state, decided.quote is not None) == ("quoted", True)
    assert len(again.quotes) == 1
    assert decided.reasons[0].text == "Accepted by Manager: Agreed by phone"
    done = queries.work_of_subject(actor=manager, kind="request_decision", subject_type="request", subject_id=record.id)
    assert done is not None and done.state == "done"


def test_an_adversary_who_is_our_client_is_declined(staffed: World, at: datetime) -> None:
    record = submitted(staffed, at, adverse_parties="Meridian Freight")
    assert (record.state, record.decision) == ("declined", "decline")
    assert "conflict_found" in codes(record)
    assert "Meridian" not in " ".join(reason.text for reason in record.reasons)


def test_a_similar_name_waits_for_the_conflict_decision(staffed: World, at: datetime) -> None:
    record = submitted(staffed, at, adverse_parties="Meridian Freight Ltd.")
    assert record.state == "routed" and "conflict_review" in codes(record)
    manager = staffed.actor("manager")
    with pytest.raises(Refused) as refused:
        actions.decide_request(actor=manager, request_id=record.id, decision="accept", reason="Fine", at=at)
    assert refused.value.code == "conflict_undecided"
    check = latest_check(actor=manager, subject_type="request", subject_id=record.id)
    assert check is not None and check.outcome == "review"
    decide_conflict(actor=manager, check_id=check.id, decision="cleared", reason="Another company", at=at)
    decided = actions.decide_request(actor=manager, request_id=record.id, decision="accept", reason="Fine", at=at)
    assert decided.quote is not None
    matter_id = actions.accept_quote(actor=staffed.actor("counsel"), quote_id=decided.quote.id, at=at)
    assert matter_id


def test_a_declined_conflict_declines_the_request(staffed: World, at: datetime) -> None:
    record = submitted(staffed, at, adverse_parties="Meridian Freight Ltd.")
    manager = staffed.actor("manager")
    check = latest_check(actor=manager, subject_type="request", subject_id=record.id)
    assert check is not None
    decide_conflict(actor=manager, check_id=check.id, decision="declined", reason="Same group", at=at)
    assert deliver(at=at) >= 1
    held = queries.request(actor=staffed.actor("counsel"), request_id=record.id)
    assert (held.state, held.reasons[0].code) == ("declined", "conflict_declined")
    assert "Same group" not in " ".join(reason.text for reason in held.reasons)


def test_a_conflict_that_arises_after_the_offer_stops_acceptance(
    staffed: World, quoted: queries.RequestRecord, at: datetime
) -> None:
    rival = submitted(
        staffed,
        at,
        username="counsel-2",
        client_parties="Borealis Trading Co., Ltd.",
        adverse_parties="Halden Instruments Asia",
    )
    assert rival.state == "routed"
    assert quoted.quote is not None
    # The rival names our adverse party as its own; once it is engaged, the first offer conflicts.
    manager = staffed.actor("manager")
    check = latest_check(actor=manager, subject_type="request", subject_id=rival.id)
    assert check is not None
    decide_conflict(actor=manager, check_id=check.id, decision="cleared", reason="Test of the later check", at=at)
    offered = actions.decide_request(actor=manager, request_id=rival.id, decision="accept", reason="x", at=at)
    assert offered.quote is not None
    actions.accept_quote(actor=staffed.actor("counsel-2"), quote_id=offered.quote.id, at=at)
    with pytest.raises(Refused) as refused:
        actions.accept_quote(actor=staffed.actor("counsel"), quote_id=quoted.quote.id, at=at)
    assert refused.value.code == "conflict_since"
    held = queries.quote(actor=staffed.actor("counsel"), quote_id=quoted.quote.id)
    assert (held.state, held.matter_id) == ("offered", None)
    waiting = queries.list_work(actor=manager, kind="request_decision", live=True)
    assert [item.subject_type for item in waiting] == ["conflict_since"]


def test_the_grade_is_overridden_with_a_reason_and_the_offer_renewed(
    staffed: World, quoted: queries.RequestRecord, at: datetime
) -> None:
    manager = staffed.actor("manager")
    with pytest.raises(Refused) as refused:
        actions.override_grade(actor=manager, request_id=quoted.id, grade="computer", reason="Cheap", at=at)
    assert refused.value.code == "below_floor"
    with pytest.raises(Refused) as refused:
        actions.override_grade(actor=manager, request_id=quoted.id, grade="lawyer", reason="", at=at)
    assert refused.value.code == "reason_missing"
    assert Quote.objects.count() == 1
    changed = actions.override_grade(actor=manager, request_id=quoted.id, grade="lawyer", reason="Trade secrets", at=at)
    assert changed.grading is not None and changed.quote is not None
    assert (changed.grading.grade, changed.grading.graded, changed.grading.overridden) == ("lawyer", "paralegal", True)
    assert [(quote.number, quote.state) for quote in changed.quotes] == [(2, "offered"), (1, "superseded")]
    # 6.00 h and 0.75 h at 85.00, 0.25 h at 38.00, 1.50 h at 85.00, and 71.00 of units.
    assert str(changed.quote.expected) == "USD 781.75"
    entry = entries_for(actor=manager, object_type="request", object_id=quoted.id)
    assert any(item.act == "request.grade_overridden" for item in entry)


def test_decided_privilege_lifts_the_floor_to_lawyer(staffed: World, at: datetime) -> None:
    record = submitted(staffed, at, privilege="decide")
    assert record.grading is not None
    assert (record.grading.grade, record.grading.floor) == ("lawyer", "lawyer")
    with pytest.raises(Refused) as refused:
        actions.override_grade(
            actor=staffed.actor("manager"),
            request_id=record.id,
            grade="paralegal",
            reason="Save money",
            at=at,
        )
    assert refused.value.code == "below_floor"


def test_another_client_and_reviewers_do_not_know_of_it(
    staffed: World, quoted: queries.RequestRecord, at: datetime
) -> None:
    for username in ("counsel-2", "reviewer-1", "administrator", "attorney"):
        with pytest.raises(NotFound):
            queries.request(actor=staffed.actor(username), request_id=quoted.id)
        assert queries.list_requests(actor=staffed.actor(username)) == []
    with pytest.raises(NotFound):
        actions.start_request(
            actor=staffed.actor("counsel-2"),
            tenant_id=staffed.client_id,
            service_id="document-review",
            title="Not mine",
            at=at,
        )


def test_starting_twice_with_one_key_starts_once(staffed: World, at: datetime) -> None:
    counsel = staffed.actor("counsel")
    first, second = (
        actions.start_request(
            actor=counsel,
            tenant_id=staffed.client_id,
            service_id="document-review",
            title="Once",
            idempotency_key="k1",
            at=at,
        )
        for _ in range(2)
    )
    assert first.id == second.id
    assert len(queries.list_requests(actor=counsel)) == 1
