"""From choice to sign-off: what is chosen, what blocks, and that nothing leaves unsigned or changed."""

from __future__ import annotations

import pytest

from apps.matter_kit import Kit
from apps.production.decided import decide, second_look
from chancery.apps.operations.actions.signoffs import refuse_release, sign_release
from chancery.apps.operations.models import Sample, SampleItem, SignOff
from chancery.apps.production import queries
from chancery.apps.production.actions.preparing import prepare_production
from chancery.apps.production.actions.releasing import submit_for_sign_off, void_if_changed
from chancery.apps.production.models import ProducedDocument, Production
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.actions import raise_wall
from chancery.platform.access.actors import system_actor
from chancery.platform.audit.models import Entry
from chancery.platform.events.actions import deliver


def prepare(kit: Kit, **settings: str) -> str:
    """Prepare as the manager."""
    legend = settings.pop("confidentiality", "CONFIDENTIAL")
    return prepare_production(
        actor=kit.actor("manager"),
        matter_id=kit.first.matter_id,
        confidentiality=legend,
        settings=settings,
        at=kit.at,
    )


def refused(code: str, kit: Kit, **settings: str) -> None:
    """Preparing is refused with the code, and nothing is entered."""
    before = Entry.objects.count()
    with pytest.raises(Refused) as caught:
        prepare(kit, **settings)
    assert caught.value.code == code
    assert (Production.objects.count(), Entry.objects.count()) == (0, before)


def test_families_are_whole_copies_rolled_up_and_privileged_documents_withheld(decided: Kit, prepared: str) -> None:
    place = {key: number for number, key in enumerate(decided.first.documents)}
    rows = ProducedDocument.objects.filter(production_id=prepared).order_by("position")
    assert [(place[row.document_id], row.withheld, row.in_volume) for row in rows] == [
        (0, False, True),
        (1, True, True),
        (2, False, True),
        (10, False, True),
        (5, False, True),
        (6, True, False),
    ]
    copy = next(row for row in rows if place[row.document_id] == 5)
    assert (copy.all_custodians, copy.all_paths) == (
        ["Shared", "Wang"],
        ["Shared/minutes.txt", "Wang/minutes copy.txt"],
    )
    record = queries.production(actor=decided.actor("manager"), production_id=prepared)
    assert (record.state, record.volume, record.prefix, record.first_number) == ("prepared", "VOL001", "HALDEN", 1)
    assert (record.documents, record.withheld, record.families, record.copies_rolled_up) == (5, 2, 3, 1)
    assert {check.key: (check.state, check.count) for check in record.checks} == {
        "chosen": ("ok", 5),
        "families_whole": ("ok", 3),
        "copies_rolled_up": ("ok", 1),
        "withheld": ("ok", 2),
        "second_look_missing": ("ok", 0),
        "second_look_open": ("ok", 0),
        "second_look_waived": ("ok", 0),
        "overturns_open": ("ok", 0),
        "redaction_pending": ("ok", 0),
        "privilege_undescribed": ("ok", 0),
        "uncoded_in_families": ("ok", 0),
        "exceptions_outside": ("warning", 1),
    }


def test_what_blocks_names_itself_and_leaves_nothing_behind(decided: Kit) -> None:
    decide(decided, 5, redaction=True)
    refused("redaction_pending", decided)
    decide(decided, 5)
    decide(decided, 6, description="")
    refused("privilege_undescribed", decided)
    decide(decided, 6)
    sample = Sample.objects.get()
    item = SampleItem.objects.create(
        sample=sample,
        subject_id=decided.first.documents[5],
        position=1,
        overturned=True,
        second_at=decided.at,
        first_by_id=decided.world.person["reviewer-1"].id,
        first_values={},
    )
    refused("overturns_open", decided)
    item.delete()
    sample.delete()
    refused("second_look_missing", decided)
    for place in (0, 1, 5, 6, 10):
        decide(decided, place, responsive="not_responsive")
    second_look(decided)
    refused("chosen", decided)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"volume": "../VOL"}, "volume_name"),
        ({"volume": "V" * 21}, "volume_name"),
        ({"prefix": "HALDEN7"}, "bates_invalid"),
        ({"prefix": "A/B"}, "bates_invalid"),
        ({"prefix": "LONGERTHANTWELVE"}, "bates_invalid"),
        ({"confidentiality": "line\nbreak"}, "legend_invalid"),
        ({"confidentiality": "x" * 61}, "legend_invalid"),
    ],
)
def test_settings_that_cannot_be_printed_are_refused(decided: Kit, settings: dict[str, str], code: str) -> None:
    refused(code, decided, **settings)


def test_a_delivered_volume_keeps_its_name_and_numbers_go_on(decided: Kit, delivered: str) -> None:
    with pytest.raises(Refused) as caught:
        prepare(decided, volume="vol001")
    assert caught.value.code == "volume_taken"
    following = queries.production(actor=decided.actor("manager"), production_id=prepare(decided))
    assert (following.volume, following.first_number) == ("VOL002", 8)


def test_the_checklist_cannot_be_skipped(decided: Kit, prepared: str) -> None:
    with pytest.raises(Refused) as caught:
        submit_for_sign_off(actor=decided.actor("manager"), production_id=prepared, at=decided.at)
    assert caught.value.code == "checklist_incomplete"
    assert Production.objects.get(id=prepared).state == "prepared"
    assert SignOff.objects.count() == 0


