"""On whose behalf something is done: an argument of every action, never looked up inside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person does here; a person may hold several."""

    COUNSEL = "counsel"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    ATTORNEY = "attorney"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the platform working in the background for that person.

    user_id: id of the person; empty for work nobody asked for. label: name as the record shows it.
    roles: what the person may do. tenant_ids: client tenants the actor may act for.
    provider: works for the provider. system: background work; sees exactly its tenants, holds no roles.
    """

    user_id: str
    label: str
    roles: frozenset[Role]
    tenant_ids: frozenset[str]
    provider: bool
    system: bool = False

    def has(self, *roles: Role) -> bool:
        """Tell whether the actor holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)
