"""Which input files are done: one line for each, entered when its lines are safe in a spool file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from chancery.engines.ingest.records import SourceFile
from chancery.engines.text.ordering import Index, Ordered

_SYNC_EVERY = 2000
_LINE_OF = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_ENDED = frozenset({"crashed", "time_limit", "memory_limit"})
_BEGINS, _ENDS = b'{"mark":', b"]}\n"
_SPOOL = b',"spool":'  # the last field; never inside a JSON string, where the quotation marks would be escaped
_MIDDLE = 2**63


@dataclass(frozen=True, slots=True)
class Place:
    """Where the lines of one input file stand. locked: worth reading again with other passwords. ended: a limit or
    a fault ended the reading of something in it, which may have been the machine's bad day."""

    spool: str
    start: int
    end: int
    crc: int
    locked: bool
    ended: bool


def mark_of(*, file: SourceFile) -> int:
    """Return the number an input file is known by: its path, size, time and volumes; 64 bits.

    A file that was replaced has another one. Raises OSError when it cannot be looked at.
    """
    facts = os.stat(file.location)
    shown = f"{file.path}\0{facts.st_size}\0{facts.st_mtime_ns}\0{file.part_of or ''}\0{file.incomplete}"
    for path, part in file.parts:
        shown += f"\0{path}:{part.stat().st_size}"
    return int.from_bytes(hashlib.blake2b(shown.encode(), digest_size=8).digest(), "big")


class Journal:
    """The entries made so far: they stay in the file, and memory holds one number for every 256 of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: BinaryIO | None = path.open("rb") if path.exists() else None
        rows, at = Ordered(width=2, folder=path.parent), 0
        for line in self._stream or ():
            if line.startswith(_BEGINS) and line.endswith(_ENDS):
                rows.add(int(line[len(_BEGINS) : line.index(b",")]) - _MIDDLE, at)
            at += len(line)
        self._index = Index(rows=rows, width=2, folder=path.parent)

    def find(self, *, mark: int) -> Place | None:
        """Return the latest entry of a mark among those made before this object was."""
        for at in reversed(self._index.find(mark - _MIDDLE)):
            assert self._stream is not None  # noqa: S101
            self._stream.seek(at)
            with suppress(ValueError):
                line = self._stream.readline()
                spooled = json.loads(line[line.rindex(_SPOOL) + len(_SPOOL) : -len(b"}\n")].decode())
                name, start, end, crc, _, codes = spooled
                return Place(name, start, end, crc, "encrypted" in codes, not _ENDED.isdisjoint(codes))
        return None

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()


def entries_in(*, path: Path) -> Iterator[dict[str, Any]]:
    """Yield the whole entries of a journal; a last line that broke off is passed over."""
    with path.open("rb") as stream:
        for line in stream:
            if line.endswith(b"\n"):
                try:
                    yield json.loads(line.decode())
                except ValueError:
                    continue


class JournalWriter:
    """Adds entries; what it was given is on disk after ``close``, and every 2,000 entries."""

    def __init__(self, path: Path) -> None:
        _mend(path)
        self._stream = path.open("ab")
        self._since = 0

    def enter(self, *, mark: int, file: SourceFile, run: int, spooled: list[Any]) -> None:
        """Enter one input file as done."""
        entry = {"mark": mark, "path": file.path, "run": run, "spool": spooled}
        self._stream.write(_LINE_OF(entry).encode() + b"\n")
        self._since += 1
        if self._since >= _SYNC_EVERY:
            self._sync()

    def _sync(self) -> None:
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._since = 0

    def flush(self) -> None:
        """Hand the entries to the system, so that a killed process loses none."""
        self._stream.flush()

    def __enter__(self) -> JournalWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sync()
        self._stream.close()


def _mend(path: Path) -> None:
    """End a line that broke off, so that the next entry stands on its own."""
    if path.exists() and path.stat().st_size:
        with path.open("r+b") as stream:
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) != b"\n":
                stream.write(b"\n")
