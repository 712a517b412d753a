"""Full-width forms folded to ASCII without moving a single offset."""

from __future__ import annotations

import re
from typing import Final

# Full-width digits, letters and the signs that stand inside numbers and names; the comma U+FF0C parts lists and stays.
_KEPT: Final = {0xFF0C, 0xFF1B, 0xFF01, 0xFF1F}
_FOLD: Final = {
    **{point: point - 0xFEE0 for point in range(0xFF01, 0xFF5F) if point not in _KEPT},
    0x3000: 0x20,
    0xA0: 0x20,
    0x2007: 0x20,
    0x202F: 0x20,
    0x2009: 0x20,
    0x2010: 0x2D,
    0x2011: 0x2D,
    0x2013: 0x2D,
    0x2212: 0x2D,
    0xFFE5: 0xA5,
    0x2019: 0x27,
}
_WIDE: Final = re.compile("[\uff01-\uff5e\u3000\xa0\u2007\u202f\u2009\u2010\u2011\u2013\u2212\uffe5\u2019]")


def fold(text: str) -> str:
    """Return the text with wide forms, no-break spaces and dashes in their ASCII shape; the length is the same."""
    return text if text.isascii() or _WIDE.search(text) is None else text.translate(_FOLD)


_HAN: Final = re.compile("[\u4e00-\u9fff]")


def has_han(text: str) -> bool:
    """Tell whether a text holds a Chinese character, without which the Chinese rules have nothing to do."""
    return not text.isascii() and _HAN.search(text) is not None
