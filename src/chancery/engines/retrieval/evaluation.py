"""Which documents of a segment answer a query, and where. Exact: nothing missed, nothing extra."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import distinct
from .fields import BODY, EVERYWHERE, TEXT
from .nodes import AllOf, AnyOf, Days, Near, Node, Numbers, Operand, Pattern, Term, Without, Words, field_of, words_in
from .spans import NOWHERE, Spans, near_flags, near_spans, united
from .streams import Flags, Slots, Stream
from .vocabulary import Ranks

Counts = NDArray[np.int64]
_MANY = 16
"""Patterns of so many words that stand in more places than there are documents are in most of them."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Some documents, searchable: a stream for each field, a column for each figure.

    days: proleptic ordinal of each document's day, 0 if unknown; numbers: figures, -1 if unknown.
    """

    size: int
    streams: Mapping[str, Stream]
    days: NDArray[np.int32]
    numbers: Mapping[str, NDArray[np.int64]]


def streams_for(segment: Segment, field: str) -> list[Stream]:
    """Return the streams in which a field is looked for."""
    names = EVERYWHERE if field == TEXT else (TEXT,) if field == BODY else (field,)
    return [segment.streams[name] for name in names if name in segment.streams]


class Evaluation:
    """One query asked of one segment; remembers how often phrases and near words occur."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self._counted: dict[Term, Counts] = {}

    def answering(self, node: Node, within: Flags | None = None) -> Flags:
        """Return which documents answer. within: documents that matter; others may be left out or not."""
        if isinstance(node, Words):
            return self._of_words(node, within)
        if isinstance(node, Near):
            return self._of_near(node, within)
        if isinstance(node, Days):
            first, last = node.first.toordinal(), node.last.toordinal()
            return (self.segment.days >= first) & (self.segment.days <= last)
        if isinstance(node, Numbers):
            return _in_range(self.segment, node)
        if isinstance(node, AllOf):
            return self._all_of(node.parts, within)
        if isinstance(node, AnyOf):
            found = np.zeros(self.segment.size, dtype=np.bool_)
            for part in node.parts:
                found |= self.answering(part, within)
            return found
        return ~self.answering(node.part, within)

    def occurrences(self, term: Term, within: Flags) -> Counts:
        """Return how often a term occurs in each of the documents ``within``.

        Of near words the left one is counted, where it answers.
        """
        if term in self._counted:
            return self._counted[term]
        if isinstance(term, Near) or not _single(term):
            self.answering(term, within)
            return self._counted[term]
        return self._counts_of(term)

    def _counts_of(self, node: Words) -> Counts:
        found = np.zeros(self.segment.size, dtype=np.int64)
        for stream in streams_for(self.segment, node.field):
            found += stream.counts(stream.ranks(node.patterns[0]), self.segment.size)
        return found

    def _of_words(self, node: Words, within: Flags | None) -> Flags:
        if _single(node) and node.patterns[0].kind != "exact":
            return self._noted(node, self._counts_of(node))
        if _single(node):
            found = np.zeros(self.segment.size, dtype=np.bool_)
            for stream in streams_for(self.segment, node.field):
                found |= stream.holding(stream.ranks(node.patterns[0]), self.segment.size)
            return found
        counts = np.zeros(self.segment.size, dtype=np.int64)
        for stream in streams_for(self.segment, node.field):
            counts += self._per_document(stream, phrase(stream, node.patterns, within).begin)
        return self._noted(node, counts)

    def _of_near(self, node: Near, within: Flags | None) -> Flags:
        counts = np.zeros(self.segment.size, dtype=np.int64)
        for stream in streams_for(self.segment, field_of(node) or TEXT):
            possible = _possible(stream, node, self.segment.size)
            if within is not None:
                possible &= within
            if not possible.any():
                continue
            if node.negated:
                alone = possible & ~_possible(stream, node.right, self.segment.size)
                ranks = one_word(stream, node.left)
                if ranks is not None and alone.sum() * 2 > possible.sum():
                    counts += stream.counts(ranks, self.segment.size, exact=True) * alone
                    possible &= ~alone
            left, right = _sides(stream, node, possible)
            flags = near_flags(stream, left, right, node)
            counts += self._per_document(stream, left.begin[~flags if node.negated else flags])
        return self._noted(node, counts)

    def _all_of(self, parts: Sequence[Node], within: Flags | None) -> Flags:
        """Evaluate the cheap parts first: what they rule out need not be compared word by word."""
        found = np.ones(self.segment.size, dtype=np.bool_) if within is None else within.copy()
        for part in sorted(parts, key=_cost):
            found &= self.answering(part, found)
            if not found.any():
                break
        return found

    def _per_document(self, stream: Stream, slots: NDArray[np.int64]) -> Counts:
        return np.bincount(stream.documents_of(slots), minlength=self.segment.size)

    def _noted(self, term: Term, counts: Counts) -> Flags:
        known = self._counted.get(term)
        self._counted[term] = counts if known is None else np.maximum(known, counts)
        return counts > 0


