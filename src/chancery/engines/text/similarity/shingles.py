"""The set of word sequences of a text: what similarity is measured on.

A shingle is three words in a row, or four characters in a row where it begins with a character of a script
without spaces (Broder, On the resemblance and containment of documents, 1997). Each is kept as a number of 64
bits: in two texts of 1,000 words the chance of one wrong meeting is below one in ten million million.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from chancery.engines.text.similarity.tokens import I64, U64, Flags, Tokens, mix, tokens_of

Number = TypeVar("Number", np.uint32, np.uint64)
WORDS, CHARACTERS = 3, 4
SKETCH_WORDS = 32
"""Numbers of 32 bits in a sketch."""
_SKETCHED = np.uint64(54)
_FIRST, _SECOND, _THIRD, _LAST = (
    np.uint64(value) for value in (0x9FB21C651E98DF25, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB)
)


@dataclass(frozen=True, slots=True)
class Shingles:
    """The shingles of some texts in reading order, repeated where the text repeats them.

    bounds: text i has values[bounds[i]:bounds[i + 1]].
    words: length of each text in words, a character of a script without spaces counting half.
    """

    values: U64
    bounds: I64
    words: I64


def shingles_of(*, texts: Sequence[str]) -> Shingles:
    """Return the shingles of the texts; a text too short for one has a single shingle of all its tokens."""
    tokens = tokens_of(texts=texts)
    values, good = _windows(tokens)
    lengths = np.diff(tokens.bounds)
    before = np.zeros(len(good) + 1, np.int64)
    np.cumsum(good, out=before[1:])
    bounds = before[np.minimum(tokens.bounds, len(good))]
    values = mix(values[good])
    bare = np.flatnonzero((np.diff(bounds) == 0) & (lengths > 0))
    if len(bare):
        whole = [_whole(tokens.hashes[tokens.bounds[each] : tokens.bounds[each + 1]]) for each in bare.tolist()]
        values = np.insert(values, bounds[bare], np.array(whole, np.uint64))
        added = np.zeros(len(bounds), np.int64)
        added[bare + 1] = 1
        bounds = bounds + np.cumsum(added)
    words = lengths
    if tokens.alone is not None:
        alone = np.concatenate([np.zeros(1, np.int64), np.cumsum(tokens.alone)])[tokens.bounds]
        words = lengths - np.diff(alone) // 2
    return Shingles(values, bounds, words)


def distinct(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return the set of some numbers, as of the shingles of one text, ascending."""
    if not len(values):
        return values
    found = np.sort(values)
    first = np.empty(len(found), np.bool_)
    first[0] = True
    np.not_equal(found[1:], found[:-1], out=first[1:])
    return found[first]


def sketch_of(*sets: U64) -> npt.NDArray[np.uint32]:
    """Return 1,024 bits for the union of disjoint sets: each tells whether an odd number of members fell on it.

    Two sketches differ in at most as many bits as there are members in only one of the two unions.
    """
    fallen = (np.concatenate(sets) >> _SKETCHED).view(np.int64)
    return np.packbits(np.bincount(fallen, minlength=SKETCH_WORDS * 32).astype(np.uint8) & 1).view(np.uint32)


def similarity(left: U64, right: U64) -> float:
    """Return the Jaccard similarity of two shingle sets, from 0 to 1; two empty ones have 0."""
    if not len(left) or not len(right):
        return 0.0
    both = np.concatenate([left, right])
    both.sort(kind="stable")
    shared = int(np.count_nonzero(both[1:] == both[:-1]))
    return shared / (len(both) - shared)


def _windows(tokens: Tokens) -> tuple[U64, Flags]:
    """Return one sum for each place and whether a whole shingle of its text stands there."""
    size = len(tokens.hashes) - WORDS + 1
    if size <= 0:
        return np.empty(0, np.uint64), np.empty(0, np.bool_)
    values = tokens.hashes[:size] * _FIRST
    values += tokens.hashes[1 : size + 1] * _SECOND
    values += tokens.hashes[2:] * _THIRD
    good = np.ones(size + WORDS, np.bool_)
    ends = tokens.bounds[1:]
    for back in range(1, WORDS):
        good[ends[ends >= back] - back] = False
    good = good[:size]
    if tokens.alone is not None:
        last = ends[(ends >= WORDS) & (ends < size + WORDS)] - WORDS
        good[last] &= ~tokens.alone[last]
        at = np.flatnonzero(tokens.alone[:size] & good)
        values[at] += tokens.hashes[at + WORDS] * _LAST
    return values, good


def _whole(hashes: U64) -> int:
    """Return one number for a sequence of tokens."""
    total = len(hashes)
    for value in hashes.tolist():
        total = (total * int(_LAST) + value) & ((1 << 64) - 1)
    return int(mix(np.array([total], np.uint64))[0])
