"""The world itself: every kind of object stands in it, or the sweep would prove nothing."""

from __future__ import annotations

from django.apps import apps

from isolation.probing import state_of
from isolation.world import World

# Kinds that belong to the provider or to no client.
WITHOUT = {"providers.Absence"}


def test_every_kind_of_object_is_there(both: World):
    kinds = [model for model in apps.get_models() if model.__module__.startswith("chancery.apps.")]
    assert len(kinds) > 30
    assert {model._meta.label for model in kinds if not model._default_manager.exists()} <= WITHOUT


def test_the_state_of_a_client_covers_its_tables(both: World):
    """A change in any room's table of one client shows in its state and not in the other's."""
    one, other = state_of(both.a.tenant_id), state_of(both.b.tenant_id)
    apps.get_model("review.Coding").objects.filter(tenant_id=both.b.tenant_id).update(responsive="changed")
    apps.get_model("spend.LineQuery").objects.filter(line__invoice__tenant_id=both.b.tenant_id).update(text="changed")
    assert state_of(both.a.tenant_id) == one
    after = state_of(both.b.tenant_id)
    assert {name for name in after if after[name] != other[name]} == {"review.Coding", "spend.LineQuery"}
