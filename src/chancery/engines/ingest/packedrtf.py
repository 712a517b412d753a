"""The packed rich text of Outlook messages.

Authority: MS-OXRTFCP 2.1.3 and 3.1: a stream of bytes and of references into the last 4,096 bytes, which begin with
words that most bodies hold; little-endian header, CRC-32 without inversion.
"""

from __future__ import annotations

import struct
import zlib

_RING = 4096
_BEGUN = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_BEFORE = b" " * (_RING - len(_BEGUN)) + _BEGUN
_PACKED, _PLAIN = b"LZFu", b"MELA"
_HEAD = 16
_ALL = 0xFFFFFFFF


DAMAGED = "The rich text of the message is damaged; what could be followed was read."


class NotPacked(ValueError):
    """The bytes are no packed rich text."""


def unpacked(*, data: bytes) -> bytes:
    """Return the rich text; of a body that is cut or damaged what can be followed. Raises NotPacked for other bytes."""
    if len(data) < _HEAD:
        raise NotPacked
    size, whole, kind, _ = struct.unpack_from("<II4sI", data)
    body = data[_HEAD : size + 4]
    if kind == _PLAIN:
        return body[:whole]
    if kind != _PACKED:
        raise NotPacked
    return _followed(body)


def is_whole(*, data: bytes) -> bool:
    """Tell whether the check sum of packed rich text holds."""
    if len(data) < _HEAD:
        return False
    size, _, kind, check = struct.unpack_from("<II4sI", data)
    if kind == _PLAIN:
        return bool(check == 0)
    return bool(zlib.crc32(data[_HEAD : size + 4], _ALL) ^ _ALL == check)


def _followed(body: bytes) -> bytes:
    out = bytearray(_BEFORE)
    at, end = 0, len(body)
    while at < end:
        control = body[at]
        at += 1
        if not control:
            out += body[at : at + 8]
            at += 8
            continue
        for bit in range(8):
            if at >= end:
                break
            if not control >> bit & 1:
                out.append(body[at])
                at += 1
                continue
            if at + 2 > end:
                return bytes(out[_RING:])
            token = body[at] << 8 | body[at + 1]
            at += 2
            back = (len(out) + len(_BEGUN) - (token >> 4)) % _RING
            if not back:  # a reference to the place that is written next ends the stream
                return bytes(out[_RING:])
            length = (token & 15) + 2
            start = len(out) - back
            if back >= length:
                out += out[start : start + length]
            else:
                out += (out[start:] * (length // back + 1))[:length]
    return bytes(out[_RING:])
