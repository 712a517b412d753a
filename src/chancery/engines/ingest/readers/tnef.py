"""TNEF containers (winmail.dat). Authority: MS-OXTNEF."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from chancery.engines.ingest.packedrtf import DAMAGED, NotPacked, is_whole, unpacked
from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable
from chancery.engines.ingest.richtext import rich_text
from chancery.engines.text.charset import decode

_SIGNATURE = b"\x78\x9f\x3e\x22"
_PLAIN, _RICH = 0x1000, 0x1009
_START, _TITLE, _DATA, _FACTS, _MESSAGE, _BODY = 0x9002, 0x8010, 0x800F, 0x9005, 0x9003, 0x800C
_FIXED = {
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x000A: 4,
    0x000B: 4,
    0x0014: 8,
    0x0040: 8,
    0x0048: 16,
}


def read(content: Content, key: str) -> Reading:
    """Return the attached files as children and the body, if it carries one, as text."""
    data = content.data()
    if data[:4] != _SIGNATURE:
        raise Unreadable("The container does not begin as a TNEF file.", code="corrupt")
    reading = Reading(container=True)
    files: list[tuple[str, bytes]] = []
    for number, value in _attributes(data, reading):
        if number == _START:
            files.append((f"attachment-{len(files) + 1:03d}", b""))
        elif number == _TITLE and files:
            files[-1] = (_text(value), files[-1][1])
        elif number == _DATA and files:
            files[-1] = (files[-1][0], value)
        elif number == _FACTS and files:
            name, body = _attached(_properties(value))
            files[-1] = (name or files[-1][0], files[-1][1] or body)
        elif number == _BODY:
            reading.text = _text(value)
        elif number == _MESSAGE and not reading.text:
            properties = _properties(value)
            reading.text = _message(properties)
            if not properties.get(_PLAIN) and properties.get(_RICH) and not is_whole(data=properties[_RICH]):
                reading.flag("partly_extracted", DAMAGED)
    reading.children = [Child(name, body) for name, body in files]
    return reading


def _attributes(data: bytes, reading: Reading) -> Iterator[tuple[int, bytes]]:
    at = 6
    while at + 9 <= len(data):
        number, _, length = struct.unpack("<HHI", data[at + 1 : at + 9])
        if at + 9 + length + 2 > len(data):
            reading.flag("truncated", "The container ends in the middle of an entry.")
            yield number, data[at + 9 :]
            return
        yield number, data[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _text(value: bytes) -> str:
    return decode(data=value.rstrip(b"\x00")).text


def _properties(data: bytes) -> dict[int, bytes]:
    """Return the MAPI properties of an encapsulation, first value each; damage ends the list early."""
    found: dict[int, bytes] = {}
    try:
        (count,) = struct.unpack("<I", data[:4])
        at = 4
        for _ in range(min(count, 5000)):
            kind, number = struct.unpack("<HH", data[at : at + 4])
            at += 4
            if number >= 0x8000:
                at = _skip_name(data, at)
            at = _value(data, at, kind, number, found)
    except struct.error:
        return found
    return found


def _skip_name(data: bytes, at: int) -> int:
    (kind,) = struct.unpack("<I", data[at + 16 : at + 20])
    if kind == 0:
        return at + 24
    (length,) = struct.unpack("<I", data[at + 20 : at + 24])
    return at + 24 + (int(length) + 3) // 4 * 4


def _value(data: bytes, at: int, kind: int, number: int, found: dict[int, bytes]) -> int:
    many = bool(kind & 0x1000)
    kind &= 0x0FFF
    count = 1
    variable = kind in (0x001E, 0x001F, 0x0102, 0x000D)
    if many or variable:
        (count,) = struct.unpack("<I", data[at : at + 4])
        at += 4
    for _ in range(min(count, 10_000)):
        if variable:
            (length,) = struct.unpack("<I", data[at : at + 4])
            value, at = data[at + 4 : at + 4 + length], at + 4 + (length + 3) // 4 * 4
        else:
            length = _FIXED.get(kind, 4)
            value, at = data[at : at + length], at + length
        if kind == 0x001F:
            value = value.decode("utf-16-le", "replace").encode("utf-8")
        elif kind == 0x000D:
            value = value[16:]
        found.setdefault(number, value)
    return at


def _attached(properties: dict[int, bytes]) -> tuple[str, bytes]:
    name = _text(properties.get(0x3707, b"") or properties.get(0x3704, b""))
    return name, properties.get(0x3701, b"")


def _message(properties: dict[int, bytes]) -> str:
    if properties.get(_PLAIN):
        return _text(properties[_PLAIN])
    packed = properties.get(_RICH, b"")
    if len(packed) < 17:
        return ""
    try:
        return rich_text(data=unpacked(data=packed))
    except NotPacked:
        return ""
