"""Where in a text a pattern may match at all, told from the shape of its characters.

The search for a fixed beginning is many times as fast as one for a set of characters. So every capital letter becomes
``A``, every small one ``a`` and every digit ``0`` first; a hint over these bytes names the places, and only there the
pattern itself is tried. A hint may name too many places, never too few.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

_SHAPES: Final = bytes.maketrans(
    (string.ascii_uppercase + string.ascii_lowercase + string.digits).encode(), b"A" * 26 + b"a" * 26 + b"0" * 10
)


def shape_of(text: str) -> bytes:
    """Return one byte for each character of a text; a character beyond ASCII is ``?``."""
    return text.encode("ascii", "replace").translate(_SHAPES)


def marked(text: str, signs: bytes, mark: bytes) -> bytes:
    """Return one byte for each character, every one of ``signs`` as ``mark``: a search then has one fixed beginning."""
    return text.encode("ascii", "replace").translate(_marks(signs, mark))


@cache
def _marks(signs: bytes, mark: bytes) -> bytes:
    return bytes.maketrans(signs, mark * len(signs))


def matches(pattern: re.Pattern[str], text: str, shape: bytes, hint: re.Pattern[bytes]) -> Iterator[re.Match[str]]:
    """Yield what ``pattern.finditer(text)`` yields, given a hint that finds every place where a match may begin."""
    return matches_at(pattern, text, (place.start() for place in hint.finditer(shape)))


def matches_at(pattern: re.Pattern[str], text: str, places: Iterable[int]) -> Iterator[re.Match[str]]:
    """Yield what ``pattern.finditer(text)`` yields, given in order every place where a match may begin."""
    end = 0
    for start in places:
        if start >= end and (match := pattern.match(text, start)):
            end = match.end()
            yield match
