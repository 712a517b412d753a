"""What the matters room announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chancery.platform.events.values import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterOpened(Event):
    """A matter was opened with its team and budget."""

    name: ClassVar[str] = "matters.matter_opened"
    tenant_id: str
    matter_id: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterClosed(Event):
    """A matter was closed; nothing more is added to it."""

    name: ClassVar[str] = "matters.matter_closed"
    tenant_id: str
    matter_id: str