def spans_of(stream: Stream, node: Operand, within: Flags | None) -> Spans:
    """Return the passages of a field that answer, in the documents ``within``."""
    if isinstance(node, Words):
        return phrase(stream, node.patterns, within)
    if isinstance(node, AnyOf):
        return _alternatives(stream, node, within)
    left, right = _sides(stream, node, within)
    if node.negated:
        return left.only(~near_flags(stream, left, right, node))
    return near_spans(stream, left, right, node)


def _alternatives(stream: Stream, node: AnyOf, within: Flags | None) -> Spans:
    """Return the passages of several alternatives; those that are single words are looked up together."""
    words: list[Ranks] = []
    found: list[Spans] = []
    for part in node.parts:
        ranks = one_word(stream, part) if isinstance(part, Words | AnyOf) else None
        if ranks is not None:
            words.append(ranks)
        elif isinstance(part, Words | Near | AnyOf):
            found.append(spans_of(stream, part, within))
    if words:
        found.append(_at(stream.places(distinct(np.concatenate(words)), within).astype(np.int64)))
    return united(found, solid=_solid(node))


def _solid(node: Operand) -> bool:
    """Say whether the passages of a query have no gaps: words, phrases, and what is not near something."""
    if isinstance(node, AnyOf):
        return all(_solid(part) for part in node.parts if isinstance(part, Words | Near | AnyOf))
    return isinstance(node, Words) or (node.negated and _solid(node.left))


def _sides(stream: Stream, node: Near, within: Flags | None) -> tuple[Spans, Spans]:
    """Return the passages of both sides, the rarer side's first; the other's only in documents that hold it."""
    if not node.negated and _width(stream, node.right) < _width(stream, node.left):
        right = spans_of(stream, node.right, within)
        return spans_of(stream, node.left, _narrowed(stream, right, within)), right
    left = spans_of(stream, node.left, within)
    return left, spans_of(stream, node.right, _narrowed(stream, left, within))


def _narrowed(stream: Stream, spans: Spans, within: Flags | None) -> Flags | None:
    """Return the documents that hold one of the passages; where these are many, those given."""
    return stream.flagged(spans.begin) if len(spans.begin) < _MANY * len(stream.documents) else within


def _width(stream: Stream, node: Operand) -> int:
    """Return at most how many passages answer, about."""
    if isinstance(node, Words):
        return min((stream.size(stream.ranks(each)) for each in node.patterns if each.kind != "any"), default=0)
    if isinstance(node, AnyOf):
        return sum(_width(stream, part) for part in node.parts if isinstance(part, Words | Near | AnyOf))
    left = _width(stream, node.left)
    return left if node.negated else min(left, _width(stream, node.right))


def one_word(stream: Stream, node: Operand) -> Ranks | None:
    """Return the words of a passage that is always one word, else None."""
    if isinstance(node, Words):
        return stream.ranks(node.patterns[0]) if _single(node) else None
    if not isinstance(node, AnyOf):
        return None
    parts = [one_word(stream, part) if isinstance(part, Words | AnyOf) else None for part in node.parts]
    found = [part for part in parts if part is not None]
    return distinct(np.concatenate(found)) if found and len(found) == len(parts) else None


def _at(slots: NDArray[np.int64]) -> Spans:
    return Spans(slots, slots)


def hits_of(stream: Stream, term: Term) -> list[Spans]:
    """Return the words to mark for a term: those within a passage that answers."""
    if isinstance(term, Words):
        return [phrase(stream, term.patterns, None)]
    if not isinstance(term.left, Near) and term.negated:
        return [spans_of(stream, term, None)]
    whole = spans_of(stream, term, None)
    found = []
    for words in words_in(term):
        spans = phrase(stream, words.patterns, None)
        found.append(spans.only(_inside(spans, whole)))
    return found


