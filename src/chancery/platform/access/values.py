"""Words of this room: the actor and the roles (they are spelled in ``tenancy``, which every room may use)."""

from __future__ import annotations

from chancery.platform.tenancy.actors import Actor, Role

__all__ = ["Actor", "Role"]
