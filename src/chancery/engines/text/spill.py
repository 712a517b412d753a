"""Values of a whole collection under keys: in memory while they are few, then in a temporary file.

Of what lies in the file, memory holds sixteen bytes for each value: a hash of the key and a place. Keys are compared
in full when they are read, so two that share a hash are never taken for each other.
"""

from __future__ import annotations

import pickle
from array import array
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from struct import Struct
from tempfile import TemporaryFile
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
FEW = 50_000
"""Values of one kind that are held in memory before the first one is written."""
_LAST = 4096
"""Values read last that stay in memory."""
_PARTS = 64
_BLOCK = 2048
"""Records of a part that are written together."""
I64 = npt.NDArray[np.int64]


class Packed:
    """A frozen value class with two slots or more that is written and read quickly: by its fields in their order."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        kind = type(self)
        if kind not in _VALUES_OF:
            names: Any = kind.__slots__
            _VALUES_OF[kind] = attrgetter(*names)
        return kind, _VALUES_OF[kind](self)


_VALUES_OF: dict[type[Any], Callable[[Any], tuple[Any, ...]]] = {}


class Shelf(Generic[Key, Value]):
    """Lists of values under keys, in the order added; one process, one pass of adding before the reading."""

    def __init__(self, *, folder: Path | None = None) -> None:
        """folder: where the file is made that vanishes with this object; None is the system's place for such files."""
        self._folder = folder
        self._held: dict[Key, list[Value]] | None = defaultdict(list)
        self._count = 0
        self._file: Any = None
        self._end = 0
        self._hashes, self._places = array("q"), array("q")
        self._sorted: tuple[I64, I64] | None = None

    def add(self, key: Key, value: Value) -> None:
        """Add a value to those of a key."""
        self._count += 1
        if self._held is not None:
            self._held[key].append(value)
            if self._count >= FEW:
                self._spill()
        else:
            self._write(key, value)

    def _spill(self) -> None:
        held, self._held = self._held, None
        self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115  (closed when this object goes)
        for key, values in (held or {}).items():
            for value in values:
                self._write(key, value)

    def _write(self, key: Key, value: Value) -> None:
        if self._sorted is not None:
            raise ValueError("Nothing is added once reading has begun.")
        self._hashes.append(hash(key))
        self._places.append(self._end)
        self._end += self._file.write(pickle.dumps((key, value), protocol=5))

    def _index(self) -> tuple[I64, I64]:
        if self._sorted is None:
            hashes = np.frombuffer(self._hashes, np.int64)
            order = np.argsort(hashes, kind="stable")
            self._sorted = hashes[order], np.frombuffer(self._places, np.int64)[order]
            self._hashes, self._places = array("q"), array("q")
        return self._sorted

    def _read(self, place: int) -> tuple[Key, Value]:
        self._file.seek(place)
        found: tuple[Key, Value] = pickle.load(self._file)  # noqa: S301  (a file without a name that this object wrote)
        return found

    def all(self, key: Key) -> list[Value]:
        """Return the values of a key, in the order added."""
        if self._held is not None:
            return self._held.get(key, [])
        hashes, places = self._index()
        wanted = hash(key)
        first, last = np.searchsorted(hashes, wanted, "left"), np.searchsorted(hashes, wanted, "right")
        return [value for found, value in map(self._read, places[first:last].tolist()) if found == key]

    def get(self, key: Key) -> Value | None:
        """Return the first value of a key, None without one."""
        return next(iter(self.all(key)), None)

    def __getitem__(self, key: Key) -> Value:
        return self.all(key)[0]

    def __contains__(self, key: object) -> bool:
        return bool(self.all(key))  # type: ignore[arg-type]

    def __len__(self) -> int:
        return self._count

    def repeated(self) -> Iterator[tuple[Key, list[Value]]]:
        """Yield each key that has several values with them, the key whose first value was added first at the head."""
        if self._held is not None:
            yield from ((key, values) for key, values in self._held.items() if len(values) > 1)
            return
        hashes, places = self._index()
        starts = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]]))
        sizes = np.diff(np.append(starts, len(hashes)))
        starts, sizes = starts[sizes > 1], sizes[sizes > 1]
        for run in np.argsort(places[starts], kind="stable").tolist():
            groups: dict[Key, list[Value]] = defaultdict(list)
            for key, value in map(self._read, places[starts[run] : starts[run] + sizes[run]].tolist()):
                groups[key].append(value)
            yield from ((key, values) for key, values in groups.items() if len(values) > 1)


