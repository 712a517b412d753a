"""What the operations room announces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from chancery.platform.events.values import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementOpened(Event):
    """A client accepted a quote and the matter was opened."""

    name: ClassVar[str] = "operations.engagement_opened"
    tenant_id: str
    matter_id: str
    engagement_id: str
    quote_id: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkAssigned(Event):
    """A work item got an assignee (or lost one: assignee_id is empty)."""

    name: ClassVar[str] = "operations.work_assigned"
    tenant_id: str
    matter_id: str | None
    work_item_id: str
    kind: str
    subject_type: str
    subject_id: str
    assignee_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCompleted(Event):
    """A work item was finished."""

    name: ClassVar[str] = "operations.work_completed"
    tenant_id: str
    matter_id: str | None
    work_item_id: str
    kind: str
    subject_type: str
    subject_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLookRequested(Event):
    """A sample was drawn; the practice room opens its subjects to the second reviewer."""

    name: ClassVar[str] = "operations.second_look_requested"
    tenant_id: str
    matter_id: str
    sample_id: str
    kind: str
    work_item_id: str
    subject_ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCompleted(Event):
    """Every drawn subject has its second decision, or the sample was waived."""

    name: ClassVar[str] = "operations.sample_completed"
    tenant_id: str
    matter_id: str
    sample_id: str
    kind: str
    overturned: int
    waived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OverturnResolved(Event):
    """A difference between two reviewers was settled; ``keep`` is ``first`` or ``second``."""

    name: ClassVar[str] = "operations.overturn_resolved"
    tenant_id: str
    matter_id: str
    sample_id: str
    kind: str
    subject_id: str
    keep: str
    values: dict[str, object] = field(default_factory=dict)
    decided_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSigned(Event):
    """An attorney signed exactly what has this hash."""

    name: ClassVar[str] = "operations.release_signed"
    tenant_id: str
    matter_id: str
    sign_off_id: str
    subject_type: str
    subject_id: str
    subject_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRefused(Event):
    """An attorney refused; the reasons go back to whoever prepared it."""

    name: ClassVar[str] = "operations.release_refused"
    tenant_id: str
    matter_id: str
    sign_off_id: str
    subject_type: str
    subject_id: str
    subject_hash: str
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseVoided(Event):
    """A sign-off lost its force because what it covers has changed."""

    name: ClassVar[str] = "operations.release_voided"
    tenant_id: str
    matter_id: str
    sign_off_id: str
    subject_type: str
    subject_id: str
    reason: str
