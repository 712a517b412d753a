"""Who may see which matter: membership and walls are asked of the access wing, deny beats allow."""

from __future__ import annotations

from django.db.models import QuerySet

from chancery.apps.matters.models import Matter
from chancery.platform.access.scopes import matter_filter
from chancery.platform.access.values import Actor


def matters_for(actor: Actor) -> QuerySet[Matter]:
    """Return the matters that the actor may see."""
    return Matter.objects.filter(matter_filter(actor, field="id"))
