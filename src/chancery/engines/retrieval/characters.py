"""What each character is to the index: part of a word, a word of its own, a mark, a blank, or nothing.

The tables fill themselves: a character is looked up in the Unicode database when it is first met.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32] | NDArray[np.uint8]
"""Code points of a text: bytes where it is ASCII."""
Kinds = NDArray[np.uint8]

UNKNOWN: Final = 0
WORD: Final = 1
"""A letter or digit: stands in a word."""
HAN: Final = 2
"""A Han character, kana or Hangul syllable: a word of its own."""
SPACE: Final = 4
"""White space and control characters."""
MARK: Final = 8
"""Punctuation and symbols."""
INNER: Final = 16
"""Accents that follow their letter and invisible characters: as if they were not there."""
LATIN_END: Final = 32
"""A mark that ends a sentence before white space."""
HAN_END: Final = 64
"""A mark that ends a sentence wherever it stands."""
PAGE_END: Final = 128
"""Form feed or paragraph separator."""

STAR: Final = "\ue000"
"""Stands for a typed star while a query is cut into words."""
ONE: Final = "\ue001"
"""Stands for a typed question mark while a query is cut into words."""
LONGEST_WORD: Final = 200
"""Characters; longer runs (encoded data, not words) are cut so that the index can hold them."""

# Han (all planes), ideographic numbers and marks, kana, bopomofo, Hangul syllables, half-width kana.
IDEOGRAPHS: Final = (
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u3096\u3099-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
_LATIN_ENDS = ".!?"
_HAN_ENDS = "。！？｡…"
_PAGE_ENDS = "\f\u2029"
_IDEOGRAPH = re.compile(f"[{IDEOGRAPHS}]")
_LIMIT = 0x110000

_kinds: NDArray[np.uint8] = np.zeros(_LIMIT, dtype=np.uint8)
_folded: NDArray[np.uint32] = np.arange(_LIMIT, dtype=np.uint32)
_expanding: dict[int, str] = {}


def codes_of(text: str) -> Codes:
    """Return the code points of a text."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def kinds_of(codes: Codes) -> Kinds:
    """Return the kind of each character: one of WORD, HAN, SPACE, MARK, INNER and the bits of ends."""
    if codes.dtype == np.uint8:
        return np.frombuffer(codes.tobytes().translate(_ASCII_KINDS), dtype=np.uint8)
    found = _kinds.take(codes, mode="clip")
    if not found.all():
        for code in np.unique(codes[found == UNKNOWN]).tolist():
            _learn(code)
        found = _kinds.take(codes, mode="clip")
    return found


def folded_of(codes: Codes) -> Codes:
    """Return each code point in its searchable form; those that become several stay as they are."""
    if codes.dtype == np.uint8:
        return np.frombuffer(codes.tobytes().lower(), dtype=np.uint8)
    return _folded.take(codes, mode="clip")


def finished(word: str) -> str:
    """Return a word of folded characters with the last ones opened up (ß, ligatures) and its length limited."""
    if not word.isascii() and _expanding:
        word = word.translate(_expanding)
    return word[:LONGEST_WORD]


def fold(word: str) -> str:
    """Return the searchable form of one word: compatibility forms, case and accents folded."""
    if word.isascii():
        return word.lower()
    codes = codes_of(word)
    kept = folded_of(codes[kinds_of(codes) != INNER]).tobytes().decode("utf-32-le", "surrogatepass")
    return kept.translate(_expanding)


def is_ideograph(token: str) -> bool:
    """Say whether a token is a single Han, kana or Hangul character (punctuation is not)."""
    return len(token) == 1 and _IDEOGRAPH.match(token) is not None


def _learn(code: int) -> None:
    """Enter one character into the tables."""
    character = chr(code)
    if character in (STAR, ONE):
        _kinds[code] = WORD
        return
    category = unicodedata.category(character)
    if _IDEOGRAPH.match(character):
        _kinds[code] = HAN
        plain = unicodedata.normalize("NFKC", character)
        if len(plain) == 1 and plain.strip():
            _folded[code] = ord(plain)
    elif category in ("Mn", "Mc", "Me", "Cf"):
        _kinds[code] = INNER
    elif category in ("Cc", "Cs") or category.startswith("Z") or character.isspace():
        _kinds[code] = SPACE | (PAGE_END if character in _PAGE_ENDS else 0)
    elif not character.isalnum():
        _kinds[code] = MARK
        if character in _LATIN_ENDS:
            _kinds[code] |= LATIN_END
        elif character in _HAN_ENDS:
            _kinds[code] |= HAN_END
    else:
        _learn_letter(code, character)


def _learn_letter(code: int, character: str) -> None:
    composed = unicodedata.normalize("NFKC", character).casefold()
    opened = "".join(c for c in unicodedata.normalize("NFKD", composed) if not unicodedata.combining(c))
    plain = unicodedata.normalize("NFKC", opened)
    _kinds[code] = WORD
    if not plain or not plain.isalnum():
        return
    if len(plain) == 1:
        _folded[code] = ord(plain)
        if _IDEOGRAPH.match(plain):
            _kinds[code] = HAN
    elif not _IDEOGRAPH.search(plain):
        _expanding[code] = plain


for _code in range(128):
    _learn(_code)
_ASCII_KINDS: Final = bytes(_kinds[:256].tolist())
