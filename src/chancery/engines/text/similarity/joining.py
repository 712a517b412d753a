"""Finds every pair of documents at least so similar, without comparing all with all.

Two sets with Jaccard similarity of at least t share a member of their prefixes, if each prefix holds the
n - ceil(t n) + 1 members that come first in one order common to all documents; Chaudhuri, Ganti, Kaushik 2006;
Bayardo, Ma, Srikant 2007. The order begins with what no other document has, then what is rare. Since lone members
meet nobody, a document whose prefix is all lone is done without any comparison. The sketches of two that meet differ
in no more bits than the sets in members, so most that are too far apart are passed over unread (bitmap filter; Sandes,
Teodoro, Melo 2020). No pair is missed, and each is reported with its exact similarity: recall and precision are 1 by
construction.
"""

from __future__ import annotations

import math
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chancery.engines.text.ordering import Growing, Ordered, Store
from chancery.engines.text.similarity.kept import Batch
from chancery.engines.text.similarity.occurrences import Occurrences
from chancery.engines.text.similarity.shingles import SKETCH_WORDS, distinct, similarity, sketch_of
from chancery.engines.text.similarity.tokens import U64, mix
from chancery.foundation.errors import Refused

_LEAST_WORDS = 5
_ROUNDING = 1e-9
_FEWEST_BITS, _MOST_BITS = 10, 24
_HELD = 256  # sets of documents compared last
_KEY = 8  # bytes
_LARGEST = 2**31 - 1  # shingles of a document
_NONE = 2**32 - 1
_STEPS = 24  # entries of a slot that are followed one by one
_LONG = 1 << 24  # numbers of entries that are also held side by side
_NO_KEYS = np.empty(0, np.uint32)
_FEW = 8  # documents met that are compared without sketches
_NO_SKETCH = np.zeros(SKETCH_WORDS, np.uint32)  # of a document that was never compared

