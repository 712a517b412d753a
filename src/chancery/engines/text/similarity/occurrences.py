"""The first pass over a collection: how long each document is, which shingles no other document has.

The table has one slot of 32 bits for a hash value. A shingle is called lone when a single document met its slot;
one that shares its slot by chance is only treated as common, so nothing that is common is ever missed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chancery.engines.text.similarity.shingles import Shingles, shingles_of
from chancery.engines.text.similarity.tokens import I64, U64, Flags, mix

_COMMON = np.uint32(0xFFFFFFFF)
_BATCH_TEXTS, _BATCH_CHARS = 128, 400_000
_FEWEST_BITS, _MOST_BITS = 16, 26
_SAMPLED = 4000
_SAMPLE_BITS = 22


@dataclass(frozen=True, slots=True)
class Batch:
    """The shingles of neighbouring documents; first: number of the first; met: shingles of all before, plus 1."""

    first: int
    met: int
    values: U64
    bounds: I64


class Occurrences:
    """How many shingles each document has, and which of them no other document has.

    sizes: shingles of a document, repeated ones counted. words: its length in words. prints: the same number
    for two documents with the same shingles in the same order.
    """

    def __init__(self, *, count: int, text_of: Callable[[int], str], keep_bytes: int) -> None:
        """Read every text once; up to keep_bytes of shingles stay in memory, the rest is read again when asked."""
        self.count = count
        self.sizes = np.zeros(count, np.int64)
        self.words = np.zeros(count, np.int64)
        self.prints = np.zeros(count, np.uint64)
        self._text_of = text_of
        self._keep_bytes = keep_bytes
        bits = min(_MOST_BITS, max(_FEWEST_BITS, (count * 256).bit_length()))
        self._shift = np.uint64(64 - bits)
        self._table = np.zeros(1 << bits, np.uint32)
        self._kept: list[Batch] = []
        self._starts: list[int] = []
        self._again: OrderedDict[int, U64] = OrderedDict()
        self._again_bytes = 0
        self._read()
        self._often = self._sample()

    def _read(self) -> None:
        held, met = 0, 1
        for numbers, found in self._shingles(range(self.count)):
            batch = Batch(numbers[0], met, found.values, found.bounds)
            place = slice(numbers[0], numbers[-1] + 1)
            self.words[place], self.sizes[place] = found.words, np.diff(found.bounds)
            self.prints[place] = _prints(batch)
            self._enter(batch)
            met += len(found.values)
            held += found.values.nbytes
            if held <= self._keep_bytes:
                self._kept.append(batch)
                self._starts.append(batch.first)

    def _shingles(self, numbers: Iterable[int]) -> Iterator[tuple[list[int], Shingles]]:
        """Yield shingles of documents in batches limited by number and by characters."""
        here: list[int] = []
        texts: list[str] = []
        chars = 0
        for number in numbers:
            here.append(number)
            texts.append(self._text_of(number))
            chars += len(texts[-1])
            if chars >= _BATCH_CHARS or len(here) == _BATCH_TEXTS:
                yield here, shingles_of(texts=texts)
                here, texts, chars = [], [], 0
        if here:
            yield here, shingles_of(texts=texts)

    def _enter(self, batch: Batch) -> None:
        """Mark the slots of a batch: the number of the occurrence, or common once two documents met there."""
        slots = self._slots(batch.values)
        if batch.met + len(slots) >= int(_COMMON):
            self._table[slots] = _COMMON
            return
        own = np.arange(batch.met, batch.met + len(slots), dtype=np.uint32)
        wanted = np.where(self._table[slots] == 0, own, _COMMON)
        self._table[slots] = wanted
        now = self._table[slots]
        clash = np.flatnonzero(now != wanted)
        bounds = batch.bounds + batch.met
        ours = np.searchsorted(bounds, own[clash], side="right")
        theirs = np.searchsorted(bounds, now[clash], side="right")
        self._table[slots[clash[ours != theirs]]] = _COMMON

    def _slots(self, values: U64) -> I64:
        return (values >> self._shift).view(np.int64)

    def lone(self, values: U64) -> Flags:
        """Tell for each shingle of a document whether no other document has it."""
        found: Flags = self._table[self._slots(values)] != _COMMON
        return found

    def lone_counts(self, batch: Batch) -> I64:
        """Return how many different lone shingles each document of a batch has."""
        own = np.arange(batch.met, batch.met + len(batch.values), dtype=np.int64)
        before = np.zeros(len(own) + 1, np.int64)
        np.cumsum(self._table[self._slots(batch.values)] == own, out=before[1:])
        return np.diff(before[batch.bounds])

    def often(self, values: U64) -> npt.NDArray[np.uint16]:
        """Return in how many documents of a sample each shingle was met: an order, never a proof."""
        return self._often[(values >> np.uint64(64 - _SAMPLE_BITS)).view(np.int64)]

    def _sample(self) -> npt.NDArray[np.uint16]:
        counts = np.zeros(1 << _SAMPLE_BITS, np.int64)
        numbers = range(0, self.count, max(1, self.count // _SAMPLED))
        for _, found in self._shingles(numbers) if not self._kept else self._sampled(numbers):
            common = found.values[~self.lone(found.values)]
            slots = (common >> np.uint64(64 - _SAMPLE_BITS)).view(np.int64)
            np.add.at(counts, slots, 1)
        return np.minimum(counts, 0xFFFF).astype(np.uint16)

    def _sampled(self, numbers: Sequence[int]) -> Iterator[tuple[int, Shingles]]:
        for number in numbers:
            values = self.shingles(number)
            yield number, Shingles(values, np.array([0, len(values)]), self.words[number : number + 1])

    def batches(self) -> Iterator[Batch]:
        """Yield the shingles of all documents in order, reading again those that were not kept."""
        yield from self._kept
        last = self._kept[-1] if self._kept else None
        first = last.first + len(last.bounds) - 1 if last else 0
        met = last.met + len(last.values) if last else 1
        for numbers, found in self._shingles(range(first, self.count)):
            yield Batch(numbers[0], met, found.values, found.bounds)
            met += len(found.values)

    def shingles(self, number: int) -> U64:
        """Return the shingles of one document, repeated ones included."""
        place = bisect_right(self._starts, number) - 1
        if place >= 0 and number - self._kept[place].first < len(self._kept[place].bounds) - 1:
            batch = self._kept[place]
            return batch.values[batch.bounds[number - batch.first] : batch.bounds[number - batch.first + 1]]
        if number in self._again:
            self._again.move_to_end(number)
            return self._again[number]
        values = shingles_of(texts=[self._text_of(number)]).values
        self._again[number] = values
        self._again_bytes += values.nbytes
        while self._again_bytes > self._keep_bytes // 4 and len(self._again) > 1:
            self._again_bytes -= self._again.popitem(last=False)[1].nbytes
        return values


def _prints(batch: Batch) -> U64:
    """Return one number for the shingles of each text in their order."""
    within = np.arange(len(batch.values)) - np.repeat(batch.bounds[:-1], np.diff(batch.bounds))
    sums = np.zeros(len(batch.values) + 1, np.uint64)
    np.cumsum(mix(batch.values + within.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)), out=sums[1:])
    return sums[batch.bounds[1:]] - sums[batch.bounds[:-1]]
