"""Objects embedded in rich text: hexadecimal, in the old wrapping. Authority: RTF 1.9 (Objects), MS-OLEDS 2.2."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from chancery.engines.ingest.olefiles import objects_in, unwrap_native
from chancery.engines.ingest.reading import Child

_OBJECT = re.compile(rb"\\objdata(?![a-z])([0-9A-Fa-f\s]+)")
_NOT_HEXA = re.compile(rb"\s+")
_EMBEDDED = 2


def rich_objects(*, data: bytes) -> Iterator[Child]:
    """Yield the files embedded in an RTF file; pictures of programs that no document holds are left out."""
    for number, match in enumerate(_OBJECT.finditer(data), start=1):
        packed = _NOT_HEXA.sub(b"", match[1])
        raw = bytes.fromhex(packed[: len(packed) // 2 * 2].decode("ascii"))
        try:
            kind, native = _unwrapped(raw)
        except (struct.error, ValueError):
            continue
        if kind == b"package":
            name, payload = unwrap_native(data=struct.pack("<I", len(native)) + native)
            yield Child(name or f"object-{number:03d}", payload)
        else:
            yield from objects_in(data=native, number=number)


def _unwrapped(raw: bytes) -> tuple[bytes, bytes]:
    """Return the class of an embedded object, in small letters, and its bytes; raises for anything else."""
    _, kind = struct.unpack_from("<II", raw, 0)
    if kind != _EMBEDDED:
        raise ValueError
    at, names = 8, []
    for _ in range(3):
        (length,) = struct.unpack_from("<I", raw, at)
        names.append(raw[at + 4 : at + 4 + length].rstrip(b"\x00").lower())
        at += 4 + length
    (size,) = struct.unpack_from("<I", raw, at)
    return names[0], raw[at + 4 : at + 4 + size]
