"""Tar archives, read as a stream."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable
from chancery.engines.text.charset import guess_name

BLOCK = 512
_HIGH = bytes(range(128))


def _sums(header: bytes) -> tuple[int, int]:
    """Return the sums of a header over unsigned and over signed bytes, its own sum taken for blanks."""
    rest = header[:148] + header[156:BLOCK]
    unsigned = 256 + sum(rest)
    return unsigned, unsigned - 256 * len(rest.translate(None, _HIGH))


tarfile.calc_chksums = _sums  # type: ignore[attr-defined]  # the same sums, several times as fast


class _Entry:
    """The bytes of one entry of an archive that is read as a stream."""

    def __init__(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        self._stream: Any = archive.fileobj
        self._at, self._end = member.offset_data, member.offset_data + member.size

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes; raises ReadError where the archive ends before."""
        left = self._end - self._at
        wanted = left if size < 0 else min(size, left)
        if wanted <= 0:
            return b""
        self._stream.seek(self._at)
        data = bytes(self._stream.read(wanted))
        if len(data) < wanted:
            raise tarfile.ReadError("unexpected end of data")
        self._at += wanted
        return data


def read(content: Content, key: str) -> Reading:
    """Return the entries of the archive."""
    return Reading(children=entries(stream=content.stream()), container=True)


def looks_like(*, head: bytes) -> bool:
    """Tell whether bytes begin a tar archive, by the check sum of the first header."""
    if len(head) < BLOCK:
        return False
    try:
        tarfile.TarInfo.frombuf(head[:BLOCK], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _name(member: tarfile.TarInfo) -> str:
    """Return the name of an entry; one that is no UTF-8 may be in any set."""
    if member.name.isascii() or not any("\udc80" <= sign <= "\udcff" for sign in member.name):
        return member.name
    return guess_name(raw=member.name.encode("utf-8", "surrogateescape"))


def entries(*, stream: BinaryIO) -> Iterator[Child]:
    """Yield the entries in order; folders are left out, links are recorded but never followed."""
    try:
        with tarfile.open(fileobj=stream, mode="r|", errors="surrogateescape") as archive:
            for member in archive:
                if member.isdir():
                    continue
                name = _name(member)
                if member.isfile():
                    source = cast(
                        "BinaryIO", archive.extractfile(member) if member.issparse() else _Entry(archive, member)
                    )
                    yield Child(name, source, declared_size=member.size)
                else:
                    detail = "The entry is a link or device, not a file; it was not followed."
                    yield Child(name, None, exception="unsupported", detail=detail)
    except (tarfile.ReadError, EOFError) as fault:
        raise Unreadable("The archive ends too early.", code="truncated") from fault
    except tarfile.TarError as fault:
        raise Unreadable("The archive is damaged.", code="corrupt") from fault
    finally:
        if hasattr(stream, "close"):
            stream.close()
