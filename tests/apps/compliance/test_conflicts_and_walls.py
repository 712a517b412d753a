"""Conflict checks over all clients without leaks, their decision, and ethical walls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
from django.test import Client

from apps.conftest import World
from chancery.apps.compliance import actions, queries
from chancery.apps.compliance.models import ConflictCheck
from chancery.apps.compliance.screening import Asked, Standing, screen
from chancery.apps.matters.actions import open_matter
from chancery.apps.matters.queries import matter
from chancery.apps.parties.actions import record_party
from chancery.foundation.errors import NotFound, Refused
from chancery.foundation.money import Money
from chancery.platform.access.actors import system_actor
from chancery.platform.audit.queries import entries_for


@pytest.fixture
def other_matter(world: World, at: datetime) -> str:
    """A matter of the second client: it acts for Meridian Freight against Borealis, called in Chinese too."""
    counsel = world.actor("counsel-2")
    parties = []
    for name, name_zh, side in (
        ("Meridian Freight", "", "client"),
        ("Borealis Trading Co., Ltd.", "北极光贸易有限公司", "adverse"),
        ("Ortega Witness Services", "", "witness"),
    ):
        party = record_party(actor=counsel, tenant_id=world.other_client_id, name=name, name_zh=name_zh, at=at)
        parties.append((party.id, side))
    return open_matter(
        actor=counsel,
        tenant_id=world.other_client_id,
        title="Freight claim",
        service_id="document-review",
        service_version=1,
        budget=Money(Decimal(1000), "USD"),
        jurisdiction="US-NY",
        data_location="US",
        team=[(world.person["reviewer-1"].id, "reviewer"), (world.person["manager"].id, "manager")],
        responsible_attorney_id=None,
        parties=parties,
        idempotency_key="other",
        at=at,
    ).id


def check(world: World, at: datetime, *names: tuple[str, str], subject: str = "r1") -> queries.ConflictRecord:
    return actions.check_conflicts(
        actor=system_actor(tenant_id=world.client_id),
        tenant_id=world.client_id,
        subject_type="request",
        subject_id=subject,
        names=[{"name": name, "side": side} for name, side in names],
        at=at,
    )


@pytest.mark.parametrize(
    ("name", "side", "outcome", "rule"),
    [
        ("Borealis Trading Co., Ltd.", "client", "conflict", "opposite_side_elsewhere"),
        ("北极光贸易有限公司", "client", "conflict", "opposite_side_elsewhere"),
        ("Borealis Trading LLC", "client", "review", "opposite_side_similar"),
        ("Meridian Freight", "adverse", "conflict", "opposite_side_elsewhere"),
        ("Borealis Trading Co., Ltd.", "adverse", "clear", "known_elsewhere"),
        ("Ortega Witness Services", "adverse", "clear", "known_elsewhere"),
    ],
)
def test_a_name_on_the_opposite_side_for_another_client(
    world: World, other_matter: str, at: datetime, name: str, side: str, outcome: str, rule: str
) -> None:
    found = check(world, at, (name, side))
    assert found.outcome == outcome
    stored = ConflictCheck.objects.get(id=found.id)
    assert stored.hits[0]["rule"] == rule


def test_an_unknown_name_is_clear(world: World, other_matter: str, at: datetime) -> None:
    found = check(world, at, ("Zanzibar Textiles", "adverse"))
    assert (found.outcome, found.hits, found.compared) == ("clear", (), 4)


def test_the_same_check_is_kept_once_with_its_decision(world: World, other_matter: str, at: datetime) -> None:
    first = check(world, at, ("Borealis Trading LLC", "client"))
    manager = world.actor("manager")
    actions.decide_conflict(actor=manager, check_id=first.id, decision="cleared", reason="Other company", at=at)
    again = check(world, at, ("Borealis Trading LLC", "client"))
    assert (again.id, again.effective) == (first.id, "clear")
    assert ConflictCheck.objects.count() == 1
    assert queries.outcome_of(subject_type="request", subject_id="r1") == "clear"


@pytest.mark.parametrize(
    ("username", "decision", "reason", "code"),
    [
        ("manager", "cleared", " ", "reason_missing"),
        ("manager", "perhaps", "x", "decision_unknown"),
        ("counsel", "cleared", "x", "not_found"),
        ("counsel-2", "cleared", "x", "not_found"),
        ("reviewer-1", "cleared", "x", "not_found"),
        ("administrator", "cleared", "x", "not_found"),
    ],
)
def test_a_decision_that_is_refused_changes_nothing(
    world: World, other_matter: str, at: datetime, username: str, decision: str, reason: str, code: str
) -> None:
    found = check(world, at, ("Borealis Trading LLC", "client"))
    with pytest.raises(Refused) as refused:
        actions.decide_conflict(actor=world.actor(username), check_id=found.id, decision=decision, reason=reason, at=at)
    assert refused.value.code == code
    assert ConflictCheck.objects.get().decision == ""


def test_a_decision_stands(world: World, other_matter: str, at: datetime) -> None:
    found = check(world, at, ("Borealis Trading LLC", "client"))
    manager = world.actor("manager")
    done = actions.decide_conflict(actor=manager, check_id=found.id, decision="declined", reason="Same", at=at)
    assert (done.effective, done.decided_by) == ("conflict", "Manager")
    assert (
        actions.decide_conflict(actor=manager, check_id=found.id, decision="declined", reason="x", at=at).reason
        == "Same"
    )
    with pytest.raises(Refused) as refused:
        actions.decide_conflict(actor=manager, check_id=found.id, decision="cleared", reason="x", at=at)
    assert refused.value.code == "already_decided"


def test_the_client_record_never_names_the_other_client(world: World, other_matter: str, at: datetime) -> None:
    found = check(world, at, ("Borealis Trading LLC", "client"))
    actions.decide_conflict(
        actor=world.actor("manager"), check_id=found.id, decision="cleared", reason="Meridian agreed", at=at
    )
    entries = entries_for(actor=world.actor("counsel"), object_type="conflict_check", object_id=found.id)
    assert sorted(entry.act for entry in entries) == ["conflict.checked", "conflict.decided"]
    assert "Meridian" not in repr(entries)


def test_screening_is_pure_and_ranks_the_worst_first() -> None:
    known = [
        Standing("party:1", "t2", "Borealis Trading Co., Ltd.", (("t2", "m2", "adverse"),)),
        Standing("party:2", "t2", "Borealis Shipping", (("t2", "m2", "adverse"),)),
        Standing("party:3", "t1", "Borealis Trading Co., Ltd.", (("t1", "m1", "adverse"),)),
    ]
    outcome, hits = screen(tenant_id="t1", asked=[Asked("Borealis Trading Co., Ltd.", "client")], known=known)
    assert outcome == "conflict"
    assert [(hit.ref, hit.severity, hit.rule) for hit in hits[:2]] == [
        ("party:1", "conflict", "opposite_side_elsewhere"),
        ("party:3", "review", "opposite_side_own"),
    ]
    with pytest.raises(Refused) as refused:
        screen(tenant_id="t1", asked=[Asked("A", "friend")], known=known)
    assert refused.value.code == "names_invalid"


def test_a_wall_is_raised_and_lowered_with_reasons(world: World, other_matter: str, at: datetime) -> None:
    reviewer = world.person["reviewer-1"].id
    assert matter(actor=world.actor("reviewer-1"), matter_id=other_matter).id == other_matter
    with pytest.raises(Refused) as refused:
        actions.raise_wall(actor=world.actor("manager"), matter_id=other_matter, user_id=reviewer, reason="", at=at)
    assert refused.value.code == "reason_missing"
    for username in ("counsel-2", "reviewer-2", "attorney"):
        with pytest.raises(NotFound):
            actions.raise_wall(actor=world.actor(username), matter_id=other_matter, user_id=reviewer, reason="x", at=at)
    wall_id = actions.raise_wall(
        actor=world.actor("manager"), matter_id=other_matter, user_id=reviewer, reason="Former employer", at=at
    )
    with pytest.raises(NotFound):
        matter(actor=world.actor("reviewer-1"), matter_id=other_matter)
    with pytest.raises(Refused):
        actions.lower_wall(actor=world.actor("manager"), wall_id=wall_id, reason="Done", at=at)
    actions.lower_wall(actor=world.actor("administrator"), wall_id=wall_id, reason="Left the case", at=at)
    assert matter(actor=world.actor("reviewer-1"), matter_id=other_matter).id == other_matter
    walls = queries.list_walls(actor=world.actor("manager"))
    assert [(wall.standing, wall.lowered_reason) for wall in walls] == [(False, "Left the case")]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages(
    world: World, other_matter: str, at: datetime, signed_in: Callable[[str], Client], language: str
) -> None:
    for person in world.person.values():
        person.language = language
        person.save()
    found = check(world, at, ("Borealis Trading LLC", "client"))
    pages = {"/conflicts/": {"manager", "attorney"}, "/walls/": {"manager", "administrator"}}
    pages[f"/conflicts/{found.id}/"] = {"manager"}
    for url, allowed in pages.items():
        seen = {name for name in world.person if signed_in(name).get(url).status_code == 200}
        assert seen == allowed, url
    manager = signed_in("manager")
    answer = manager.post("/walls/", {"matter": "0" * 26, "person": world.person["reviewer-1"].id, "reason": "x"})
    assert answer.status_code == 422
    assert queries.list_walls(actor=world.actor("manager")) == []
    given = {"matter": other_matter, "person": world.person["reviewer-1"].id, "reason": "Former employer"}
    assert manager.post("/walls/", given).status_code == 302
    wall = queries.list_walls(actor=world.actor("manager"))[0]
    assert manager.post(f"/walls/{wall.id}/lower/", {f"{wall.id}-reason": "x"}).status_code == 404
    administrator = signed_in("administrator")
    assert administrator.post(f"/walls/{wall.id}/lower/", {f"{wall.id}-reason": ""}).status_code == 422
    assert administrator.post(f"/walls/{wall.id}/lower/", {f"{wall.id}-reason": "Over"}).status_code == 302
    assert manager.post(f"/conflicts/{found.id}/", {"decision": "cleared", "reason": ""}).status_code == 422
    assert manager.post(f"/conflicts/{found.id}/", {"decision": "cleared", "reason": "Other"}).status_code == 302
    assert manager.post(f"/conflicts/{found.id}/", {"decision": "declined", "reason": "No"}).status_code == 422
