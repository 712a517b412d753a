"""Frames between the engine and its child processes: a length, then JSON; never pickled code."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">Q")
_LARGEST = 4 * 1024**3
_CHUNK = 64 * 1024  # what a pipe holds
_FRAME_OF = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode


def write_frame(*, stream: BinaryIO, value: dict[str, Any]) -> None:
    """Write one frame and flush it."""
    data = _FRAME_OF(value).encode("ascii")
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(*, stream: BinaryIO) -> dict[str, Any] | None:
    """Wait for the next frame and return it, None at the end of the stream or when it breaks off."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    data = stream.read(size)
    return json.loads(data) if len(data) == size else None


class FrameBuffer:
    """Collects what a pipe gives without ever waiting for the rest of a frame."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._held = bytearray()
        self.ended = False

    def frames(self) -> Iterator[dict[str, Any]]:
        """Read once from the pipe, which must be readable, and return the frames that are complete.

        Sets ``ended`` when the other side is gone or does not keep to the form.
        """
        chunk = os.read(self._descriptor, _CHUNK)
        self.ended = not chunk
        self._held += chunk
        while len(self._held) >= _LENGTH.size:
            (size,) = _LENGTH.unpack(self._held[: _LENGTH.size])
            if size > _LARGEST:
                self.ended = True
                return
            if len(self._held) < _LENGTH.size + size:
                return
            data = bytes(self._held[_LENGTH.size : _LENGTH.size + size])
            del self._held[: _LENGTH.size + size]
            value = json.loads(data)
            if isinstance(value, dict):
                yield value