def test_only_the_manager_prepares_and_submits(decided: Kit, ticked: str) -> None:
    for username in ("counsel", "counsel-2", "reviewer-1", "attorney", "administrator"):
        with pytest.raises(NotFound):
            prepare_production(actor=decided.actor(username), matter_id=decided.first.matter_id, at=decided.at)
        with pytest.raises(NotFound):
            submit_for_sign_off(actor=decided.actor(username), production_id=ticked, at=decided.at)
    assert [row.state for row in Production.objects.all()] == ["prepared"]


def submit(kit: Kit, production_id: str) -> str:
    """Submit as the manager; returns the sign-off's id."""
    return submit_for_sign_off(actor=kit.actor("manager"), production_id=production_id, at=kit.at)


def test_submitting_twice_asks_once(decided: Kit, ticked: str) -> None:
    first = submit(decided, ticked)
    assert submit(decided, ticked) == first
    assert Production.objects.get(id=ticked).state == "awaiting_signoff"
    assert SignOff.objects.get().subject_hash == Production.objects.get(id=ticked).release_hash
    assert Entry.objects.filter(act="production.submitted").count() == 1


def test_a_changed_decision_voids_production_and_sign_off(decided: Kit, ticked: str) -> None:
    submit(decided, ticked)
    system = system_actor(tenant_id=decided.first.tenant_id)
    assert void_if_changed(actor=system, matter_id=decided.first.matter_id, at=decided.at) == 0
    decide(decided, 3, responsive="responsive")
    assert void_if_changed(actor=system, matter_id=decided.first.matter_id, at=decided.at) == 1
    row = Production.objects.get(id=ticked)
    assert (row.state, row.message) == ("void", "A decision or a document changed after it was checked.")
    assert SignOff.objects.get().state == "void"
    with pytest.raises(Refused) as caught:
        sign_release(actor=decided.actor("attorney"), sign_off_id=row.sign_off_id, at=decided.at)
    assert caught.value.code == "not_waiting"


def test_a_change_before_submitting_is_refused(decided: Kit, ticked: str) -> None:
    decide(decided, 10, confidentiality="eyes_only")
    with pytest.raises(Refused) as caught:
        submit(decided, ticked)
    assert caught.value.code == "changed_since_prepared"
    assert SignOff.objects.count() == 0


def test_a_refusal_comes_back_with_its_reasons_and_can_be_prepared_again(decided: Kit, ticked: str) -> None:
    sign_off_id = submit(decided, ticked)
    refuse_release(
        actor=decided.actor("attorney"), sign_off_id=sign_off_id, reasons="Line 2 of the log is vague.", at=decided.at
    )
    deliver(at=decided.at)
    record = queries.production(actor=decided.actor("manager"), production_id=ticked)
    assert (record.state, record.message) == ("refused", "Line 2 of the log is vague.")
    again = prepare(decided)
    assert again != ticked
    states = dict(Production.objects.values_list("id", "state"))
    assert states == {ticked: "refused", again: "prepared"}


def test_preparing_again_replaces_and_voids_the_waiting_sign_off(decided: Kit, ticked: str) -> None:
    submit(decided, ticked)
    again = prepare(decided)
    assert dict(Production.objects.values_list("id", "state")) == {ticked: "void", again: "prepared"}
    assert SignOff.objects.get().state == "void"


def test_the_signature_starts_the_writing_of_exactly_that_hash_once(decided: Kit, ticked: str) -> None:
    sign_off_id = submit(decided, ticked)
    shown = Production.objects.get(id=ticked).release_hash
    sign_release(actor=decided.actor("attorney"), sign_off_id=sign_off_id, seen_hash=shown, at=decided.at)
    deliver(at=decided.at)
    deliver(at=decided.at)
    assert Production.objects.get(id=ticked).state == "signed"
    with pytest.raises(Refused) as caught:
        prepare(decided)
    assert caught.value.code == "production_under_way"


def test_the_hash_covers_decisions_and_settings_but_no_row_ids(decided: Kit, prepared: str) -> None:
    first = Production.objects.get(id=prepared).release_hash
    assert Production.objects.get(id=prepare(decided)).release_hash == first
    assert Production.objects.get(id=prepare(decided, prefix="HMS-")).release_hash != first
    decide(decided, 1, description="Another description")
    assert Production.objects.get(id=prepare(decided)).release_hash != first


def test_clients_see_delivered_volumes_only_and_walls_hide_them(decided: Kit, prepared: str) -> None:
    def seen(username: str) -> int:
        return len(queries.productions_of(actor=decided.actor(username), matter_id=decided.first.matter_id))

    names = ("manager", "reviewer-1", "attorney", "counsel", "counsel-2", "administrator")
    assert [seen(name) for name in names] == [1, 1, 1, 0, 0, 0]
    Production.objects.update(state="delivered")
    assert [seen(name) for name in names] == [1, 1, 1, 1, 0, 0]
    raise_wall(
        actor=decided.actor("administrator"),
        tenant_id=decided.first.tenant_id,
        matter_id=decided.first.matter_id,
        user_id=decided.world.person["manager"].id,
        reason="Former client",
        at=decided.at,
    )
    assert seen("manager") == 0
    with pytest.raises(NotFound):
        queries.production(actor=decided.actor("manager"), production_id=prepared)
