"""Passages as pairs of slots, and which of them are near each other.

Two passages are near within n words if the later one begins at most n slots after the earlier one ends.
Words and phrases are solid: two of them never overlap, so no word is near itself. A passage made of near
passages has gaps in which another may stand (``c a d`` answers ``a w/5 (c w/3 d)``); then neither end of the
one may be an end of the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chancery.foundation.errors import Refused

from .arrays import distinct, how_many_up_to, runs
from .nodes import Near
from .streams import Flags, Stream

Whole = NDArray[np.int64]
_MANY: Final = 4
"""How many times more passages one side must have for them to be sifted first."""
_CHUNK: Final = 2_000_000
MOST_PAIRS: Final = 50_000_000
"""Pairs of passages looked at for one operator in one segment before the query is refused as too broad."""


class TooBroad(Refused):
    """Nested nearness of very common words would take too long."""

    code = "query_too_broad"

    def __init__(self) -> None:
        super().__init__("The words of this query are too common to be compared pair by pair: narrow one side.")


@dataclass(frozen=True, slots=True)
class Spans:
    """Passages sorted by first, then last slot; both included. solid: words and phrases only.

    Single words have one array for both.
    """

    begin: Whole
    end: Whole
    solid: bool = True

    def only(self, flags: Flags) -> Spans:
        """Return the passages that are flagged."""
        begin = self.begin[flags]
        return Spans(begin, begin if self.end is self.begin else self.end[flags], self.solid)

    def at(self, numbers: Whole) -> Spans:
        """Return the passages of these numbers."""
        begin = self.begin.take(numbers)
        return Spans(begin, begin if self.end is self.begin else self.end.take(numbers), self.solid)


_NONE: Final[Whole] = np.zeros(0, dtype=np.int64)
NOWHERE: Final = Spans(_NONE, _NONE)
_FAR: Final = np.int64(1) << 40
"""Beyond every slot, by more than any distance."""


def united(parts: list[Spans], *, solid: bool) -> Spans:
    """Return the passages of several lists, each once. solid: as in ``Spans``, also where there are none."""
    filled = [part for part in parts if len(part.begin)]
    if len(filled) < 2:
        return replace(filled[0] if filled else NOWHERE, solid=solid)
    return _once(
        np.concatenate([part.begin for part in filled]), np.concatenate([part.end for part in filled]), solid=solid
    )


def _once(begin: Whole, end: Whole, *, solid: bool) -> Spans:
    keys = distinct((begin << 32) | end)
    return Spans(keys >> 32, keys & 0xFFFFFFFF, solid)


def near_flags(stream: Stream, left: Spans, right: Spans, node: Near) -> Flags:
    """Say which left passages have a right one near them."""
    if len(left.begin) > _MANY * len(right.begin):
        reached = _in_reach(stream, left, right, node)
        found = np.zeros(len(left.begin), dtype=np.bool_)
        found[reached] = _near_flags(stream, left.at(reached), right, node)
        return found
    if len(right.begin) > _MANY * len(left.begin):
        right = right.at(_in_reach(stream, right, left, node))
    return _near_flags(stream, left, right, node)


def _near_flags(stream: Stream, left: Spans, right: Spans, node: Near) -> Flags:
    if left.solid and right.solid:
        return _flags_of_solid(stream, left, right, node)
    found = np.zeros(len(left.begin), dtype=np.bool_)
    for at, _other in _pairs(stream, left, right, node):
        found[at] = True
    return found


def near_spans(stream: Stream, left: Spans, right: Spans, node: Near) -> Spans:
    """Return the passages that reach over a left and a right one near each other, every pair."""
    if len(left.begin) > _MANY * len(right.begin):
        left = left.at(_in_reach(stream, left, right, node))
    elif len(right.begin) > _MANY * len(left.begin):
        right = right.at(_in_reach(stream, right, left, node))
    begins, ends = [NOWHERE.begin], [NOWHERE.end]
    for at, other in _pairs(stream, left, right, node):
        begins.append(np.minimum(left.begin[at], right.begin[other]))
        ends.append(np.maximum(left.end[at], right.end[other]))
    return _once(np.concatenate(begins), np.concatenate(ends), solid=False)


def _in_reach(stream: Stream, many: Spans, few: Spans, node: Near) -> Whole:
    """Return the numbers of those of many passages that are about as near to one of the few as they must be."""
    if not len(few.begin) or not len(many.begin):
        return NOWHERE.begin
    longest = 0 if many.end is many.begin else int((many.end - many.begin).max())
    if node.unit == "words":
        low, high = few.begin - node.distance - longest, few.end + node.distance
    else:
        low = stream.unit_begin(stream.units_of(few.begin, node.unit), node.unit) - longest
        high = stream.unit_end(stream.units_of(few.end, node.unit), node.unit)
    closed = np.maximum.accumulate(np.searchsorted(many.begin, high, side="right"))
    opened = np.searchsorted(many.begin, low)
    opened[1:] = np.maximum(opened[1:], closed[:-1])
    return runs(opened, np.maximum(closed - opened, 0))


def _flags_of_solid(stream: Stream, left: Spans, right: Spans, node: Near) -> Flags:
    """Look at the nearest right passage on either side only."""
    if node.unit != "words":
        right = _within_units(stream, right, node.unit)
    if not len(right.begin) or not len(left.begin):
        return np.zeros(len(left.begin), dtype=np.bool_)
    place = how_many_up_to(right.begin, left.end)
    found = _joins(stream, left.begin, left.end, np.append(right.begin, _FAR).take(place), node)
    if node.ordered:
        return found
    if right.end is right.begin and left.end is left.begin:
        ends, before = right.begin, place - 1
        before -= (before >= 0) & (ends.take(before) == left.begin)
    else:
        ends = np.sort(right.end)
        before = how_many_up_to(ends, left.begin - 1) - 1
    open_ = np.flatnonzero(~found)
    earlier = np.append(ends, -_FAR).take(before.take(open_))
    found[open_] = _joins(stream, left.end.take(open_), earlier, left.begin.take(open_), node)
    return found


def _joins(stream: Stream, far: Whole, earlier: Whole, later: Whole, node: Near) -> Flags:
    """Say where the gap from ``earlier`` to ``later`` is small enough; ``far``: the other end of the left passage."""
    if node.unit == "words":
        found: Flags = later - earlier <= node.distance
        close = np.flatnonzero(found)
        found[close] = stream.zones_of(earlier.take(close)) == stream.zones_of(later.take(close))
        return found
    found = (earlier >= 0) & (later < _FAR)
    there = np.flatnonzero(found)
    unit = stream.units_of(earlier.take(there), node.unit)
    found[there] = (unit == stream.units_of(later.take(there), node.unit)) & (
        unit == stream.units_of(far.take(there), node.unit)
    )
    return found


def _within_units(stream: Stream, spans: Spans, unit: str) -> Spans:
    """Return the passages that lie in one sentence or paragraph."""
    if spans.end is spans.begin:
        return spans
    return spans.only(stream.units_of(spans.begin, unit) == stream.units_of(spans.end, unit))


def _pairs(stream: Stream, left: Spans, right: Spans, node: Near) -> Iterator[tuple[Whole, Whole]]:
    """Yield the numbers of left and right passages that are near each other, piece by piece."""
    if not len(left.begin) or not len(right.begin):
        return
    low, high = _window(stream, left, right, node)
    count = np.maximum(high - low, 0)
    total = np.cumsum(count)
    if total[-1] > MOST_PAIRS:
        raise TooBroad
    start = 0
    while start < len(count):
        reached = int(total[start - 1]) if start else 0
        stop = max(int(np.searchsorted(total, reached + _CHUNK, side="right")), start + 1)
        some = count[start:stop]
        at = np.repeat(np.arange(start, stop), some)
        first = np.repeat(low[start:stop] - (np.cumsum(some) - some), some)
        other = first + np.arange(len(at))
        good = _near(stream, left, right, node, at, other)
        yield at[good], other[good]
        start = stop


def _window(stream: Stream, left: Spans, right: Spans, node: Near) -> tuple[Whole, Whole]:
    """Return for each left passage the range of right passages that may be near it."""
    if node.unit == "words":
        longest = int((right.end - right.begin).max())
        first = left.end + 1 if node.ordered else left.begin - node.distance - longest
        last = left.end + node.distance
    else:
        unit = stream.units_of(left.begin, node.unit)
        first = left.end + 1 if node.ordered else stream.unit_begin(unit, node.unit)
        last = stream.unit_end(unit, node.unit) - 1
    return np.searchsorted(right.begin, first), np.searchsorted(right.begin, last, side="right")


def _near(stream: Stream, left: Spans, right: Spans, node: Near, at: Whole, other: Whole) -> Flags:
    begin, end = left.begin[at], left.end[at]
    start, stop = right.begin[other], right.end[other]
    after, before = start - end, begin - stop
    limit = node.distance if node.unit == "words" else np.int64(1) << 33
    good = (after > 0) & (after <= limit)
    if not node.ordered:
        good |= (before > 0) & (before <= limit)
        if not (left.solid and right.solid):
            apart = (begin != start) & (begin != stop) & (end != start) & (end != stop)
            good |= (after <= 0) & (before <= 0) & apart
    close = np.flatnonzero(good)
    if node.unit == "words":
        good[close] = stream.zones_of(begin[close]) == stream.zones_of(start[close])
    else:
        unit = stream.units_of(begin[close], node.unit)
        for slots in (end, start, stop):
            good[close] &= stream.units_of(slots[close], node.unit) == unit
    return good
