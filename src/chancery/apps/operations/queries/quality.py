"""Reads of samples and checklists. The first decision stays hidden until the second one is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from chancery.apps.operations import policies
from chancery.apps.operations.models import Checklist, Sample, SampleItem
from chancery.apps.operations.wording import words
from chancery.engines.quality.overturn import overturns
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor, Role


@dataclass(frozen=True, slots=True)
class SampleItemRecord:
    """One drawn subject. first_by and first_values are empty until this item has its second decision."""

    id: str
    position: int
    subject_id: str
    label: str
    done: bool
    first_by: str
    first_values: dict[str, Any]
    second_by: str
    second_values: dict[str, Any]
    second_at: datetime | None
    overturned: bool | None
    differences: tuple[str, ...]
    resolution: str
    resolved_by: str
    resolution_reason: str


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """A sample. done: items with a second decision; unresolved: differences nobody has settled."""

    id: str
    tenant_id: str
    matter_id: str
    matter_number: str
    kind: str
    number: int
    population: int
    size: int
    seed: str
    plan: dict[str, Any]
    state: str
    state_name: str
    drawn_at: datetime
    completed_at: datetime | None
    waived_by: str
    waiver_reason: str
    done: int
    overturned: int
    unresolved: int
    items: tuple[SampleItemRecord, ...] = ()

    @property
    def subject_ids(self) -> tuple[str, ...]:
        """Return the drawn subjects in the order drawn; empty in lists, which carry no items."""
        return tuple(item.subject_id for item in self.items)

    @property
    def settled(self) -> bool:
        """Tell whether nothing in this sample stops a release."""
        return self.state == "waived" or (self.state == "complete" and self.unresolved == 0)


@dataclass(frozen=True, slots=True)
class OverturnReport:
    """Overturned second looks; shares between 0 and 1, None before anything was looked at twice.

    low, high: Wilson interval at 95 %. kappa and ac1 stand beside raw agreement.
    """

    population: int
    sampled: int
    done: int
    overturned: int
    unresolved: int
    rate: float | None
    low: float | None
    high: float | None
    raw_agreement: float | None
    kappa: float | None
    ac1: float | None


@dataclass(frozen=True, slots=True)
class CheckPointRecord:
    """One point of a checklist and its tick."""

    key: str
    text: str
    evidence_kind: str
    ticked: bool
    by: str
    at: datetime | None
    evidence: str


@dataclass(frozen=True, slots=True)
class ChecklistRecord:
    """A checklist. missing: texts of the points that are not ticked."""

    id: str
    tenant_id: str
    matter_id: str
    subject_type: str
    subject_id: str
    state: str
    points: tuple[CheckPointRecord, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return what still has to be ticked."""
        return tuple(point.text for point in self.points if not point.ticked)

    @property
    def complete(self) -> bool:
        """Tell whether every point is ticked."""
        return not self.missing


_COUNTS = {
    "done_items": Count("items", filter=Q(items__second_at__isnull=False)),
    "overturned_items": Count("items", filter=Q(items__overturned=True)),
    "unresolved_items": Count("items", filter=Q(items__overturned=True, items__resolution="")),
}


def _item(row: SampleItem) -> SampleItemRecord:
    done = row.second_at is not None
    return SampleItemRecord(
        id=row.id,
        position=row.position,
        subject_id=row.subject_id,
        label=row.label or row.subject_id,
        done=done,
        first_by=row.first_by.shown_name() if done else "",
        first_values=row.first_values if done else {},
        second_by=row.second_by.shown_name() if row.second_by else "",
        second_values=row.second_values or {},
        second_at=row.second_at,
        overturned=row.overturned,
        differences=tuple(row.differences),
        resolution=row.resolution,
        resolved_by=row.resolved_by.shown_name() if row.resolved_by else "",
        resolution_reason=row.resolution_reason,
    )


def sample_record(row: Sample, *, items: tuple[SampleItemRecord, ...] = ()) -> SampleRecord:
    """Return the plain record of a sample annotated with its counts."""
    return SampleRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        matter_number=row.matter.number,
        kind=row.kind,
        number=row.number,
        population=row.population,
        size=row.size,
        seed=row.seed,
        plan=row.plan,
        state=row.state,
        state_name=str(Sample.State(row.state).label),
        drawn_at=row.drawn_at,
        completed_at=row.completed_at,
        waived_by=row.waived_by.shown_name() if row.waived_by else "",
        waiver_reason=row.waiver_reason,
        done=row.done_items,  # type: ignore[attr-defined]
        overturned=row.overturned_items,  # type: ignore[attr-defined]
        unresolved=row.unresolved_items,  # type: ignore[attr-defined]
        items=items,
    )


