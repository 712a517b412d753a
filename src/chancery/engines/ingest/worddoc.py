"""The text of old Word files, in every part of them: body, notes, headers, comments, text boxes.

Authority: MS-DOC 2.4.1 (retrieving text), 2.5.1 (file information block), 2.9.38 (pieces), 2.8.25 (fields).
Deleted text under tracked changes and hidden text stand in the pieces like any other and are kept.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

_WORD_97 = 0x00C1
_PARTS = ("body", "footnotes", "headers", "macros", "comments", "endnotes", "text_boxes", "header_text_boxes")
_SIGNS = {
    0x07: "\t",
    0x0B: "\n",
    0x0C: "\n",
    0x0D: "\n",
    0x0E: "\n",
    0x1E: "-",
    **dict.fromkeys((1, 2, 3, 4, 5, 6, 8, 31), ""),
}
_FIELD_SIGN = re.compile("[\x13\x14\x15]")
_MOST = 200_000_000


@dataclass(frozen=True, slots=True)
class WordText:
    """The text of each part that has any, in the order of the file; ``encrypted`` when it cannot be read."""

    parts: dict[str, str]
    encrypted: bool = False

    def whole(self) -> str:
        """Return the parts one after another."""
        return "\n\n".join(self.parts.values())


def word_text(*, stream: bytes, tables: dict[str, bytes]) -> WordText | None:
    """Return the text of a ``WordDocument`` stream, None when its pieces cannot be followed.

    tables: the streams ``0Table`` and ``1Table`` as far as present.
    """
    try:
        return _word_text(stream, tables)
    except (struct.error, IndexError, ValueError):
        return None


def _word_text(stream: bytes, tables: dict[str, bytes]) -> WordText | None:
    mark, version = struct.unpack_from("<HH", stream, 0)
    if mark not in (0xA5EC, 0xA5DC):
        return None
    (flags,) = struct.unpack_from("<H", stream, 0x0A)
    if flags & 0x0100:
        return WordText({}, encrypted=True)
    if version < _WORD_97:
        return _older(stream, complex_=bool(flags & 0x0004))
    table = tables.get("1Table" if flags & 0x0200 else "0Table", b"")
    start, size = struct.unpack_from("<II", stream, 0x1A2)
    text = _joined(stream, table[start : start + size])
    lengths = struct.unpack_from("<8I", stream, 0x4C)
    parts, at = {}, 0
    for name, length in zip(_PARTS, lengths, strict=True):
        shown = _shown(text[2 * at : 2 * (at + length)].decode("utf-16-le", "replace"))
        at += length
        if shown.strip() and name != "macros":
            parts[name] = shown.strip("\n")
    return WordText(parts) if text else None


def _older(stream: bytes, *, complex_: bool) -> WordText | None:
    """Read Word 6 and 95: one byte for a character, one run unless the file was saved fast."""
    first, last = struct.unpack_from("<II", stream, 0x18)
    if complex_ or not first < last <= len(stream):
        return None
    text = stream[first:last].decode("cp1252", "replace")
    return WordText({"body": _shown(text).strip("\n")})


def _joined(stream: bytes, pieces: bytes) -> bytes:
    """Return the characters of all pieces in the order of the document, two bytes for each unit that the file counts:
    a sign outside the basic plane counts twice."""
    at = 0
    while pieces[at] == 0x01:
        (size,) = struct.unpack_from("<H", pieces, at + 1)
        at += 3 + size
    if pieces[at] != 0x02:
        raise ValueError
    (size,) = struct.unpack_from("<I", pieces, at + 1)
    body = pieces[at + 5 : at + 5 + size]
    count = (len(body) - 4) // 12
    ends = struct.unpack_from(f"<{count + 1}I", body, 0)
    out, total = [], 0
    for number in range(count):
        length = ends[number + 1] - ends[number]
        if length <= 0:
            continue
        (place,) = struct.unpack_from("<I", body, 4 * (count + 1) + 8 * number + 2)
        total += length
        if total > _MOST:
            raise ValueError
        if place & 0x40000000:
            start = (place & 0x3FFFFFFF) // 2
            out.append(stream[start : start + length].decode("cp1252", "replace").encode("utf-16-le"))
        else:
            out.append(stream[place : place + 2 * length])
    return b"".join(out)


def _shown(text: str) -> str:
    """Return the text as a reader sees it: results of fields without their instructions, signs as white space."""
    if "\x13" in text:
        text = _without_instructions(text)
    return text.translate(_SIGNS)


def _without_instructions(text: str) -> str:
    out: list[str] = []
    hidden: list[bool] = []
    start = 0
    for match in _FIELD_SIGN.finditer(text):
        at, char = match.start(), match[0]
        if not any(hidden):
            out.append(text[start:at])
        start = at + 1
        if char == "\x13":
            hidden.append(True)
        elif hidden and char == "\x14":
            hidden[-1] = False
        elif hidden:
            hidden.pop()
    if not any(hidden):
        out.append(text[start:])
    return "".join(out)
