"""What the review room announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chancery.platform.events.values import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLevelCompleted(Event):
    """Every reviewable document of a matter has its first decision.

    draw: whether the second look is to be drawn over all of them at once.
    """

    name: ClassVar[str] = "review.first_level_completed"
    tenant_id: str
    matter_id: str
    draw: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingChanged(Event):
    """The current decision on a document (with an empty id: on several) is another one than before."""

    name: ClassVar[str] = "review.coding_changed"
    tenant_id: str
    matter_id: str
    document_id: str
