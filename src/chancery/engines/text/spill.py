"""Values of a whole collection under keys: in memory while they are few, then in temporary files.

Of what lies in the files, memory holds less than one byte for each value. Keys are compared in full when they are
read, so two that share a hash are never taken for each other.
"""

from __future__ import annotations

import pickle
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from operator import attrgetter
from pathlib import Path
from struct import Struct
from typing import Any, Generic, TypeVar

import numpy as np

from chancery.engines.text.ordering import I64, Index, Ordered, Store

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
FEW = 20_000
"""Values of one kind that are held in memory before the first one is written."""
_LAST = 4096
"""Values read last that stay in memory."""
_USUAL = 1024
"""Bytes read at once: most values are shorter."""
_PLACES = 512
"""Places of a row read together."""
_SIZE, _PLACE = Struct("<I"), Struct("<q")


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


class _Values:
    """Values in a file, found by their place."""

    def __init__(self, folder: Path | None) -> None:
        self._store = Store(folder=folder)
        self._sealed = False

    def append(self, value: Any) -> int:
        """Write a value and return its place."""
        if self._sealed:
            raise ValueError("Nothing is added once reading has begun.")
        place = self._store.end
        raw = pickle.dumps(value, protocol=5)
        self._store.append(_SIZE.pack(len(raw)) + raw)
        return place

    def read(self, place: int) -> Any:
        """Return the value at a place."""
        self._sealed = True
        raw = self._store.read(min(_USUAL, self._store.end - place), place)
        size = _SIZE.unpack_from(raw)[0] + _SIZE.size
        if size > len(raw):
            raw = self._store.read(size, place)
        return pickle.loads(memoryview(raw)[_SIZE.size : size])  # noqa: S301  (a file without a name that we wrote)


class Shelf(Generic[Key, Value]):
    """Lists of values under keys, in the order added; one process, one pass of adding before the reading."""

    def __init__(self, *, folder: Path | None = None) -> None:
        """folder: where the files are made that vanish with this object; None is the system's place for such files."""
        self._folder = folder
        self._held: dict[Key, list[Value]] | None = defaultdict(list)
        self._count = 0
        self._values: _Values | None = None
        self._places = Ordered(width=2, folder=folder)
        self._index: Index | None = None

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
        self._values = _Values(self._folder)
        for key, values in (held or {}).items():
            for value in values:
                self._write(key, value)

    def _write(self, key: Key, value: Value) -> None:
        assert self._values is not None  # noqa: S101
        self._places.add(hash(key), self._values.append((key, value)))

    def _find(self, shared: int) -> Iterator[tuple[Key, Value]]:
        """Return the keys of a hash with their values."""
        if self._index is None:
            self._index = Index(rows=self._places, width=2, folder=self._folder)
        assert self._values is not None  # noqa: S101
        return map(self._values.read, self._index.find(shared))

    def all(self, key: Key) -> list[Value]:
        """Return the values of a key, in the order added."""
        if self._held is not None:
            return self._held.get(key, [])
        return [value for found, value in self._find(hash(key)) if found == key]

    def get(self, key: Key) -> Value | None:
        """Return the first value of a key, None without one."""
        if self._held is not None:
            values = self._held.get(key)
            return values[0] if values else None
        return next((value for found, value in self._find(hash(key)) if found == key), None)

    def __getitem__(self, key: Key) -> Value:
        return self.all(key)[0]

    def __contains__(self, key: object) -> bool:
        if self._held is not None:
            return key in self._held
        return any(found == key for found, _ in self._find(hash(key)))

    def __len__(self) -> int:
        return self._count

    def repeated(self) -> Iterator[tuple[Key, list[Value]]]:
        """Yield each key that has several values with them, the key whose first value was added first at the head."""
        if self._held is not None:
            yield from ((key, values) for key, values in self._held.items() if len(values) > 1)
            return
        assert self._values is not None  # noqa: S101
        several = Ordered(width=2, folder=self._folder)  # first place and hash of each run of equal hashes
        for part in self._places.parts():
            several.extend(part[_again(part[:, 0])][:, ::-1])
        for part in several.parts():
            for shared in part[:, 1].tolist():
                groups: dict[Key, list[Value]] = defaultdict(list)
                for key, value in self._find(shared):
                    groups[key].append(value)
                yield from ((key, values) for key, values in groups.items() if len(values) > 1)


def _again(hashes: I64) -> I64:
    """Return where each run of two and more equal numbers begins."""
    same = np.concatenate(([False], hashes[1:] == hashes[:-1], [False]))
    return np.flatnonzero(same[1:] & ~same[:-1])


class Row(Generic[Value]):
    """Values by number, from 0: in memory while they are few, then in temporary files; all are added, then read."""

    def __init__(self, *, folder: Path | None = None, few: int | None = None) -> None:
        """folder: as in ``Shelf``. few: held in memory before the first one is written; None is ``FEW``."""
        self._folder, self._few = folder, FEW if few is None else few
        self._held: list[Value] | None = []
        self._count = 0
        self._values: _Values | None = None
        self._places: Store | None = None
        self._at, self._block = -1, memoryview(b"").cast("q")
        self._last: dict[int, Value] = {}

    def append(self, value: Value) -> None:
        """Add a value at the end."""
        self._count += 1
        if self._held is None:
            self._write(value)
            return
        self._held.append(value)
        if self._count >= self._few:
            values, self._held = self._held, None
            self._values, self._places = _Values(self._folder), Store(folder=self._folder)
            for each in values:
                self._write(each)

    def _write(self, value: Value) -> None:
        assert self._values is not None and self._places is not None  # noqa: S101
        self._places.append(_PLACE.pack(self._values.append(value)))

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> Value:
        if self._held is not None:
            return self._held[number]
        found = self._last.get(number)
        if found is None:
            assert self._values is not None  # noqa: S101
            found = self._values.read(self._place(number))
            if len(self._last) >= _LAST:
                self._last.clear()
            self._last[number] = found
        return found

    def _place(self, number: int) -> int:
        assert self._places is not None  # noqa: S101
        block, at = divmod(number, _PLACES)
        if block != self._at:
            start = block * _PLACES * _PLACE.size
            here = self._places.read(min(_PLACES * _PLACE.size, self._places.end - start), start)
            self._at, self._block = block, memoryview(here).cast("q")
        return self._block[at]

    def __iter__(self) -> Iterator[Value]:
        return (self[number] for number in range(len(self)))


class Seen(Generic[Key]):
    """Which keys were met, and which more than once, by a hash of 64 bits; as ``Shelf``, without values."""

    def __init__(self, *, folder: Path | None = None) -> None:
        """folder: as in ``Shelf``."""
        self._folder = folder
        self._hashes = Ordered(width=1, folder=folder)
        self._index: Index | None = None

    def add(self, key: Key) -> None:
        """Meet a key; before the first question."""
        if self._index is not None:
            raise ValueError("Nothing is added once reading has begun.")
        self._hashes.add(hash(key))

    def _times(self, key: object) -> int:
        if self._index is None:
            self._index = Index(rows=self._hashes, width=1, folder=self._folder)
        return len(self._index.find(hash(key)))

    def __contains__(self, key: object) -> bool:
        return self._times(key) > 0

    def again(self, key: Key) -> bool:
        """Tell whether a key was met more than once."""
        return self._times(key) > 1
