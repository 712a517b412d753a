"""Lines and invoices that were billed twice, exactly or nearly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from rapidfuzz import fuzz

NEAR_DAYS = 7
NEAR_SCORE = 90.0

Kind = Literal["same_line", "same_text", "near_text", "same_text_by_another"]


class Billed(NamedTuple):
    """A line as the finder compares it. key: anything that names the line; units: hours or quantity."""

    key: str
    matter: str
    person: str
    day: date
    units: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lines that look like one piece of work; first comes before second in order of day and key.

    score: likeness of the narratives between 0 and 100.
    """

    first: str
    second: str
    kind: Kind
    score: float


def duplicate_lines(
    *, lines: Sequence[Billed], near_days: int = NEAR_DAYS, near_score: float = NEAR_SCORE
) -> list[Pair]:
    """Pairs of lines of one matter that look alike; the order of the lines does not matter.

    same_line: same person, day, units and narrative. same_text: same person and narrative within ``near_days``.
    near_text: same person, narratives at least ``near_score`` alike within ``near_days``. same_text_by_another: the
    same narrative by two people on one day. Compared only within a matter and person, so time grows with the lines.
    Likeness: normalised indel similarity of the lower-case texts (rapidfuzz ``fuzz.ratio``).
    """
    pairs: list[Pair] = []
    groups: dict[tuple[str, str], list[Billed]] = defaultdict(list)
    shared: dict[tuple[str, date, str], list[Billed]] = defaultdict(list)
    for line in lines:
        groups[line.matter, line.person].append(line)
        if line.text:
            shared[line.matter, line.day, line.text.lower().strip()].append(line)
    for group in groups.values():
        if len(group) > 1:
            group.sort(key=_order)
            pairs += _within(group, timedelta(days=near_days), near_score)
    for (_, _, text), alike in shared.items():
        if len(alike) < 2 or not text:
            continue
        people: dict[str, Billed] = {}
        for line in sorted(alike, key=_order):
            people.setdefault(line.person, line)
        first, *others = people.values()
        pairs += [Pair(first.key, line.key, "same_text_by_another", 100.0) for line in others]
    return sorted(pairs, key=lambda pair: (pair.first, pair.second, pair.kind))


def _order(line: Billed) -> tuple[date, str]:
    return line.day, line.key


def _within(group: list[Billed], span: timedelta, near_score: float) -> list[Pair]:
    pairs = []
    texts = [line.text.lower().strip() for line in group]
    for place, line in enumerate(group):
        for other in range(place + 1, len(group)):
            later = group[other]
            if later.day - line.day > span:
                break
            if line.day == later.day and line.units == later.units and texts[place] == texts[other]:
                pairs.append(Pair(line.key, later.key, "same_line", 100.0))
            elif texts[place] and texts[place] == texts[other]:
                pairs.append(Pair(line.key, later.key, "same_text", 100.0))
            elif texts[place] and texts[other]:
                score = fuzz.ratio(texts[place], texts[other], score_cutoff=near_score)
                if score:
                    pairs.append(Pair(line.key, later.key, "near_text", round(score, 1)))
    return pairs


@dataclass(frozen=True, slots=True)
class Received:
    """An invoice as the finder compares it."""

    firm: str
    number: str
    total: Decimal
    start: date
    end: date


def duplicate_invoice(*, invoice: Received, earlier: Sequence[Received]) -> tuple[Literal["", "same", "likely"], str]:
    """Whether an invoice was received before: "same" firm and number, or "likely" the same total and period.

    Returns the number of the earlier invoice beside it.
    """
    likely = ""
    for other in earlier:
        if other.firm != invoice.firm:
            continue
        if other.number == invoice.number:
            return "same", other.number
        if (other.total, other.start, other.end) == (invoice.total, invoice.start, invoice.end):
            likely = likely or other.number
    return ("likely", likely) if likely else ("", "")
