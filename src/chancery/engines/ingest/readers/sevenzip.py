"""7z archives."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from typing import BinaryIO

import py7zr
import py7zr.compressor
from py7zr.exceptions import (
    ArchiveError,
    Bad7zFile,
    CrcError,
    DecompressionError,
    PasswordRequired,
    UnsupportedCompressionMethodError,
)
from py7zr.io import BytesIOFactory

from chancery.engines.ingest.passwords import has_worked, in_order, seven_zip_key
from chancery.engines.ingest.readers.zipped import joined
from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable

_IN_MEMORY = 1024**3
py7zr.compressor.calculate_key = seven_zip_key  # type: ignore[attr-defined]  # the same key, derived faster
_FAULTS = (
    ArchiveError,
    Bad7zFile,
    CrcError,
    DecompressionError,
    lzma.LZMAError,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    AssertionError,
)


def read(content: Content, key: str) -> Reading:
    """Return the entries; split volumes are joined first."""
    stream = joined(content=content) if content.parts else content.stream()
    locked = False
    for password in (None, *in_order(passwords=content.passwords)):
        stream.seek(0)
        try:
            reading = Reading(children=list(_entries(stream, password, content)), container=True)
            if password is not None:
                has_worked(password=password)
            return reading
        except PasswordRequired:
            locked = True
        except UnsupportedCompressionMethodError as fault:
            raise Unreadable("The archive is packed in a way nothing here reads.", code="unsupported") from fault
        except Unreadable:
            raise
        except _FAULTS as fault:
            if not locked and password is None:
                code, detail = _judge(content, fault)
                raise Unreadable(detail, code=code) from fault
    raise Unreadable("The archive is encrypted and no known password opens it.", code="encrypted")


def _judge(content: Content, fault: Exception) -> tuple[str, str]:
    last = content.name.rpartition(".")[2]
    if last.isdigit() or isinstance(fault, EOFError):
        return "truncated", "The archive is split or cut: a part of it is missing."
    return "corrupt", "The archive is damaged."


def _entries(stream: BinaryIO, password: str | None, content: Content) -> Iterator[Child]:
    limits = content.limits
    with py7zr.SevenZipFile(stream, "r", password=password) as archive:
        if password is None and archive.needs_password():
            raise PasswordRequired("locked")
        listed = [info for info in archive.list() if not info.is_directory]
        total = sum(int(info.uncompressed or 0) for info in listed)
        packed = max(1, content.size)
        if total > limits.ratio_floor_bytes and total / packed > limits.max_ratio:
            raise Unreadable("The archive announces an expansion that only a bomb has.", code="bomb")
        if total > min(limits.max_expanded_bytes, _IN_MEMORY):
            raise Unreadable("The archive expands beyond the limit.", code="too_large")
        factory = BytesIOFactory(limit=max(1, total))
        archive.extract(factory=factory, recursive=True)
        for info in listed:
            product = factory.products.get(info.filename)
            data = product.read() if product is not None else b""
            yield Child(info.filename, bytes(data), declared_size=int(info.uncompressed or 0))
