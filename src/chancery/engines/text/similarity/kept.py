"""The shingles of a first pass in a temporary file, so that no text is read again for them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chancery.engines.text.ordering import Column, Ordered, Store
from chancery.engines.text.similarity.tokens import I64, U64

_WIDTH = 8


@dataclass(frozen=True, slots=True)
class Batch:
    """The shingles of some documents, whose numbers and lengths in words are given; met: shingles of all batches
    before, plus 1."""

    numbers: I64
    met: int
    values: U64
    bounds: I64
    words: I64


class Kept:
    """Batches of shingles on disk; memory holds a place for each batch."""

    def __init__(self, *, count: int, folder: Path | None, limit: int) -> None:
        """count: documents. folder: of the files that vanish with this object, None for the system's.
        limit: bytes of shingles."""
        self._store = Store(folder=folder)
        self._count, self._folder = count, folder
        self._rows = Ordered(width=3, folder=folder)
        self._places: Column | None = None
        self._batches = array("q")  # place, shingles before, documents, shingles
        self._values = 0
        self._room = limit

    def put(self, batch: Batch) -> bool:
        """Write a batch; tells whether it was, which it is not beyond the limit. Where the disk is full, none is."""
        size = batch.values.nbytes
        if size > self._room:
            return False
        place, sizes = self._store.end, np.diff(batch.bounds)
        try:
            self._store.append(batch.values.tobytes())
            self._store.append(np.concatenate((batch.numbers, sizes, batch.words)).tobytes())
        except OSError:
            self._let_go()
            return False
        self._rows.extend(np.column_stack((batch.numbers, place + batch.bounds[:-1] * _WIDTH, sizes)))
        self._batches.extend((place, self._values + 1, len(batch.numbers), len(batch.values)))
        self._values += len(batch.values)
        self._room -= size
        return True

    def _let_go(self) -> None:
        """Give the disk back: what else is written in an ingest needs some, and texts can be read again."""
        self._store = Store(folder=self._folder)
        self._rows = Ordered(width=3, folder=self._folder)
        self._batches = array("q")
        self._values = self._room = 0

    def _column(self) -> Column:
        """Return place and size of the shingles of each document, -1 where they are not kept."""
        if self._places is None:
            self._places = Column(rows=self._rows, width=3, count=self._count, folder=self._folder)
        return self._places

    def missing(self) -> Iterator[int]:
        """Yield the documents that are not kept."""
        if len(self._rows) < self._count:
            column = self._column()
            yield from (number for number in range(self._count) if column[number][0] < 0)

    def met(self) -> int:
        """Return the shingles of all kept batches, plus 1: what the next batch begins with."""
        return self._values + 1

    def __len__(self) -> int:
        return len(self._batches) // 4

    def batches(self, *, step: int = 1) -> Iterator[Batch]:
        """Yield every so many of the kept batches, in the order written."""
        for at in range(0, len(self), step):
            place, met, documents, shingles = self._batches[4 * at : 4 * at + 4]
            facts = self._read(place + shingles * _WIDTH, 3 * documents).view(np.int64).reshape(3, documents)
            bounds = np.zeros(documents + 1, np.int64)
            np.cumsum(facts[1], out=bounds[1:])
            yield Batch(facts[0], met, self._read(place, shingles), bounds, facts[2])

    def shingles(self, number: int) -> U64 | None:
        """Return the shingles of one document, None where they are not kept."""
        place, size = self._column()[number]
        return self._read(place, size) if place >= 0 else None

    def _read(self, start: int, size: int) -> U64:
        """Return numbers from the file. Raises OSError where the disk gives fewer than were written."""
        return np.frombuffer(self._store.read(size * _WIDTH, start), np.uint64)
