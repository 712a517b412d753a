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
NOTHING = read_narrative(text="")


@dataclass(slots=True)
class Seen:
    """Sums and groups over all lines; independent of their order.

    hours: by person and day, over all matters. working: people by matter, task and day. meeting: people in
    conferences inside the firm by matter and day. hearings: fee lines of attending by matter and day. research:
    hours by invoice and matter. travelling: (matter, day) with travel time. entries, quarters: entries of a person
    on an invoice, and those in whole quarter hours. pairs: likely duplicates, by the place of
    the later line in the file. readings: of the narratives, one for each line in its order.
    """

    hours: dict[tuple[str, date], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    working: dict[tuple[str, str, date], set[str]] = field(default_factory=lambda: defaultdict(set))
    meeting: dict[tuple[str, date], set[str]] = field(default_factory=lambda: defaultdict(set))
    hearings: dict[tuple[str, date], list[Line]] = field(default_factory=lambda: defaultdict(list))
    research: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    travelling: set[tuple[str, date]] = field(default_factory=set)
    entries: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    quarters: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    pairs: dict[int, Pair] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)


def matter_of(line: Line) -> str:
    """The client's matter id, or the firm's where the client's is missing."""
    return line.client_matter or line.matter


def order_key(line: Line) -> str:
    """Order of lines by invoice and line number, wherever they stand in the file; ends with the place in the file."""
    return f"{line.invoice}\0{line.number:>20}\0{line.line}"


def is_meeting(line: Line, classes: tuple[str, ...], subjects: frozenset[str]) -> bool:
    """A conference among people of the firm: activity A105, or words that say so."""
    return line.activity == "A105" or ("inner" in subjects and "communicate" in classes)


def gather(*, lines: Sequence[Line], near_days: int, near_score: float, want_pairs: bool) -> Seen:
    """Look at every line once; likely duplicates only where a rule asks for them."""
    seen = Seen()
    billed = []
    for line in lines:
        matter = matter_of(line)
        reading = read_narrative(text=line.text) if line.type == "F" else NOTHING
        seen.readings.append(reading)
        if line.type == "E" and want_pairs:
            person = f"{line.expense}|{line.amount}"
            billed.append(Billed(order_key(line), f"{line.firm}|{matter}", person, line.day, line.units, line.text))
        if line.type != "F":
            continue
        day, person = line.day, line.person
        seen.hours[person, day] += line.units
        if line.task:
            seen.working[matter, line.task, day].add(person)
        if is_meeting(line, reading.classes, reading.subjects):
            seen.meeting[matter, day].add(person)
        if line.activity == "A109" or ("hearing" in reading.subjects and "attend" in reading.classes):
            seen.hearings[matter, day].append(line)
        if line.activity == "A102" or "research" in reading.classes:
            seen.research[line.invoice, matter] += line.units
        if line.activity == "A112" or "travel" in reading.subjects:
            seen.travelling.add((matter, day))
        place = (line.invoice, person)
        seen.entries[place] += 1
        seen.quarters[place] += line.units % QUARTER == ZERO
        if want_pairs:
            billed.append(Billed(order_key(line), f"{line.firm}|{matter}", person, day, line.units, line.text))
    if want_pairs:
        for pair in duplicate_lines(lines=billed, near_days=near_days, near_score=near_score):
            later = int(pair.second.rpartition("\0")[2])
            held = seen.pairs.get(later)
            if held is None or (pair.kind == "same_line" and held.kind != "same_line"):
                seen.pairs[later] = pair
    return seen
