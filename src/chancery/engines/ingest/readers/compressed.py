"""Single compressed files (gzip, bzip2, xz) and the tar archives inside them."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from chancery.engines.ingest.readers import tarred
from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable

_OPENERS: dict[str, Callable[..., Any]] = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
_FAULTS = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)


class _Guarded:
    """A stream whose decompression faults come out as coded refusals."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes."""
        try:
            return self._stream.read(size)
        except EOFError as fault:
            raise Unreadable("The compressed data ends too early.", code="truncated") from fault
        except _FAULTS as fault:
            raise Unreadable("The compressed data is damaged.", code="corrupt") from fault


def read(content: Content, key: str) -> Reading:
    """Return the single file inside, or the entries when it is a tar archive."""
    opened = cast("BinaryIO", _OPENERS[key](content.stream(), "rb"))
    try:
        head = opened.read(tarred.BLOCK)
    except _FAULTS as fault:
        code = "truncated" if isinstance(fault, EOFError) else "corrupt"
        head = _first_bytes(content, key)
        if not head:
            raise Unreadable("The compressed data is damaged.", code=code) from fault
    opened.close()
    if tarred.looks_like(head=head):
        return Reading(children=tarred.entries(stream=cast("BinaryIO", _Guarded(_open(content, key)))), container=True)
    child = Child(_inner_name(content, key), cast("BinaryIO", _Guarded(_open(content, key))))
    return Reading(children=[child], container=True)


def _open(content: Content, key: str) -> BinaryIO:
    return cast("BinaryIO", _OPENERS[key](content.stream(), "rb"))


def _first_bytes(content: Content, key: str) -> bytes:
    """Return what little a cut file gives, read byte by byte."""
    out = b""
    with _open(content, key) as stream:
        try:
            while len(out) < tarred.BLOCK and (byte := stream.read(1)):
                out += byte
        except _FAULTS:
            return out
    return out


def _inner_name(content: Content, key: str) -> str:
    name = content.name
    short = re.sub(rf"\.({key}|z|lzma)$", "", name, flags=re.IGNORECASE)
    short = re.sub(r"\.(tgz|tbz2?|txz)$", ".tar", short, flags=re.IGNORECASE)
    return short if short and short != name else f"{name}.content"
