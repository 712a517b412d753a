"""The first pass over a collection: how long each document is, which shingles no other document has.

The table has one slot of 32 bits for a hash value. A shingle is called lone when a single document met its slot;
one that shares its slot by chance is only treated as common, so nothing that is common is ever missed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chancery.engines.text.ordering import Ordered
from chancery.engines.text.similarity.kept import Batch, Kept
from chancery.engines.text.similarity.shingles import shingles_of
from chancery.engines.text.similarity.tokens import I64, U64, Flags, mix

_COMMON = np.uint32(0xFFFFFFFF)
_BATCH_TEXTS, _BATCH_CHARS = 256, 500_000
_FEWEST_BITS, _MOST_BITS = 16, 26
_SAMPLED = 4000
_SAMPLE_BITS = 20
_AGAIN = 48 * 1024**2  # bytes of shingles of texts read again that stay in memory


class Occurrences:
    """How many shingles each document has, and which of them no other document has.

    prints: rows of a number that two documents with the same shingles in the same order share, the number of the
    document, its length in words.
    """

    def __init__(
        self, *, count: int, text_of: Callable[[int], str], keep_bytes: int, folder: Path | None = None
    ) -> None:
        """Read every text once; up to keep_bytes of shingles are kept on disk, other texts are read again when asked.

        folder: of the temporary file, None for the system's.
        """
        self.count = count
        self.prints = Ordered(width=3, folder=folder)
        self._text_of = text_of
        self._again_limit = min(keep_bytes, _AGAIN)
        bits = min(_MOST_BITS, max(_FEWEST_BITS, (count * 256).bit_length()))
        self._shift = np.uint64(64 - bits)
        self._table = np.zeros(1 << bits, np.uint32)
        self._kept = Kept(count=count, folder=folder, limit=keep_bytes)
        self._again: OrderedDict[int, U64] = OrderedDict()
        self._again_bytes = 0
        self._read()
        self._often = self._sample()

    def _read(self) -> None:
        keeping = True  # what is kept comes first, so that the numbers of occurrences hold when the rest is read again
        for batch in self._shingled(range(self.count), 1):
            self.prints.extend(np.column_stack((_prints(batch).view(np.int64), batch.numbers, batch.words)))
            self._enter(batch)
            if keeping:
                keeping = self._kept.put(batch)

    def _shingled(self, numbers: Iterable[int], met: int) -> Iterator[Batch]:
        """Yield the shingles of documents in batches limited by number and by characters.

        Texts of plain ASCII and others go into separate batches, since the former are read twice as fast.
        """
        waiting: dict[bool, list[tuple[int, str]]] = {True: [], False: []}
        chars = {True: 0, False: 0}
        for number in numbers:
            text = self._text_of(number)
            kind = text.isascii()
            waiting[kind].append((number, text))
            chars[kind] += len(text)
            if chars[kind] >= _BATCH_CHARS or len(waiting[kind]) == _BATCH_TEXTS:
                found = _batch(waiting[kind], met)
                met += len(found.values)
                yield found
                waiting[kind], chars[kind] = [], 0
        for rest in waiting.values():
            if rest:
                found = _batch(rest, met)
                met += len(found.values)
                yield found

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

    def common(self, batch: Batch) -> tuple[Flags, I64]:
        """Tell for each shingle of a batch whether another document has it; count the lone ones of each document.

        The count may be too low by those that share a slot, never too high.
        """
        found = self._table[self._slots(batch.values)]
        own = np.arange(batch.met, batch.met + len(batch.values), dtype=np.int64)
        before = np.zeros(len(own) + 1, np.int64)
        np.cumsum(found == own, out=before[1:])
        return found == _COMMON, np.diff(before[batch.bounds])

    def often(self, values: U64) -> npt.NDArray[np.uint16]:
        """Return in how many documents of a sample each shingle was met: an order, never a proof."""
        return self._often[(values >> np.uint64(64 - _SAMPLE_BITS)).view(np.int64)]

    def _sample(self) -> npt.NDArray[np.uint16]:
        step = max(1, len(self._kept) * _BATCH_TEXTS // _SAMPLED)
        sampled = [batch.values for batch in self._kept.batches(step=step)]
        if not sampled:
            numbers = range(0, self.count, max(1, self.count // _SAMPLED))
            sampled = [batch.values for batch in self._shingled(numbers, 1)]
        values = np.concatenate(sampled) if sampled else np.empty(0, np.uint64)
        common = values[self._table[self._slots(values)] == _COMMON]
        counts = np.bincount((common >> np.uint64(64 - _SAMPLE_BITS)).view(np.int64), minlength=1 << _SAMPLE_BITS)
        return np.minimum(counts, 0xFFFF).astype(np.uint16)

    def batches(self) -> Iterator[Batch]:
        """Yield the shingles of all documents, reading again those that were not kept."""
        yield from self._kept.batches()
        yield from self._shingled(self._kept.missing(), self._kept.met())

    def shingles(self, number: int) -> U64:
        """Return the shingles of one document, repeated ones included."""
        kept = self._kept.shingles(number)
        if kept is not None:
            return kept
        if number in self._again:
            self._again.move_to_end(number)
            return self._again[number]
        values = shingles_of(texts=[self._text_of(number)]).values
        self._again[number] = values
        self._again_bytes += values.nbytes
        while self._again_bytes > self._again_limit and len(self._again) > 1:
            self._again_bytes -= self._again.popitem(last=False)[1].nbytes
        return values


def _batch(texts: Sequence[tuple[int, str]], met: int) -> Batch:
    found = shingles_of(texts=[text for _, text in texts])
    numbers = np.fromiter((number for number, _ in texts), np.int64, len(texts))
    return Batch(numbers, met, found.values, found.bounds, found.words)


def _prints(batch: Batch) -> U64:
    """Return one number for the shingles of each text in their order."""
    within = np.arange(len(batch.values)) - np.repeat(batch.bounds[:-1], np.diff(batch.bounds))
    sums = np.zeros(len(batch.values) + 1, np.uint64)
    np.cumsum(mix(batch.values + within.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)), out=sums[1:])
    return sums[batch.bounds[1:]] - sums[batch.bounds[:-1]]