def _inside(spans: Spans, whole: Spans) -> Flags:
    """Say which spans lie inside one of the whole passages."""
    if not len(whole.begin):
        return np.zeros(len(spans.begin), dtype=np.bool_)
    reach = np.maximum.accumulate(whole.end)
    place = np.searchsorted(whole.begin, spans.begin, side="right") - 1
    found: Flags = place >= 0
    found[found] = reach[place[found]] >= spans.end[found]
    return found


def _single(node: Words) -> bool:
    """Say whether one word is looked for, wherever it stands."""
    return len(node.patterns) == 1 and node.patterns[0].kind != "any"


def _possible(stream: Stream, node: Operand, size: int) -> Flags:
    """Return the documents in which a passage may stand: they hold all of its words, those left out that are broad."""
    if isinstance(node, Words):
        return _holding_all(stream, node.patterns, size)
    if isinstance(node, AnyOf):
        found = np.zeros(size, dtype=np.bool_)
        for part in node.parts:
            if isinstance(part, Words | Near | AnyOf):
                found |= _possible(stream, part, size)
        return found
    found = _possible(stream, node.left, size)
    if node.negated or not found.any():
        return found
    return found & _possible(stream, node.right, size)


def _holding_all(stream: Stream, patterns: Sequence[Pattern], size: int) -> Flags:
    found = np.ones(size, dtype=np.bool_)
    for pattern in sorted(patterns, key=lambda each: each.kind != "exact"):
        if pattern.kind == "any":
            continue
        ranks = stream.ranks(pattern)
        if not len(ranks):
            return np.zeros(size, dtype=np.bool_)
        if len(ranks) < _MANY or stream.size(ranks) < size:
            found &= stream.holding(ranks, size)
        if not found.any():
            break
    return found


def _cost(node: Node) -> int:
    if isinstance(node, Words):
        return min(len(node.patterns), 3)
    if isinstance(node, Near):
        return 10
    if isinstance(node, AllOf | AnyOf):
        return max(map(_cost, node.parts))
    return _cost(node.part) if isinstance(node, Without) else 0


def _in_range(segment: Segment, node: Numbers) -> Flags:
    column = segment.numbers.get(node.field)
    if column is None:
        return np.zeros(segment.size, dtype=np.bool_)
    found = column >= max(node.low or 0, 0)
    return found if node.high is None else found & (column <= node.high)


def phrase(stream: Stream, patterns: Sequence[Pattern], within: Flags | None) -> Spans:
    """Return where the patterns stand side by side; the rarest word leads."""
    wanted: list[tuple[int, int, Ranks]] = []
    for offset, pattern in enumerate(patterns):
        if pattern.kind != "any":
            ranks = stream.ranks(pattern)
            if not len(ranks):
                return NOWHERE
            wanted.append((stream.size(ranks), offset, ranks))
    wanted.sort(key=lambda item: item[0])
    _size, offset, ranks = wanted[0]
    begin = stream.places(ranks, within).astype(np.int64)
    if offset:
        begin -= offset
        begin = begin[begin >= 0]
    for _size, offset, ranks in wanted[1:]:
        if not len(begin):
            return NOWHERE
        held = stream.flagged(begin) if len(ranks) > 1 else None
        begin = begin[_among(begin + offset, stream.places(ranks, held))]
    for offset, pattern in enumerate(patterns):
        begin = _parted_as_typed(stream, patterns, offset, pattern, begin)
    return Spans(begin, begin + (len(patterns) - 1)) if len(patterns) > 1 else _at(begin)


def _parted_as_typed(
    stream: Stream, patterns: Sequence[Pattern], offset: int, pattern: Pattern, begin: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Keep the places where there is a word for ``any``, and punctuation between Han characters just as typed."""
    if not len(begin):
        return begin
    if pattern.kind == "any":
        begin = begin[stream.taken(begin + offset)]
        return begin if pattern.text != "?" or offset == 0 else begin[~_among(begin + offset, stream.breaks())]
    if offset == 0 or not pattern.han or not (patterns[offset - 1].han or patterns[offset - 1].kind == "any"):
        return begin
    if pattern.mark:
        return begin[_among(begin + offset, stream.breaks(pattern.mark))]
    return begin[~_among(begin + offset, stream.breaks())]


def _among(wanted: NDArray[np.int64], places: Slots) -> Flags:
    """Say which of the wanted slots are among the places; both sorted."""
    if not len(places):
        return np.zeros(len(wanted), dtype=np.bool_)
    needles = wanted.astype(np.uint32)
    at = np.searchsorted(places, needles)
    at[at == len(places)] = 0
    found: Flags = places[at] == needles
    return found
