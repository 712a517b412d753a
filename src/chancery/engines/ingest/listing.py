"""The entries of one folder in a fixed order: in memory while they are few, else sorted in a temporary file."""

from __future__ import annotations

import heapq
import marshal
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from struct import Struct

from chancery.engines.text.normalise import safe_name
from chancery.engines.text.ordering import Store

FEW = 20_000
"""Entries that are sorted in memory together."""
_OTHER, _FILE, _FOLDER = range(3)
_SIZE = Struct("<I")
_PIECE = 1 << 16
Entry = tuple[str, bytes, int]
"""Name as shown, name as it is, kind."""


class Listing:
    """The files and folders of one folder by their shown names; two that share one are numbered."""

    def __init__(self, *, folder: Path, spill: Path | None = None) -> None:
        """folder: whose entries are listed; none are where it cannot be opened. spill: where the temporary file of
        a large folder is made; None is the system's place for such files."""
        runs: list[_Entries] = []
        held: list[Entry] = []
        for entry in _scanned(folder):
            kind = _FILE if entry.is_file(follow_symlinks=False) else _OTHER
            kind = _FOLDER if kind == _OTHER and entry.is_dir(follow_symlinks=False) else kind
            held.append((safe_name(name=entry.name) or "unnamed", os.fsencode(entry.name), kind))
            if len(held) >= FEW:
                runs.append(_Entries(sorted(held, key=_order), spill))
                held = []
        held.sort(key=_order)
        self._entries: Iterable[Entry] = list(_numbered(held))
        if runs:
            self._entries = _Entries(_numbered(heapq.merge(*runs, held, key=_order)), spill)

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield shown and true name of each file, in order."""
        return ((shown, os.fsdecode(raw)) for shown, raw, kind in self._entries if kind == _FILE)

    def folders(self) -> Iterator[tuple[str, str]]:
        """Yield shown and true name of each folder, in order."""
        return ((shown, os.fsdecode(raw)) for shown, raw, kind in self._entries if kind == _FOLDER)


class _Entries:
    """Entries in a temporary file, read from its beginning each time."""

    def __init__(self, entries: Iterable[Entry], spill: Path | None) -> None:
        self._store = Store(folder=spill)
        for entry in entries:
            raw = marshal.dumps(entry)
            self._store.append(_SIZE.pack(len(raw)) + raw)

    def __iter__(self) -> Iterator[Entry]:
        data, at, place = b"", 0, 0
        while True:
            if len(data) - at < _SIZE.size or len(data) - at - _SIZE.size < _SIZE.unpack_from(data, at)[0]:
                more = self._store.read(min(_PIECE, self._store.end - place), place)
                if not more:
                    return
                data, at, place = data[at:] + more, 0, place + len(more)
                continue
            size = _SIZE.unpack_from(data, at)[0]
            at += _SIZE.size + size
            yield marshal.loads(data[at - size : at])  # noqa: S302  (a file without a name that this object wrote)


def _scanned(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        entries = os.scandir(folder)
    except OSError:
        return
    with entries:
        yield from entries


def _order(entry: Entry) -> tuple[str, bytes]:
    return entry[0], entry[1]


def _numbered(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries, those that share a shown name with a number from the second one on."""
    before, count = "", 0
    for shown, raw, kind in entries:
        count = count + 1 if shown == before else 1
        before = shown
        yield shown if count == 1 else f"{shown}~{count}", raw, kind
