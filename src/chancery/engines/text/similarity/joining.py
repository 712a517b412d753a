"""Finds every pair of documents at least so similar, without comparing all with all.

Two sets with Jaccard similarity of at least t share a member of their prefixes, if each prefix holds the
n - ceil(t n) + 1 members that come first in one order common to all documents; Chaudhuri, Ganti, Kaushik 2006;
Bayardo, Ma, Srikant 2007. The order begins with what no other document has, then what is rare. Since lone members
meet nobody, a document whose prefix is all lone is done without any comparison. No pair is missed, and each is
reported with its exact similarity: recall and precision are 1 by construction.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from chancery.engines.text.similarity.occurrences import Batch, Occurrences
from chancery.engines.text.similarity.shingles import distinct, similarity
from chancery.engines.text.similarity.tokens import U64

_LEAST_WORDS = 5
_ROUNDING = 1e-9


class Join:
    """Documents of a collection that may have a partner, longest first, and the search among those already added."""

    def __init__(
        self, *, count: int, text_of: Callable[[int], str], threshold: float, short_words: int, keep_bytes: int
    ) -> None:
        """threshold: least Jaccard similarity, above 0 up to 1; the other values as in ``groups``."""
        self._threshold = threshold
        self._seen = Occurrences(count=count, text_of=text_of, keep_bytes=keep_bytes)
        self._prefix: dict[int, list[int]] = {}
        self._sets: dict[int, int] = {}
        self._index: dict[int, list[int]] = {}
        self._short_words = short_words
        self.copies = self._copies()
        for batch in self._seen.batches():
            self._choose(batch)

    def _copies(self) -> dict[int, int]:
        """Return the first document with the same shingles for each later one."""
        order = np.argsort(self._seen.prints, kind="stable")
        prints = self._seen.prints[order]
        same = np.flatnonzero(prints[1:] == prints[:-1]) + 1
        found: dict[int, int] = {}
        for place in same.tolist():
            first, copy = int(order[place - 1]), int(order[place])
            first = found.get(first, first)
            if self._seen.words[copy] >= _LEAST_WORDS and np.array_equal(
                self._seen.shingles(first), self._seen.shingles(copy)
            ):
                found[copy] = first
        return found

    def _choose(self, batch: Batch) -> None:
        """Keep the common part of the prefix of each document that has one."""
        sizes = np.diff(batch.bounds)
        place = slice(batch.first, batch.first + len(sizes))
        most = np.floor((1 - self._threshold) * sizes + _ROUNDING).astype(np.int64) + 1
        open_ = (self._seen.lone_counts(batch) < most) & (self._seen.words[place] >= self._short_words)
        for offset in np.flatnonzero(open_ & (sizes > 0)).tolist():
            number = batch.first + offset
            if number in self.copies:
                continue
            values = distinct(batch.values[batch.bounds[offset] : batch.bounds[offset + 1]])
            common = values[~self._seen.lone(values)]
            length = len(values) - math.ceil(self._threshold * len(values) - _ROUNDING) + 1
            length -= len(values) - len(common)
            if length > 0:
                self._sets[number] = len(values)
                self._prefix[number] = self._first(common, length)

    def _first(self, common: U64, length: int) -> list[int]:
        keys = (common >> np.uint64(16)) | (self._seen.often(common).astype(np.uint64) << np.uint64(48))
        if length < len(keys):
            keys = np.partition(keys, length - 1)[:length]
        found: list[int] = keys.tolist()
        return found

    def longest_first(self) -> list[int]:
        """Return the documents that may have a partner, longest first, then in the order given."""
        return sorted(self._sets, key=lambda number: (-self._sets[number], number))

    def partners(self, number: int) -> Iterator[tuple[int, float]]:
        """Yield each added document at least so similar, with the similarity, in the order added."""
        least = self._threshold * self._sets[number] - _ROUNDING
        met: Counter[int] = Counter()
        for key in self._prefix[number]:
            if key in self._index:
                met.update(self._index[key])
        if not met:
            return
        mine = distinct(self._seen.shingles(number))
        for other in sorted(met):
            longer = max(self._sets[other], len(mine))
            if self._threshold * longer - _ROUNDING > min(self._sets[other], len(mine)) or len(mine) < least:
                continue
            found = similarity(mine, distinct(self._seen.shingles(other)))
            if found + _ROUNDING >= self._threshold:
                yield other, found

    def add(self, number: int) -> None:
        """Let later documents meet this one."""
        for key in self._prefix[number]:
            self._index.setdefault(key, []).append(number)
