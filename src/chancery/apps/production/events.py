"""What the production room announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chancery.platform.events.values import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionDelivered(Event):
    """A signed volume was written and can be fetched by the client."""

    name: ClassVar[str] = "production.delivered"
    tenant_id: str
    matter_id: str
    production_id: str
    pages: int
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionVoided(Event):
    """Something in a production changed before it left; it must be prepared again."""

    name: ClassVar[str] = "production.voided"
    tenant_id: str
    matter_id: str
    production_id: str
    reason: str
