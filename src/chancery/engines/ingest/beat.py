"""The sign of life of a child process: a few shared bytes that say which item it is reading."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

_FORM = struct.Struct("<QH64s")
_SIZE = 128


class Beat:
    """A counter of items begun and the id of the last one, in a file that parent and child have mapped."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if create:
            path.write_bytes(bytes(_SIZE))
        with path.open("r+b") as stream:
            self._held = mmap.mmap(stream.fileno(), _SIZE)
        self.path = path
        self._count = 0

    def note(self, identity: str) -> None:
        """Say that an item is begun."""
        self._count += 1
        name = identity.encode("ascii", "replace")[:64]
        _FORM.pack_into(self._held, 0, self._count, len(name), name)

    def read(self) -> tuple[int, str]:
        """Return how many items were begun, and the id of the last."""
        count, length, name = _FORM.unpack_from(self._held)
        return int(count), name[:length].decode("ascii", "replace")

    def close(self) -> None:
        """Release the bytes; the file stays."""
        self._held.close()
