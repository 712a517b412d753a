"""Cut blocks of records into fields, many records at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

# Fields that stand once per invoice: the first eight, and in 98BI also 25 to 30, 51 and 52.
HEAD_COUNT = 8
MIDDLE, PARTIES, TAIL = slice(24, 30), slice(33, 47), slice(50, 52)
INTERNATIONAL_HEAD = (*range(24, 30), 50, 51)
FIELDS, WIDE_FIELDS = 24, 52
# Columns of a record after its first eight fields. In 98BI fields 25 to 30 are replaced by a CR before the field after
# them, names and addresses by a CR behind the field before them, and the last two are left out.
WIDTH, WIDE_WIDTH = 16, 22


class Shared(NamedTuple):
    """What neighbouring records have in common: first eight fields, and in 98BI fields 25 to 30, and 51 and 52.

    end: the last two fields with the mark that ends a record.
    """

    head: str
    middle: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """A block cut into fields. starts: first record of each run, and their number; shared: what its records share.

    parties: names and addresses met. parts: the other fields by column, the first of each record after an LF.
    places: characters before each run, -1 when not known.
    """

    starts: list[int]
    shared: list[Shared]
    parties: list[str]
    parts: list[list[str]]
    places: list[int]


def cut_at_once(*, text: str, wide: bool, end: str) -> Cut | None:
    """Cut a block whose neighbouring records share their first eight fields, without looking at single lines.

    end: of lines, CRLF or LF. The shared fields are replaced by a bar and LF. So every record shows exactly one LF,
    and the block was cut rightly when each value of the first column, and no other, begins with one. None when
    anything is out of shape.
    """
    starts, shared, parties, pieces, places = [0], [], [], [], []
    place, size, gap = 0, len(text), len(end)
    while place < size:
        line_end = text.find(end, place)
        bar = place - 1
        for _ in range(HEAD_COUNT):
            bar = text.find("|", bar + 1, line_end)
            if bar < 0:
                return None
        common = Shared(text[place:bar])
        if wide:
            fields = text[place:line_end].split("|")
            if len(fields) != WIDE_FIELDS:
                return None
            common = _shared(common.head, fields)
        last = text.rfind(f"{end}{common.head}|", line_end)
        stop = line_end if last < 0 else text.find(end, last + gap)
        ending = f"|{common.end}" if wide else ""
        if not text.endswith(ending, place, stop):
            return None
        body = text[bar + 1 : stop - len(ending)].replace(f"{ending}{end}{common.head}|", "|\n")
        if wide:
            known = "|".join(("", *fields[PARTIES], ""))
            body = body.replace(known, "\r|").replace(f"|{common.middle}|", "|\r")
            parties.append(known)
        shared.append(common)
        places.append(place)
        pieces.append("\n" + body)
        starts.append(starts[-1] + body.count("\n") + 1)
        place = stop + gap
    parts = _columns("|".join(pieces).split("|"), starts[-1], wide)
    return Cut(starts, shared, parties, parts, places) if parts is not None else None


def _shared(head: str, fields: list[str]) -> Shared:
    return Shared(head, "|".join(fields[MIDDLE]), "|".join(fields[TAIL]))


def _columns(flat: list[str], count: int, wide: bool) -> list[list[str]] | None:
    """The fields of so many records by column; None when any record has more or less of them."""
    width = WIDE_WIDTH if wide else WIDTH
    if len(flat) != width * count:
        return None
    parts = [flat[part::width] for part in range(width)]
    firsts = parts[0]
    marked = min(firsts) >= "\n" and max(firsts) < "\v" and "".join(firsts).count("\n") == count
    return parts if marked else None


def cut_by_line(*, text: str, wide: bool, suspects: set[int]) -> Cut:
    """Cut a block line by line; records out of shape become suspects with empty columns."""
    starts: list[int] = []
    shared: list[Shared] = []
    parties: list[str] = []
    flat: list[str] = []
    width = WIDE_WIDTH if wide else WIDTH
    count = WIDE_FIELDS if wide else FIELDS
    lines = text.split("\n")
    for place, line in enumerate(lines[:-1]):
        values = line.split("|")
        if len(values) != count:
            suspects.add(place)
            values = ["\0"] * count
        common = Shared("|".join(values[:HEAD_COUNT]))
        if wide:
            common = _shared(common.head, values)
            parties.append("|".join(("", *values[PARTIES], "")))
            values[30], values[32] = "\r" + values[30], values[32] + "\r"
            values = values[: MIDDLE.start] + values[MIDDLE.stop : PARTIES.start] + values[PARTIES.stop : TAIL.start]
        if not shared or shared[-1] != common:
            starts.append(place)
            shared.append(common)
        values[HEAD_COUNT] = "\n" + values[HEAD_COUNT]
        flat.extend(values[HEAD_COUNT:])
    parts = [flat[part::width] for part in range(width)]
    return Cut([*starts, len(parts[0])], shared, parties, parts, [-1] * len(shared))
