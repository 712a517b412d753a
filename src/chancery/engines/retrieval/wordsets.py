"""What is worked out once about the words of a field, so that no query has to: their letters and their figures.

Both are kept in the file of the index; a file made before they were kept has them worked out at the first query
that asks.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Letters = NDArray[np.uint64]
_AT_ONCE = 65_536
_LONGEST_FIGURE = 18
TAIL: Final = 4
"""Bytes of the end of a word that are kept together."""
LINE: Final = 10
"""The line feed between words."""


def letters_of_words(blob: NDArray[Any], offsets: NDArray[Any]) -> Letters:
    """Return for each word which ASCII letters stand in it once (low 32 bits) and twice or more (high 32 bits).

    Letters and figures 32 apart share one bit. blob: the words, each followed by a line feed; offsets: where each
    begins, and the end.
    """
    found = np.zeros(max(len(offsets) - 1, 0), dtype=np.uint64)
    for start in range(0, len(found), _AT_ONCE):
        bounds = offsets[start : start + _AT_ONCE + 1].astype(np.int64)
        raw = blob[bounds[0] : bounds[-1]]
        cells = np.repeat(np.arange(len(bounds) - 1, dtype=np.int64) << 5, np.diff(bounds)) | (raw & 31)
        counts = np.bincount(cells[(raw < 128) & (raw != LINE)], minlength=(len(bounds) - 1) << 5).reshape(-1, 32)
        once, twice = (np.packbits(counts >= least, axis=1, bitorder="little") for least in (1, 2))
        both = np.ascontiguousarray(np.concatenate((once, twice), axis=1)).view("<u8")
        found[start : start + _AT_ONCE] = both[:, 0]
    return found


def letters_of_word(raw: bytes) -> np.uint64:
    """Return the letters of one word as ``letters_of_words`` has them."""
    blob = np.frombuffer(raw + b"\n", dtype=np.uint8)
    return np.uint64(letters_of_words(blob, np.array([0, len(blob)]))[0])


def tails_of_words(blob: NDArray[Any], offsets: NDArray[Any]) -> NDArray[np.uint32]:
    """Return the last four bytes of each word, the last one lowest, line feeds above the beginning of a short word.

    blob: begins with a line feed.
    """
    places = offsets[1:].astype(np.int64) - 2
    found = blob[places].astype(np.uint32)
    for back in range(1, TAIL):
        ended = (found >> np.uint32(8 * (back - 1))) == LINE
        letters = np.where(ended, np.uint8(LINE), blob[np.maximum(places - back, 0)])
        found |= letters.astype(np.uint32) << np.uint32(8 * back)
    return found


def figures_of_words(blob: NDArray[Any], offsets: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the words that are whole numbers of at most 18 digits, smallest first: their ranks and the numbers."""
    ranks = np.flatnonzero(np.isin(blob[offsets[:-1].astype(np.int64)], np.frombuffer(b"0123456789", dtype=np.uint8)))
    found = []
    if len(ranks):
        first, last = int(ranks[0]), int(ranks[-1])
        words = blob[int(offsets[first]) : int(offsets[last + 1]) - 1].tobytes().split(b"\n")
        found = [
            (int(word), first + at) for at, word in enumerate(words) if len(word) <= _LONGEST_FIGURE and word.isdigit()
        ]
    table = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
    return table[:, 1].copy(), table[:, 0].copy()


def kept_of_words(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return what a file keeps of the words of one field beside them."""
    blob, offsets = arrays["blob"], arrays["offsets"]
    ranks, values = figures_of_words(blob, offsets)
    return {
        "letters": letters_of_words(blob, offsets),
        "tails": tails_of_words(blob, offsets),
        "figures": ranks.astype(np.uint32),
        "values": values,
    }
