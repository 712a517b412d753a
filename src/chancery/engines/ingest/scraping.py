"""Readable runs of text in binary files that nothing else reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

_WIDE = re.compile(rb"(?:[\x20-\x7e\xa0-\xff\t]\x00|[\x00-\xff][\x4e-\x9f\x30\x04]){8,}")
_LOW = bytes(0x20 <= byte <= 0x7E or byte >= 0xA0 or byte == 0x09 for byte in range(256))
_HIGH = bytes(0x4E <= byte <= 0x9F or byte in (0x30, 0x04) for byte in range(256))
_NARROW = re.compile(rb"[\x20-\x7e\t\r\n]{12,}")
_WORDS = re.compile(r"[A-Za-zÀ-ɏ]{3,}|[\u4e00-\u9fff]{2,}|[\u0400-\u04ff]{3,}")


def scrape(*, data: bytes, narrow: bool = True) -> str:
    """Return the runs of UTF-16 and, if ``narrow``, ASCII text that hold words, in file order, each once."""
    found: dict[str, None] = {}
    for match in _wide(data):
        _keep(match.group().decode("utf-16-le", "ignore"), found)
    if narrow:
        for match in _NARROW.finditer(data):
            _keep(match.group().decode("ascii"), found)
    return "\n".join(found)


def _wide(data: bytes) -> Iterator[re.Match[bytes]]:
    """Yield what ``_WIDE.finditer`` yields; the places where eight pairs follow each other are found in one pass."""
    low, high = (np.frombuffer(data.translate(table), np.bool_) for table in (_LOW, _HIGH))
    good = high[1:] | (low[:-1] & (np.frombuffer(data, np.uint8)[1:] == 0))
    for step in (2, 4, 8):
        good = good[:-step] & good[step:]
    places = np.flatnonzero(good)
    at = 0
    while (next_ := int(np.searchsorted(places, at))) < len(places) and (match := _WIDE.match(data, places[next_])):
        yield match
        at = match.end()


def _keep(run: str, found: dict[str, None]) -> None:
    run = run.strip()
    words = sum(len(word) for word in _WORDS.findall(run))
    if words * 2 >= len(run) and words >= 4 and not run.startswith(("Microsoft Sans", "http://schemas")):
        found.setdefault(run)
