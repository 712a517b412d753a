"""What a signed or encrypted message envelope holds: the content of CMS signed data, taken out without checking it.

Authority: RFC 5652 (CMS), RFC 8551 (S/MIME); X.690 for the encoding, in its definite and indefinite form.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_SIGNED = bytes.fromhex("2a864886f70d010702")
_LOCKED = frozenset(
    bytes.fromhex(each)
    for each in ("2a864886f70d010703", "2a864886f70d010704", "2a864886f70d010706", "2a864886f70d0109100117")
)
_ARMOUR = re.compile(rb"-----BEGIN (?:PKCS7|CMS)-----(.*?)-----END", re.DOTALL)
_SEQUENCE, _OID, _OCTETS, _EXPLICIT = 0x30, 0x06, 0x04, 0xA0
_CONSTRUCTED = 0x20
_DEPTH = 12

Kind = Literal["signed", "detached", "encrypted", "unknown"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """kind: ``signed`` holds its content, ``detached`` only signatures, ``encrypted`` needs a key nobody gave."""

    kind: Kind
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Node:
    tag: int
    start: int
    end: int
    after: int


class _Broken(ValueError):
    """The bytes are no such encoding."""


def opened(*, data: bytes) -> Envelope:
    """Return what an envelope is and holds; bytes that are none give ``unknown`` and raise nothing."""
    try:
        return _opened(_unarmoured(data))
    except (_Broken, binascii.Error):
        return Envelope("unknown")


def _unarmoured(data: bytes) -> bytes:
    match = _ARMOUR.search(data)
    return binascii.a2b_base64(match.group(1)) if match else data


def _opened(data: bytes) -> Envelope:
    outer = _node(data, 0, len(data))
    inside = list(_inside(data, outer))
    if outer.tag != _SEQUENCE or not inside or inside[0].tag != _OID:
        raise _Broken
    kind = data[inside[0].start : inside[0].end]
    if kind in _LOCKED:
        return Envelope("encrypted")
    if kind != _SIGNED or len(inside) < 2:
        return Envelope("unknown")
    body = next(_inside(data, inside[1]), None)
    if body is None:
        raise _Broken
    for part in _inside(data, body):
        if part.tag == _SEQUENCE:
            return _held(data, part)
    raise _Broken


def _held(data: bytes, part: _Node) -> Envelope:
    """Return the content of ``encapContentInfo``; absent where the signature is detached."""
    fields = list(_inside(data, part))
    if len(fields) < 2 or fields[1].tag != _EXPLICIT:
        return Envelope("detached")
    octets = next(_inside(data, fields[1]), None)
    if octets is None or octets.tag & ~_CONSTRUCTED != _OCTETS:
        raise _Broken
    return Envelope("signed", b"".join(_pieces(data, octets, 0)))


def _pieces(data: bytes, node: _Node, depth: int) -> Iterator[bytes]:
    """Yield the bytes of an octet string, which may be cut into pieces at any depth."""
    if depth > _DEPTH:
        raise _Broken
    if not node.tag & _CONSTRUCTED:
        yield data[node.start : node.end]
        return
    for inner in _inside(data, node):
        yield from _pieces(data, inner, depth + 1)


def _inside(data: bytes, node: _Node, depth: int = 0) -> Iterator[_Node]:
    at = node.start
    while at < node.end:
        inner = _node(data, at, node.end, depth)
        yield inner
        at = inner.after


def _node(data: bytes, at: int, end: int, depth: int = 0) -> _Node:
    """Return the element at a place; an indefinite one ends before its two closing zero bytes."""
    if at + 2 > end or depth > _DEPTH or data[at] & 0x1F == 0x1F:
        raise _Broken
    tag, length, start = data[at], data[at + 1], at + 2
    if length == 0x80:
        return _indefinite(data, tag, start, end, depth)
    if length > 0x80:
        width = length & 0x7F
        if width > 8 or start + width > end:
            raise _Broken
        length, start = int.from_bytes(data[start : start + width]), start + width
    if start + length > end:
        raise _Broken
    return _Node(tag, start, start + length, start + length)


def _indefinite(data: bytes, tag: int, start: int, end: int, depth: int) -> _Node:
    at = start
    while data[at : at + 2] != b"\x00\x00":
        at = _node(data, at, end, depth + 1).after
    return _Node(tag, start, at, at + 2)
