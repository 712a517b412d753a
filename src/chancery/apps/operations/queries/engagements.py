"""Reads of what was agreed for a matter: a door for spend, review and production."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from chancery.apps.operations import policies
from chancery.apps.operations.models import Engagement
from chancery.foundation.errors import NotFound
from chancery.foundation.money import Money
from chancery.platform.access.values import Actor


@dataclass(frozen=True, slots=True)
class EngagementRecord:
    """What was agreed, frozen at acceptance.

    rates: money per hour by grade. unit_prices: money by unit (``gigabyte``, ``document``). service_level:
    calendar, promised working minutes and version. checklists: points by kind of subject. quality: sampling.
    steps: by key, with grade, standard_minutes (decimal text) and unit. sites: countries from which the data
    may be opened. sign_off: the licence that is asked for and the statement.
    """

    id: str
    tenant_id: str
    matter_id: str
    quote_id: str
    request_id: str
    service_id: str
    service_version: int
    grade: str
    currency: str
    rates: dict[str, Money]
    unit_prices: dict[str, Money]
    service_level: dict[str, Any]
    checklists: dict[str, Any]
    quality: dict[str, Any]
    steps: dict[str, dict[str, Any]]
    skills: tuple[str, ...]
    sites: tuple[str, ...]
    sign_off: dict[str, Any]
    volume: int
    budget: Money
    opened_at: datetime

    @property
    def review_grade(self) -> str:
        """Return the grade at which the first level is reviewed."""
        step = self.steps.get("first_level")
        return str(step["grade"]) if step else self.grade

    def review_minutes(self, *, documents: int, step: str = "first_level") -> int:
        """Return the standard working minutes for a number of documents at a step, rounded up, at least 1."""
        each = Decimal(str(self.steps[step]["standard_minutes"])) if step in self.steps else Decimal(1)
        return max(1, math.ceil(each * documents))


def record_of(row: Engagement) -> EngagementRecord:
    """Return the plain record of a row loaded with its quote."""
    return EngagementRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        quote_id=row.quote_id,
        request_id=row.quote.request_id,
        service_id=row.service_id,
        service_version=row.service_version,
        grade=row.grade,
        currency=row.currency,
        rates={name: Money(Decimal(value), row.currency) for name, value in row.rates.items()},
        unit_prices={name: Money(Decimal(value), row.currency) for name, value in row.unit_prices.items()},
        service_level=row.service_level,
        checklists=row.checklist,
        quality=row.quality,
        steps={step["key"]: step for step in row.steps},
        skills=tuple(row.skills),
        sites=tuple(row.sites),
        sign_off=row.sign_off,
        volume=row.volume,
        budget=Money(row.budget, row.currency),
        opened_at=row.opened_at,
    )


def engagement_of(*, matter_id: str) -> EngagementRecord | None:
    """Return what was agreed for a matter, for rooms that already hold the right to the matter."""
    row = Engagement.objects.select_related("quote").filter(matter_id=matter_id).first()
    return record_of(row) if row else None


def engagement_for(*, actor: Actor, matter_id: str) -> EngagementRecord:
    """Return what was agreed for a matter the actor may see; raises NotFound."""
    row = policies.engagements_for(actor).select_related("quote").filter(matter_id=matter_id).first()
    if row is None:
        raise NotFound
    return record_of(row)
