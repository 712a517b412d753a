"""Where sentences and paragraphs end.

A paragraph ends at a blank line, a page break (form feed) or a paragraph separator.
A sentence ends at a paragraph's end; after ``。！？…`` with closing quotation marks or brackets; and after
``. ! ?`` with closing marks, if white space follows, unless

- the next word begins with a small letter, or
- the mark is a full stop after a single letter (``J. Smith``, ``Acme v. Borealis``), after a title or form of
  company (``Mr.``, ``Inc.``), or after a word for what is numbered, before a figure (``No. 5``, ``Art. 12``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .characters import HAN_END, LATIN_END, PAGE_END, SPACE, Codes, Kinds

Whole = NDArray[np.int64]

_CLOSERS: Final = frozenset(map(ord, "\"'”’)]}）」』】》＂＇».!?。！？｡…"))
BEFORE_ANYTHING: Final = (
    "mr mrs ms dr prof hon sr jr st vs inc ltd co corp llc plc dept gov rep sen gen col capt lt sgt approx attn encl "
    "cf al viz cir ct supp bros assn"
)
BEFORE_FIGURES: Final = (
    "no nos art arts sec secs para paras ch cl fig ex exh ed eds vol app dist pp tel ext est "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun"
)
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
    next_letter = np.zeros(len(latin), dtype=np.int64)
    next_letter[there] = codes[starts[following[there]]]
    small[there] = _small(next_letter[there])
    latin, after, next_letter = latin[~small], after[~small], next_letter[~small]
    previous = np.searchsorted(starts, latin) - 1
    close = (codes[latin] == ord(".")) & (previous >= 0)
    close[close] = ends[previous[close]] == latin[close]
    held = np.zeros(len(latin), dtype=np.bool_)
    figure = (next_letter[close] >= 48) & (next_letter[close] <= 57)
    held[close] = _holding(codes, starts[previous[close]], ends[previous[close]], figure)
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


def _packed_all(words: Iterable[str]) -> Whole:
    return np.array(sorted(map(_packed, words)), dtype=np.int64)


_HOLDING: Final = _packed_all([*BEFORE_ANYTHING.split(), *"abcdefghijklmnopqrstuvwxyz"])
_HOLDING_FIGURES: Final = _packed_all(BEFORE_FIGURES.split())


def _holding(codes: Codes, starts: Whole, ends: Whole, figure: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say after which words a full stop belongs to the word. figure: whether a figure follows."""
    packed = np.zeros(len(starts), dtype=np.int64)
    for place in range(_LONGEST_ABBREVIATION):
        inside = starts + place < ends
        letters = codes[np.minimum(starts + place, len(codes) - 1)].astype(np.int64)
        letters |= np.where((letters >= 65) & (letters <= 90), 32, 0)
        packed |= np.where(inside, np.minimum(letters, 255) << (8 * place), 0)
    packed[ends - starts > _LONGEST_ABBREVIATION] = 0
    return np.isin(packed, _HOLDING) | (figure & np.isin(packed, _HOLDING_FIGURES))


def _small(codes: Whole) -> NDArray[np.bool_]:
    """Say which characters are small letters."""
    found: NDArray[np.bool_] = (codes >= 97) & (codes <= 122)
    for at in np.flatnonzero(codes > 127).tolist():
        found[at] = chr(int(codes[at])).islower()
    return found
