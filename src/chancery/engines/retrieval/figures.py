"""Ranges of whole numbers as they are typed: ``500``, ``10..20``, ``>1mb``."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_FIGURE = re.compile(r"(\d{1,18}|\d{1,3}(?:,\d{3}){1,5})(\.\d{1,9}(?=\s*[kmg]))?\s*(k|kb|m|mb|g|gb)?$", re.IGNORECASE)
_COMPARED = re.compile(r"([<>]=?)\s*(.+)$")
_UNITS: Final = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3}
MOST: Final = 2**62


class FigureNotUnderstood(ValueError):
    """The text is not a whole number, nor a range of them."""


def parse_figures(text: str) -> tuple[int | None, int | None]:
    """Return the lowest and highest number meant, both included; None: no limit.

    k, m and g (kb, mb, gb) multiply by 1,000, 1,000,000 and 1,000,000,000; 1.5mb is 1,500,000. A range that ends
    before it begins is refused.
    """
    typed = text.strip().replace("…", "..").replace("~~", "..")
    compared = _COMPARED.match(typed)
    if compared:
        sign, number = compared.group(1), _figure(compared.group(2))
        if sign.startswith(">"):
            return (number if "=" in sign else number + 1), None
        if sign == "<" and number == 0:
            raise FigureNotUnderstood(text)
        return None, (number if "=" in sign else number - 1)
    first, dots, last = typed.partition("..")
    if not dots:
        return _figure(first), _figure(first)
    low = _figure(first) if first.strip() else None
    high = _figure(last) if last.strip() else None
    if (low is None and high is None) or (low is not None and high is not None and high < low):
        raise FigureNotUnderstood(text)
    return low, high


def _figure(text: str) -> int:
    found = _FIGURE.match(text.strip())
    if found is None:
        raise FigureNotUnderstood(text)
    number = Decimal(found.group(1).replace(",", "") + (found.group(2) or ""))
    return min(int(number * _UNITS[(found.group(3) or "").lower()[:1]]), MOST)
