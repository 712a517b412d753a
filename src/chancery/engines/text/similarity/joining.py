"""Finds every pair of documents at least so similar, without comparing all with all.

Two sets with Jaccard similarity of at least t share a member of their prefixes, if each prefix holds the
n - ceil(t n) + 1 members that come first in one order common to all documents; Chaudhuri, Ganti, Kaushik 2006;
Bayardo, Ma, Srikant 2007. The order begins with what no other document has, then what is rare. Since lone members
meet nobody, a document whose prefix is all lone is done without any comparison. No pair is missed, and each is
reported with its exact similarity: recall and precision are 1 by construction.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chancery.engines.text.similarity.kept import Batch
from chancery.engines.text.similarity.occurrences import Occurrences
from chancery.engines.text.similarity.shingles import distinct, similarity
from chancery.engines.text.similarity.tokens import U64, mix
from chancery.foundation.errors import Refused

_LEAST_WORDS = 5
_ROUNDING = 1e-9
_FEWEST_BITS, _MOST_BITS = 10, 24
_HELD = 256  # sets of documents compared last


Halves = npt.NDArray[np.uint32]
I32 = npt.NDArray[np.int32]


class SimilarityRefused(Refused):
    """A threshold that no similarity can have."""

    code = "similarity_invalid"


class Join:
    """Documents of a collection that may have a partner, longest first, and the search among those already added."""

    def __init__(
        self,
        *,
        count: int,
        text_of: Callable[[int], str],
        threshold: float,
        short_words: int,
        keep_bytes: int,
        folder: Path | None = None,
    ) -> None:
        """Raises SimilarityRefused for a threshold that is not above 0 and at most 1; values as in ``groups``."""
        if not 0 < threshold <= 1:
            raise SimilarityRefused("A similarity lies above 0 and is at most 1.")
        self._threshold = threshold
        self._seen = Occurrences(count=count, text_of=text_of, keep_bytes=keep_bytes, folder=folder)
        self._sizes = np.zeros(count, np.int32)  # of the shingle sets; 0: cannot have a partner
        self._first = np.zeros(count, np.int64)
        self._lengths = np.zeros(count, np.int32)
        self._chosen = 0
        self._held: OrderedDict[int, U64] = OrderedDict()
        self._short_words = short_words
        self.first_of = self._copies()
        chosen = [np.concatenate(found) for batch in self._seen.batches() if (found := list(self._choose(batch)))]
        self._keys, self._tags = _slots(chosen)
        self._last = np.full(int(self._keys.max(initial=0)) + 1, -1, np.int32)
        self._before = np.full(len(self._keys), -1, np.int32)
        self._owner = np.zeros(len(self._keys), np.int32)

    def _copies(self) -> I32:
        """Return for each document the first one with the same shingles, -1 where that is itself."""
        order = np.argsort(self._seen.prints, kind="stable")
        prints = self._seen.prints[order]
        same = np.flatnonzero(prints[1:] == prints[:-1]) + 1
        found = np.full(self._seen.count, -1, np.int32)
        for place in map(int, same):
            first, copy = int(order[place - 1]), int(order[place])
            first = int(found[first]) if found[first] >= 0 else first
            if self._seen.words[copy] >= _LEAST_WORDS and np.array_equal(
                self._seen.shingles(first), self._seen.shingles(copy)
            ):
                found[copy] = first
        return found

    def _choose(self, batch: Batch) -> Iterator[Halves]:
        """Yield the common part of the prefix of each document that has one."""
        sizes = np.diff(batch.bounds)
        most = np.floor((1 - self._threshold) * sizes + _ROUNDING).astype(np.int64) + 1
        common, lone_counts = self._seen.common(batch)
        open_ = (lone_counts < most) & (self._seen.words[batch.numbers] >= self._short_words)
        for place in np.flatnonzero(open_ & (sizes > 0)).tolist():
            number = int(batch.numbers[place])
            if self.first_of[number] >= 0:
                continue
            here = slice(batch.bounds[place], batch.bounds[place + 1])
            values, flags = batch.values[here], common[here]
            shared = distinct(values[flags])
            size = len(shared) + len(distinct(values[~flags]))
            length = len(shared) + 1 - math.ceil(self._threshold * size - _ROUNDING)
            if length > 0:
                keys = (shared >> np.uint64(16)) | (self._seen.often(shared).astype(np.uint64) << np.uint64(48))
                keys = np.partition(keys, length - 1)[:length] if length < len(keys) else keys
                self._sizes[number] = size
                self._first[number], self._lengths[number] = self._chosen, len(keys)
                self._chosen += len(keys)
                yield mix(keys).view(np.uint32)

    def copies(self) -> Iterator[tuple[int, int]]:
        """Yield each document that only repeats an earlier one, with that one; neither is among the longest first."""
        for copy in map(int, np.flatnonzero(self.first_of >= 0)):
            yield copy, int(self.first_of[copy])

    def longest_first(self) -> Iterator[int]:
        """Yield the documents that may have a partner, longest first, then in the order given."""
        numbers = np.flatnonzero(self._sizes)
        yield from map(int, numbers[np.argsort(-self._sizes[numbers], kind="stable")])

    def partners(self, number: int) -> Iterator[tuple[int, float]]:
        """Yield each added document at least so similar, with the similarity, in the order added."""
        met = self._met(number)
        if not len(met):
            return
        longest = int(self._sizes[number]) / self._threshold + _ROUNDING
        near: list[int] = met[self._sizes[met] <= longest].tolist()
        if not near:
            return
        mine = self._distinct(number)
        for other in near:
            found = similarity(mine, self._distinct(other))
            if found + _ROUNDING >= self._threshold:
                yield other, found

    def add(self, number: int) -> None:
        """Let later documents, which are not longer, meet this one."""
        first, last = self._keys_of(number)
        keys, places = self._keys[first:last], np.arange(first, last, dtype=np.int32)
        self._owner[places] = number
        self._before[places] = self._last[keys]
        self._last[keys] = places

    def _keys_of(self, number: int) -> tuple[int, int]:
        first = int(self._first[number])
        return first, first + int(self._lengths[number])

    def _met(self, number: int) -> I32:
        """Return the added documents that share a key with this one, in the order given."""
        first, last = self._keys_of(number)
        places, tags = self._last[self._keys[first:last]], self._tags[first:last]
        found = []
        while (more := places >= 0).any():
            places, tags = places[more], tags[more]
            found.append(self._owner[places[self._tags[places] == tags]])
            places = self._before[places]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int32)

    def _distinct(self, number: int) -> U64:
        """Return the shingle set of a document; those asked for last are held."""
        found = self._held.get(number)
        if found is None:
            found = distinct(self._seen.shingles(number))
            self._held[number] = found
            if len(self._held) > _HELD:
                self._held.popitem(last=False)
        else:
            self._held.move_to_end(number)
        return found


def _slots(chosen: list[Halves]) -> tuple[Halves, Halves]:
    """Return a slot and a tag for each key, made of its two halves, the same for equal keys."""
    if not chosen:
        return np.empty(0, np.uint32), np.empty(0, np.uint32)
    halves = np.concatenate(chosen)
    chosen.clear()
    bits = min(_MOST_BITS, max(_FEWEST_BITS, (len(halves) // 2).bit_length()))
    return halves[1::2] >> np.uint32(32 - bits), halves[::2].copy()
