"""Lines and invoices that were billed twice, exactly or nearly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
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
    groups: dict[tuple[str, str], list[Work]] = defaultdict(list)
    shared = Alike()
    for place, line in enumerate(lines):
        text = line.text.lower().strip()
        groups[line.matter, line.person].append((line.day, place, line.units, text))
        if text:
            shared.add(key=(line.matter, line.day, text), place=place, person=line.person)
    return pairs_among(
        groups=groups.values(),
        shared=shared.several.values(),
        key_of=lambda place: lines[place].key,
        near_days=near_days,
        near_score=near_score,
    )


# A line while it is compared: day, the place by which its key is found, units, and its text in lower case.
Work = tuple[date, int, Decimal, str]


class Alike:
    """Lines with the same key, where there are several. several: (place, person) by key."""

    def __init__(self) -> None:
        self.seen: dict[Hashable, tuple[int, str]] = {}
        self.several: dict[Hashable, list[tuple[int, str]]] = {}

    def add(self, *, key: Hashable, place: int, person: str) -> None:
        """Note a line."""
        line = (place, person)
        first = self.seen.setdefault(key, line)
        if first is not line:
            self.several.setdefault(key, [first]).append(line)


def pairs_among(
    *,
    groups: Iterable[list[Work]],
    shared: Iterable[Sequence[tuple[int, str]]],
    key_of: Callable[[int], str],
    near_days: int,
    near_score: float,
) -> list[Pair]:
    """The pairs of ``duplicate_lines`` in lines already put together: keys are only asked for where lines look alike.

    groups: lines of one matter and person. shared: places and people of lines of one matter, day and text.
    """
    pairs: list[Pair] = []
    for group in groups:
        if len(group) > 1:
            group.sort()
            for one, other, kind, score in _within(group, timedelta(days=near_days), near_score):
                first, second = key_of(one[1]), key_of(other[1])
                if one[0] == other[0] and second < first:
                    first, second = second, first
                pairs.append(Pair(first, second, kind, score))
    for alike in shared:
        people: dict[str, str] = {}
        for key, person in sorted((key_of(place), person) for place, person in alike):
            people.setdefault(person, key)
        first, *others = people.values()
        pairs += [Pair(first, key, "same_text_by_another", 100.0) for key in others]
    return sorted(pairs, key=lambda pair: (pair.first, pair.second, pair.kind))


def _within(group: list[Work], span: timedelta, near_score: float) -> Iterator[tuple[Work, Work, Kind, float]]:
    """Pairs within a group that is sorted by day."""
    for at, line in enumerate(group):
        day, _, units, text = line
        last = day + span
        for later in group[at + 1 :]:
            if later[0] > last:
                break
            other = later[3]
            if text == other:
                if day == later[0] and units == later[2]:
                    yield line, later, "same_line", 100.0
                elif text:
                    yield line, later, "same_text", 100.0
            elif text and other:
                score = fuzz.ratio(text, other, score_cutoff=near_score)
                if score:
                    yield line, later, "near_text", round(score, 1)


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
