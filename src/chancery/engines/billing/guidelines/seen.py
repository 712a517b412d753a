"""What a whole file shows about people, days and matters: gathered once, before any rule looks at a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.duplicates import Billed, Pair, duplicate_lines
from chancery.engines.billing.narratives import Reading, read_narrative

ZERO = Decimal(0)
QUARTER = Decimal("0.25")
SPECIAL = frozenset(("A105", "A109", "A112"))
NOTHING = read_narrative(text="")


@dataclass(slots=True)
class Seen:
    """Sums and groups over all lines; independent of their order.

    hours: by person and day, over all matters. working: people by matter, task and day. meeting: people in
    conferences inside the firm by matter and day. hearings: fee lines of attending by matter and day. research:
    hours by invoice and matter. travelling: (matter, day) with travel time. entries: of a person on an
    invoice, and those in whole quarter hours. pairs: likely duplicates, by the place of
    the later line in the file. readings: of the narratives, one for each line in its order.
    """

    hours: dict[tuple[str, date], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    working: dict[tuple[str, str, date], set[str]] = field(default_factory=lambda: defaultdict(set))
    meeting: dict[tuple[str, date], set[str]] = field(default_factory=lambda: defaultdict(set))
    hearings: dict[tuple[str, date], list[Line]] = field(default_factory=lambda: defaultdict(list))
    research: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    travelling: set[tuple[str, date]] = field(default_factory=set)
    entries: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    pairs: dict[int, Pair] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)


def matter_of(line: Line) -> str:
    """The client's matter id, or the firm's where the client's is missing."""
    return line.client_matter or line.matter


def order_key(line: Line) -> str:
    """Order of lines by invoice and line number, wherever they stand in the file; ends with the place in the file."""
    return f"{line.invoice}\0{line.number.rjust(20)}\0{line.line}"


def is_meeting(line: Line, classes: tuple[str, ...], subjects: frozenset[str]) -> bool:
    """A conference among people of the firm: activity A105, or words that say so."""
    return line.activity == "A105" or ("inner" in subjects and "communicate" in classes)


def gather(*, lines: Sequence[Line], near_days: int, near_score: float, want_pairs: bool) -> Seen:
    """Look at every line once; likely duplicates only where a rule asks for them."""
    seen = Seen()
    for line in lines:
        if line.type == "F":
            reading = read_narrative(text=line.text)
            _gather_fee(seen, line, reading)
        else:
            reading = NOTHING
        seen.readings.append(reading)
    if want_pairs:
        _find_pairs(seen, lines, near_days, near_score)
    return seen


def _gather_fee(seen: Seen, line: Line, reading: Reading) -> None:
    matter, day, person, activity = line.client_matter or line.matter, line.day, line.person, line.activity
    seen.hours[person, day] += line.units
    if line.task:
        seen.working[matter, line.task, day].add(person)
    counts = seen.entries[line.invoice, person]
    counts[0] += 1
    if not line.units % QUARTER:
        counts[1] += 1
    classes = reading.classes
    if activity == "A102" or "research" in classes:
        seen.research[line.invoice, matter] += line.units
    if reading.plain and activity not in SPECIAL:
        return
    if is_meeting(line, classes, reading.subjects):
        seen.meeting[matter, day].add(person)
    if activity == "A109" or ("hearing" in reading.subjects and "attend" in classes):
        seen.hearings[matter, day].append(line)
    if activity == "A112" or "travel" in reading.subjects:
        seen.travelling.add((matter, day))


def _find_pairs(seen: Seen, lines: Sequence[Line], near_days: int, near_score: float) -> None:
    billed = []
    for line in lines:
        if line.type == "F":
            person = line.person
        elif line.type == "E":
            person = f"{line.expense}|{line.amount}"
        else:
            continue
        matter = f"{line.firm}|{line.client_matter or line.matter}"
        billed.append(Billed(order_key(line), matter, person, line.day, line.units, line.text))
    for pair in duplicate_lines(lines=billed, near_days=near_days, near_score=near_score):
        later = int(pair.second.rpartition("\0")[2])
        held = seen.pairs.get(later)
        if held is None or (pair.kind == "same_line" and held.kind != "same_line"):
            seen.pairs[later] = pair
