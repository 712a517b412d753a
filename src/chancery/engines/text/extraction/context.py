"""The words just before a number, which say what it is."""

from __future__ import annotations

import re


def named_before(pattern: re.Pattern[str], text: str, start: int, *, reach: int = 40) -> bool:
    """Tell whether a pattern stands in the last ``reach`` characters before an offset, on the same two lines."""
    window = text[max(0, start - reach) : start]
    if window.count("\n") > 1:
        window = window[window.rfind("\n", 0, window.rfind("\n")) + 1 :]
    return pattern.search(window) is not None
