"""Where a child process puts what it found: lines of one spool file, text files, pages to be recognised.

A line is the place of the item among those of its input file (eight digits), a blank, and a JSON object. What a
child wrote for a file counts only once the parent has entered the range in its journal; anything else is ignored.
"""

from __future__ import annotations

import json
import os
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from chancery.engines.ingest.loading import members_of
from chancery.engines.ingest.reading import Content
from chancery.engines.ingest.records import Item

SMALLEST_SIDE = 150
"""Pixels; smaller pictures are icons and rules, not pages."""
_FLUSH = 4 * 1024**2
_LINE_OF = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_TEXT_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


class Spool:
    """One spool file, written by one process."""

    def __init__(self, *, path: Path, out: Path, natives: Path | None, entities: bool) -> None:
        self.path = path
        self._stream = path.open("ab", buffering=0)
        self._texts = os.open(out / "text", os.O_RDONLY | os.O_DIRECTORY)
        self._natives, self._entities = natives, entities
        self._held: list[bytes] = []
        self._size = self._count = self._crc = 0
        self._codes: set[str] = set()
        self._start = self._at = self._stream.tell()

    def begin(self) -> None:
        """Begin the lines of one input file; what an unfinished one left stays behind as waste."""
        self._flush()
        self._start = self._at
        self._count = self._crc = 0
        self._codes.clear()

    def add(self, index: int, item: Item, content: Content | None) -> None:
        """Write one item: its text, if it has one, and its line."""
        record = item.as_record()
        text = record.pop("text")
        record["text_chars"] = len(text) if text is not None else None
        named = ""
        if text is not None:
            data = text.encode("utf-8", "replace")
            self._write_text(item.id, data)
            if self._entities:
                named = members_of()(text=text, kind=item.kind, data=data)
        if content is not None and self._natives is not None and worth_recognising(record=record):
            record["page_source"] = self._keep(item, content)
            record["own_text"] = text
        shown = _LINE_OF(record)
        line = (f"{index:08d} {shown[:-1]},{named}}}\n" if named else f"{index:08d} {shown}\n").encode()
        self._held.append(line)
        self._count += 1
        if item.exception is not None:
            self._codes.add(item.exception)
        self._size += len(line)
        if self._size > _FLUSH:
            self._flush()

    def commit(self) -> list[Any]:
        """Return what the journal enters: name, start, end, check sum, number of lines, codes found."""
        self._flush()
        return [self.path.name, self._start, self._at, self._crc, self._count, sorted(self._codes)]

    def _flush(self) -> None:
        if self._held:
            data = b"".join(self._held)
            self._crc = zlib.crc32(data, self._crc)
            _write(self._stream.fileno(), data)
            self._at += len(data)
            self._held.clear()
            self._size = 0

    def _write_text(self, identity: str, data: bytes) -> None:
        handle = os.open(f"{identity}.txt", _TEXT_FLAGS, 0o644, dir_fd=self._texts)
        try:
            _write(handle, data)
        finally:
            os.close(handle)

    def _keep(self, item: Item, content: Content) -> str:
        """Keep the bytes of pages to be recognised, once for the same bytes; a whole input file stays in its place."""
        if item.parent_id is None and content.scan is None:
            return os.fsencode(content.place).hex()
        assert self._natives is not None  # noqa: S101
        target = self._natives / item.sha256
        if not target.exists():
            with BytesIO(content.scan) if content.scan else content.stream() as source, target.open("wb") as kept:
                while piece := source.read(_FLUSH):
                    kept.write(piece)
        return os.fsencode(target).hex()


def _write(handle: int, data: bytes) -> None:
    written = os.write(handle, data)
    while written < len(data):
        written += os.write(handle, memoryview(data)[written:])


def open_spool(*, settings: dict[str, Any]) -> Spool:
    """Open the spool of a child process as its parent described it."""
    folder, out = Path(settings["folder"]), Path(settings["out"])
    natives = folder / "natives" if settings["natives"] else None
    return Spool(path=folder / settings["name"], out=out, natives=natives, entities=settings["entities"])


def worth_recognising(*, record: dict[str, Any]) -> bool:
    """Say whether an item may hold words that only recognition finds: pages without text, pictures above icons."""
    facts = record["metadata"]
    if not facts.get("needs_ocr") or record["kind"] not in ("pdf", "image") or not record["sha256"]:
        return False
    sides = [facts.get(name) for name in ("width", "height")]
    return record["kind"] == "pdf" or all(not isinstance(side, int) or side >= SMALLEST_SIDE for side in sides)


def checked(*, stream: BinaryIO, start: int, end: int, crc: int) -> bool:
    """Tell whether a range holds the bytes that were entered."""
    stream.seek(start)
    found = 0
    while start < end:
        piece = stream.read(min(_FLUSH, end - start))
        if not piece:
            return False
        found = zlib.crc32(piece, found)
        start += len(piece)
    return found == crc
