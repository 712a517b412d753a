"""Full-width forms folded to ASCII without moving a single offset."""

from __future__ import annotations

import re
from typing import Final

# Full-width digits, letters and the signs that stand inside numbers and names; the comma U+FF0C parts lists and stays.
_KEPT: Final = {0xFF0C, 0xFF1B, 0xFF01, 0xFF1F}
_FOLD: Final = {
    **{chr(point): chr(point - 0xFEE0) for point in range(0xFF01, 0xFF5F) if point not in _KEPT},
    **dict.fromkeys("\u3000\xa0\u2007\u202f\u2009", " "),
    **dict.fromkeys("\u2010\u2011\u2013\u2212", "-"),
    "\uffe5": "\xa5",
    "\u2019": "'",
}
_WIDE: Final = re.compile(f"[{re.escape(''.join(_FOLD))}]")


def fold(text: str) -> str:
    """Return the text with wide forms, no-break spaces and dashes in their ASCII shape; the length is the same."""
    if not text.isascii():
        for sign in set(_WIDE.findall(text)):
            text = text.replace(sign, _FOLD[sign])
    return text


_HAN: Final = re.compile("[\u4e00-\u9fff]")


def has_han(text: str) -> bool:
    """Tell whether a text holds a Chinese character, without which the Chinese rules have nothing to do."""
    return not text.isascii() and _HAN.search(text) is not None
