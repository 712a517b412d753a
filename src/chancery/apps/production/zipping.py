"""A volume as one zip archive, written piece by piece: the same volume gives the same bytes at any time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

# The earliest day a zip archive can name: every entry carries it, so that no clock stands in the bytes.
DAY = (1980, 1, 1, 0, 0, 0)
PIECE = 64 * 1024
# Deflated entries are read by every tool even where sizes follow the data; level 1, since page images do not shrink.
LEVEL = 1
LARGE = 2**31


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an archive. size: in bytes. open: yields the contents, called once."""

    path: str
    size: int
    open: Callable[[], Iterator[bytes]]


class _Pipe(io.RawIOBase):
    """Takes what the archive writes and hands it on; it cannot be wound back."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        """Tell that it takes bytes."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take bytes."""
        self._held += data
        return len(data)

    def taken(self, *, least: int) -> bytes:
        """Return what has gathered if it is at least so many bytes, else nothing."""
        if len(self._held) < max(least, 1):
            return b""
        data = bytes(self._held)
        self._held.clear()
        return data


def zip_stream(*, parts: Sequence[Part], folder: str) -> Iterator[bytes]:
    """Yield a zip archive of the files below one folder, holding no more than one piece of one file in memory."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for part in parts:
            entry = zipfile.ZipInfo(f"{folder}/{part.path}", date_time=DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with archive.open(entry, "w", force_zip64=part.size >= LARGE) as target:
                for data in part.open():
                    target.write(data)
                    yield from _ready(pipe, PIECE)
            yield from _ready(pipe, PIECE)
    yield from _ready(pipe, 0)


def _ready(pipe: _Pipe, least: int) -> Iterator[bytes]:
    data = pipe.taken(least=least)
    if data:
        yield data
