"""Which input files are done: one line for each, entered when its lines are safe in a spool file."""

from __future__ import annotations

import hashlib
import json
import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from chancery.engines.ingest.records import SourceFile

_SYNC_EVERY = 2000
_LINE_OF = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_ENDED = {"crashed", "time_limit", "memory_limit"}


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
    facts = file.location.stat()
    shown = [file.path, str(facts.st_size), str(facts.st_mtime_ns), file.part_of or "", str(file.incomplete)]
    shown += [f"{path}:{part.stat().st_size}" for path, part in file.parts]
    return int.from_bytes(hashlib.blake2b("\x00".join(shown).encode(), digest_size=8).digest(), "big")


class Journal:
    """The entries made so far, compact: about forty bytes for an input file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names: list[str] = []
        self._columns = [array("Q"), array("I"), array("Q"), array("Q"), array("Q"), array("B")]
        self._order: Any = None
        self._keys: Any = None
        if path.exists():
            self._load()

    def _load(self) -> None:
        numbers: dict[str, int] = {}
        for entry in entries_in(path=self.path):
            name, start, end, crc, _, codes = entry["spool"]
            number = numbers.setdefault(name, len(numbers))
            row = (entry["mark"], number, start, end, crc, ("encrypted" in codes) + 2 * bool(_ENDED & set(codes)))
            for column, value in zip(self._columns, row, strict=True):
                column.append(value)
        self.names = list(numbers)
        keys = np.frombuffer(self._columns[0], dtype=np.uint64) if self._columns[0] else np.empty(0, np.uint64)
        order = np.argsort(keys, kind="stable")
        self._order, self._keys = order, keys[order]

    def find(self, *, mark: int) -> Place | None:
        """Return the latest entry of a mark among those loaded."""
        if self._keys is None or not len(self._keys):
            return None
        at = int(np.searchsorted(self._keys, np.uint64(mark), side="right")) - 1
        if at < 0 or int(self._keys[at]) != mark:
            return None
        row = int(self._order[at])
        _, number, start, end, crc, state = (column[row] for column in self._columns)
        return Place(self.names[number], start, end, crc, bool(state & 1), bool(state & 2))

    def __len__(self) -> int:
        return len(self._columns[0])


def entries_in(*, path: Path) -> Iterator[dict[str, Any]]:
    """Yield the whole entries of a journal; a last line that broke off is passed over."""
    with path.open("rb") as stream:
        for line in stream:
            if line.endswith(b"\n"):
                try:
                    yield json.loads(line)
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
