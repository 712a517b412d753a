"""What both packagings of a OneNote section come to: object spaces, their objects, and the properties of one object.

Authority: MS-ONESTORE 2.1 (structure), 2.2.1 and 2.2.2 (identifiers), 2.6.1 to 2.6.9 (property sets).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

from chancery.engines.ingest.reading import Unreadable

MOST_STEPS = 3_000_000
_DEEPEST_SET = 8
_ONES, _TWOS, _FOURS, _EIGHTS = 3, 4, 5, 6
_DATA, _OBJECT, _CONTEXTS, _SETS, _SET = 7, 8, 0xD, 0x10, 0x11
_FIXED = {_ONES: 1, _TWOS: 2, _FOURS: 4, _EIGHTS: 8}
NIL = bytes(20)
"""The identifier of nothing; every identifier is a GUID of 16 bytes and a number of 4 (ExtendedGUID)."""

HISTORY = bytes.fromhex("7f4911716b1b09429491c98b04cf4c5a") + struct.pack("<I", 1)
"""The context in which a page keeps the list of its earlier versions (MS-ONE 2.1.18)."""


class Amiss(ValueError):
    """A structure that is not as the format says."""


@dataclass(slots=True)
class Budget:
    """How many steps the reading of one file may still take."""

    left: int = MOST_STEPS

    def take(self, steps: int = 1) -> None:
        """Count steps; refuses too_large when they are used up."""
        self.left -= steps
        if self.left < 0:
            raise Unreadable("The section holds more parts than can be read.", code="too_large")


@dataclass(slots=True)
class Declared:
    """One object as a revision declares it; its properties are read when they are wanted.

    id: of the object. jcid: its type. blob: the property set. table: GUIDs by their index, in a revision store.
    objects, spaces: what the references stand for in their order, in a packaged section. file: the reference to its
    file data, as written. ending: the extension declared for it.
    """

    id: bytes
    jcid: int
    blob: bytes | memoryview = b""
    table: dict[int, bytes] | None = None
    objects: list[bytes] = field(default_factory=list)
    spaces: list[bytes] = field(default_factory=list)
    file: str = ""
    ending: str = ""

    @property
    def kind(self) -> int:
        """The index of the type, the lower half of the number."""
        return self.jcid & 0xFFFF

    def properties(self, *, budget: Budget) -> dict[int, Any]:
        """Return the properties by their id; raises ``Amiss`` for a damaged set. Refuses: too_large."""
        budget.take(1 + (len(self.blob) >> 10))
        return _Sets(self).read() if len(self.blob) else {}

    def resolved(self, place: int, compact: int, spaces: bool) -> bytes:
        """Return the identifier that a reference stands for, ``NIL`` when it cannot be told."""
        if self.table is not None:
            guid = self.table.get(compact >> 8)
            return guid + struct.pack("<I", compact & 0xFF) if guid else NIL
        listed = self.spaces if spaces else self.objects
        return listed[place] if place < len(listed) else NIL


@dataclass(slots=True)
class Space:
    """One object space in its newest revision. roots: objects by role, 1 content, 2 metadata, 4 version metadata."""

    objects: dict[bytes, Declared] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Store:
    """All of one file. root: the space of the section. older: what superseded revisions and contexts declare.

    loose: what lists declare that no revision leads to: unsaved, left over, or cut off by damage.
    contexts: how many earlier versions of pages are kept. files: stored bytes by their GUID, in file order.
    places: where those begin. damaged, cut, encrypted: what was met while reading.
    """

    root: bytes = NIL
    spaces: dict[bytes, Space] = field(default_factory=dict)
    older: list[Declared] = field(default_factory=list)
    loose: list[Declared] = field(default_factory=list)
    contexts: int = 0
    files: dict[bytes, bytes | memoryview] = field(default_factory=dict)
    places: set[int] = field(default_factory=set)
    budget: Budget = field(default_factory=Budget)
    damaged: bool = False
    cut: bool = False
    encrypted: bool = False


class _Sets:
    """Reads the property set of one object and the ones inside it, which share the streams of references."""

    def __init__(self, declared: Declared) -> None:
        self.of, self.data = declared, declared.blob
        self.at = 0
        self.taken = [0, 0, 0]
        self.streams: list[tuple[int, ...]] = [(), (), ()]

    def read(self) -> dict[int, Any]:
        self.streams[0], more = self._stream()
        if not more & 0x80000000:
            self.streams[1], more = self._stream()
        if more & 0x40000000:
            self.streams[2], _ = self._stream()
        return self._set(0)

    def _stream(self) -> tuple[tuple[int, ...], int]:
        header = self._number(4)
        count = header & 0xFFFFFF
        return struct.unpack(f"<{count}I", self._take(4 * count)), header

    def _take(self, size: int) -> bytes:
        piece = bytes(self.data[self.at : self.at + size])
        if len(piece) < size:
            raise Amiss
        self.at += size
        return piece

    def _number(self, size: int) -> int:
        return int.from_bytes(self._take(size), "little")

    def _set(self, depth: int) -> dict[int, Any]:
        if depth > _DEEPEST_SET:
            raise Amiss
        count = self._number(2)
        ids = struct.unpack(f"<{count}I", self._take(4 * count))
        return {number & 0x7FFFFFFF: self._value(number, depth) for number in ids}

    def _value(self, number: int, depth: int) -> Any:
        kind = number >> 26 & 0x1F
        if kind in (1, 2):
            return bool(number >> 31)
        if kind in _FIXED:
            return self._number(_FIXED[kind])
        if kind == _DATA:
            return self._take(self._number(4))
        if _OBJECT <= kind <= _CONTEXTS:
            count = self._number(4) if kind & 1 else 1
            return self._references((kind - _OBJECT) // 2, count)
        if kind == _SET:
            return [self._set(depth + 1)]
        if kind == _SETS:
            return self._many(depth)
        raise Amiss

    def _many(self, depth: int) -> list[dict[int, Any]]:
        count = self._number(4)
        if not count:
            return []
        self._take(4)
        if count > len(self.data):
            raise Amiss
        return [self._set(depth + 1) for _ in range(count)]

    def _references(self, stream: int, count: int) -> list[bytes]:
        start = self.taken[stream]
        compact = self.streams[stream][start : start + count]
        if len(compact) < count:
            raise Amiss
        self.taken[stream] += count
        return [self.of.resolved(start + place, each, stream > 0) for place, each in enumerate(compact)]
