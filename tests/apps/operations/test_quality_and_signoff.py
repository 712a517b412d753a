"""Blind second looks, overturns, checklists that cannot be skipped, sign-offs bound to a hash."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from apps.conftest import World
from chancery.apps.operations import actions, queries
from chancery.apps.operations.actions import PopulationItem
from chancery.apps.operations.models import Sample, SampleItem, SignOff, Tick
from chancery.foundation.errors import NotFound, Refused
from chancery.foundation.statistics import wilson
from chancery.platform.events.models import Announcement

HASH, OTHER_HASH = "a" * 64, "b" * 64


def population(world: World, count: int = 200) -> list[PopulationItem]:
    return [
        PopulationItem(
            subject_id=f"d{number:04d}",
            first_by=world.person["reviewer-1"].id,
            first_values={"responsive": "responsive", "privilege": "none", "note": f"n{number}"},
            label=f"HAL-{number:06d}",
        )
        for number in range(count)
    ]


@pytest.fixture
def sample(staffed: World, matter_id: str, at: datetime) -> queries.SampleRecord:
    return actions.draw_sample(
        actor=staffed.actor("manager"),
        tenant_id=staffed.client_id,
        matter_id=matter_id,
        kind="review",
        population=population(staffed),
        at=at,
    )


def look(world: World, sample_id: str, subject_id: str, at: datetime, **values: Any) -> bool:
    given = {"responsive": "responsive", "privilege": "none", **values}
    return actions.record_second_look(
        actor=world.actor("reviewer-2"), sample_id=sample_id, subject_id=subject_id, values=given, at=at
    )


def test_the_sample_has_the_agreed_size_and_another_reviewer(
    staffed: World, matter_id: str, sample: queries.SampleRecord, at: datetime
) -> None:
    assert (sample.population, sample.size, sample.seed) == (200, 20, f"{matter_id}/review/1")
    again = actions.draw_sample(
        actor=staffed.actor("manager"),
        tenant_id=staffed.client_id,
        matter_id=matter_id,
        kind="review",
        population=list(reversed(population(staffed))),
        at=at,
    )
    assert again.id == sample.id and Sample.objects.count() == 1
    item = queries.work_of_subject(
        actor=staffed.actor("manager"), kind="second_look", subject_type="sample", subject_id=sample.id
    )
    assert item is not None
    assert item.assignee_id == staffed.person["reviewer-2"].id
    assert [one.user_id for one in item.barred] == [staffed.person["reviewer-1"].id]


def test_the_second_look_is_blind(staffed: World, sample: queries.SampleRecord, at: datetime) -> None:
    for username in ("reviewer-2", "manager"):
        shown = queries.sample(actor=staffed.actor(username), sample_id=sample.id)
        assert {(item.first_by, str(item.first_values)) for item in shown.items} == {("", "{}")}
    subject = sample.items[0].subject_id
    assert look(staffed, sample.id, subject, at) is False
    shown = queries.sample(actor=staffed.actor("reviewer-2"), sample_id=sample.id)
    assert shown.items[0].first_values["responsive"] == "responsive"
    assert shown.items[1].first_values == {}
    with pytest.raises(NotFound):
        queries.sample(actor=staffed.actor("counsel"), sample_id=sample.id)


def test_nobody_looks_twice_at_their_own_work(staffed: World, sample: queries.SampleRecord, at: datetime) -> None:
    with pytest.raises(Refused) as refused:
        actions.record_second_look(
            actor=staffed.actor("reviewer-1"),
            sample_id=sample.id,
            subject_id=sample.items[0].subject_id,
            values={"responsive": "not_responsive"},
            at=at,
        )
    assert refused.value.code == "same_person"
    assert SampleItem.objects.filter(second_at__isnull=False).count() == 0


def test_only_deciding_fields_overturn_and_the_rate_has_its_interval(
    staffed: World, sample: queries.SampleRecord, at: datetime
) -> None:
    subjects = sample.subject_ids
    assert look(staffed, sample.id, subjects[0], at, responsive="not_responsive") is True
    assert look(staffed, sample.id, subjects[1], at, privilege="AC") is True
    assert look(staffed, sample.id, subjects[2], at, note="other words") is False
    for subject in subjects[3:]:
        look(staffed, sample.id, subject, at)
    manager = staffed.actor("manager")
    report = queries.overturn_report(actor=manager, sample_id=sample.id)
    expected = wilson(found=2, sampled=20)
    assert (report.sampled, report.done, report.overturned, report.unresolved) == (20, 20, 2, 2)
    assert report.rate == 0.1
    assert (report.low, report.high) == (expected.low, expected.high)
    assert round(expected.low, 4) == 0.0279 and round(expected.high, 4) == 0.301
    held = queries.latest_sample(matter_id=sample.matter_id, kind="review")
    assert held is not None and (held.state, held.settled) == ("complete", False)
    assert Announcement.objects.filter(name="operations.sample_completed").count() == 1
    with pytest.raises(Refused) as refused:
        actions.resolve_overturn(
            actor=staffed.actor("reviewer-2"),
            sample_id=sample.id,
            subject_id=subjects[0],
            keep="second",
            reason="x",
            at=at,
        )
    assert refused.value.code == "not_allowed"
    with pytest.raises(Refused) as refused:
        actions.resolve_overturn(
            actor=manager, sample_id=sample.id, subject_id=subjects[2], keep="second", reason="x", at=at
        )
    assert refused.value.code == "not_overturned"
    for subject, keep in ((subjects[0], "second"), (subjects[1], "first")):
        actions.resolve_overturn(
            actor=manager, sample_id=sample.id, subject_id=subject, keep=keep, reason="Read both", at=at
        )
    held = queries.latest_sample(matter_id=sample.matter_id, kind="review")
    assert held is not None and held.settled
    told = Announcement.objects.get(name="operations.overturn_resolved", fields__keep="second")
    assert told.fields["values"]["responsive"] == "not_responsive"


def test_a_second_decision_is_made_once(staffed: World, sample: queries.SampleRecord, at: datetime) -> None:
    subject = sample.subject_ids[0]
    look(staffed, sample.id, subject, at)
    look(staffed, sample.id, subject, at)
    with pytest.raises(Refused) as refused:
        look(staffed, sample.id, subject, at, responsive="not_responsive")
    assert refused.value.code == "already_decided"
    with pytest.raises(NotFound):
        look(staffed, sample.id, "nothing", at)


def test_only_an_attorney_waives_and_only_with_a_reason(
    staffed: World, sample: queries.SampleRecord, at: datetime
) -> None:
    for username, reason, code in (("manager", "Hurry", "not_allowed"), ("attorney", " ", "reason_missing")):
        with pytest.raises(Refused) as refused:
            actions.waive_sample(actor=staffed.actor(username), sample_id=sample.id, reason=reason, at=at)
        assert refused.value.code == code
    waived = actions.waive_sample(
        actor=staffed.actor("attorney"), sample_id=sample.id, reason="Settled this morning", at=at
    )
    assert (waived.state, waived.settled, waived.waived_by) == ("waived", True, "Attorney")


@pytest.fixture
def checklist(staffed: World, matter_id: str, at: datetime) -> queries.ChecklistRecord:
    return actions.open_checklist(
        actor=staffed.actor("manager"),
        tenant_id=staffed.client_id,
        matter_id=matter_id,
        subject_type="production",
        subject_id="p1",
        at=at,
    )


def asked(world: World, matter_id: str, checklist_id: str, at: datetime, **changed: Any) -> queries.SignOffRecord:
    given: dict[str, Any] = {
        "actor": world.actor("manager"),
        "tenant_id": world.client_id,
        "matter_id": matter_id,
        "subject_type": "production",
        "subject_id": "p1",
        "subject_hash": HASH,
        "summary": {"volume": "VOL001", "documents": 12},
        "checklist_id": checklist_id,
        "at": at,
    }
    return actions.request_sign_off(**{**given, **changed})


def tick_all(world: World, checklist: queries.ChecklistRecord, at: datetime) -> None:
    for point in checklist.points:
        actions.tick(
            actor=world.actor("manager"), checklist_id=checklist.id, key=point.key, evidence="Seen by M.", at=at
        )


def test_the_checklist_cannot_be_skipped(
    staffed: World, matter_id: str, checklist: queries.ChecklistRecord, at: datetime
) -> None:
    manager = staffed.actor("manager")
    with pytest.raises(Refused) as refused:
        actions.tick(actor=manager, checklist_id=checklist.id, key="protocol_followed", at=at)
    assert refused.value.code == "evidence_missing"
    for point in checklist.points[:-1]:
        actions.tick(actor=manager, checklist_id=checklist.id, key=point.key, evidence="Seen", at=at)
    with pytest.raises(Refused) as refused:
        asked(staffed, matter_id, checklist.id, at)
    assert refused.value.code == "checklist_incomplete"
    assert refused.value.missing == ("The confidentiality endorsement agrees with the protective order.",)  # type: ignore[attr-defined]
    assert (SignOff.objects.count(), Tick.objects.count()) == (0, 4)
    actions.untick(actor=manager, checklist_id=checklist.id, key="families_complete", at=at)
    assert queries.checklist(actor=manager, checklist_id=checklist.id).missing == (
        "Families are complete and contiguous; every gap is explained.",
        "The confidentiality endorsement agrees with the protective order.",
    )


@pytest.fixture
def waiting(staffed: World, matter_id: str, checklist: queries.ChecklistRecord, at: datetime) -> queries.SignOffRecord:
    tick_all(staffed, checklist, at)
    return asked(staffed, matter_id, checklist.id, at)


def test_the_attorney_signs_with_a_licence_valid_that_day(
    staffed: World, waiting: queries.SignOffRecord, at: datetime
) -> None:
    attorney = staffed.actor("attorney")
    signed = actions.sign_release(actor=attorney, sign_off_id=waiting.id, seen_hash=HASH, at=at)
    assert (signed.state, signed.attorney, signed.subject_hash) == ("signed", "Attorney", HASH)
    assert signed.licence == {
        "jurisdiction": "US-NY",
        "number": "NY-4471902",
        "valid_from": "2025-01-01",
        "valid_to": "2026-12-31",
        "asked": "US",
    }
    assert actions.sign_release(actor=attorney, sign_off_id=waiting.id, at=at).state == "signed"
    told = Announcement.objects.get(name="operations.release_signed")
    assert (told.fields["subject_id"], told.fields["subject_hash"]) == ("p1", HASH)


@pytest.mark.parametrize(("day", "valid"), [((2026, 12, 31), True), ((2027, 1, 1), False)])
def test_the_last_day_of_the_licence_counts(
    staffed: World, waiting: queries.SignOffRecord, day: tuple[int, int, int], valid: bool
) -> None:
    at = datetime(*day, 12, 0, tzinfo=UTC)
    if valid:
        assert actions.sign_release(actor=staffed.actor("attorney"), sign_off_id=waiting.id, at=at).state == "signed"
        return
    with pytest.raises(Refused) as refused:
        actions.sign_release(actor=staffed.actor("attorney"), sign_off_id=waiting.id, at=at)
    assert refused.value.code == "licence_invalid"
    assert SignOff.objects.get().state == "waiting"


def test_who_may_not_sign(staffed: World, matter_id: str, waiting: queries.SignOffRecord, at: datetime) -> None:
    for username in ("manager", "counsel"):
        with pytest.raises(Refused) as refused:
            actions.sign_release(actor=staffed.actor(username), sign_off_id=waiting.id, at=at)
        assert refused.value.code == "not_allowed"
    for username in ("reviewer-1", "counsel-2"):
        with pytest.raises(NotFound):
            actions.sign_release(actor=staffed.actor(username), sign_off_id=waiting.id, at=at)
    with pytest.raises(Refused) as refused:
        actions.sign_release(actor=staffed.actor("attorney"), sign_off_id=waiting.id, seen_hash=OTHER_HASH, at=at)
    assert refused.value.code == "hash_changed"
    assert SignOff.objects.get().state == "waiting"


def test_the_preparer_cannot_sign(
    staffed: World, matter_id: str, checklist: queries.ChecklistRecord, at: datetime
) -> None:
    tick_all(staffed, checklist, at)
    mine = asked(staffed, matter_id, checklist.id, at, actor=staffed.actor("attorney"))
    for act in (actions.sign_release, actions.refuse_release):
        extra = {"reasons": "x"} if act is actions.refuse_release else {}
        with pytest.raises(Refused) as refused:
            act(actor=staffed.actor("attorney"), sign_off_id=mine.id, at=at, **extra)  # type: ignore[operator]
        assert refused.value.code == "preparer"


def test_a_refusal_goes_back_with_its_reasons(staffed: World, waiting: queries.SignOffRecord, at: datetime) -> None:
    attorney = staffed.actor("attorney")
    with pytest.raises(Refused) as refused:
        actions.refuse_release(actor=attorney, sign_off_id=waiting.id, reasons="", at=at)
    assert refused.value.code == "reason_missing"
    done = actions.refuse_release(actor=attorney, sign_off_id=waiting.id, reasons="Log line 3 is too thin", at=at)
    assert (done.state, done.reasons) == ("refused", "Log line 3 is too thin")
    with pytest.raises(Refused) as refused:
        actions.sign_release(actor=attorney, sign_off_id=waiting.id, at=at)
    assert refused.value.code == "not_waiting"
    told = Announcement.objects.get(name="operations.release_refused")
    assert told.fields["reasons"] == "Log line 3 is too thin"


def test_any_change_voids_the_sign_off(
    staffed: World, matter_id: str, waiting: queries.SignOffRecord, checklist: queries.ChecklistRecord, at: datetime
) -> None:
    with pytest.raises(Refused) as refused:
        actions.untick(actor=staffed.actor("manager"), checklist_id=checklist.id, key="families_complete", at=at)
    assert refused.value.code == "checklist_signed"
    actions.sign_release(actor=staffed.actor("attorney"), sign_off_id=waiting.id, at=at)
    assert asked(staffed, matter_id, checklist.id, at).id == waiting.id
    newer = asked(staffed, matter_id, checklist.id, at, subject_hash=OTHER_HASH)
    states = dict(SignOff.objects.values_list("subject_hash", "state"))
    assert states == {HASH: "void", OTHER_HASH: "waiting"}
    manager = staffed.actor("manager")
    assert actions.void_sign_off(
        actor=manager, subject_type="production", subject_id="p1", reason="A coding changed", at=at
    )
    assert not actions.void_sign_off(
        actor=manager, subject_type="production", subject_id="p1", reason="A coding changed", at=at
    )
    assert queries.sign_off(actor=manager, sign_off_id=newer.id).void_reason == "A coding changed"
    with pytest.raises(Refused):
        actions.sign_release(actor=staffed.actor("attorney"), sign_off_id=newer.id, at=at)


def test_the_hash_is_a_hash(staffed: World, matter_id: str, checklist: queries.ChecklistRecord, at: datetime) -> None:
    tick_all(staffed, checklist, at)
    with pytest.raises(Refused) as refused:
        asked(staffed, matter_id, checklist.id, at, subject_hash="abc")
    assert refused.value.code == "hash_invalid"
    with pytest.raises(Refused) as refused:
        asked(staffed, matter_id, checklist.id, at, subject_id="p2")
    assert refused.value.code == "checklist_foreign"


def test_nothing_is_signed_while_a_second_look_waits_or_a_difference_is_open(
    staffed: World, waiting: queries.SignOffRecord, sample: queries.SampleRecord, at: datetime
) -> None:
    attorney = staffed.actor("attorney")
    with pytest.raises(Refused) as refused:
        actions.sign_release(actor=attorney, sign_off_id=waiting.id, at=at)
    assert refused.value.code == "sample_open"
    subjects = sample.subject_ids
    look(staffed, sample.id, subjects[0], at, privilege="WP")
    for subject in subjects[1:]:
        look(staffed, sample.id, subject, at)
    with pytest.raises(Refused) as refused:
        actions.sign_release(actor=attorney, sign_off_id=waiting.id, at=at)
    assert refused.value.code == "overturn_open"
    assert SignOff.objects.get().state == "waiting"
    actions.resolve_overturn(
        actor=attorney, sample_id=sample.id, subject_id=subjects[0], keep="second", reason="Work product", at=at
    )
    assert actions.sign_release(actor=attorney, sign_off_id=waiting.id, at=at).state == "signed"
