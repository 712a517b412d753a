"""Write a compound file: a storage cut out of another one becomes a file of its own. Authority: MS-CFB 2.

The same tree gives the same bytes: no times and no class identifiers are written.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Union

Tree = Mapping[str, Union["Tree", bytes]]
"""Storages and streams by name."""

_SECTOR, _MINI, _SMALL = 512, 64, 4096
_END, _FAT, _DIFAT, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC, 0xFFFFFFFF
_IN_HEADER, _PER_SECTOR = 109, _SECTOR // 4
_DEEPEST = 24
_ENTRY = struct.Struct("<64sHBBIII36xIQ")


@dataclass(slots=True)
class _Entry:
    """One entry: left, right, below are numbers of entries, start is its first sector."""

    name: str
    kind: int
    left: int = _FREE
    right: int = _FREE
    below: int = _FREE
    start: int = 0
    size: int = 0

    def packed(self) -> bytes:
        """Return the entry as it stands in the file."""
        raw = self.name[:31].encode("utf-16-le", "replace") + b"\x00\x00"
        return _ENTRY.pack(raw, len(raw), self.kind, 1, self.left, self.right, self.below, self.start, self.size)


class _Directory:
    """The entries in their order, and the bytes of the streams, small ones apart."""

    def __init__(self, tree: Tree) -> None:
        self.entries: list[_Entry] = []
        self.mini, self.mini_table = bytearray(), list[int]()
        self.large: list[tuple[int, bytes]] = []  # number of the entry, bytes
        root = self._add("Root Entry", 5)
        self.entries[root].below = self._below(tree, 0)

    def _add(self, name: str, kind: int) -> int:
        self.entries.append(_Entry(name, kind))
        return len(self.entries) - 1

    def _below(self, tree: Tree, depth: int) -> int:
        """Add what a storage holds, and return the entry its tree of names begins with."""
        order = sorted(tree, key=lambda name: (len(name.encode("utf-16-le")), name.upper()))
        numbers = [self._add(name, 2 if isinstance(tree[name], bytes) else 1) for name in order]
        for number, name in zip(numbers, order, strict=True):
            what = tree[name]
            if isinstance(what, bytes):
                self._keep(number, what)
            elif depth < _DEEPEST:
                self.entries[number].below = self._below(what, depth + 1)
        return self._balanced(numbers)

    def _keep(self, number: int, data: bytes) -> None:
        entry = self.entries[number]
        entry.start, entry.size = _END, len(data)
        if len(data) >= _SMALL:
            self.large.append((number, data))
        elif data:
            first = len(self.mini_table)
            entry.start = first
            count = -(-len(data) // _MINI)
            self.mini_table += [*range(first + 1, first + count), _END]
            self.mini += data.ljust(count * _MINI, b"\x00")

    def _balanced(self, numbers: list[int]) -> int:
        if not numbers:
            return _FREE
        middle = len(numbers) // 2
        top = numbers[middle]
        self.entries[top].left = self._balanced(numbers[:middle])
        self.entries[top].right = self._balanced(numbers[middle + 1 :])
        return top


def written(*, tree: Tree) -> bytes:
    """Return the file; storages below 24 levels are left empty."""
    directory = _Directory(tree)
    table: list[int] = []
    sectors = bytearray()

    def chain(data: bytes) -> int:
        if not data:
            return _END
        first, count = len(table), -(-len(data) // _SECTOR)
        table.extend([*range(first + 1, first + count), _END])
        sectors.extend(data.ljust(count * _SECTOR, b"\x00"))
        return first

    for number, data in directory.large:
        directory.entries[number].start = chain(data)
    root = directory.entries[0]
    root.start, root.size = chain(bytes(directory.mini)), len(directory.mini)
    mini_table = struct.pack(f"<{len(directory.mini_table)}I", *directory.mini_table)
    mini_table = mini_table.ljust(-(-len(mini_table) // _SECTOR) * _SECTOR, b"\xff")
    mini_at = chain(mini_table)
    directory_at = chain(b"".join(entry.packed() for entry in directory.entries))
    head = (directory_at, mini_at, len(mini_table) // _SECTOR)
    return _with_tables(bytes(sectors), table, head)


def _with_tables(sectors: bytes, table: list[int], head: tuple[int, int, int]) -> bytes:
    """Return header, sectors, and the tables that chain the sectors and themselves."""
    fats = extra = 0
    while fats * _PER_SECTOR < len(table) + fats + extra:
        fats += 1
        extra = max(0, -(-(fats - _IN_HEADER) // (_PER_SECTOR - 1)))
    places = list(range(len(table), len(table) + fats))
    extras = list(range(len(table) + fats, len(table) + fats + extra))
    whole = [*table, *[_FAT] * fats, *[_DIFAT] * extra]
    whole += [_FREE] * (fats * _PER_SECTOR - len(whole))
    more = b""
    for number in range(extra):
        start = _IN_HEADER + number * (_PER_SECTOR - 1)
        part = places[start : start + _PER_SECTOR - 1]
        part += [_FREE] * (_PER_SECTOR - 1 - len(part))
        more += struct.pack(f"<{_PER_SECTOR}I", *part, extras[number + 1] if number + 1 < extra else _END)
    first = [*places[:_IN_HEADER], *[_FREE] * max(0, _IN_HEADER - fats)]
    directory_at, mini_at, mini_count = head
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIII", 0, fats, directory_at, 0, _SMALL)
    header += struct.pack("<IIII", mini_at, mini_count, extras[0] if extras else _END, extra)
    return header + struct.pack("<109I", *first) + sectors + struct.pack(f"<{len(whole)}I", *whole) + more