def sample(*, actor: Actor, sample_id: str) -> SampleRecord:
    """Return a sample with its items; raises NotFound.

    Blind: an item without a second decision shows neither who decided first nor how. A reviewer who is not
    the second one of an item does not see its values either.
    """
    row = policies.samples_for(actor).annotate(**_COUNTS).filter(id=sample_id).first()
    if row is None:
        raise NotFound
    items = row.items.select_related("first_by", "second_by", "resolved_by").order_by("position")
    return sample_record(row, items=tuple(_blind(_item(item), item, actor) for item in items))


def _blind(record: SampleItemRecord, row: SampleItem, actor: Actor) -> SampleItemRecord:
    supervises = actor.system or actor.has(Role.MANAGER, Role.ATTORNEY)
    if supervises or row.second_by_id in (None, actor.user_id):
        return record
    return SampleItemRecord(
        id=record.id,
        position=record.position,
        subject_id=record.subject_id,
        label=record.label,
        done=record.done,
        first_by="",
        first_values={},
        second_by=record.second_by,
        second_values={},
        second_at=record.second_at,
        overturned=None,
        differences=(),
        resolution="",
        resolved_by="",
        resolution_reason="",
    )


def list_samples(*, actor: Actor, matter_id: str = "", kind: str = "", limit: int = 100) -> list[SampleRecord]:
    """Return samples without items, newest first: one query."""
    found = policies.samples_for(actor).annotate(**_COUNTS).order_by("-id")
    if matter_id:
        found = found.filter(matter_id=matter_id)
    if kind:
        found = found.filter(kind=kind)
    return [sample_record(row) for row in found[:limit]]


def latest_sample(*, matter_id: str, kind: str) -> SampleRecord | None:
    """Return the newest sample of a kind without its items: a door for rooms that hold the right to the matter."""
    found = Sample.objects.select_related("matter", "waived_by").annotate(**_COUNTS)
    row = found.filter(matter_id=matter_id, kind=kind).order_by("-number").first()
    return sample_record(row) if row else None


def sample_subjects(*, sample_id: str) -> list[tuple[str, bool]]:
    """Return (subject id, second decision made) in the order drawn: a door for practice rooms."""
    rows = SampleItem.objects.filter(sample_id=sample_id).order_by("position")
    return [(row.subject_id, row.second_at is not None) for row in rows]


def overturn_report(*, actor: Actor, sample_id: str) -> OverturnReport:
    """Return how often the second look overturned the first decision; raises NotFound."""
    row = policies.samples_for(actor).annotate(**_COUNTS).filter(id=sample_id).first()
    if row is None:
        raise NotFound
    fields = tuple(row.plan.get("decision_fields", []))
    done = list(row.items.filter(second_at__isnull=False).order_by("position"))
    counts = {
        "population": row.population,
        "sampled": row.size,
        "done": len(done),
        "overturned": row.overturned_items,  # type: ignore[attr-defined]
        "unresolved": row.unresolved_items,  # type: ignore[attr-defined]
    }
    if not done:
        return OverturnReport(**counts, rate=None, low=None, high=None, raw_agreement=None, kappa=None, ac1=None)
    found = overturns(
        first={item.subject_id: decision_text(item.first_values, fields) for item in done},
        second={item.subject_id: decision_text(item.second_values or {}, fields) for item in done},
    )
    return OverturnReport(
        **counts,
        rate=found.rate,
        low=found.wilson_low,
        high=found.wilson_high,
        raw_agreement=found.raw_agreement,
        kappa=found.kappa,
        ac1=found.ac1,
    )


def decision_text(values: dict[str, Any], fields: tuple[str, ...]) -> str:
    """Return the deciding fields of a set of values as one comparable text."""
    return "\x1f".join(f"{name}={_plain(values.get(name))}" for name in (fields or sorted(values)))


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(sorted(str(item) for item in value))
    return "" if value is None else str(value)


def _checklist(row: Checklist) -> ChecklistRecord:
    ticks = {tick.key: tick for tick in row.ticks.select_related("by")}
    points = []
    for point in row.definition:
        tick = ticks.get(point["key"])
        points.append(
            CheckPointRecord(
                key=point["key"],
                text=words(point["text"]),
                evidence_kind=point["evidence"],
                ticked=tick is not None,
                by=tick.by.shown_name() if tick else "",
                at=tick.at if tick else None,
                evidence=tick.evidence if tick else "",
            )
        )
    return ChecklistRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        state=row.state,
        points=tuple(points),
    )


def checklist(*, actor: Actor, checklist_id: str) -> ChecklistRecord:
    """Return a checklist with its ticks; raises NotFound."""
    row = policies.checklists_for(actor).filter(id=checklist_id).first()
    if row is None:
        raise NotFound
    return _checklist(row)


def checklist_of(*, subject_type: str, subject_id: str) -> ChecklistRecord | None:
    """Return the checklist of a subject: a door for rooms that hold the right to the subject."""
    row = Checklist.objects.filter(subject_type=subject_type, subject_id=subject_id).first()
    return _checklist(row) if row else None
