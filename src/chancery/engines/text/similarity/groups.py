"""Near-duplicates in groups round a pivot, and as pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chancery.engines.text.similarity.joining import Join
from chancery.engines.text.spill import Shelf

_KEEP_BYTES = 64 * 1024**3


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A document in a group: its number, that of the pivot, and the exact Jaccard similarity of the two."""

    number: int
    pivot: int
    similarity: float


def groups(
    *,
    count: int,
    text_of: Callable[[int], str],
    threshold: float = 0.7,
    short_words: int = 30,
    keep_bytes: int = _KEEP_BYTES,
    folder: Path | None = None,
) -> Iterator[NearDuplicate]:
    """Yield the members of all groups of two or more, each with its pivot; the pivot itself has similarity 1.

    Longest first, a document joins the most similar pivot at least ``threshold`` similar, the earlier one where
    two are equal, or becomes a pivot. So a pivot is the longest of its group and every figure is to the pivot.
    count, text_of: documents 0 to count - 1 and their texts; a text may be asked for three times.
    threshold: Jaccard similarity of shingle sets, above 0 up to 1; another raises SimilarityRefused.
    short_words: a shorter document is only grouped with one of the same words; below 5 words with none.
    keep_bytes: disk for shingles, eight bytes a word; what does not fit is computed again from the text.
    folder: of that temporary file, None for the system's.
    """
    join = Join(
        count=count,
        text_of=text_of,
        threshold=threshold,
        short_words=short_words,
        keep_bytes=keep_bytes,
        folder=folder,
    )
    firsts, grouped = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    for _, first in join.copies():
        firsts[first] = True
    of_firsts: Shelf[int, tuple[int, float]] = Shelf(folder=folder)
    for number in join.longest_first():
        best = max(join.partners(), key=lambda each: (each[1], -each[0]), default=None)
        if best is None:
            join.enter()
        else:
            grouped[best[0]] = True
            if firsts[number]:
                of_firsts.add(number, best)
            yield NearDuplicate(number, *best)
    for copy, first in join.copies():
        pivot, figure = of_firsts.get(first) or (first, 1.0)
        grouped[pivot] = True
        yield NearDuplicate(copy, pivot, figure)
    for number in map(int, np.flatnonzero(grouped)):
        yield NearDuplicate(number, number, 1.0)


def pairs(
    *,
    count: int,
    text_of: Callable[[int], str],
    threshold: float = 0.7,
    short_words: int = 30,
    keep_bytes: int = _KEEP_BYTES,
    folder: Path | None = None,
) -> Iterator[tuple[int, int, float]]:
    """Yield every pair at least ``threshold`` similar once, with its exact similarity; values as in ``groups``.

    A document that only repeats another one is paired with the first of its kind alone.
    """
    join = Join(
        count=count,
        text_of=text_of,
        threshold=threshold,
        short_words=short_words,
        keep_bytes=keep_bytes,
        folder=folder,
    )
    for number in join.longest_first():
        for other, found in join.partners():
            yield other, number, found
        join.enter()
    for copy, first in join.copies():
        yield first, copy, 1.0
