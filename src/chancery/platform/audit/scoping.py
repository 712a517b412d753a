"""Where the room that knows permissions says which entries an actor may read.

``access`` writes to the record, so the record cannot ask ``access``; ``project`` connects the two at start-up.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

from chancery.foundation.errors import Fault
from chancery.platform.tenancy.actors import Actor

_filters: list[Callable[[Actor], Q]] = []


def scope_by(build: Callable[[Actor], Q]) -> None:
    """Set the condition that keeps what an actor may read; the newest one counts."""
    _filters[:] = [build]


def scope(actor: Actor) -> Q:
    """Return the condition for an actor; without a connected room nobody reads anything."""
    if not _filters:
        raise Fault("no permission filter is connected to the record")
    return _filters[0](actor)
