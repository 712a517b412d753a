"""Readable runs of text in binary files that nothing else reads."""

from __future__ import annotations

import re

_WIDE = re.compile(rb"(?:[\x20-\x7e\xa0-\xff\t]\x00|[\x00-\xff][\x4e-\x9f\x30\x04]){8,}")
_NARROW = re.compile(rb"[\x20-\x7e\t\r\n]{12,}")
_WORDS = re.compile(r"[A-Za-zÀ-ɏ]{3,}|[\u4e00-\u9fff]{2,}|[\u0400-\u04ff]{3,}")


def scrape(*, data: bytes, narrow: bool = True) -> str:
    """Return the runs of UTF-16 and, if ``narrow``, ASCII text that hold words, in file order, each once."""
    found: dict[str, None] = {}
    for match in _WIDE.finditer(data):
        _keep(match.group().decode("utf-16-le", "ignore"), found)
    if narrow:
        for match in _NARROW.finditer(data):
            _keep(match.group().decode("ascii"), found)
    return "\n".join(found)


def _keep(run: str, found: dict[str, None]) -> None:
    run = run.strip()
    words = sum(len(word) for word in _WORDS.findall(run))
    if words * 2 >= len(run) and words >= 4 and not run.startswith(("Microsoft Sans", "http://schemas")):
        found.setdefault(run)
