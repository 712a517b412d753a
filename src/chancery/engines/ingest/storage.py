"""Compound files and zip archives opened once for all who look into the same content."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any, BinaryIO

import olefile

from chancery.engines.ingest.reading import Content

olefile.olefile.log.debug = lambda *told, **named: None  # it speaks of every sector it reads
_UNKNOWN = olefile.olefile.UNKNOWN_SIZE


class _Stream(BytesIO):
    """The bytes of one stream, and how many they are."""

    size = 0


class _Compound(olefile.OleFileIO):  # type: ignore[misc]
    """A compound file whose streams are read by runs of sectors instead of one by one; damaged chains are left to
    the library."""

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


def ole_of(*, content: Content) -> Any:
    """Return the open compound file; raises what the library raises for a damaged one, each time."""
    found = content.cache.get("ole")
    if found is None:
        found = content.cache["ole"] = _Compound(content.stream())
    return found


def zip_of(*, content: Content) -> zipfile.ZipFile:
    """Return the open archive; raises what the library raises for a damaged one, each time."""
    found = content.cache.get("zip")
    if found is None:
        found = content.cache["zip"] = zipfile.ZipFile(content.stream())
    return found
