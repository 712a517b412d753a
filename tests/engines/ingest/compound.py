"""Compound files (OLE) made by hand, enough for the old Office formats: every stream is at least 4,096 bytes."""

from __future__ import annotations

import struct

_SECTOR = 512
_END, _FAT, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def compound(streams: dict[str, bytes]) -> bytes:
    """Return a compound file with these streams at its top, each padded with zero bytes to 4,096."""
    bodies = [data.ljust(4096, b"\x00") for data in streams.values()]
    chains: list[tuple[int, int]] = []
    at = 0
    for body in bodies:
        count = -(-len(body) // _SECTOR)
        chains.append((at, count))
        at += count
    directory = -(-(len(streams) + 1) * 128 // _SECTOR)
    chains.append((at, directory))
    at += directory
    fats = 1
    while fats * 128 < at + fats:
        fats += 1
    table = [_FREE] * (fats * 128)
    for start, count in chains:
        for sector in range(start, start + count):
            table[sector] = sector + 1 if sector + 1 < start + count else _END
    for sector in range(at, at + fats):
        table[sector] = _FAT
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, fats, chains[-1][0], 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", *[at + n if n < fats else _FREE for n in range(109)])
    entries = _entry("Root Entry", 5, 1 if streams else _FREE, _END, 0)
    for number, (name, body) in enumerate(zip(streams, bodies, strict=True), start=1):
        right = number + 1 if number < len(streams) else _FREE
        entries += _entry(name, 2, _FREE, chains[number - 1][0], len(body), right)
    sectors = b"".join(body.ljust(-(-len(body) // _SECTOR) * _SECTOR, b"\x00") for body in bodies)
    sectors += entries.ljust(directory * _SECTOR, b"\x00") + struct.pack(f"<{len(table)}I", *table)
    return header + sectors


def _entry(name: str, kind: int, child: int, start: int, size: int, right: int = _FREE) -> bytes:
    raw = name.encode("utf-16-le") + b"\x00\x00"
    return (
        raw.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(raw), kind, 1, _FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def word(body: str, notes: str = "", comments: str = "") -> bytes:
    """Return a Word 97 file whose parts lie in one piece of two-byte characters."""
    text = body + notes + comments
    raw = text.encode("utf-16-le")
    place = 1024
    fib = bytearray(place)
    struct.pack_into("<HH", fib, 0, 0xA5EC, 0x00C1)
    struct.pack_into("<H", fib, 0x0A, 0x0200)
    struct.pack_into("<8I", fib, 0x4C, len(body), len(notes), 0, 0, len(comments), 0, 0, 0)
    pieces = struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, place, 0)
    clx = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<II", fib, 0x1A2, 0, len(clx))
    return compound({"WordDocument": bytes(fib) + raw, "1Table": clx})


def record(kind: int, data: bytes, *, container: bool = False) -> bytes:
    """Return one record of a PowerPoint stream."""
    return struct.pack("<HHI", 0x0F if container else 0, kind, len(data)) + data


def slides(title: str, note: str, comment: str, *, hidden: bool = False) -> bytes:
    """Return a PowerPoint 97 file with one slide, its notes and a comment."""
    show = record(1017, bytes(10) + struct.pack("<H", 4 if hidden else 0) + bytes(4))
    said = record(12000, record(4026, comment.encode("utf-16-le")), container=True)
    slide = record(1006, show + record(4000, title.encode("utf-16-le")) + said, container=True)
    notes = record(1008, record(4008, note.encode("latin-1")), container=True)
    return compound({"PowerPoint Document": slide + notes, "Current User": b"\x00"})


def message(subject: str, body: str, sender: str) -> bytes:
    """Return an Outlook message with subject, plain body and sender."""
    named = {"0037": subject, "1000": body, "0C1A": sender, "001A": "IPM.Note"}
    streams = {f"__substg1.0_{number}001F": value.encode("utf-16-le") for number, value in named.items()}
    return compound({"__properties_version1.0": bytes(32), **streams})
