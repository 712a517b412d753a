"""Whether an old Word file holds hidden text or tracked changes, told from its character runs.

Authority: MS-DOC 2.5.5 (where the table of runs stands), 2.8.5 and 2.9.116 (pages of runs), 2.6.1 (properties).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_PAGE = 512
_TABLE_AT = 0xFA
_NAMES = {0x083C: "hidden_text", 0x0801: "tracked_changes", 0x0800: "tracked_changes"}
_SIZES = (1, 1, 2, 4, 2, 2, -1, 3)
_MOST_PAGES = 200_000


def word_marks(*, stream: bytes, tables: dict[str, bytes]) -> dict[str, int]:
    """Return how many runs of a ``WordDocument`` stream are hidden and how many were inserted or deleted.

    tables: as in ``worddoc.word_text``. Runs that cannot be followed count nothing: a mark is told, never denied.
    """
    counts: dict[str, int] = {}
    try:
        for run in _runs(stream, tables):
            for name in {_NAMES[code] for code, value in _properties(run) if code in _NAMES and value}:
                counts[name] = counts.get(name, 0) + 1
    except (struct.error, IndexError):
        return counts
    return counts


def _runs(stream: bytes, tables: dict[str, bytes]) -> Iterator[bytes]:
    (flags,) = struct.unpack_from("<H", stream, 0x0A)
    start, size = struct.unpack_from("<II", stream, _TABLE_AT)
    pages = tables.get("1Table" if flags & 0x0200 else "0Table", b"")[start : start + size]
    count = min(max(0, len(pages) - 4) // 8, _MOST_PAGES)
    for (number,) in struct.iter_unpack("<I", pages[4 * (count + 1) : 4 * (count + 1) + 4 * count]):
        at = (number & 0x3FFFFF) * _PAGE
        yield from _page(stream[at : at + _PAGE])


def _page(page: bytes) -> Iterator[bytes]:
    if len(page) < _PAGE:
        return
    runs = page[-1]
    for place in page[4 * (runs + 1) : 4 * (runs + 1) + runs]:
        if place:
            yield page[2 * place + 1 : 2 * place + 1 + page[2 * place]]


def _properties(run: bytes) -> Iterator[tuple[int, int]]:
    """Yield code and first byte of the value of each property."""
    at = 0
    while at + 2 < len(run):
        (code,) = struct.unpack_from("<H", run, at)
        size = _SIZES[code >> 13]
        at += 2
        if size < 0:
            size = run[at] + 1
        yield code, run[at]
        at += size
