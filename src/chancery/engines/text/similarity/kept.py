"""The shingles of a first pass in a temporary file, so that no text is read again for them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from chancery.engines.text.similarity.tokens import I64, U64

_WIDTH = 8


@dataclass(frozen=True, slots=True)
class Batch:
    """The shingles of some documents, whose numbers are given; met: shingles of all batches before, plus 1."""

    numbers: I64
    met: int
    values: U64
    bounds: I64


class Kept:
    """Batches of shingles on disk; memory holds a place and a size for each document, twelve bytes more in all."""

    def __init__(self, *, count: int, folder: Path | None, limit: int) -> None:
        """folder: of the file that vanishes with this object, None for the system's. limit: bytes of that file."""
        self._file = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  (closed when this object goes)
        self._starts = np.full(count, -1, np.int64)
        self._sizes = np.zeros(count, np.int32)
        self._batches: list[tuple[np.ndarray[tuple[int], np.dtype[np.int32]], int, int]] = []
        self._end = 0
        self._limit = limit

    def put(self, batch: Batch) -> bool:
        """Write a batch; tells whether it was, which it is not beyond the limit or where the disk is full."""
        size = batch.values.nbytes
        if self._end + size > self._limit:
            return False
        try:
            _write(self._file.fileno(), batch.values, self._end)
        except OSError:
            self._limit = self._end
            return False
        self._starts[batch.numbers] = self._end + batch.bounds[:-1] * _WIDTH
        self._sizes[batch.numbers] = np.diff(batch.bounds)
        self._batches.append((batch.numbers.astype(np.int32), batch.met, self._end))
        self._end += size
        return True

    def missing(self) -> list[int]:
        """Return the documents that are not kept."""
        found: list[int] = np.flatnonzero(self._starts < 0).tolist()
        return found

    def met(self) -> int:
        """Return the shingles of all kept batches, plus 1: what the next batch begins with."""
        return self._end // _WIDTH + 1

    def __len__(self) -> int:
        return len(self._batches)

    def batches(self, *, step: int = 1) -> Iterator[Batch]:
        """Yield every so many of the kept batches, in the order written."""
        for narrow, met, start in self._batches[::step]:
            numbers = narrow.astype(np.int64)
            bounds = np.zeros(len(numbers) + 1, np.int64)
            np.cumsum(self._sizes[numbers], out=bounds[1:])
            yield Batch(numbers, met, self._read(start, int(bounds[-1])), bounds)

    def shingles(self, number: int) -> U64 | None:
        """Return the shingles of one document, None where they are not kept."""
        start = int(self._starts[number])
        return self._read(start, int(self._sizes[number])) if start >= 0 else None

    def _read(self, start: int, size: int) -> U64:
        """Return shingles from the file. Raises OSError where the disk gives fewer than were written."""
        wanted = size * _WIDTH
        found = os.pread(self._file.fileno(), wanted, start)
        while len(found) < wanted:
            more = os.pread(self._file.fileno(), wanted - len(found), start + len(found))
            if not more:
                raise OSError("the temporary file of shingles is shorter than what was written")
            found += more
        return np.frombuffer(found, np.uint64)


def _write(handle: int, values: U64, at: int) -> None:
    view = np.ascontiguousarray(values).data.cast("B")
    while view:
        written = os.pwrite(handle, view, at)
        view, at = view[written:], at + written
