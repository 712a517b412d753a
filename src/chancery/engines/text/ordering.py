"""Rows of whole numbers in the order of their first number, found again by it: sorted runs in a temporary file.

Memory holds one run while rows are added, one part while they are read in order, and one number of every 256 rows
while they are looked up; all else lies in files without a name.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import chain
from mmap import MADV_DONTNEED, mmap
from pathlib import Path
from struct import Struct
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
_RUN = 1 << 16
"""Rows sorted in memory and written together."""
_PART = 1 << 17
"""About how many rows are read in order at a time, more only where more have one first number."""
_SAMPLE = 512
"""Rows of a run for each one whose first number is held."""
_BLOCK = 256
"""Rows read together when one is looked up."""
_MAPPED = 32 * 1024**2
"""Bytes of a growing column that are held in memory before it is mapped from a file."""
_TOUCHED = 1024
"""Mapped places looked at before their pages are given back; the system may map 64 KiB for each."""
_WAITING = 1 << 18
"""Bytes that are written together."""
_WIDTH = 8


class Store:
    """A temporary file without a name that is written at its end and read anywhere; what was written last is held."""

    def __init__(self, *, folder: Path | None) -> None:
        """folder: where it is made once there is much to write; None is the system's place for such files."""
        self._folder = folder
        self._file: Any = None
        self._handle = -1
        self._written = 0
        self._waiting = bytearray()

    @property
    def end(self) -> int:
        """Return the place of what is written next: the bytes so far."""
        return self._written + len(self._waiting)

    def append(self, data: bytes) -> None:
        """Write at the end. Raises OSError where the disk is full; what was written before can still be read."""
        self._waiting += data
        if len(self._waiting) > _WAITING:
            self._flush()

    def _flush(self) -> None:
        if self._file is None:
            self._file = TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115  (closed when this object goes)
            self._handle = self._file.fileno()
        done = 0
        try:
            with memoryview(self._waiting) as view:
                while done < len(view):
                    with view[done:] as rest:
                        done += os.pwrite(self._handle, rest, self._written + done)
        finally:
            del self._waiting[:done]
            self._written += done

    def read(self, size: int, start: int) -> bytes:
        """Return bytes. Raises OSError where the file gives fewer than were written."""
        inside = min(size, self._written - start)
        found = os.pread(self._handle, inside, start) if inside > 0 else b""
        while len(found) < inside:
            more = os.pread(self._handle, inside - len(found), start + len(found))
            if not more:
                raise OSError("a temporary file is shorter than what was written")
            found += more
        if inside < size:
            at = start + len(found) - self._written
            found += self._waiting[at : at + size - len(found)]
        return found


