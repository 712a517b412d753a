"""Documents blended with their nearest: a text says little by itself, and those like it say the same in other words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from chancery.engines.review.features import STRIP, Floats

NEAREST = 10


def nearest(*, shared: Floats, count: int = NEAREST) -> sparse.csr_matrix:
    """Return which documents lie nearest each other, symmetric, weighted by likeness over the root of both sums.

    shared: likeness of every pair. count: nearest documents taken of each, more where the last are equally near;
    one that is unlike all has none.
    """
    rows = len(shared)
    taken = min(count, rows - 1)
    if taken < 1:
        return sparse.csr_matrix((rows, rows), dtype=np.float32)
    strips = []
    for start in range(0, rows, STRIP):
        strip = shared[start : start + STRIP].copy()
        places = np.arange(len(strip))
        strip[places, start + places] = 0
        least = np.partition(strip, rows - taken, axis=1)[:, rows - taken]
        strip[(strip < least[:, None]) | (strip <= 0)] = 0
        strips.append(sparse.csr_matrix(strip))
    graph = sparse.vstack(strips, format="csr")
    graph = graph.maximum(graph.T)
    sums = np.asarray(graph.sum(axis=1)).ravel()
    scale = sparse.diags((1 / np.sqrt(np.where(sums > 0, sums, 1))).astype(np.float32))
    return sparse.csr_matrix(scale @ graph @ scale, dtype=np.float32)


def blended(*, shared: Floats, graph: sparse.csr_matrix, step: float, part: float) -> Floats:
    """Return likeness of which a part is that between blends: each document with its nearest.

    graph: of `nearest`. step: weight of the nearest in a blend; the document itself has the rest. part: between 0
    and 1. Method: document expansion by its neighbours (Tao, Wang, Mei and Zhai, NAACL 2006, 407–414), one step of a
    diffusion over the graph.
    """
    if not part:
        return shared
    mixing = sparse.identity(len(shared), np.float32, format="csr") * np.float32(1 - step) + graph * np.float32(step)
    moved: Floats = mixing @ np.ascontiguousarray((mixing @ shared).T)
    lengths: NDArray[np.float32] = np.sqrt(np.maximum(np.diagonal(moved), np.float32(1e-6))).astype(np.float32)
    moved /= lengths[:, None]
    moved /= lengths[None, :]
    moved *= np.float32(part)
    moved += np.float32(1 - part) * shared
    return moved


class Nearness:
    """How like each document is to the relevant one nearest to it: what lies apart from the rest is found by its like.

    Method: a nearest-neighbour rule beside the classifier; Cover and Hart, IEEE Transactions on Information Theory 13
    (1967) 21–27.
    """

    def __init__(self, *, shared: Sequence[Floats], weights: Sequence[float]) -> None:
        """shared: matrices of likeness of all pairs, kept as they are. weights: of each; only their ratio counts."""
        self._shared = shared
        self._weights = np.asarray(weights, np.float64) / sum(weights)
        self.values: Floats = np.zeros(len(shared[0]), np.float32)
        self._any = False

    def add(self, *, row: int) -> None:
        """Take one more relevant document into account."""
        likeness = np.zeros_like(self.values)
        for shared, weight in zip(self._shared, self._weights, strict=True):
            likeness += np.float32(weight) * shared[row]
        self.values = np.maximum(self.values, likeness) if self._any else likeness
        self._any = True

    def renew(self, *, rows: Iterable[int]) -> None:
        """Start anew from these relevant documents."""
        self.values, self._any = np.zeros_like(self.values), False
        for row in rows:
            self.add(row=row)
