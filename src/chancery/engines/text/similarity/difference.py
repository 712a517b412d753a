"""What two documents do not have in common, as places in both.

Runs of four tokens that stand once in each text, in the same order, are anchors (patience comparison); what lies
between two anchors is compared for the fewest insertions and deletions, or shown as replaced where it is too long.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Indel

from chancery.foundation.evidence import Span

Kind = Literal["same", "removed", "added", "replaced"]

_TOKEN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
    "|[^\\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[^\\w\\s]"
)
_RUN = 4
_MOST_CELLS = 16_000_000  # product of the lengths of two stretches compared token by token


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of two texts that is the same or not; an empty span stands where the other text has more."""

    kind: Kind
    left: Span
    right: Span


@dataclass(frozen=True, slots=True)
class _Text:
    tokens: list[str]
    starts: list[int]
    ends: list[int]

    def span(self, first: int, last: int) -> Span:
        """Return the characters of tokens first up to but not with last."""
        if first < last:
            return Span(self.starts[first], self.ends[last - 1])
        at = self.ends[first - 1] if first else 0
        return Span(at, at)


def difference(*, left: str, right: str) -> tuple[Change, ...]:
    """Return how the right text differs from the left one, in reading order; white space does not count.

    Neighbouring stretches of one kind are joined; ``same`` stretches are included, so the spans of either text
    cover all its words. Two empty texts give nothing.
    """
    one, two = _read(left), _read(right)
    changes: list[tuple[bool, int, int, int, int]] = []
    for same, a, b, c, d in _stretches(one.tokens, two.tokens):
        if changes and changes[-1][0] == same:
            _, first, _, third, _ = changes[-1]
            changes[-1] = (same, first, b, third, d)
        elif a < b or c < d:
            changes.append((same, a, b, c, d))
    return tuple(
        Change(
            "same" if same else "replaced" if a < b and c < d else "removed" if a < b else "added",
            one.span(a, b),
            two.span(c, d),
        )
        for same, a, b, c, d in changes
    )


def _read(text: str) -> _Text:
    found = list(_TOKEN.finditer(text))
    return _Text([each[0] for each in found], [each.start() for each in found], [each.end() for each in found])


def _stretches(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Yield same or not, with the tokens from a to b of the left and from c to d of the right text."""
    head = 0
    while head < min(len(left), len(right)) and left[head] == right[head]:
        head += 1
    tail = 0
    while tail < min(len(left), len(right)) - head and left[-1 - tail] == right[-1 - tail]:
        tail += 1
    yield True, 0, head, 0, head
    a, c = head, head
    end, other_end = len(left) - tail, len(right) - tail
    for at, other in [*_anchors(left[head:end], right[head:other_end]), (end - head, other_end - head)]:
        if at + head < a or other + head < c:
            continue
        yield from _between(left, right, a, at + head, c, other + head)
        a, c = at + head, other + head
        while a < end and c < other_end and left[a] == right[c]:
            a, c = a + 1, c + 1
        yield True, at + head, a, other + head, c
    yield True, end, len(left), other_end, len(right)


def _anchors(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of runs that stand once in each, the longest series of them in the same order."""
    mine, theirs = _once(left), _once(right)
    pairs = sorted((at, theirs[run]) for run, at in mine.items() if run in theirs)
    tops: list[int] = []
    chosen: list[int] = []
    before: list[int] = []
    for place, (_, other) in enumerate(pairs):
        height = bisect_left(tops, other)
        before.append(chosen[height - 1] if height else -1)
        tops[height : height + 1] = [other]
        chosen[height : height + 1] = [place]
    series = []
    place = chosen[-1] if chosen else -1
    while place >= 0:
        series.append(pairs[place])
        place = before[place]
    return series[::-1]


def _once(tokens: Sequence[str]) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for at in range(len(tokens) - _RUN + 1):
        run = tuple(tokens[at : at + _RUN])
        found[run] = -1 if run in found else at
    return {run: at for run, at in found.items() if at >= 0}


def _between(
    left: Sequence[str], right: Sequence[str], a: int, b: int, c: int, d: int
) -> Iterator[tuple[bool, int, int, int, int]]:
    if a == b or c == d or (b - a) * (d - c) > _MOST_CELLS:
        yield False, a, b, c, d
        return
    for step in Indel.opcodes(left[a:b], right[c:d]):
        yield step.tag == "equal", a + step.src_start, a + step.src_end, c + step.dest_start, c + step.dest_end
