"""Tar archives, read as a stream."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable

BLOCK = 512


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


def entries(*, stream: BinaryIO) -> Iterator[Child]:
    """Yield the entries in order; folders are left out, links are recorded but never followed."""
    try:
        with tarfile.open(fileobj=stream, mode="r|", errors="surrogateescape") as archive:
            for member in archive:
                if member.isdir():
                    continue
                if member.isfile():
                    source = cast("BinaryIO", archive.extractfile(member))
                    yield Child(member.name, source, declared_size=member.size)
                else:
                    detail = "The entry is a link or device, not a file; it was not followed."
                    yield Child(member.name, None, exception="unsupported", detail=detail)
    except (tarfile.ReadError, EOFError) as fault:
        raise Unreadable("The archive ends too early.", code="truncated") from fault
    except tarfile.TarError as fault:
        raise Unreadable("The archive is damaged.", code="corrupt") from fault
    finally:
        if hasattr(stream, "close"):
            stream.close()
