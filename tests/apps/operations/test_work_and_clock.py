"""Work is assigned at once with reasons; the service clock is computed from its events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apps.conftest import World
from chancery.apps.compliance.actions import raise_wall as build_wall
from chancery.apps.operations import actions, queries
from chancery.apps.operations.actions import NeedSpec
from chancery.apps.operations.models import ClockEvent, WorkItem
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.actions import raise_wall
from chancery.platform.access.actors import system_actor
from chancery.platform.access.values import Role
from chancery.platform.events.actions import deliver


def opened(world: World, matter_id: str, at: datetime, subject: str = "b1", **need: object) -> queries.WorkRecord:
    given: dict[str, object] = {
        "role": Role.REVIEWER,
        "grade": "paralegal",
        "skills": ("document-review",),
        "language": "zh",
        "minutes": 60,
    }
    return actions.open_work_item(
        actor=system_actor(tenant_id=world.client_id),
        tenant_id=world.client_id,
        matter_id=matter_id,
        kind="review_batch",
        subject_type="batch",
        subject_id=subject,
        title=f"Batch {subject}",
        need=NeedSpec(**{**given, **need}),  # type: ignore[arg-type]
        at=at,
    )


def test_the_author_is_barred_and_the_other_reviewer_gets_it(staffed: World, matter_id: str, at: datetime) -> None:
    author = staffed.person["reviewer-1"].id
    record = opened(staffed, matter_id, at, not_authored_by=(author,))
    assert record.assignee_id == staffed.person["reviewer-2"].id
    assert [(one.user_id, [reason.code for reason in one.reasons]) for one in record.barred] == [(author, ["author"])]
    assert [reason.code for reason in record.why] == ["grade", "cost", "continuity", "free"]
    assert "The work costs USD 38.00." in [reason.text for reason in record.why]


def test_opening_again_returns_the_same_item(staffed: World, matter_id: str, at: datetime) -> None:
    assert opened(staffed, matter_id, at).id == opened(staffed, matter_id, at).id
    assert WorkItem.objects.filter(kind="review_batch").count() == 1


def test_capacity_is_daily_minutes_less_open_work(staffed: World, matter_id: str, at: datetime) -> None:
    people = {staffed.person[name].id for name in ("reviewer-1", "reviewer-2")}
    first = opened(staffed, matter_id, at, "b1", minutes=400)
    second = opened(staffed, matter_id, at, "b2", minutes=400)
    third = opened(staffed, matter_id, at, "b3", minutes=60)
    assert {first.assignee_id, second.assignee_id} == people
    assert (third.state, third.assignee_id) == ("open", None)
    assert {reason.code for one in third.barred for reason in one.reasons} == {"capacity"}
    assert queries.loads(user_ids=list(people)) == dict.fromkeys(people, 400)
    # Finished work frees its person, and what waits is given out.
    actions.complete_work(actor=staffed.actor("manager"), work_item_id=first.id, at=at)
    held = queries.work_item(actor=staffed.actor("manager"), work_item_id=third.id)
    assert (held.state, held.assignee_id) == ("assigned", first.assignee_id)


def test_a_wall_keeps_work_and_sight_away(staffed: World, matter_id: str, at: datetime) -> None:
    for name in ("reviewer-1", "reviewer-2"):
        raise_wall(
            actor=staffed.actor("administrator"),
            tenant_id=staffed.client_id,
            matter_id=matter_id,
            user_id=staffed.person[name].id,
            reason="Worked for the other side",
            at=at,
        )
    record = opened(staffed, matter_id, at)
    assert record.assignee_id is None
    assert {reason.code for one in record.barred for reason in one.reasons} == {"walled"}
    with pytest.raises(NotFound):
        queries.work_item(actor=staffed.actor("reviewer-1"), work_item_id=record.id)
    assert queries.list_work(actor=staffed.actor("reviewer-1")) == []
    with pytest.raises(Refused) as refused:
        actions.reassign(
            actor=staffed.actor("manager"),
            work_item_id=record.id,
            person=staffed.person["reviewer-1"].id,
            reason="Only one left",
            at=at,
        )
    assert refused.value.code == "person_barred"


def test_reassignment_needs_a_reason_and_stays(staffed: World, matter_id: str, at: datetime) -> None:
    record = opened(staffed, matter_id, at)
    other = next(
        staffed.person[n].id for n in ("reviewer-1", "reviewer-2") if staffed.person[n].id != record.assignee_id
    )
    manager = staffed.actor("manager")
    with pytest.raises(Refused) as refused:
        actions.reassign(actor=manager, work_item_id=record.id, person=other, reason="", at=at)
    assert refused.value.code == "reason_missing"
    with pytest.raises(Refused):
        actions.reassign(
            actor=staffed.actor("reviewer-1"), work_item_id=record.id, person=other, reason="I like it", at=at
        )
    given = actions.reassign(actor=manager, work_item_id=record.id, person=other, reason="Knows the case", at=at)
    assert (given.assignee_id, given.pinned) == (other, True)
    assert given.why[0].text == "Named by Manager: Knows the case"


def test_reassigning_many_is_all_or_nothing(staffed: World, matter_id: str, at: datetime) -> None:
    items = [opened(staffed, matter_id, at, f"b{n}") for n in range(3)]
    before = {item.id: item.assignee_id for item in items}
    target = staffed.person["reviewer-2"].id
    manager = staffed.actor("manager")
    with pytest.raises(NotFound):
        actions.reassign_many(actor=manager, work_item_ids=[*before, "0" * 26], person=target, reason="Holiday", at=at)
    assert {row.id: row.assignee_id for row in WorkItem.objects.filter(id__in=before)} == before
    assert actions.reassign_many(actor=manager, work_item_ids=list(before), person=target, reason="Holiday", at=at) == 3
    assert set(WorkItem.objects.filter(id__in=before).values_list("assignee_id", flat=True)) == {target}


def test_only_the_assignee_or_a_manager_finishes(staffed: World, matter_id: str, at: datetime) -> None:
    record = opened(staffed, matter_id, at)
    mine = next(n for n in ("reviewer-1", "reviewer-2") if staffed.person[n].id == record.assignee_id)
    other = {"reviewer-1": "reviewer-2", "reviewer-2": "reviewer-1"}[mine]
    with pytest.raises(Refused) as refused:
        actions.complete_work(actor=staffed.actor(other), work_item_id=record.id, at=at)
    assert refused.value.code == "not_yours"
    assert actions.start_work(actor=staffed.actor(mine), work_item_id=record.id, at=at).state == "in_progress"
    assert actions.complete_work(actor=staffed.actor(mine), work_item_id=record.id, at=at).state == "done"
    again = actions.complete_work(actor=staffed.actor(mine), work_item_id=record.id, at=at + timedelta(hours=1))
    assert again.done_at == at


def test_the_clock_counts_new_york_office_hours(staffed: World, matter_id: str, at: datetime) -> None:
    # Accepted Monday 2 March 2026 09:00 UTC = 04:00 in New York; eight working hours a day, 1,140 minutes.
    manager = staffed.actor("manager")
    noon = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    record = queries.clock_of(actor=manager, matter_id=matter_id, now=noon)
    assert (record.state, record.used_minutes, record.remaining_minutes) == ("running", 180, 960)
    # Two days of 480 minutes, then 180 on Wednesday: 12:00 in New York.
    assert record.due == datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
    assert record.calendar == "US"


def test_a_pause_needs_a_reason_and_moves_the_due_time(staffed: World, matter_id: str, at: datetime) -> None:
    manager = staffed.actor("manager")
    noon = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        actions.pause_clock(actor=manager, matter_id=matter_id, reason=" ", at=noon)
    assert refused.value.code == "pause_without_reason"
    assert ClockEvent.objects.count() == 1
    paused = actions.pause_clock(
        actor=manager,
        matter_id=matter_id,
        reason="Waits for the client's password",
        evidence="Mail of 2 March",
        at=noon,
    )
    assert (paused.state, paused.due, paused.used_minutes) == ("paused", None, 180)
    actions.pause_clock(actor=manager, matter_id=matter_id, reason="Waits for the client's password", at=noon)
    assert ClockEvent.objects.count() == 2
    tuesday = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
    resumed = actions.resume_clock(actor=manager, matter_id=matter_id, at=tuesday)
    assert (resumed.state, resumed.used_minutes) == ("running", 180)
    assert resumed.due == datetime(2026, 3, 5, 17, 0, tzinfo=UTC)
    assert [(line.kind, line.used_minutes) for line in resumed.events] == [
        ("start", 0),
        ("pause", 180),
        ("resume", 180),
    ]
    with pytest.raises(Refused) as refused:
        actions.resume_clock(actor=manager, matter_id=matter_id, at=tuesday)
    assert refused.value.code == "resume_without_pause"


def test_only_the_manager_pauses_and_strangers_see_nothing(staffed: World, matter_id: str, at: datetime) -> None:
    with pytest.raises(Refused) as refused:
        actions.pause_clock(actor=staffed.actor("counsel"), matter_id=matter_id, reason="x", at=at)
    assert refused.value.code == "not_allowed"
    with pytest.raises(NotFound):
        queries.clock_of(actor=staffed.actor("counsel-2"), matter_id=matter_id, now=at)


def test_a_breach_is_recorded_once_and_survives_delivery(staffed: World, matter_id: str, at: datetime) -> None:
    late = datetime(2026, 3, 6, 17, 0, tzinfo=UTC)
    assert actions.announce_breaches(at=late) == 1
    assert actions.announce_breaches(at=late) == 0
    manager = staffed.actor("manager")
    actions.meet_clock(actor=manager, matter_id=matter_id, evidence="VOL001", at=late)
    actions.meet_clock(actor=manager, matter_id=matter_id, evidence="VOL001", at=late)
    record = queries.clock_of(actor=manager, matter_id=matter_id, now=late)
    assert (record.state, record.breached_at) == ("breached", datetime(2026, 3, 4, 17, 0, tzinfo=UTC))
    assert [line.kind for line in record.events] == ["start", "breach", "met"]


def test_a_wall_takes_work_away_at_once(staffed: World, matter_id: str, at: datetime) -> None:
    items = [opened(staffed, matter_id, at, f"w{number}") for number in range(4)]
    barred = staffed.person["reviewer-1"].id
    held = [item.id for item in items if item.assignee_id == barred]
    assert held
    build_wall(actor=staffed.actor("manager"), matter_id=matter_id, user_id=barred, reason="Former employer", at=at)
    deliver(at=at)
    after = {row.id: row.assignee_id for row in WorkItem.objects.filter(kind="review_batch")}
    assert set(after.values()) == {staffed.person["reviewer-2"].id}
    record = queries.work_item(actor=staffed.actor("manager"), work_item_id=held[0])
    assert [(one.user_id, one.reasons[0].code) for one in record.barred] == [(barred, "walled")]
    assert actions.withdraw_from(tenant_id=staffed.client_id, matter_id=matter_id, user_id=barred, at=at) == 0
