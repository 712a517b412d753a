"""Take the bytes of a child out, counting and hashing them on the way; small ones stay in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from chancery.engines.ingest.budget import Budget
from chancery.engines.ingest.reading import HEAD_BYTES, Child, Unreadable

_CHUNK = 1024 * 1024
KEEP = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes as taken out; ``kept`` holds them when they are few, else they lie in the file. fault: what cut them
    short."""

    size: int
    sha256: str
    md5: str
    head: bytes
    kept: bytes | None
    fault: Unreadable | None = None


def hashed(*, data: bytes, fault: Unreadable | None = None) -> Written:
    """Return bytes in memory with their hashes."""
    return Written(
        len(data),
        hashlib.sha256(data).hexdigest(),
        hashlib.md5(data, usedforsecurity=False).hexdigest(),
        data[:HEAD_BYTES],
        data,
        fault,
    )


def write_child(*, child: Child, target: Path, budget: Budget) -> Written:
    """Take the child out: into memory up to 16 MiB, else into ``target``.

    A stream that breaks leaves what came before and sets ``fault``.
    """
    source = child.source
    if source is None:
        raise Unreadable("The bytes of this entry could not be had.", code="corrupt")
    if isinstance(source, bytes):
        budget.take_bytes(len(source))
        return hashed(data=source)
    return _Copy(child, target, budget).run(source)


class _Copy:
    """One stream on its way, first into memory, then into its file."""

    def __init__(self, child: Child, target: Path, budget: Budget) -> None:
        self.child, self.target, self.budget = child, target, budget
        self.size = 0
        self.pieces: list[bytes] = []
        self.out: IO[bytes] | None = None
        self.sha256, self.md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)

    def run(self, source: BinaryIO) -> Written:
        fault = None
        try:
            while chunk := self._next(source):
                self._take(chunk)
        except Unreadable as refusal:
            fault = refusal
        finally:
            if self.out is not None:
                self.out.close()
        if self.out is None:
            return hashed(data=b"".join(self.pieces), fault=fault)
        with self.target.open("rb") as written:
            head = written.read(HEAD_BYTES)
        return Written(self.size, self.sha256.hexdigest(), self.md5.hexdigest(), head, None, fault)

    def _next(self, source: BinaryIO) -> bytes:
        try:
            return source.read(_CHUNK)
        except (Unreadable, MemoryError):
            raise
        except EOFError as fault:
            raise Unreadable("The entry ends before its announced end.", code="truncated") from fault
        except Exception as fault:  # whatever a decompressor throws
            raise Unreadable("The entry is damaged; what could be read of it is kept.", code="corrupt") from fault

    def _take(self, chunk: bytes) -> None:
        self.budget.take_bytes(len(chunk))
        self.budget.check_time()
        announced = self.child.declared_size
        if announced is not None and self.size + len(chunk) > announced:
            raise Unreadable("The entry holds more bytes than its container announces.", code="bomb")
        self.size += len(chunk)
        if self.out is None and self.size <= KEEP:
            self.pieces.append(chunk)
            return
        if self.out is None:
            self.out = self.target.open("wb")
            for piece in self.pieces:
                self._put(piece)
            self.pieces.clear()
        self._put(chunk)

    def _put(self, piece: bytes) -> None:
        assert self.out is not None  # noqa: S101
        self.sha256.update(piece)
        self.md5.update(piece)
        self.out.write(piece)
