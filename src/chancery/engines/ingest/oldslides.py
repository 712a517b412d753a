"""The text of old PowerPoint files: slides, hidden ones too, notes, masters, comments, headers and footers.

Authority: MS-PPT 2.3 (records), 2.13.24 (record types), 2.6.6 (slide show information).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

_SLIDE, _NOTES, _MASTER, _OUTLINE = 1006, 1008, 1016, 4080
_CHARS, _BYTES, _STRING, _SHOW = 4000, 4008, 4026, 1017
_COMMENT, _FOOTERS, _TAGS, _MACROS = 12000, 4057, 5003, 1024
_OBJECT, _LARGEST = 0x1011, 256 * 1024**2
_KINDS = {_SLIDE: "slides", _NOTES: "notes", _MASTER: "masters"}
_INSTRUCTIONS = ("Click to edit", "Second level", "Third level", "Fourth level", "Fifth level")
_DEPTH = 32


@dataclass(slots=True)
class SlideText:
    """Texts in the order of the file, each once, by where they stand; ``hidden`` counts hidden slides."""

    texts: dict[str, dict[str, None]] = field(
        default_factory=lambda: {"slides": {}, "notes": {}, "comments": {}, "masters": {}}
    )
    hidden: int = 0
    macros: bool = False

    def whole(self) -> str:
        """Return all texts, slides first."""
        return "\n".join(text for group in self.texts.values() for text in group)


def slide_text(*, stream: bytes) -> SlideText:
    """Return the text of a ``PowerPoint Document`` stream; damage ends the search early."""
    found = SlideText()
    try:
        for kind, within, data in _records(stream, 0, len(stream), (), 0):
            _take(kind, within, data, found)
    except struct.error:
        return found
    return found


def stored_objects(*, stream: bytes) -> Iterator[bytes]:
    """Yield the objects embedded in a ``PowerPoint Document`` stream, unpacked, each once (MS-PPT 2.10.34)."""
    at, seen = 0, set[bytes]()
    while at + 8 <= len(stream):
        version, kind, size = struct.unpack_from("<HHI", stream, at)
        data = stream[at + 8 : at + 8 + size]
        at += 8 + size
        if kind != _OBJECT or data in seen:
            continue
        seen.add(data)
        if version >> 4 & 1:
            try:
                data = zlib.decompressobj().decompress(data[4:], _LARGEST)
            except zlib.error:
                continue
        yield data


def is_whole(*, stream: bytes) -> bool:
    """Tell whether the outer records of a stream follow one another to its end and one of them is a slide."""
    at, slides = 0, 0
    while at + 8 <= len(stream):
        _, kind, size = struct.unpack_from("<HHI", stream, at)
        slides += kind == _SLIDE
        at += 8 + size
    return slides > 0 and at == len(stream)


def _records(
    stream: bytes, start: int, end: int, within: tuple[int, ...], depth: int
) -> Iterator[tuple[int, tuple[int, ...], bytes]]:
    at = start
    while at + 8 <= end:
        version, kind, size = struct.unpack_from("<HHI", stream, at)
        at += 8
        stop = min(at + size, end)
        if (version & 0x0F == 0x0F or kind == _TAGS) and depth < _DEPTH:
            yield from _records(stream, at, stop, (*within, kind), depth + 1)
        elif kind in (_CHARS, _BYTES, _STRING, _SHOW, _MACROS):
            yield kind, within, stream[at:stop]
        at = stop


def _take(kind: int, within: tuple[int, ...], data: bytes, found: SlideText) -> None:
    if kind == _SHOW:
        found.hidden += len(data) >= 12 and bool(struct.unpack_from("<H", data, 10)[0] & 0x04)
        return
    if kind == _MACROS:
        found.macros = found.macros or any(data[4:8])
        return
    if kind == _STRING and not {_COMMENT, _FOOTERS} & set(within):
        return
    text = data.decode("latin-1") if kind == _BYTES else data.decode("utf-16-le", "replace")
    text = text.replace("\r", "\n").replace("\x0b", "\n").strip("\n\x00")
    if not text.strip() or text.strip() == "*":
        return
    place = "comments" if _COMMENT in within else next((_KINDS[each] for each in within if each in _KINDS), "slides")
    if place == "masters" and text.startswith(_INSTRUCTIONS):
        return
    found.texts[place].setdefault(text)
