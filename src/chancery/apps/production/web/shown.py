"""What the production page shows: checks in words, steps, tiles, the sign-off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from chancery.apps.operations.queries.quality import ChecklistRecord, CheckPointRecord
from chancery.apps.production.models import Production
from chancery.apps.production.queries import CheckRecord, ExpectedPages, ProductionRecord
from chancery.apps.production.web.asking import address
from chancery.apps.production.web.forms import EvidenceForm
from chancery.foundation.identifiers import BatesNumber
from chancery.interface.components import Step, Tile

STATE = Production.State
TONES = {
    STATE.PREPARED: "accent",
    STATE.AWAITING: "warn",
    STATE.REFUSED: "bad",
    STATE.SIGNED: "accent",
    STATE.WRITING: "accent",
    STATE.DELIVERED: "ok",
    STATE.VOID: "",
}
# Steps that are done, and the one at hand, by state.
REACHED = {
    STATE.PREPARED: 1,
    STATE.AWAITING: 2,
    STATE.SIGNED: 2,
    STATE.WRITING: 3,
    STATE.DELIVERED: 4,
    STATE.REFUSED: 0,
    STATE.VOID: 0,
}


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """A check as a sentence; sign and word say what the tone says."""

    sentence: str
    tone: str
    sign: str
    word: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """A point of the checklist with the form that ticks it; None where it can no longer change."""

    point: CheckPointRecord
    form: EvidenceForm | None


def tone_of(state: str) -> str:
    """Return the tone of a state."""
    return TONES.get(STATE(state), "")


def steps(state: str) -> list[Step]:
    """Return the four steps of a production with how far it is."""
    labels = [gettext("Choose"), gettext("Check"), gettext("Number"), gettext("Write")]
    reached = REACHED[STATE(state)]
    return [
        Step(label, "done" if place < reached else "current" if place == reached else "ahead")
        for place, label in enumerate(labels)
    ]


def checks(record: ProductionRecord) -> list[ShownCheck]:
    """Return the checks in words, each with the page that shows its rows."""
    words = {
        "ok": ("ok", "✓", gettext("in order")),
        "warning": ("warn", "!", gettext("look at this")),
        "blocked": ("bad", "✗", gettext("blocks")),
    }
    return [
        ShownCheck(gettext(item.sentence) % {"count": f"{item.count:,}"}, *words[item.state], _rows_of(record, item))
        for item in record.checks
    ]


def _rows_of(record: ProductionRecord, check: CheckRecord) -> str:
    if check.key in ("chosen", "families_whole"):
        return "#documents"
    if check.key in ("withheld", "privilege_undescribed"):
        return reverse("production:log", args=[record.id])
    if not check.count:
        return ""
    if check.key == "exceptions_outside":
        return address("documents:exceptions", record.matter_id)
    if check.key == "copies_rolled_up":
        return address("documents:list", record.matter_id)
    return address("review:control", record.matter_id)


def tiles(record: ProductionRecord, expected: ExpectedPages | None) -> list[Tile]:
    """Return the figures of a production."""
    shown = [
        Tile(label=gettext("Documents"), value=f"{record.documents:,}"),
        Tile(label=gettext("Families"), value=f"{record.families:,}"),
        Tile(
            label=gettext("Withheld"),
            value=f"{record.withheld:,}",
            url=reverse("production:log", args=[record.id]),
            note=gettext("on the privilege log"),
        ),
        Tile(label=gettext("Copies rolled up"), value=f"{record.copies_rolled_up:,}"),
    ]
    if expected is None:
        return [*shown, Tile(label=gettext("Pages"), value=f"{record.pages:,}")]
    note = gettext("%(count)s documents without page images yet") % {"count": f"{expected.unknown:,}"}
    return [
        *shown,
        Tile(
            label=gettext("Pages"),
            value=f"{expected.pages:,}" if not expected.unknown else f"≥ {expected.pages:,}",
            note=note if expected.unknown else gettext("expected"),
        ),
    ]


def number_range(record: ProductionRecord, expected: ExpectedPages | None) -> tuple[str, str]:
    """Return the first and last number of the volume; the last is empty while pages are not known."""
    if record.first:
        return record.first, record.last
    first = str(BatesNumber(record.prefix, record.first_number, record.width))
    if expected is None or expected.unknown or not expected.pages:
        return first, ""
    return first, str(BatesNumber(record.prefix, record.first_number + expected.pages - 1, record.width))


def points(
    checklist: ChecklistRecord, *, open_for_change: bool, held: tuple[str, EvidenceForm] | None = None
) -> list[ShownPoint]:
    """Return the points of a checklist with the forms that tick them."""
    return [
        ShownPoint(
            point,
            (held[1] if held and held[0] == point.key else _form(point)) if open_for_change else None,
        )
        for point in checklist.points
    ]


def _form(point: CheckPointRecord) -> EvidenceForm:
    return EvidenceForm(prefix=point.key, kind=point.evidence_kind)


def done_of(points_shown: Sequence[ShownPoint]) -> int:
    """Return how many points are ticked."""
    return sum(item.point.ticked for item in points_shown)
