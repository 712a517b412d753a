"""Saved views: a name for a set of filters and an order over the documents of a matter."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from chancery.apps.documents import policies
from chancery.apps.documents.models import SavedView
from chancery.apps.matters import queries as matters
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record


class NameMissing(Refused):
    """A view without a name."""

    code = "name_missing"


@transaction.atomic
def keep_view(*, actor: Actor, matter_id: str, name: str, query: str, shared: bool, at: datetime) -> str:
    """Keep filters and order under a name; the same name again replaces the actor's own view. Returns its id."""
    matter = matters.matter(actor=actor, matter_id=matter_id)
    plain = " ".join(name.split())[:60]
    if not plain:
        raise NameMissing(gettext_noop("Give the view a name."))
    row, _ = SavedView.objects.update_or_create(
        matter_id=matter_id,
        owner=actor.user_id,
        name=plain,
        defaults={"tenant_id": matter.tenant_id, "query": query[:2000], "shared": shared},
        create_defaults={
            "tenant_id": matter.tenant_id,
            "query": query[:2000],
            "shared": shared,
            "created_at": at,
        },
    )
    _record(actor, row, "saved_view.kept", at)
    return row.id


@transaction.atomic
def forget_view(*, actor: Actor, view_id: str, at: datetime) -> None:
    """Remove one of the actor's own views. Raises NotFound for views of others."""
    row = policies.saved_views_for(actor).filter(id=view_id, owner=actor.user_id).first()
    if row is None:
        raise NotFound
    _record(actor, row, "saved_view.forgotten", at)
    row.delete()


def _record(actor: Actor, row: SavedView, act: str, at: datetime) -> None:
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type="saved_view",
        object_id=row.id,
        matter_id=row.matter_id,
        label=row.name,
        at=at,
        after={"query": row.query, "shared": row.shared},
    )
