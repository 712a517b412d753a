"""Time: measured at the desk, entered by hand, corrected with a reason, never twice and never silently."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.matter_kit import Kit
from apps.spend.conftest import DAY, at_the_desk
from chancery.apps.spend.actions.time import correct_time, enter_time, gather_time
from chancery.apps.spend.models import TimeEntry
from chancery.apps.spend.queries import time_of, time_totals, waiting_seconds
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.audit.models import Entry


def gather(kit: Kit) -> int:
    return gather_time(actor=kit.actor("manager"), matter_id=kit.first.matter_id, at=kit.at)


def live() -> list[tuple[int, Decimal, str]]:
    rows = TimeEntry.objects.filter(superseded=False).order_by("created_at", "id")
    return [(row.seconds, row.hours, row.origin) for row in rows]


def test_desk_time_is_summed_by_person_and_day_and_brought_up_to_date(kit: Kit) -> None:
    at_the_desk(kit, seconds=1000, place=0)
    at_the_desk(kit, seconds=800, place=1)
    at_the_desk(kit, seconds=100, place=2, by="reviewer-2")
    assert waiting_seconds(actor=kit.actor("manager"), matter_id=kit.first.matter_id) == 1900
    assert (gather(kit), gather(kit)) == (2, 0)
    assert sorted(live()) == [(100, Decimal("0.0"), "desk"), (1800, Decimal("0.5"), "desk")]
    at_the_desk(kit, seconds=900, place=5)
    assert gather(kit) == 1
    assert sorted(live()) == [(100, Decimal("0.0"), "desk"), (2700, Decimal("0.8"), "desk")]
    assert waiting_seconds(actor=kit.actor("manager"), matter_id=kit.first.matter_id) == 0


def test_a_correction_keeps_the_first_entry_and_later_desk_time_is_added(kit: Kit) -> None:
    at_the_desk(kit, seconds=3600)
    gather(kit)
    first = TimeEntry.objects.get()
    corrected = correct_time(
        actor=kit.actor("reviewer-1"), entry_id=first.id, hours=Decimal("0.7"), reason="Lunch at the desk", at=kit.at
    )
    row = TimeEntry.objects.get(id=corrected)
    assert (row.hours, row.seconds, row.corrects_id, row.reason) == (
        Decimal("0.7"),
        3600,
        first.id,
        "Lunch at the desk",
    )
    first.refresh_from_db()
    assert (first.superseded, first.hours) == (True, Decimal("1.0"))
    at_the_desk(kit, seconds=720, place=5)
    gather(kit)
    assert sorted(live()) == [(720, Decimal("0.2"), "desk"), (3600, Decimal("0.7"), "corrected")]
    with pytest.raises(Refused) as caught:
        correct_time(actor=kit.actor("manager"), entry_id=first.id, hours=Decimal("0.1"), reason="x", at=kit.at)
    assert caught.value.code == "already_corrected"
    assert Entry.objects.filter(act="time.corrected").count() == 1


@pytest.mark.parametrize(
    ("hours", "reason", "code"),
    [
        ("24.1", "x", "hours_out_of_range"),
        ("-0.1", "x", "hours_out_of_range"),
        ("0.25", "x", "hours_out_of_range"),
        ("NaN", "x", "hours_out_of_range"),
        ("0.5", "  ", "reason_missing"),
    ],
)
def test_a_correction_needs_a_reason_and_plain_hours(kit: Kit, hours: str, reason: str, code: str) -> None:
    at_the_desk(kit, seconds=3600)
    gather(kit)
    entry = TimeEntry.objects.get()
    with pytest.raises(Refused) as caught:
        correct_time(actor=kit.actor("manager"), entry_id=entry.id, hours=Decimal(hours), reason=reason, at=kit.at)
    assert caught.value.code == code
    assert live() == [(3600, Decimal("1.0"), "desk")]


def test_others_cannot_correct_and_billed_time_is_settled_on_the_invoice(worked: Kit, issued: str) -> None:
    entry = TimeEntry.objects.get()
    assert entry.invoice_id == issued
    for username in ("reviewer-2", "counsel", "counsel-2", "administrator"):
        with pytest.raises(NotFound):
            correct_time(
                actor=worked.actor(username), entry_id=entry.id, hours=Decimal("0.1"), reason="x", at=worked.at
            )
    with pytest.raises(Refused) as caught:
        correct_time(actor=worked.actor("manager"), entry_id=entry.id, hours=Decimal("0.1"), reason="x", at=worked.at)
    assert caught.value.code == "already_billed"
    assert live() == [(3000, Decimal("0.8"), "desk")]


def entered(kit: Kit, username: str = "attorney", **changed: Any) -> str:
    given: dict[str, Any] = {
        "day": DAY,
        "hours": Decimal("1.5"),
        "task_code": "L655",
        "narrative": "Read the privilege log for Müller",
        **changed,
    }
    return enter_time(actor=kit.actor(username), matter_id=kit.first.matter_id, at=kit.at, **given)


def test_time_is_entered_by_those_who_work_on_the_matter(kit: Kit) -> None:
    entered(kit, narrative="Read the privilege log for Muller")
    assert live() == [(5400, Decimal("1.5"), "entered")]
    for username, code in (("counsel", "not_allowed"), ("counsel-2", "not_allowed"), ("administrator", "not_allowed")):
        with pytest.raises(Refused) as caught:
            entered(kit, username)
        assert caught.value.code == code
    assert TimeEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"hours": Decimal("0.15")}, "hours_out_of_range"),
        ({"narrative": " "}, "reason_missing"),
        ({"narrative": "审阅特权日志"}, "narrative_not_ascii"),
        ({"task_code": "L999"}, "task_unknown"),
        ({"day": date(2026, 3, 3)}, "day_in_future"),
    ],
)
def test_what_cannot_be_entered(kit: Kit, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        entered(kit, **{"narrative": "Read the log", **changed})
    assert caught.value.code == code
    assert TimeEntry.objects.count() == 0


def test_reviewers_see_their_own_time_and_clients_what_stands(kit: Kit) -> None:
    at_the_desk(kit, seconds=3600)
    at_the_desk(kit, seconds=1800, by="reviewer-2")
    gather(kit)
    entry = TimeEntry.objects.get(user=kit.world.person["reviewer-1"])
    correct_time(actor=kit.actor("manager"), entry_id=entry.id, hours=Decimal("0.9"), reason="Pause", at=kit.at)

    def seen(username: str) -> int:
        return len(time_of(actor=kit.actor(username), matter_id=kit.first.matter_id))

    names = ("manager", "reviewer-1", "reviewer-2", "counsel", "counsel-2", "administrator")
    assert [seen(name) for name in names] == [3, 2, 1, 2, 0, 0]
    totals = time_totals(actor=kit.actor("manager"), matter_id=kit.first.matter_id)
    assert [(item.person, item.seconds, item.hours) for item in totals] == [
        ("Reviewer 1", 3600, Decimal("0.90")),
        ("Reviewer 2", 1800, Decimal("0.50")),
    ]