class Ordered:
    """Rows of signed numbers of 64 bits: all are added, then read in the order of the first, equal ones as added."""

    def __init__(self, *, width: int, folder: Path | None = None) -> None:
        """width: numbers in a row. folder: as in ``Store``."""
        self._width, self._folder = width, folder
        self._waiting = array("q")
        self._most = _RUN * width
        self._store: Store | None = None
        self._runs: list[tuple[int, int]] = []
        self._samples = array("q")
        self._count = 0

    def add(self, *row: int) -> None:
        """Add a row."""
        waiting = self._waiting
        waiting.extend(row)
        if len(waiting) >= self._most:
            self._write()

    def extend(self, rows: I64) -> None:
        """Add rows, one below the other."""
        for start in range(0, len(rows), _RUN):
            self._waiting.frombytes(rows[start : start + _RUN].astype(np.int64, copy=False).tobytes())
            if len(self._waiting) >= self._most:
                self._write()

    def __len__(self) -> int:
        return self._count + len(self._waiting) // self._width

    def _sorted(self) -> I64:
        rows = np.frombuffer(self._waiting, np.int64) if self._waiting else np.empty(0, np.int64)
        rows = rows.reshape(-1, self._width)
        return rows[np.argsort(rows[:, 0], kind="stable")]

    def _write(self) -> None:
        if self._store is None:
            self._store = Store(folder=self._folder)
        rows = self._sorted()
        self._runs.append((self._store.end, len(rows)))
        self._samples.frombytes(rows[_SAMPLE // 2 :: _SAMPLE, 0].tobytes())
        self._store.append(rows.tobytes())
        self._count += len(rows)
        self._waiting = array("q")

    def parts(self) -> Iterator[I64]:
        """Yield all rows in order, some at a time; those with one first number come together."""
        if self._store is None:
            if self._waiting:
                yield self._sorted()
            return
        if self._waiting:
            self._write()
        samples = np.sort(np.frombuffer(self._samples, np.int64))
        limits: list[int] = np.unique(samples[_PART // _SAMPLE :: max(1, _PART // _SAMPLE)]).tolist()
        at = [0] * len(self._runs)
        for limit in [*limits, None]:  # of the first numbers of a part, itself excluded
            pieces = []
            for run, (start, count) in enumerate(self._runs):
                end = count if limit is None else self._below(start, at[run], count, limit)
                if end > at[run]:
                    pieces.append(self._rows(start, at[run], end))
                    at[run] = end
            if pieces:
                rows = np.concatenate(pieces)
                yield rows[np.argsort(rows[:, 0], kind="stable")]

    def _rows(self, start: int, first: int, last: int) -> I64:
        assert self._store is not None  # noqa: S101
        step = self._width * _WIDTH
        raw = self._store.read((last - first) * step, start + first * step)
        return np.frombuffer(raw, np.int64).reshape(-1, self._width)

    def _number(self, place: int) -> int:
        assert self._store is not None  # noqa: S101
        return int.from_bytes(self._store.read(_WIDTH, place), "little", signed=True)

    def _below(self, start: int, first: int, count: int, limit: int) -> int:
        """Return how many rows of a run have a first number below the limit; at least so many are known to have."""
        last = count
        while first < last:
            middle = (first + last) // 2
            if self._number(start + middle * self._width * _WIDTH) < limit:
                first = middle + 1
            else:
                last = middle
        return first


class Index:
    """Rows of one or two numbers, found by the first."""

    def __init__(self, *, rows: Ordered, width: int, folder: Path | None = None) -> None:
        """rows: of that width, none is added afterwards. folder: as in ``Store``."""
        self._width = width
        self._fences = array("q")
        self._store: Store | None = None
        self._last = 0
        self._at, self._block, self._size = -1, memoryview(b"").cast("q"), 0
        if len(rows) <= _RUN:
            few = np.concatenate([np.empty((0, width), np.int64), *rows.parts()])
            self._hold(0, few.T.tobytes())
            self._fences.extend(few[:1, 0].tolist())
            return
        self._store = Store(folder=folder)
        rest = np.empty((0, width), np.int64)
        for part in rows.parts():
            rest = self._write(np.concatenate((rest, part)), _BLOCK)
        self._write(rest, 1)

    def _write(self, rows: I64, least: int) -> I64:
        """Write the whole blocks of rows that go on; return what is left. least: rows of a block that is written."""
        assert self._store is not None  # noqa: S101
        whole = len(rows) // _BLOCK * _BLOCK
        if whole:
            blocks = rows[:whole].reshape(-1, _BLOCK, self._width)
            self._store.append(blocks.transpose(0, 2, 1).tobytes())
            self._fences.frombytes(np.ascontiguousarray(blocks[:, 0, 0]).tobytes())
        rest = rows[whole:]
        if len(rest) >= least:
            self._store.append(rest.T.tobytes())
            self._fences.append(int(rest[0, 0]))
            self._last = len(rest)
            return rest[:0]
        return rest

    def _hold(self, number: int, raw: bytes) -> None:
        self._at, self._block = number, memoryview(raw).cast("q")
        self._size = len(self._block) // self._width

    def _read(self, number: int) -> None:
        if number != self._at and self._store is not None:
            step = _BLOCK * self._width * _WIDTH
            size = self._last * self._width * _WIDTH if self._last and number == len(self._fences) - 1 else step
            self._hold(number, self._store.read(size, number * step))

    def find(self, key: int) -> list[int]:
        """Return the last numbers of the rows with a first number, in the order added."""
        fences, found = self._fences, []
        number = max(0, bisect_left(fences, key) - 1)
        while number < len(fences) and fences[number] <= key:
            self._read(number)
            block, size = self._block, self._size
            first = bisect_left(block, key, 0, size)
            last = bisect_right(block, key, first, size)
            base = size * (self._width - 1)
            found += block[base + first : base + last].tolist()
            if last < size:
                break
            number += 1
        return found


class Column:
    """Rows of numbers by their place, from 0, in a temporary file; in memory while they are few."""

    def __init__(self, *, rows: Ordered, width: int, count: int, folder: Path | None = None) -> None:
        """rows: place and numbers, each place at most once. width: of the rows. count: places; one without a row has
        -1 in all its numbers. folder: as in ``Store``."""
        self._unpack = Struct(f"<{width - 1}q").unpack
        self._step = (width - 1) * _WIDTH
        self._held: bytes | None = None
        self._store = Store(folder=folder) if count > _RUN else None
        pieces, done = [], 0
        for part in chain(rows.parts(), [np.full((1, width), count)]):
            end = int(part[-1, 0]) + 1 if part[-1, 0] < count else count
            whole = np.full((end - done, width - 1), -1, np.int64)
            inside = part[part[:, 0] < count]
            whole[inside[:, 0] - done] = inside[:, 1:]
            if self._store is not None:
                self._store.append(whole.tobytes())
            else:
                pieces.append(whole.tobytes())
            done = end
        self._held = None if self._store is not None else b"".join(pieces)

    def __getitem__(self, place: int) -> tuple[int, ...]:
        start = place * self._step
        if self._held is not None:
            return self._unpack(self._held[start : start + self._step])
        assert self._store is not None  # noqa: S101
        return self._unpack(self._store.read(self._step, start))


class Growing:
    """Rows of numbers of 32 bits by their place: in memory while they are few, then mapped from a temporary file.

    The system may take the pages of the file back at any time; this process gives them back every so often.
    """

    def __init__(self, *, width: int, folder: Path | None = None) -> None:
        """width: numbers in a row. folder: of the file, as in ``Store``."""
        self._width, self._folder = width, folder
        self._rows: npt.NDArray[np.uint32] = np.empty((1024, width), np.uint32)
        self._count = self._touched = 0
        self._file: Any = None
        self._map: mmap | None = None

    def __len__(self) -> int:
        return self._count

    def extend(self, rows: npt.NDArray[np.uint32]) -> None:
        """Add rows at the end."""
        end = self._count + len(rows)
        if end > len(self._rows):
            self._grow(max(end, len(self._rows) * 3 // 2))
        self._rows[self._count : end] = rows
        self._count = end
        self._touch(1 + len(rows) // 256)

    def take(self, places: npt.NDArray[np.intp] | npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
        """Return the rows at some places."""
        found = self._rows[places]
        self._touch(len(places))
        return found

    def replace(self, place: int, row: npt.NDArray[np.uint32]) -> None:
        """Put another row at a place."""
        self._rows[place] = row
        self._touch(1)

    def _touch(self, pages: int) -> None:
        """Give the mapped pages back when many may have been touched."""
        self._touched += pages
        if self._map is not None and self._touched > _TOUCHED:
            self._map.madvise(MADV_DONTNEED)
            self._touched = 0

    def _grow(self, wanted: int) -> None:
        before, fresh = self._rows, self._file is None
        size = wanted * self._width * before.itemsize
        if size <= _MAPPED or not self._lay_out(size):
            self._rows, fresh = np.empty((wanted, self._width), np.uint32), True
        if fresh:
            self._rows[: self._count] = before[: self._count]

    def _lay_out(self, size: int) -> bool:
        """Map so many bytes of the file; tells whether there was room."""
        try:
            if self._file is None:
                self._file = TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115
            os.posix_fallocate(self._file.fileno(), 0, size)
            self._map = mmap(self._file.fileno(), size)
        except OSError:
            self._file = self._map = None
            return False
        self._rows = np.frombuffer(self._map, np.uint32).reshape(-1, self._width)
        return True
