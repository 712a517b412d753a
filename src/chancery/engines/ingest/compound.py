"""Compound files (MS-CFB) with many streams read quickly: the library's reading of header, tables and damaged chains,
and a directory of our own."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO

import olefile

olefile.olefile.log.debug = lambda *told, **named: None  # it speaks of every sector it reads
_UNKNOWN = olefile.olefile.UNKNOWN_SIZE
_ENTRY = struct.Struct("<64sHBBIII36xIII")
_ROOT, _STORAGE, _STREAM = olefile.STGTY_ROOT, olefile.STGTY_STORAGE, olefile.STGTY_STREAM
_NONE = 0xFFFFFFFF
_FACTS = frozenset({2, 3, 4, 5, 6, 8, 11, 12, 13, 14, 15, 18})
"""The properties of a document that ``olefacts`` tells; no others are unpacked."""


class _Stream(BytesIO):
    """The bytes of one stream, and how many they are."""

    size = 0


class _Entry:
    """One entry of the directory: its place, name, kind, first sector and size; a storage has kids, by name."""

    __slots__ = ("below", "entry_type", "isectStart", "kids", "left", "name", "named", "right", "sid", "size")

    def __init__(self, sid: int, raw: tuple[Any, ...], *, long: bool) -> None:
        name, length, self.entry_type, _, self.left, self.right, self.below, self.isectStart, low, high = raw
        self.sid = sid
        self.name = name[: min(length, 64) - 2].decode("utf-16-le", "replace")
        self.size = low + (high << 32) if long else low
        self.kids: list[_Entry] = []
        self.named: dict[str, _Entry] | None = None

    def kid(self, name: str) -> _Entry | None:
        """Return the kid of a name in any letter case, the first of several."""
        if self.named is None:
            self.named = {}
            for each in self.kids:
                self.named.setdefault(each.name.lower(), each)
        return self.named.get(name.lower())


class Compound(olefile.OleFileIO):  # type: ignore[misc]
    """A compound file whose streams are read by runs of sectors and whose directory is walked once, without calling
    itself; damaged chains are left to the library.

    An entry that is referred to twice stands where it was met first.
    """

    def loaddirectory(self, sect: int) -> None:
        """Read the directory from its first sector on; raises what the library raises when there is none."""
        stream = self._open(sect, force_FAT=True)
        data = stream.read()
        count = stream.size // _ENTRY.size
        self.direntries: list[_Entry | None] = [None] * count
        if not count:
            self._raise_defect(olefile.DEFECT_FATAL, "OLE directory index out of range")
        self.listed: dict[tuple[bool, bool], list[list[str]]] = {}
        self.root = self._entry(data, 0)
        storages = [self.root]
        while storages:
            storage = storages.pop()
            storage.kids = sorted(self._kids(data, storage.below), key=lambda each: each.name)
            storages.extend(each for each in storage.kids if each.below != _NONE)

    def _entry(self, data: bytes, sid: int) -> _Entry:
        entry = _Entry(sid, _ENTRY.unpack_from(data, sid * _ENTRY.size), long=self.sectorsize != 512)
        self.direntries[sid] = entry
        return entry

    def _kids(self, data: bytes, first: int) -> Iterator[_Entry]:
        """Yield the entries of a tree of siblings, those to the left first."""
        stack: list[_Entry] = []
        place = first
        while stack or place != _NONE:
            while place < len(self.direntries) and self.direntries[place] is None:
                stack.append(self._entry(data, place))
                place = stack[-1].left
            if not stack:
                return
            entry = stack.pop()
            yield entry
            place = entry.right

    def listdir(self, streams: bool = True, storages: bool = False) -> list[list[str]]:
        """Return the paths of streams, storages or both, each storage before what it holds; made once."""
        if (found := self.listed.get((streams, storages))) is not None:
            return found
        found = self.listed[streams, storages] = []
        waiting: list[tuple[list[str], _Entry]] = [([], each) for each in reversed(self.root.kids)]
        while waiting:
            prefix, entry = waiting.pop()
            path = [*prefix, entry.name]
            if (storages and entry.entry_type == _STORAGE) or (streams and entry.entry_type == _STREAM):
                found.append(path)
            if entry.entry_type == _STORAGE:
                waiting.extend((path, each) for each in reversed(entry.kids))
        return found

    def names_below(self, path: list[str]) -> list[str]:
        """Return the names of what a storage holds, empty when there is no such storage."""
        try:
            kids = self.direntries[self._find(path)].kids  # type: ignore[union-attr]
        except OSError:
            return []
        return list(dict.fromkeys(each.name for each in kids if each.entry_type in (_STORAGE, _STREAM)))

    def tree(self, path: list[str], most: int) -> dict[str, Any]:
        """Return what a storage holds: bytes by the name of a stream, the same again by the name of a storage.

        most: bytes in all; a storage that claims more is damaged (OSError), for no file holds more than itself.
        """
        root: dict[str, Any] = {}
        waiting = [(self.direntries[self._find(path)], root)]
        while waiting:
            storage, found = waiting.pop()
            for each in storage.kids:  # type: ignore[union-attr]
                if each.entry_type == _STORAGE:
                    found[each.name] = {}
                    waiting.append((each, found[each.name]))
                elif each.entry_type == _STREAM:
                    most -= each.size
                    if most < 0:
                        raise OSError("the streams of the storage are longer than the file")
                    found[each.name] = self._open(each.isectStart, each.size).read() if each.size else b""
        return root

    def _find(self, filename: str | list[str]) -> int:
        node: _Entry | None = self.root
        for name in filename.split("/") if isinstance(filename, str) else filename:
            node = node.kid(name) if node is not None else None
        if node is None:
            raise OSError("file not found")
        return int(node.sid)

    def _parse_property(self, section: bytes, offset: int, number: int, *rest: Any) -> Any:
        return super()._parse_property(section, offset, number, *rest) if number in _FACTS else None

    def _open(self, start: int, size: int = _UNKNOWN, force_FAT: bool = False) -> Any:
        small = size < self.minisectorcutoff and not force_FAT
        if size == _UNKNOWN or self.fp.closed or (small and not self.ministream):
            return super()._open(start, size, force_FAT)
        if small:
            data = _chained(self.ministream, start, size, 0, self.minisectorsize, self.minifat)
        else:
            data = _chained(self.fp, start, size, self.sectorsize, self.sectorsize, self.fat)
        if data is None:
            return super()._open(start, size, force_FAT)
        stream = _Stream(data)
        stream.size = size
        return stream


def _chained(source: BinaryIO, sector: int, size: int, offset: int, step: int, table: Any) -> bytes | None:
    """Return the bytes of a chain of sectors, None when anything about it is not as it should be."""
    left, end = -(-size // step), len(table)
    pieces = []
    while left > 0:
        if not 0 <= sector < end:
            return None
        run, length = sector, 1
        sector = table[run]
        while length < left and sector == run + length < end:
            length += 1
            sector = table[sector]
        source.seek(offset + step * run)
        piece = source.read(step * length)
        if len(piece) != step * length:
            return None
        pieces.append(piece)
        left -= length
    return b"".join(pieces)[:size] if pieces else None
