"""Cut blocks of records into fields, many records at a time."""

from __future__ import annotations

from dataclasses import dataclass

# Fields that stand once per invoice: the first eight, and in 98BI also 25 to 30, 51 and 52.
HEAD_COUNT = 8
INTERNATIONAL_HEAD = (*range(24, 30), 50, 51)
PARTIES = slice(33, 47)
# Columns of a record after its first eight fields; in 98BI names and addresses count as one, marked by CR.
FIELDS, WIDE_FIELDS = 24, 52
WIDTH, WIDE_WIDTH, PARTIES_PART, MARKED = 16, 31, 25, "|\r|"
# Fields 25 to 30, 51 and 52 among those columns.
HEAD_PARTS = (*range(16, 22), 29, 30)


@dataclass(frozen=True, slots=True)
class Cut:
    """A block cut into fields. starts: first record of each run, and their number; heads: first eight fields.

    parties: names and addresses met. flat: all other fields of all records, one after the other. places:
    characters before each run, -1 when not known.
    """

    starts: list[int]
    heads: list[str]
    parties: list[str]
    flat: list[str]
    places: list[int]


def cut_at_once(*, text: str, wide: bool, end: str) -> Cut | None:
    """Cut a block whose neighbouring records share their first eight fields, without looking at single lines.

    end: of lines, CRLF or LF. The shared fields are replaced by a bar and LF. So every record shows exactly one LF,
    and the block was cut rightly when each LF stands in the first column. None when anything is out of shape.
    """
    starts, heads, parties, pieces, places = [0], [], [], [], []
    place, size, gap = 0, len(text), len(end)
    while place < size:
        line_end = text.find(end, place)
        bar = place - 1
        for _ in range(HEAD_COUNT):
            bar = text.find("|", bar + 1, line_end)
            if bar < 0:
                return None
        head = text[place:bar]
        prefix = f"{end}{head}|"
        last = text.rfind(prefix, line_end)
        stop = line_end if last < 0 else text.find(end, last + gap)
        run = text[place - gap : stop] if place else end + text[:stop]
        body = run.replace(prefix, "|\n")
        if wide:
            known = _parties_in(text[place:line_end])
            body = body.replace(known, MARKED)
            parties.append(known)
        heads.append(head)
        places.append(place)
        pieces.append(body)
        starts.append(starts[-1] + body.count("\n"))
        place = stop + gap
    flat = "".join(pieces)[1:].split("|")
    width = WIDE_WIDTH if wide else WIDTH
    if len(flat) != width * starts[-1] or "".join(flat[::width]).count("\n") != starts[-1]:
        return None
    if wide and flat[PARTIES_PART::width].count("\r") != starts[-1]:
        return None
    return Cut(starts, heads, parties, flat, places)


def cut_by_line(*, text: str, wide: bool, suspects: set[int]) -> Cut:
    """Cut a block line by line; records out of shape become suspects with empty columns."""
    starts: list[int] = []
    heads: list[str] = []
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
        head = "|".join(values[:HEAD_COUNT])
        if not heads or heads[-1] != head:
            starts.append(place)
            heads.append(head)
        if wide:
            parties.append("|" + "|".join(values[PARTIES]) + "|")
            values[PARTIES] = ["\r"]
        values[HEAD_COUNT] = "\n" + values[HEAD_COUNT]
        flat.extend(values[HEAD_COUNT:])
    return Cut([*starts, len(flat) // width], heads, parties, flat, [-1] * len(heads))


def _parties_in(line: str) -> str:
    """Names and addresses of a 98BI record, with the bars around them."""
    return "|" + "|".join(line.split("|", PARTIES.stop)[PARTIES]) + "|"