Halves = npt.NDArray[np.uint32]


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
        self._threshold, self._folder = threshold, folder
        self._unlike = (1 - threshold) / (1 + threshold)  # of two sizes together: most that only one of two sets has
        self._seen = Occurrences(count=count, text_of=text_of, keep_bytes=keep_bytes, folder=folder)
        self._short_words = short_words
        self._held: OrderedDict[int, U64] = OrderedDict()
        self._is_copy = np.zeros(count, np.bool_)
        self._copies = Ordered(width=2, folder=folder)
        self._find_copies()
        self._keys, self._chosen = Store(folder=folder), Ordered(width=3, folder=folder)
        for batch in self._seen.batches():
            self._choose(batch)
        bits = min(_MOST_BITS, max(_FEWEST_BITS, (self._keys.end // _KEY).bit_length()))
        self._shift = np.uint32(32 - bits)
        self._last = np.full(1 << bits, _NONE, np.uint32)
        self._entered = Growing(width=3, folder=folder)  # of each key entered: its tag, its document, the one before
        self._long: dict[int, array[int]] = {}  # of slots with many entries: tag and document of each
        self._is_long, self._room = np.zeros(1 << bits, np.bool_), _LONG
        self._documents = Growing(width=2, folder=folder)  # of each entered: number and size
        self._sketches = Growing(width=SKETCH_WORDS, folder=folder)  # of each entered, zeros until it is drawn
        self._current, self._sketch = (-1, 0, _NO_KEYS, _NO_KEYS), _NO_SKETCH

    def _find_copies(self) -> None:
        """Find the documents with the shingles of an earlier one."""
        for part in self._seen.prints.parts():
            again = np.flatnonzero(part[1:, 0] == part[:-1, 0]) + 1
            if not len(again):
                continue
            part = part[np.lexsort((part[:, 1], part[:, 0]))]
            firsts: dict[int, int] = {}
            for place in again.tolist():
                before, copy, words = int(part[place - 1, 1]), int(part[place, 1]), int(part[place, 2])
                first = firsts.get(before, before)
                if words >= _LEAST_WORDS and np.array_equal(self._seen.shingles(first), self._seen.shingles(copy)):
                    firsts[copy] = first
                    self._is_copy[copy] = True
                    self._copies.add(copy, first)

    def _choose(self, batch: Batch) -> None:
        """Write the common part of the prefix of each document that has one."""
        sizes = np.diff(batch.bounds)
        most = np.floor((1 - self._threshold) * sizes + _ROUNDING).astype(np.int64) + 1
        common, lone_counts = self._seen.common(batch)
        open_ = (lone_counts < most) & (batch.words >= self._short_words) & ~self._is_copy[batch.numbers]
        for place in np.flatnonzero(open_ & (sizes > 0)).tolist():
            here = slice(batch.bounds[place], batch.bounds[place + 1])
            values, flags = batch.values[here], common[here]
            shared = distinct(values[flags])
            size = len(shared) + len(distinct(values[~flags]))
            length = len(shared) + 1 - math.ceil(self._threshold * size - _ROUNDING)
            if length > 0:
                keys = (shared >> np.uint64(16)) | (self._seen.often(shared).astype(np.uint64) << np.uint64(48))
                keys = np.partition(keys, length - 1)[:length] if length < len(keys) else keys
                order = (_LARGEST - size) << 32 | int(batch.numbers[place])
                self._chosen.add(order, self._keys.end, len(keys))
                self._keys.append(np.sort(mix(keys)).tobytes())

    def copies(self) -> Iterator[tuple[int, int]]:
        """Yield each document that only repeats an earlier one, with that one; neither is among the longest first."""
        for part in self._copies.parts():
            yield from ((copy, first) for copy, first in part.tolist())

    def longest_first(self) -> Iterator[int]:
        """Yield the documents that may have a partner, longest first, then in the order given.

        What is asked about a document is asked while it is the one yielded last.
        """
        for part in self._chosen.parts():
            for order, place, keys in part.tolist():
                number = order & 0xFFFFFFFF
                halves = np.frombuffer(self._keys.read(keys * _KEY, place), np.uint32)
                self._current = (number, _LARGEST - (order >> 32), halves[1::2] >> self._shift, halves[::2])
                self._sketch = _NO_SKETCH
                yield number

    def partners(self) -> Iterator[tuple[int, float]]:
        """Yield each entered document at least so similar to the current one, with the similarity, in the order
        given."""
        number, size, slots, tags = self._current
        places = self._met(slots, tags)
        rows = self._documents.take(places)
        fits = rows[:, 1] <= size / self._threshold + _ROUNDING
        places, rows = places[fits], rows[fits]
        if not len(rows):
            return
        mine = self._distinct(number)
        drawn = np.ones(len(rows), np.bool_)
        if len(rows) > _FEW:
            sketches = self._sketches.take(places)
            drawn = np.asarray(sketches.any(axis=1))
            if drawn.any():
                self._sketch = sketch_of(mine)
                apart = np.bitwise_count(sketches ^ self._sketch).sum(axis=1)
                near = ~drawn | (apart <= (rows[:, 1] + size) * self._unlike + _ROUNDING)
                places, rows, drawn = places[near], rows[near], drawn[near]
        for at in np.argsort(rows[:, 0]).tolist():
            other = int(rows[at, 0])
            theirs = self._distinct(other)
            if not drawn[at]:
                self._sketches.replace(int(places[at]), sketch_of(theirs))
            found = similarity(mine, theirs)
            if found + _ROUNDING >= self._threshold:
                yield other, found

    def enter(self) -> None:
        """Let later documents, which are not longer, meet the current one.

        Raises OverflowError beyond 4,294,967,294 keys, which is a temporary file of 51 GB.
        """
        number, size, slots, tags = self._current
        first = len(self._entered)
        if first + len(slots) > _NONE:
            raise OverflowError("too many keys of documents to be compared")
        places = np.arange(first, first + len(slots), dtype=np.uint32)
        owner = np.full(len(slots), len(self._documents), np.uint32)
        before = self._last[slots]
        shared = np.flatnonzero(slots[1:] == slots[:-1])  # keys are in order, so those of one slot are neighbours
        before[shared + 1] = places[shared]
        self._entered.extend(np.column_stack((tags, owner, before)))
        self._last[slots] = places
        if self._long:
            self._add_to_long(slots, tags, owner)
        self._documents.extend(np.array([[number, size]], np.uint32))
        self._sketches.extend(self._sketch[np.newaxis])

    def _add_to_long(self, slots: Halves, tags: Halves, owner: Halves) -> None:
        long = self._is_long[slots]
        for slot, tag, number in zip(slots[long].tolist(), tags[long].tolist(), owner[long].tolist(), strict=True):
            self._long[slot].extend((tag, number))
            self._room -= 2
        if self._room <= 0:
            self._long.clear()

    def _met(self, slots: Halves, tags: Halves) -> Halves:
        """Return the places of the documents entered that share a key."""
        found = []
        if self._long:
            long = self._is_long[slots]
            for slot, tag in zip(slots[long].tolist(), tags[long].tolist(), strict=True):
                rows = np.frombuffer(self._long[slot], np.uint32).reshape(-1, 2)
                found.append(rows[rows[:, 0] == tag, 1])
            slots, tags = slots[~long], tags[~long]
        places, steps = self._last[slots], 0
        while (more := places != _NONE).any():
            steps += 1
            places, tags, slots = places[more], tags[more], slots[more]
            rows = self._entered.take(places)
            found.append(rows[rows[:, 0] == tags, 1])
            places = rows[:, 2]
            if steps == _STEPS:
                self._lengthen(slots)
        return distinct(np.concatenate(found)) if found else _NO_KEYS

    def _lengthen(self, slots: Halves) -> None:
        """Lay the entries of slots that many documents share side by side, while there is room for such rows."""
        for slot in np.unique(slots).tolist() if self._room > 0 else ():
            entries, place = array("I"), int(self._last[slot])
            while place != _NONE:
                tag, owner, place = self._entered.take(np.array([place]))[0].tolist()
                entries.extend((tag, owner))
            self._long[slot], self._is_long[slot] = entries, True
            self._room -= len(entries)

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
