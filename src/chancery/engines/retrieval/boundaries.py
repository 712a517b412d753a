"""Where sentences and paragraphs end.

A paragraph ends at a blank line, a page break (form feed) or a paragraph separator.
A sentence ends at a paragraph's end; after ``。！？…`` with closing quotation marks or brackets; and after
``. ! ?`` with closing marks, if white space follows, unless

- the next word begins with a small letter, or
- the mark is a full stop after a single letter (``J. Smith``) or a common abbreviation (``Acme v. Borealis``).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .characters import HAN_END, LATIN_END, PAGE_END, SPACE, Codes, Kinds

Whole = NDArray[np.int64]

_CLOSERS: Final = frozenset(map(ord, "\"'”’)]}）」』】》＂＇».!?。！？｡…"))
_COMMON_SHORT = (
    "mr mrs ms dr prof hon sr jr st vs no nos inc ltd co corp llc plc art arts sec secs para paras ch cl fig ex exh "
    "ed eds vol dept gov rep sen gen col capt lt sgt jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu "
    "fri sat sun approx est tel ext attn encl cf al etc viz cir ct supp app dist bros assn ass"
)
_ABBREVIATIONS: Final = frozenset(_COMMON_SHORT.split())
_LONGEST_ABBREVIATION: Final = 6


def paragraph_ends(codes: Codes, kinds: Kinds) -> Whole:
    """Return the offsets at which a paragraph has ended."""
    lines = np.flatnonzero(codes == 10)
    ends = np.flatnonzero(kinds & PAGE_END)
    if len(lines) < 2:
        return ends
    filled = np.logical_or.reduceat((kinds & SPACE) == 0, lines)[:-1]
    return np.concatenate((ends, lines[1:][~filled]))


def sentence_ends(codes: Codes, kinds: Kinds, starts: Whole, ends: Whole) -> Whole:
    """Return the offsets at which a sentence has ended within a paragraph."""
    han = np.flatnonzero(kinds & HAN_END) + 1
    latin = np.flatnonzero(kinds & LATIN_END)
    after = _past_closers(codes, latin + 1)
    size = len(codes)
    free = (after >= size) | ((kinds[np.minimum(after, size - 1)] & SPACE) > 0)
    latin, after = latin[free], after[free]
    following = np.searchsorted(starts, after)
    there = following < len(starts)
    small = np.zeros(len(latin), dtype=np.bool_)
    small[there] = _small(codes[starts[following[there]]])
    latin, after = latin[~small], after[~small]
    previous = np.searchsorted(starts, latin) - 1
    close = (codes[latin] == ord(".")) & (previous >= 0)
    close[close] = ends[previous[close]] == latin[close]
    held = np.zeros(len(latin), dtype=np.bool_)
    held[close] = _holding(codes, starts[previous[close]], ends[previous[close]])
    return np.concatenate((after[~held], han))


def _past_closers(codes: Codes, after: Whole) -> Whole:
    """Move offsets past closing quotation marks and brackets."""
    size = len(codes)
    moving = np.arange(len(after))
    while len(moving):
        moving = moving[after[moving] < size]
        closing = np.fromiter((code in _CLOSERS for code in codes[after[moving]].tolist()), np.bool_, len(moving))
        moving = moving[closing]
        after[moving] += 1
    return after


def _packed(word: str) -> int:
    return sum(ord(letter) << (8 * place) for place, letter in enumerate(word))


_HOLDING: Final = np.array(
    sorted(_packed(word) for word in {*_ABBREVIATIONS, *"abcdefghijklmnopqrstuvwxyz"}), dtype=np.int64
)


def _holding(codes: Codes, starts: Whole, ends: Whole) -> NDArray[np.bool_]:
    """Say after which words a full stop belongs to the word: one letter, or a common abbreviation."""
    packed = np.zeros(len(starts), dtype=np.int64)
    for place in range(_LONGEST_ABBREVIATION):
        inside = starts + place < ends
        letters = codes[np.minimum(starts + place, len(codes) - 1)].astype(np.int64)
        letters |= np.where((letters >= 65) & (letters <= 90), 32, 0)
        packed |= np.where(inside, np.minimum(letters, 255) << (8 * place), 0)
    packed[ends - starts > _LONGEST_ABBREVIATION] = 0
    return np.isin(packed, _HOLDING)


def _small(codes: Codes) -> NDArray[np.bool_]:
    """Say which characters are small letters."""
    found: NDArray[np.bool_] = (codes >= 97) & (codes <= 122)
    for at in np.flatnonzero(codes > 127).tolist():
        found[at] = chr(int(codes[at])).islower()
    return found
