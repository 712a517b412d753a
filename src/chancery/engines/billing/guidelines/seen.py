"""What a whole file shows about people, days and matters: gathered once, before any rule looks at a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.duplicates import Alike, Pair, Work, pairs_among
from chancery.engines.billing.narratives import Reading, read_narrative

ZERO = Decimal(0)
QUARTER = Decimal("0.25")
SPECIAL = frozenset(("A105", "A109", "A112"))
TRAVEL = "A112"
NOTHING = read_narrative(text="")


@dataclass(frozen=True, slots=True)
class Columns:
    """The lines of one kind by column, so that a rule can look at all of them at once.

    places: of each line among all lines. first, last: days of the earliest and latest work. worded: positions of
    narratives that raise a question, and of travel time.
    """

    places: list[int]
    lines: list[Line]
    readings: list[Reading]
    people: list[str]
    days: list[date]
    units: list[Decimal]
    rates: list[Decimal]
    grades: list[str]
    tasks: list[str]
    activities: list[str]
    matters: list[str]
    first: date
    last: date
    worded: list[int]

    def where(self, column: Sequence[Hashable], wanted: Collection[Hashable]) -> list[int]:
        """Positions at which a column holds one of the wanted values."""
        return [at for at, value in enumerate(column) if value in wanted] if wanted else []


def columns_of(*, lines: Sequence[Line], readings: Sequence[Reading], kind: str) -> Columns:
    """The lines of one type, "F" or "E", by column."""
    places = [place for place, line in enumerate(lines) if line.type == kind]
    held = [lines[place] for place in places]
    read = [readings[place] for place in places]
    days = [line.day for line in held]
    activities = [line.activity for line in held]
    worded = [
        at
        for at, (reading, activity) in enumerate(zip(read, activities, strict=True))
        if not reading.plain or activity == TRAVEL
    ]
    return Columns(
        places,
        held,
        read,
        [line.person for line in held],
        days,
        [line.units for line in held],
        [line.rate for line in held],
        [line.grade for line in held],
        [line.task for line in held],
        activities,
        [line.client_matter or line.matter for line in held],
        min(days, default=date.min),
        max(days, default=date.max),
        worded,
    )


@dataclass(slots=True)
class Seen:
    """Sums and groups over all lines; independent of their order.

    hours: by person and day, over all matters. working: number of people by matter, task and day. meeting: people in
    conferences inside the firm by matter and day. hearings: fee lines of attending by matter and day. research:
    hours by invoice and matter. travelling: (matter, day) with travel time. entries: of a person on an
    invoice, and those in whole quarter hours. pairs: likely duplicates, by the place of
    the later line in the file. readings: of the narratives, one for each line in its order.
    """

    hours: dict[tuple[str, date], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    working: dict[tuple[str, str, date], int] = field(default_factory=lambda: defaultdict(int))
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
        seen.readings.append(read_narrative(text=line.text) if line.type == "F" else NOTHING)
    _gather_fees(seen, lines)
    if want_pairs:
        _find_pairs(seen, lines, near_days, near_score)
    return seen


class _Quarters(dict[Decimal, bool]):
    """Hours, and whether they are whole quarters."""

    def __missing__(self, units: Decimal) -> bool:
        self[units] = not units % QUARTER
        return self[units]


def _gather_fees(seen: Seen, lines: Sequence[Line]) -> None:
    hours, working, entries, quarters = seen.hours, seen.working, seen.entries, _Quarters()
    met: set[tuple[str, str, date, str]] = set()
    for line, reading in zip(lines, seen.readings, strict=True):
        if line.type != "F":
            continue
        day, person, units, activity = line.day, line.person, line.units, line.activity
        matter = line.client_matter or line.matter
        hours[person, day] += units
        if line.task:
            place = (matter, line.task, day, person)
            if place not in met:
                met.add(place)
                working[matter, line.task, day] += 1
        counts = entries[line.invoice, person]
        counts[0] += 1
        counts[1] += quarters[units]
        if activity == "A102" or "research" in reading.classes:
            seen.research[line.invoice, matter] += units
        if not reading.plain or activity in SPECIAL:
            _gather_special(seen, line, reading)


def _gather_special(seen: Seen, line: Line, reading: Reading) -> None:
    place = matter_of(line), line.day
    if is_meeting(line, reading.classes, reading.subjects):
        seen.meeting[place].add(line.person)
    if line.activity == "A109" or ("hearing" in reading.subjects and "attend" in reading.classes):
        seen.hearings[place].append(line)
    if line.activity == TRAVEL or "travel" in reading.subjects:
        seen.travelling.add(place)


def _find_pairs(seen: Seen, lines: Sequence[Line], near_days: int, near_score: float) -> None:
    groups: dict[tuple[str, str, str], list[Work]] = defaultdict(list)
    shared = Alike()
    for place, line in enumerate(lines):
        if line.type == "F":
            person = line.person
        elif line.type == "E":
            person = f"{line.expense}|{line.amount}"
        else:
            continue
        firm, matter, day = line.firm, line.client_matter or line.matter, line.day
        text = line.text.lower().strip()
        groups[firm, matter, person].append((day, place, line.units, text))
        if text:
            shared.add(key=(firm, matter, day, text), place=place, person=person)
    found = pairs_among(
        groups=groups.values(),
        shared=shared.several.values(),
        key_of=lambda place: order_key(lines[place]),
        near_days=near_days,
        near_score=near_score,
    )
    for pair in found:
        later = int(pair.second.rpartition("\0")[2])
        held = seen.pairs.get(later)
        if held is None or (pair.kind == "same_line" and held.kind != "same_line"):
            seen.pairs[later] = pair
