"""Asking an index: which documents, in which order, and what they have in common.

Whoever asks names the scopes whose documents count. Everything that comes back (hits, counts, weights of words,
facets, reports) is worked out over those documents alone, so it tells nothing of others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from .describing import GROUPS
from .evaluation import Evaluation
from .nodes import Node, Term, terms_in
from .segment import FAMILY, SCOPE, SegmentReader
from .store import open_segments
from .streams import Flags

Order = Literal["relevance", "newest", "oldest", "indexed"]
_SATURATION: Final = 1.2
_LENGTH_WEIGHT: Final = 0.75


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that answers. score: the higher the better; 0 where the query has no words to weigh."""

    id: str
    score: float
    segment: int
    number: int


@dataclass(frozen=True, slots=True)
class Found:
    """What answers a query: how many documents, and those of one page."""

    total: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """What the answering documents have in common.

    labels: for each label, its commonest values with their documents; months: (year-month, documents) in order;
    undated: documents without a day; families: how many families the documents belong to.
    """

    total: int
    labels: dict[str, tuple[tuple[str, int], ...]]
    months: tuple[tuple[str, int], ...]
    undated: int
    families: int


class Searcher:
    """An index as it was when it was opened. scopes: whose documents count; None: all."""

    def __init__(self, segments: Sequence[SegmentReader], *, scopes: Collection[str] | None = None) -> None:
        self.segments = segments
        self.allowed = [
            part.alive if scopes is None else part.alive & part.labelled(SCOPE, scopes) for part in segments
        ]

    @classmethod
    def open(cls, folder: Path, *, scopes: Collection[str] | None = None) -> Searcher:
        """Open an index on disk; one that is not there has no documents. Raises IndexDamaged."""
        return cls(open_segments(folder), scopes=scopes)

    @property
    def size(self) -> int:
        """How many documents count."""
        return sum(int(flags.sum()) for flags in self.allowed)

    def answering(self, node: Node) -> list[Flags]:
        """Return which documents of each segment answer and count."""
        return self.asked(node, [Evaluation(part.segment) for part in self.segments])

    def asked(self, node: Node, evaluations: Sequence[Evaluation]) -> list[Flags]:
        """Return which documents answer, with evaluations that remember how often terms occur."""
        return [
            each.answering(node, allowed) & allowed for each, allowed in zip(evaluations, self.allowed, strict=True)
        ]

    def count(self, node: Node) -> int:
        """Return how many documents answer."""
        return sum(int(flags.sum()) for flags in self.answering(node))

    def find(self, node: Node, *, limit: int | None, offset: int = 0, order: Order = "relevance") -> Found:
        """Return one page of the documents that answer; equal ones as they were indexed. limit: None for all."""
        return self.page(node, limit=limit, offset=offset, order=order)[0]

    def page(
        self, node: Node, *, limit: int | None, offset: int = 0, order: Order = "relevance"
    ) -> tuple[Found, list[Flags]]:
        """Return one page of the documents that answer, and which they all are, for facets and families."""
        evaluations = [Evaluation(part.segment) for part in self.segments]
        flags = self.asked(node, evaluations)
        total = sum(int(found.sum()) for found in flags)
        by_words = order == "relevance" and total > 0 and limit != 0
        scores = self._scores(node, flags, evaluations) if by_words else self._dates(order)
        last = total if limit is None else min(offset + limit, total)
        best = _best(scores, flags, last)[offset:last]
        hits = [
            Hit(self.segments[at].id(number), round(score, 6) if by_words else 0.0, at, number)
            for score, at, number in best
        ]
        return Found(total, tuple(hits)), flags

    def stored(self, hit: Hit) -> dict[str, Any]:
        """Return what was kept of a document."""
        return self.segments[hit.segment].stored(hit.number)

    def facets(self, flags: Sequence[Flags], *, names: Sequence[str], most: int = 20) -> Facets:
        """Return what documents have in common. most: values of each label."""
        labels = {name: _commonest(self.tally(flags, name), most, 2 if name in GROUPS else 1) for name in names}
        days = [part.segment.days[found] for part, found in zip(self.segments, flags, strict=True)]
        known = np.concatenate(days) if days else np.zeros(0, dtype=np.int32)
        dated = known[known > 0]
        months: Counter[str] = Counter()
        for day, count in zip(*(each.tolist() for each in np.unique(dated, return_counts=True)), strict=True):
            months[date.fromordinal(day).isoformat()[:7]] += count
        total = len(known)
        return Facets(total, labels, tuple(sorted(months.items())), total - len(dated), len(self.families(flags)))

    def tally(self, flags: Sequence[Flags], name: str) -> Counter[str]:
        """Return for each value of a label how many of the documents carry it."""
        found: Counter[str] = Counter()
        for part, chosen in zip(self.segments, flags, strict=True):
            values, bounds, codes = part.labels(name)
            if values:
                counts = np.bincount(codes[np.repeat(chosen, np.diff(bounds))], minlength=len(values))
                found.update({values[code]: int(counts[code]) for code in np.flatnonzero(counts).tolist()})
        return found

    def families(self, flags: Sequence[Flags]) -> frozenset[str]:
        """Return the families the documents belong to; a document without one is a family of its own."""
        found: set[str] = set()
        for part, chosen in zip(self.segments, flags, strict=True):
            values, bounds, codes = part.labels(FAMILY)
            counts = np.diff(bounds)
            found.update(values[code] for code in np.unique(codes[np.repeat(chosen, counts)]).tolist())
            found.update(part.id(number) for number in np.flatnonzero(chosen & (counts == 0)).tolist())
        return frozenset(found)

    def in_families(self, families: Collection[str]) -> list[Flags]:
        """Return the documents of families."""
        found = []
        for part, allowed in zip(self.segments, self.allowed, strict=True):
            chosen = part.labelled(FAMILY, families)
            alone = np.flatnonzero(np.diff(part.labels(FAMILY)[1]) == 0)
            for number in alone.tolist():
                chosen[number] |= part.id(number) in families
            found.append(chosen & allowed)
        return found

    def _scores(
        self, node: Node, flags: Sequence[Flags], evaluations: Sequence[Evaluation]
    ) -> list[NDArray[np.float64]]:
        """Weigh the documents. Method: BM25 (k1 1.2, b 0.75), a phrase or nearness counting as one word."""
        terms: list[Term] = list(dict.fromkeys(terms_in(node)))
        scores = [np.zeros(part.size, dtype=np.float64) for part in self.segments]
        lengths = [part.lengths for part in self.segments]
        size = max(self.size, 1)
        words = sum(float(each[allowed].sum()) for each, allowed in zip(lengths, self.allowed, strict=True))
        mean = max(words / size, 1.0)
        for term in terms:
            counts = [each.occurrences(term, found) for each, found in zip(evaluations, flags, strict=True)]
            held = sum(int(((each > 0) & allowed).sum()) for each, allowed in zip(counts, self.allowed, strict=True))
            weight = np.log1p((size - held + 0.5) / (held + 0.5)) if held <= size else 0.0
            for at, each in enumerate(counts):
                bent = each + _SATURATION * (1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * lengths[at] / mean)
                scores[at] += weight * each * (_SATURATION + 1) / bent
        return scores

    def _dates(self, order: Order) -> list[NDArray[np.float64]]:
        if order not in ("newest", "oldest"):
            return [np.zeros(part.size) for part in self.segments]
        sign = 1.0 if order == "newest" else -1.0
        days = [part.segment.days.astype(np.float64) for part in self.segments]
        return [np.where(each > 0, sign * each, -1e9) for each in days]


def _best(scores: Sequence[NDArray[np.float64]], flags: Sequence[Flags], wanted: int) -> list[tuple[float, int, int]]:
    """Return (score, segment, document) of the best documents, best first."""
    if wanted <= 0:
        return []
    numbers = [np.flatnonzero(found) for found in flags]
    values = np.concatenate([each[found] for each, found in zip(scores, flags, strict=True)])
    owner = np.repeat(np.arange(len(numbers)), [len(each) for each in numbers])
    number = np.concatenate(numbers)
    if wanted < len(values):
        least = np.partition(values, len(values) - wanted)[len(values) - wanted]
        kept = np.flatnonzero(values >= least)
        values, owner, number = values[kept], owner[kept], number[kept]
    order = np.argsort(-values, kind="stable")[:wanted]
    return list(zip(values[order].tolist(), owner[order].tolist(), number[order].tolist(), strict=True))


def _commonest(counts: Counter[str], most: int, least: int) -> tuple[tuple[str, int], ...]:
    kept = [item for item in counts.items() if item[1] >= least]
    return tuple(sorted(kept, key=lambda item: (-item[1], item[0]))[:most])
