"""Plain values of what people did to documents and planned for them: acts, tags, views, sources, rules, repairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chancery.engines.classification.checking import RuleEstimate


@dataclass(frozen=True, slots=True)
class RepairRecord:
    """One attempt to mend an exception."""

    id: str
    document_id: str
    control_number: str
    kind: str
    state: str
    given_name: str
    exception_before: str
    exception_after: str
    found: int
    note: str
    by_label: str
    at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One act on many documents. chosen, done, changed, barred: documents. value: the tag's id, or why set aside."""

    id: str
    matter_id: str
    act: str
    value: str
    note: str
    state: str
    chosen: int
    done: int
    changed: int
    barred: int
    by_label: str
    at: datetime
    undone_by_label: str
    undone_at: datetime | None
    can_undo: bool


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A source of evidence and its plan. passwords, hashes: how many are kept. missing: settings not said yet."""

    id: str
    tenant_id: str
    matter_id: str
    kind: str
    name: str
    source_label: str
    custodian: str
    time_zone: str
    settings: Mapping[str, Any]
    has_secret: bool
    passwords: int
    hashes: int
    state: str
    problem: str
    missing: tuple[str, ...]
    next_run_at: datetime | None
    last_run_at: datetime | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of a set with its counts. caught: it fired; first: no rule before it; only: no other rule.

    size: bytes of what it caught. check: what the sample a person read says, None before that.
    """

    id: str
    name: str
    name_zh: str
    group: str
    suppresses: bool
    waiting: bool
    caught: int
    first: int
    only: int
    suppressed: int
    size: int
    check: RuleEstimate | None


@dataclass(frozen=True, slots=True)
class RuleSetRecord:
    """A set of rules of a matter. considered, suppressed: documents when it was last tried."""

    id: str
    matter_id: str
    name: str
    state: str
    considered: int
    suppressed: int
    lines: tuple[RuleLine, ...]
    parameters: Mapping[str, Any]
    tried_at: datetime | None
    change_id: str | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RuleSample:
    """Documents of one rule drawn for reading. wrong: those that a person would not set aside."""

    rule: str
    keys: tuple[str, ...]
    caught: int
    read: bool
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineRecord:
    """A line of a scanned page as it was read. confidence: 0 to 1,000."""

    id: str
    document_id: str
    control_number: str
    language: str
    page: int
    text: str
    confidence: int
    state: str

    @property
    def percent(self) -> str:
        """How sure the reading is, in per cent."""
        return f"{self.confidence / 10:.0f}"


@dataclass(frozen=True, slots=True)
class TagRecord:
    """A tag of a matter and how many documents carry it."""

    id: str
    name: str
    documents: int


@dataclass(frozen=True, slots=True)
class SavedViewRecord:
    """A named set of filters and order."""

    id: str
    name: str
    query: str
    shared: bool
    own: bool