class Row(Generic[Value]):
    """Values by number, from 0: in memory while they are few, then in a temporary file; all are added, then read."""

    def __init__(self, *, folder: Path | None = None, few: int | None = None) -> None:
        """folder: as in ``Shelf``. few: held in memory before the first one is written; None is ``FEW``."""
        self._folder, self._few = folder, FEW if few is None else few
        self._values: list[Value] | None = []
        self._file: Any = None
        self._end = 0
        self._places = array("q")
        self._last: dict[int, Value] = {}

    def append(self, value: Value) -> None:
        """Add a value at the end."""
        if self._values is None:
            self._write(value)
            return
        self._values.append(value)
        if len(self._values) >= self._few:
            values, self._values = self._values, None
            self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115  (closed when this object goes)
            for each in values:
                self._write(each)

    def _write(self, value: Value) -> None:
        if self._last:
            raise ValueError("Nothing is added once reading has begun.")
        self._places.append(self._end)
        self._end += self._file.write(pickle.dumps(value, protocol=5))

    def __len__(self) -> int:
        return len(self._places) if self._values is None else len(self._values)

    def __getitem__(self, number: int) -> Value:
        if self._values is not None:
            return self._values[number]
        found = self._last.get(number)
        if found is None:
            self._file.seek(self._places[number])
            found = pickle.load(self._file)  # noqa: S301  (a file without a name that this object wrote)
            if len(self._last) >= _LAST:
                self._last.clear()
            self._last[number] = found
        return found

    def __iter__(self) -> Iterator[Value]:
        return (self[number] for number in range(len(self)))


class Seen(Generic[Key]):
    """Which keys were met, and which more than once, by a hash of 64 bits: eight bytes each."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._sorted: I64 | None = None

    def add(self, key: Key) -> None:
        """Meet a key; before the first question."""
        self._hashes.append(hash(key))

    def _index(self) -> I64:
        if self._sorted is None:
            self._sorted = np.frombuffer(self._hashes, np.int64) if self._hashes else np.empty(0, np.int64)
            self._sorted.sort()  # in place: there is no second array of this size
        return self._sorted

    def repeated(self) -> I64:
        """Return the hashes of the keys met more than once, each once, in order."""
        hashes = self._index()
        again = np.flatnonzero(hashes[1:] == hashes[:-1])
        return np.unique(hashes[again])

    def __contains__(self, key: object) -> bool:
        hashes, wanted = self._index(), hash(key)
        at = int(np.searchsorted(hashes, wanted))
        return at < len(hashes) and int(hashes[at]) == wanted

    def again(self, key: Key) -> bool:
        """Tell whether a key was met more than once."""
        hashes, wanted = self._index(), hash(key)
        at = int(np.searchsorted(hashes, wanted))
        return at + 1 < len(hashes) and int(hashes[at + 1]) == wanted


class Parted:
    """Records of numbers in parts by one of their numbers: in memory while they are few, then in a temporary file.

    Those that share that number lie in one part, and memory holds one part at a time.
    """

    def __init__(self, *, fields: str, names: Sequence[str], folder: Path | None = None) -> None:
        """fields: the letters of the first and all other numbers as in ``struct``; names of the columns read."""
        self._pack = Struct(f"<{fields}").pack
        self._kind = np.dtype([(name, f"<{letter}") for name, letter in zip(names, fields, strict=True)])
        self._folder = folder
        self._waiting = [bytearray() for _ in range(_PARTS)]
        self._written: list[list[int]] = [[] for _ in range(_PARTS)]
        self._file: Any = None
        self._end = 0

    def add(self, key: int, *others: int) -> None:
        """Add a record; the first number tells its part."""
        number = key % _PARTS
        waiting = self._waiting[number]
        waiting += self._pack(key, *others)
        if len(waiting) >= _BLOCK * self._kind.itemsize:
            if self._file is None:
                self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115  (closed when this object goes)
            self._written[number].append(self._end)
            self._end += self._file.write(waiting)
            waiting.clear()

    def parts(self) -> Iterator[npt.NDArray[Any]]:
        """Yield the parts that hold something, each in the order added; none is added afterwards."""
        for waiting, places in zip(self._waiting, self._written, strict=True):
            blocks = []
            for place in places:
                self._file.seek(place)
                blocks.append(self._file.read(_BLOCK * self._kind.itemsize))
            raw = b"".join((*blocks, waiting))
            if raw:
                yield np.frombuffer(raw, self._kind)
