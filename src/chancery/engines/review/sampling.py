"""The hidden simple random sample of day one: who is in it, independent of any ranking."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from chancery.foundation.errors import Refused


class HiddenSampleRefused(Refused):
    """A hidden sample that cannot be drawn."""

    code = "hidden_sample_refused"


def draw_order(*, documents: int, seed: int, known: Collection[int] = ()) -> NDArray[np.int64]:
    """Return all documents but the known ones in random order; the first n of it are a simple random sample.

    The order depends on the seed alone, so a sample can be made larger later by reading on.
    Refuses: documents_none.
    """
    if documents < 1:
        raise HiddenSampleRefused("A sample is drawn from at least one document.", code="documents_none")
    order = np.random.default_rng([seed, 1]).permutation(documents)
    return order[~np.isin(order, list(known))]


def until_relevant(*, order: Sequence[int] | NDArray[np.int64], labels: NDArray[np.bool_], wanted: int) -> int:
    """Return how many documents are drawn in order until so many are relevant; all, if there are fewer."""
    hits = np.cumsum(labels[np.asarray(order, np.int64)])
    if not len(hits) or hits[-1] < wanted:
        return len(hits)
    return int(np.searchsorted(hits, wanted)) + 1 if wanted > 0 else 0
