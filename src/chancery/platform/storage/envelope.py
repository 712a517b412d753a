"""The encrypted file format: header, then chunks of AES-256-GCM; pure, no database.

Header: ``CHYB``, version 1, chunk size (u32), nonce prefix (4 bytes), length of the wrapped key (u16), the key.
Chunk i: plain 64 KiB sealed under nonce prefix + counter (u64); its associated data is the SHA-256 of the header,
the counter and whether it is the last: no chunk can be changed, swapped, dropped or cut off unnoticed.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chancery.foundation.errors import Fault

MAGIC: Final = b"CHYB"
VERSION: Final = 1
CHUNK: Final = 64 * 1024
TAG: Final = 16
_FIXED: Final = struct.Struct(">4sBI4sH")


class Damaged(Fault):
    """Stored bytes are not what was put there, or the key is another one."""


@dataclass(frozen=True, slots=True)
class Header:
    """The clear part of a stored object."""

    chunk: int
    prefix: bytes
    wrapped_key: bytes

    def as_bytes(self) -> bytes:
        """Return the header as it stands in the file."""
        fixed = _FIXED.pack(MAGIC, VERSION, self.chunk, self.prefix, len(self.wrapped_key))
        return fixed + self.wrapped_key


def new_key() -> bytes:
    """Return a fresh 256-bit key."""
    return AESGCM.generate_key(bit_length=256)


def wrap(*, key: bytes, under: bytes, place: str) -> bytes:
    """Seal a key under another; ``place`` binds it to where it belongs."""
    nonce = os.urandom(12)
    return nonce + AESGCM(under).encrypt(nonce, key, place.encode())


def unwrap(*, wrapped: bytes, under: bytes, place: str) -> bytes:
    """Open a sealed key; Damaged if it was sealed under another key or for another place."""
    try:
        return AESGCM(under).decrypt(bytes(wrapped[:12]), bytes(wrapped[12:]), place.encode())
    except (InvalidTag, ValueError):
        raise Damaged("a key cannot be opened: it is damaged or belongs elsewhere") from None


def seal(*, plain: Iterable[bytes], key: bytes, wrapped_key: bytes) -> Iterator[bytes]:
    """Yield the stored form of plain bytes: header, then a piece per chunk; empty input has one chunk."""
    header = Header(CHUNK, os.urandom(4), wrapped_key)
    head = header.as_bytes()
    yield head
    bound, cipher = sha256(head).digest(), AESGCM(key)
    index, waiting = 0, None
    for piece in _rechunked(plain):
        if waiting is not None:
            yield cipher.encrypt(_nonce(header, index), waiting, _bound(bound, index, last=False))
            index += 1
        waiting = piece
    yield cipher.encrypt(_nonce(header, index), waiting or b"", _bound(bound, index, last=True))


def read_header(stream: BinaryIO) -> Header:
    """Read the header of a stored object; Damaged if it is none."""
    fixed = _read_exactly(stream, _FIXED.size)
    if len(fixed) < _FIXED.size:
        raise Damaged("a stored object is cut off in its header")
    magic, version, chunk, prefix, length = _FIXED.unpack(fixed)
    if magic != MAGIC or version != VERSION or chunk != CHUNK:
        raise Damaged("a stored object has an unknown header")
    wrapped = _read_exactly(stream, length)
    if len(wrapped) < length:
        raise Damaged("a stored object is cut off in its header")
    return Header(chunk, prefix, wrapped)


def unseal(*, stream: BinaryIO, header: Header, key: bytes) -> Iterator[bytes]:
    """Yield the plain bytes of a stored object, each chunk verified before it is handed out."""
    bound, cipher, size = sha256(header.as_bytes()).digest(), AESGCM(key), header.chunk + TAG
    index, piece = 0, _read_exactly(stream, size)
    while True:
        following = _read_exactly(stream, size) if len(piece) == size else b""
        last = not following
        try:
            yield cipher.decrypt(_nonce(header, index), piece, _bound(bound, index, last=last))
        except (InvalidTag, ValueError):
            raise Damaged(f"a stored object is damaged in chunk {index}") from None
        if last:
            return
        index, piece = index + 1, following


def _nonce(header: Header, index: int) -> bytes:
    return header.prefix + index.to_bytes(8, "big")


def _bound(head: bytes, index: int, *, last: bool) -> bytes:
    return head + index.to_bytes(8, "big") + (b"\x01" if last else b"\x00")


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    parts, missing = [], size
    while missing:
        part = stream.read(missing)
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _rechunked(plain: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for piece in plain:
        buffer += piece
        while len(buffer) >= CHUNK:
            yield bytes(buffer[:CHUNK])
            del buffer[:CHUNK]
    if buffer:
        yield bytes(buffer)
