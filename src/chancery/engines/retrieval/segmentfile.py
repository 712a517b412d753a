"""One file of named arrays, written once, read by mapping it into memory.

The arrays stand one after another at multiples of 64 bytes, then a JSON table of names, types, places and other
facts, then its length and eight bytes that say the file is whole.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chancery.foundation.errors import Refused

_MAGIC: Final = b"CHSEG001"
_ALIGNED: Final = 64
_TAIL: Final = struct.Struct("<Q8s")


class IndexDamaged(Refused):
    """A file of the index is cut off, overwritten or of another version: build the index again."""

    code = "index_damaged"

    def __init__(self, *, name: str) -> None:
        super().__init__("The search index is damaged (%(name)s): build it again.", name=name)


def write_arrays(*, path: Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> None:
    """Write arrays and facts to a new file and have it on disk before returning."""
    table: dict[str, Any] = {}
    with path.open("xb") as stream:
        for name, array in arrays.items():
            stream.write(b"\0" * (-stream.tell() % _ALIGNED))
            table[name] = [array.dtype.str, stream.tell(), len(array)]
            stream.write(np.ascontiguousarray(array).data.cast("B") if len(array) else b"")
        head = json.dumps({"arrays": table, "facts": facts}, ensure_ascii=False).encode()
        stream.write(head)
        stream.write(_TAIL.pack(len(head), _MAGIC))
        stream.flush()
        os.fsync(stream.fileno())


def read_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Map a file's arrays and return them with its facts. Raises IndexDamaged if it is not whole."""
    try:
        with path.open("rb") as stream:
            held = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        length, magic = _TAIL.unpack_from(held, len(held) - _TAIL.size)
        if magic != _MAGIC:
            raise IndexDamaged(name=path.name)
        end = len(held) - _TAIL.size
        table = json.loads(held[end - length : end])
        arrays = {
            name: np.frombuffer(held, dtype=np.dtype(kind), count=count, offset=place)
            for name, (kind, place, count) in table["arrays"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise IndexDamaged(name=path.name) from error
    return arrays, table["facts"]
