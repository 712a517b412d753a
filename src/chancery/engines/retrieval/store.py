"""The index on disk: a folder of files that are written once, and a list of those that count.

A change becomes visible when the list (``manifest.json``) is replaced, which is one step: a reader sees all of it
or nothing, and a writer that dies leaves the former state. One writer at a time; that is the caller's duty.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from .merging import merged
from .segment import Entry, SegmentBuilder, SegmentReader
from .segmentfile import IndexDamaged, write_arrays
from .streams import Flags
from .wordtable import DEFAULT_SALT

MANIFEST: Final = "manifest.json"
FULL: Final = 8_000_000
"""Tokens after which a file is closed: about 45 MB of English, and 400 MB of memory while it is made."""
MOST_WORDS: Final = 1_500_000
SMALL: Final = 2_000_000
MOST_SMALL: Final = 6
"""Files under ``SMALL`` tokens that may lie beside each other before they are joined."""
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class _Held:
    """A file that counts. dead: name of the file that says which of its documents were taken out."""

    name: str
    size: int
    tokens: int
    dead: str | None = None


def exists(folder: Path) -> bool:
    """Say whether there is an index in a folder."""
    return (folder / MANIFEST).exists()


def facts_of(folder: Path) -> dict[str, Any]:
    """Return what the writer noted about where the documents came from; empty if there is no index."""
    return dict(_manifest(folder)["facts"]) if exists(folder) else {}


def stamp_of(folder: Path) -> tuple[int, int]:
    """Return what changes whenever the index does, to keep opened files no longer than they count."""
    try:
        found = (folder / MANIFEST).stat()
    except FileNotFoundError:
        return (0, 0)
    return found.st_mtime_ns, found.st_ino


def open_segments(folder: Path) -> list[SegmentReader]:
    """Open the files that count; none if there is no index. Raises IndexDamaged."""
    if not exists(folder):
        return []
    return [SegmentReader.open(folder / held.name, _alive(folder, held)) for held in _held(_manifest(folder))]


class Writer:
    """Changes an index; nothing counts before ``commit``.

    fresh: whatever the folder holds counts no more. salt: any secret number; without it somebody who knows this
    program could make words that are taken for each other.
    """

    def __init__(self, folder: Path, *, fresh: bool = False, salt: int = DEFAULT_SALT) -> None:
        self._salt = salt
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        none: dict[str, Any] = {"segments": [], "facts": {}, "generation": 0}
        manifest = none if fresh or not exists(folder) else _manifest(folder)
        self._held = _held(manifest)
        self.facts: dict[str, Any] = dict(manifest["facts"])
        self._generation = max(int(manifest["generation"]), _highest(folder)) + 1
        self._files = 0
        self._replaced: set[str] = set()
        self._new: list[_Held] = []

    def put(self, entries: Iterable[Entry], *, advance: Callable[[int], None] | None = None) -> int:
        """Add documents; those with the same id are replaced, the last one counts. Returns how many came."""
        builder, count = SegmentBuilder(salt=self._salt), 0
        here: dict[str, int] = {}
        for entry in entries:
            if entry.id in here or entry.id in self._replaced:
                builder = self._closed(builder, here)
                self._take_out({entry.id}, self._new)
            here[entry.id] = count
            builder.add(entry)
            count += 1
            if builder.tokens >= FULL or builder.words >= MOST_WORDS or len(builder.ids) >= FULL // 16:
                builder = self._closed(builder, here)
                if advance is not None:
                    advance(count)
        self._closed(builder, here)
        return count

    def delete(self, ids: Iterable[str]) -> None:
        """Take documents out; ids that are not there are left aside."""
        self._replaced.update(ids)

    def commit(self) -> None:
        """Make the changes count, and remove what counts no more."""
        self._take_out(self._replaced, self._held)
        self._held = [*self._held, *self._new]
        self._join_small()
        self._replaced, self._new = set(), []
        document = {
            "format": _FORMAT,
            "generation": self._generation,
            "facts": self.facts,
            "segments": [[held.name, held.size, held.tokens, held.dead] for held in self._held if held.size],
        }
        temporary = self.folder / f".{MANIFEST}.new"
        with temporary.open("w", encoding="utf-8") as stream:
            json.dump(document, stream, ensure_ascii=False)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, self.folder / MANIFEST)
        _sync(self.folder)
        counting = {name for held in self._held for name in (held.name, held.dead)}
        for path in self.folder.iterdir():
            if path.suffix in (".seg", ".dead") and path.name not in counting:
                path.unlink(missing_ok=True)

    def _closed(self, builder: SegmentBuilder, here: dict[str, int]) -> SegmentBuilder:
        """Write what was collected and begin anew."""
        if builder.ids:
            name = self._name("seg")
            builder.write(self.folder / name)
            self._new.append(_Held(name, len(builder.ids), builder.tokens))
            self._replaced.update(here)
            here.clear()
        return SegmentBuilder(salt=self._salt)

    def _take_out(self, ids: set[str], files: list[_Held]) -> None:
        for at, held in enumerate(files):
            reader = SegmentReader.open(self.folder / held.name, _alive(self.folder, held))
            gone = np.fromiter((key in ids for key in reader.ids), dtype=np.bool_, count=reader.size) & reader.alive
            if gone.any():
                name = self._name("dead")
                with (self.folder / name).open("xb") as stream:
                    stream.write(np.packbits(~(reader.alive & ~gone)).tobytes())
                    stream.flush()
                    os.fsync(stream.fileno())
                files[at] = _Held(held.name, held.size, held.tokens, name)

    def _join_small(self) -> None:
        small = [held for held in self._held if held.tokens < SMALL]
        while len(small) > MOST_SMALL:
            chosen: list[_Held] = []
            for held in small:
                if sum(each.tokens for each in chosen) + held.tokens <= FULL:
                    chosen.append(held)
            if len(chosen) < 2:
                return
            readers = [SegmentReader.open(self.folder / held.name, _alive(self.folder, held)) for held in chosen]
            arrays, facts = merged(readers)
            name = self._name("seg")
            write_arrays(path=self.folder / name, arrays=arrays, facts=facts)
            others = [held for held in self._held if held not in chosen]
            self._held = [*others, _Held(name, facts["size"], facts["tokens"])]
            small = [held for held in small if held not in chosen]

    def _name(self, kind: str) -> str:
        self._files += 1
        return f"{self._generation:08d}-{self._files:05d}.{kind}"


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        document = json.loads((folder / MANIFEST).read_text("utf-8"))
        if document["format"] != _FORMAT or not isinstance(document["segments"], list):
            raise IndexDamaged(name=MANIFEST)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(name=MANIFEST) from error
    return dict(document)


def _held(manifest: dict[str, Any]) -> list[_Held]:
    return [_Held(*each) for each in manifest["segments"]]


def _alive(folder: Path, held: _Held) -> Flags | None:
    if held.dead is None:
        return None
    try:
        bits = np.frombuffer((folder / held.dead).read_bytes(), dtype=np.uint8)
    except OSError as error:
        raise IndexDamaged(name=held.dead) from error
    if len(bits) != (held.size + 7) // 8:
        raise IndexDamaged(name=held.dead)
    found: Flags = np.unpackbits(bits, count=held.size) == 0
    return found


def _highest(folder: Path) -> int:
    """Return the highest generation any file in the folder belongs to, also one left by a writer that died."""
    numbers = [path.name.split("-")[0] for path in folder.iterdir() if path.suffix in (".seg", ".dead")]
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
