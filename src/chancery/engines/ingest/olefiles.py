"""Files embedded in OLE storage."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import olefile

from chancery.engines.ingest.reading import Child, Content
from chancery.engines.ingest.storage import ole_of

_PLAIN = ("Package", "CONTENTS", "Contents", "CONTENTV30")
_PROJECT = "_VBA_PROJECT".encode("utf-16-le")
_SIGNS = (
    (b"%PDF", ".pdf"),
    (b"PK\x03\x04", ".zip"),
    (olefile.MAGIC, ".ole"),
    (b"{\\rtf", ".rtf"),
    (b"\x89PNG", ".png"),
)


def embedded_objects(*, content: Content) -> Iterator[Child]:
    """Yield the files that were dropped into an OLE document, as they were; a damaged storage yields
    nothing."""
    try:
        ole = ole_of(content=content)
        found = [(path, ole.openstream(path).read()) for path in ole.listdir() if _wanted(path)]
    except Exception:  # the library lets faults of many kinds out of damaged storages
        return
    for number, (path, data) in enumerate(found, start=1):
        if path[-1] == "\x01Ole10Native":
            name, payload = unwrap_native(data=data)
            yield Child(name or f"object-{number:03d}", payload)
        else:
            extension = next((ext for sign, ext in _SIGNS if data.startswith(sign)), "")
            if extension:
                yield Child(f"object-{number:03d}{extension}", data)


def streams_of(*, content: Content, wanted: tuple[str, ...]) -> dict[str, bytes]:
    """Return the named streams at the top of an OLE file, in any letter case; a damaged file gives fewer."""
    found: dict[str, bytes] = {}
    try:
        ole = ole_of(content=content)
        for name in wanted:
            if ole.exists(name):
                found[name] = ole.openstream(name).read()
    except Exception:  # the library lets faults of many kinds out of damaged storages
        return found
    return found


def has_macros(*, content: Content) -> bool:
    """Tell whether an OLE document holds a project of macros."""
    if _PROJECT not in content.data():
        return False
    try:
        return any(path[-1].lower() == "_vba_project" for path in ole_of(content=content).listdir())
    except Exception:  # a damaged storage that names one
        return True


def _wanted(path: list[str]) -> bool:
    return path[-1] == "\x01Ole10Native" or (path[-1] in _PLAIN and len(path) >= 1)


def unwrap_native(*, data: bytes) -> tuple[str, bytes]:
    """Return name and bytes of a file in an ``Ole10Native`` stream (MS-OLEDS 2.3.6)."""
    if len(data) < 8:
        return "", data
    body = data[4:]
    if body[:2] != b"\x02\x00":
        return "", body
    try:
        label, at = _text(body, 2)
        path, at = _text(body, at)
        at += 4
        (length,) = struct.unpack("<I", body[at : at + 4])
        at += 4 + length
        (size,) = struct.unpack("<I", body[at : at + 4])
    except (ValueError, struct.error):
        return "", body
    name = (label or path).replace("\\", "/").rpartition("/")[2]
    return name, body[at + 4 : at + 4 + size]


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\x00", at)
    return data[at:end].decode("latin-1"), end + 1
