"""What the compliance room announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chancery.platform.events.values import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictDecided(Event):
    """A person cleared or declined what a conflict check had found."""

    name: ClassVar[str] = "compliance.conflict_decided"
    tenant_id: str
    check_id: str
    subject_type: str
    subject_id: str
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WallRaised(Event):
    """A person was barred from a matter; work this person holds there has to go to somebody else."""

    name: ClassVar[str] = "compliance.wall_raised"
    tenant_id: str
    matter_id: str
    user_id: str
