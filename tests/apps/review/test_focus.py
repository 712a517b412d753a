"""Desk time: never more than the server's clock, idle time cut off, one window at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.matter_kit import Kit, answers
from chancery.apps.review.actions.coding import save_coding
from chancery.apps.review.actions.focus import record_focus
from chancery.apps.review.models import Focus
from chancery.apps.review.queries.progress import desk_time, progress
from chancery.foundation.errors import NotFound


def beat(kit: Kit, place: int, after: float, claimed: int, *, by: str = "") -> int:
    return record_focus(
        actor=kit.actor(by or kit.reviewer_of(kit.first.batches[0])),
        batch_id=kit.first.batches[0],
        document_id=kit.first.documents[place],
        seconds=claimed,
        at=kit.at + timedelta(seconds=after),
    )


def test_a_heartbeat_counts_what_passed_and_no_more_than_claimed_or_idle(kit: Kit) -> None:
    assert beat(kit, 0, 0, 900) == 0  # the first one only starts the clock
    assert beat(kit, 0, 15, 15) == 15
    assert beat(kit, 0, 30, 500) == 30  # claims more than has passed
    assert beat(kit, 0, 45, 5) == 35  # was away part of the time
    assert beat(kit, 0, 645, 600) == 95  # ten minutes of silence count as one
    assert beat(kit, 0, 640, 30) == 95  # out of order
    assert beat(kit, 0, 700, 0) == 95


def test_two_windows_at_once_are_not_paid_twice(kit: Kit) -> None:
    beat(kit, 0, 0, 0)
    beat(kit, 1, 0, 0)
    for moment in range(15, 76, 15):
        beat(kit, 0, moment, 15)
        beat(kit, 1, moment + 1, 15)
    counted = {row.document_id: row.seconds for row in Focus.objects.all()}
    assert sum(counted.values()) <= 76
    assert counted == {kit.first.documents[0]: 15 + 14 * 4, kit.first.documents[1]: 5}


def test_time_counts_only_on_ones_own_open_desk(kit: Kit) -> None:
    other = "reviewer-2" if kit.reviewer_of(kit.first.batches[0]) == "reviewer-1" else "reviewer-1"
    for who in (other, "manager", "counsel", "counsel-2"):
        with pytest.raises(NotFound):
            beat(kit, 0, 0, 10, by=who)
    with pytest.raises(NotFound):
        beat(kit, 3, 0, 10)  # lies in the other batch
    assert not Focus.objects.exists()


def test_a_complete_batch_takes_no_more_time_and_the_pace_is_told(kit: Kit) -> None:
    holder = kit.actor(kit.reviewer_of(kit.first.batches[0]))
    moment = 0
    for place in (0, 1, 2, 5, 10):
        beat(kit, place, moment, 0)
        moment += 36
        save_coding(
            actor=holder,
            batch_id=kit.first.batches[0],
            document_id=kit.first.documents[place],
            answers=answers(),
            seconds=36,
            at=kit.at + timedelta(seconds=moment),
        )
    assert beat(kit, 10, moment + 50, 50) == 36
    assert [(item.level, item.seconds, len(item.focus_ids)) for item in desk_time(matter_id=kit.first.matter_id)] == [
        (1, 180, 5)
    ]
    state = progress(actor=kit.actor("manager"), matter_id=kit.first.matter_id)
    assert [person.per_hour for person in state.reviewers] == [100]
    assert state.hours_left is not None
    assert round(state.hours_left, 4) == 0.03
