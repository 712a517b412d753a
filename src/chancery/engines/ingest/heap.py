"""The properties of a message attached in an Outlook mailbox, from its bare heap.

Authority: MS-PST 2.3.1 (heap on node), 2.3.2 (B-tree on heap), 2.3.3 (property context).
"""

from __future__ import annotations

import struct

_SIGNATURE, _PROPERTIES, _TREE = 0xEC, 0xBC, 0xB5
_INLINE = {0x0002: 2, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 1}


def properties_in(*, data: bytes) -> tuple[dict[int, tuple[int, bytes]], bool]:
    """Return number -> (type, bytes) of each property, and whether some lie outside this heap.

    Bytes that are no property heap give nothing.
    """
    found: dict[int, tuple[int, bytes]] = {}
    try:
        if len(data) < 12 or data[2] != _SIGNATURE or data[3] != _PROPERTIES:
            return {}, False
        (root,) = struct.unpack_from("<I", data, 4)
        tree = _allocation(data, root)
        if tree[0] != _TREE or tree[3] != 0:
            return {}, False
        return found, _leaves(data, _allocation(data, struct.unpack_from("<I", tree, 4)[0]), found)
    except (struct.error, IndexError):
        return found, True


def _leaves(data: bytes, leaf: bytes, found: dict[int, tuple[int, bytes]]) -> bool:
    outside = False
    for at in range(0, len(leaf) - 7, 8):
        number, kind, value = struct.unpack_from("<HHI", leaf, at)
        if kind in _INLINE:
            found[number] = (kind, leaf[at + 4 : at + 4 + max(4, _INLINE[kind])])
        elif value and value & 0x1F == 0:
            found[number] = (kind, _allocation(data, value))
        elif value:
            outside = True
    return outside


def _allocation(data: bytes, place: int) -> bytes:
    if place >> 16:
        raise IndexError
    (pages,) = struct.unpack_from("<H", data, 0)
    start, end = struct.unpack_from("<HH", data, pages + 4 + 2 * (((place >> 5) & 0x7FF) - 1))
    return data[start:end]
