"""Who may see what."""

from __future__ import annotations

import pytest

from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.actions import add_team_member, lower_wall, raise_wall, remove_team_member
from chancery.platform.access.actors import actor_for, system_actor
from chancery.platform.access.scopes import require_person, require_role, visible_matter_ids
from chancery.platform.access.values import Role
from chancery.platform.audit.queries import entries_for, verify_tenant

OURS, THEIRS = "matter00000000000000000001", "matter00000000000000000002"


@pytest.fixture
def matters(world, at):
    manager = world.actor("manager")
    for tenant, matter, people in (
        (world.client_id, OURS, ["reviewer-1", "attorney"]),
        (world.other_client_id, THEIRS, ["reviewer-2"]),
    ):
        for name in people:
            add_team_member(
                actor=manager,
                tenant_id=tenant,
                matter_id=matter,
                user_id=world.person[name].id,
                role_in_matter="reviewer",
                at=at,
            )
    return world


def test_teams_allow(matters):
    seen = {name: visible_matter_ids(matters.actor(name)) for name in matters.person}
    assert seen == {
        "counsel": {OURS},
        "counsel-2": {THEIRS},
        "manager": {OURS, THEIRS},
        "administrator": {OURS, THEIRS},
        "reviewer-1": {OURS},
        "reviewer-2": {THEIRS},
        "attorney": {OURS},
    }
    assert visible_matter_ids(system_actor(tenant_id=matters.client_id)) == {OURS}


def test_walls_deny_over_every_permission_and_can_be_lowered(matters, at):
    administrator = matters.actor("administrator")
    wall = ""
    for name in ("manager", "reviewer-1", "counsel"):
        wall = raise_wall(
            actor=administrator,
            tenant_id=matters.client_id,
            matter_id=OURS,
            user_id=matters.person[name].id,
            reason="Worked for the other side",
            at=at,
        )
        assert OURS not in visible_matter_ids(matters.actor(name))
    assert visible_matter_ids(matters.actor("manager")) == {THEIRS}
    with pytest.raises(Refused) as refusal:
        lower_wall(actor=matters.actor("manager"), wall_id=wall, reason="no", at=at)
    assert refusal.value.code == "not_allowed"
    lower_wall(actor=administrator, wall_id=wall, reason="Consent of both sides", at=at)
    assert visible_matter_ids(matters.actor("counsel")) == {OURS}
    acts = [row.act for row in entries_for(actor=administrator, matter_id=OURS)]
    assert acts.count("wall.raised") == 3 and acts[0] == "wall.lowered"
    assert entries_for(actor=matters.actor("manager"), matter_id=OURS) == []


def test_a_wall_needs_a_reason_and_a_visible_matter(matters, at):
    with pytest.raises(Refused) as refusal:
        raise_wall(
            actor=matters.actor("manager"),
            tenant_id=matters.client_id,
            matter_id=OURS,
            user_id=matters.person["counsel"].id,
            reason=" ",
            at=at,
        )
    assert refusal.value.code == "reason_missing"
    with pytest.raises(NotFound):
        raise_wall(
            actor=matters.actor("manager"),
            tenant_id=matters.client_id,
            matter_id=THEIRS,
            user_id=matters.person["counsel"].id,
            reason="x",
            at=at,
        )


def test_leaving_the_team_ends_sight_at_once_but_not_the_matter(matters, at):
    reviewer = matters.actor("reviewer-2")
    remove_team_member(
        actor=matters.actor("manager"),
        tenant_id=matters.other_client_id,
        matter_id=THEIRS,
        user_id=reviewer.user_id,
        at=at,
    )
    assert visible_matter_ids(reviewer) == set()
    assert THEIRS in visible_matter_ids(matters.actor("counsel-2"))


def test_nobody_is_nothing(matters):
    user = matters.person["counsel"]
    user.is_active = False
    assert actor_for(user=user).roles == frozenset()
    assert visible_matter_ids(actor_for(user=user)) == set()


def test_roles(world):
    require_role(world.actor("manager"), Role.MANAGER)
    require_role(system_actor(tenant_id=world.client_id), Role.MANAGER)
    for act in (require_role, require_person):
        with pytest.raises(Refused):
            act(world.actor("reviewer-1"), Role.MANAGER)
    with pytest.raises(Refused):
        require_person(system_actor(tenant_id=world.client_id), Role.ATTORNEY)


def test_memberships_are_in_the_record_of_their_organisation(world):
    for tenant in (world.provider_id, world.client_id, world.other_client_id):
        assert verify_tenant(tenant_id=tenant).ok
    seen = {row.tenant_id for row in entries_for(actor=world.actor("counsel"))}
    assert seen == {world.client_id}
