"""Text made safe for paper: every character is drawn, or its code point is printed instead."""

from __future__ import annotations

import re
import struct
from functools import cache
from pathlib import Path

from pylopdf_fonts_zh_cn import sans_path, serif_path

TAB = 8
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSAFE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SILENT = frozenset([0x09, 0x0A, 0x20, 0xA0, 0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x2070)])
_VARIATION = re.compile(r"[\ufe00-\ufe0f]")
_COVERAGE = Path(__file__).parent / "data" / "coverage.txt"


def font_folder() -> Path:
    """Return the folder of the Chinese fonts (Noto Sans SC and Noto Serif SC, SIL Open Font License)."""
    return sans_path().parent


def plain(*, text: str) -> str:
    """Return text without control characters and lone surrogates; tabs become spaces, all line ends ``\\n``.

    A character that no shipped font can draw is printed as ``[U+1F600]``: nothing disappears silently.
    """
    clean = _VARIATION.sub("", _UNSAFE.sub("", _BREAKS.sub("\n", text)))
    if "\t" in clean:
        clean = "\n".join(line.expandtabs(TAB) for line in clean.split("\n"))
    if clean.isascii():
        return clean
    drawn = drawable()
    absent = {letter for letter in set(clean) if ord(letter) not in drawn}
    return clean.translate({ord(letter): f"[U+{ord(letter):04X}]" for letter in absent}) if absent else clean


@cache
def drawable() -> frozenset[int]:
    """Return the code points that the shipped fonts can draw."""
    points = set(_SILENT)
    for line in _COVERAGE.read_text("ascii").splitlines():
        if line and not line.startswith("#"):
            first, _, last = line.partition("-")
            points.update(range(int(first, 16), int(last or first, 16) + 1))
    points.update(_mapped(serif_path().read_bytes()))
    return frozenset(points)


def _mapped(font: bytes) -> set[int]:
    """Return the code points of a font's format 12 character map (OpenType 1.9, ``cmap``)."""
    count = struct.unpack_from(">H", font, 4)[0]
    tables = {font[12 + 16 * i : 16 + 16 * i]: struct.unpack_from(">I", font, 20 + 16 * i)[0] for i in range(count)}
    start = tables[b"cmap"]
    points: set[int] = set()
    for index in range(struct.unpack_from(">H", font, start + 2)[0]):
        at = start + struct.unpack_from(">I", font, start + 8 + 8 * index)[0]
        if struct.unpack_from(">H", font, at)[0] != 12:
            continue
        for group in range(struct.unpack_from(">I", font, at + 12)[0]):
            first, last = struct.unpack_from(">II", font, at + 16 + 12 * group)
            points.update(range(first, last + 1))
    return points
