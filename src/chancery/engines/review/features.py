"""Views of a collection: weighted, unit-length rows per document, and how much two documents share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from chancery.engines.review.tokens import characters, pairs, runs, telling, words

Floats = NDArray[np.float32]
STRIP = 512
# A term that nearly every document has tells none apart.
COMMON = 0.95


@dataclass(frozen=True)
class Views:
    """Several sights of the same documents, one row a document, every row of length one (or zero).

    sparse: by name. dense: low-rank or embedding views, by name. empty: rows without a word.
    """

    count: int
    sparse: dict[str, sparse.csr_matrix]
    dense: dict[str, Floats]
    empty: NDArray[np.bool_]

    def shared(self, *, mixture: dict[str, float]) -> Floats:
        """Return the weighted likeness of every pair of documents, a matrix of count × count.

        mixture: weight by view; views that were not built are left out, the weights of the rest sum to 1.
        """
        present = {name: weight for name, weight in mixture.items() if name in self.sparse or name in self.dense}
        scale = 1.0 / (sum(present.values()) or 1.0)
        total = np.zeros((self.count, self.count), np.float32)
        for name, weight in present.items():
            if name in self.dense:
                total += np.float32(weight * scale) * (self.dense[name] @ self.dense[name].T)
            else:
                _add_products(total, self.sparse[name], weight * scale)
        return total


def build_views(
    *,
    titles: Sequence[str],
    bodies: Sequence[str],
    embeddings: Floats | None = None,
    rank: int = 100,
    with_characters: bool = True,
    seed: int = 0,
    names: Collection[str] = ("terms", "words", "pairs", "title", "characters"),
) -> Views:
    """Return the views terms, words, pairs, title, characters and concepts (and embedding where vectors are given).

    titles, bodies: one each per document, either may be empty. embeddings: one vector per document from any
    model. rank: dimensions of the concept view, none if 0. seed: of the random start of its decomposition.
    names: sparse views to build. terms: words of two characters or more and their pairs, weighed as one.
    """
    title_runs = [runs(title) for title in titles]
    all_runs = [[*title, *runs(body)] for title, body in zip(title_runs, bodies, strict=True)]
    found: dict[str, sparse.csr_matrix] = {}
    dense: dict[str, Floats] = {}
    if "terms" in names:
        single = words([telling(found_runs) for found_runs in all_runs])
        both = sparse.hstack([single.matrix(), pairs(single).matrix()], format="csr", dtype=np.float32)
        found["terms"] = weigh(both, most=COMMON)
    if rank or "words" in names or "pairs" in names:
        single = words(all_runs)
        counted = single.matrix()
        if "words" in names:
            found["words"] = weigh(counted)
        if "pairs" in names:
            found["pairs"] = weigh(pairs(single).matrix())
        if rank:
            dense["concepts"] = unit_rows(concepts(weigh(counted, least=2), rank=rank, seed=seed))
    if "title" in names:
        found["title"] = weigh(words(title_runs).matrix())
    if with_characters and "characters" in names:
        found["characters"] = weigh(characters(all_runs).matrix())
    if embeddings is not None:
        dense["embedding"] = unit_rows(np.asarray(embeddings, np.float32))
    return Views(len(titles), found, dense, np.array([not row for row in all_runs]))


def weigh(counted: sparse.csr_matrix, *, least: int = 1, most: float = 1.0) -> sparse.csr_matrix:
    """Return 1 + ln(count) times 1 + ln((1 + N) / (1 + documents)), rows made to length one.

    least: features in fewer documents are left out; most: features in a larger share of them, unless none is left.
    Weights as in Salton and Buckley, Information Processing and Management 24 (1988) 513–523, with the smoothed
    inverse document frequency in common use.
    """
    rows, columns = counted.shape
    having = np.bincount(counted.indices, minlength=columns)
    if least > 1 or most < 1:
        kept = np.flatnonzero((having >= least) & (having <= most * rows))
        # One document alone, or copies of one, have no rarer features.
        if len(kept) or least > 1:
            counted, having = counted[:, kept], having[kept]
    rarity = (np.log((1 + rows) / (1 + having)) + 1).astype(np.float32)
    data = ((1 + np.log(counted.data)) * rarity[counted.indices]).astype(np.float32)
    owners = np.repeat(np.arange(rows), np.diff(counted.indptr))
    lengths = np.sqrt(np.bincount(owners, weights=data.astype(np.float64) ** 2, minlength=rows))
    lengths[lengths == 0] = 1
    data /= lengths[owners].astype(np.float32)
    return sparse.csr_matrix((data, counted.indices, counted.indptr), shape=counted.shape)


def unit_rows(matrix: Floats) -> Floats:
    """Return the rows scaled to length one; rows of zeros, and rows that are not finite, become zero."""
    clean = np.nan_to_num(matrix, nan=0.0, posinf=0.0, neginf=0.0)
    lengths = np.linalg.norm(clean, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    return np.asarray(clean / lengths, np.float32)


def concepts(matrix: sparse.csr_matrix, *, rank: int, seed: int, rounds: int = 2) -> Floats:
    """Return the leading singular directions of the documents, scaled by their singular values.

    Method: randomised range finder with power iterations, Halko, Martinsson and Tropp, SIAM Review 53 (2011)
    217–288, algorithm 4.4.
    """
    rows, columns = matrix.shape
    wanted = min(rank, rows - 1, columns - 1)
    if wanted < 1:
        return np.zeros((rows, 1), np.float32)
    start = np.random.default_rng(seed).standard_normal((columns, min(wanted + 10, columns)), dtype=np.float32)
    across = matrix.T.tocsr()
    basis = np.linalg.qr(matrix @ start)[0]
    for _ in range(rounds):
        basis = np.linalg.qr(matrix @ (across @ basis))[0]
    folded = across @ basis
    values, vectors = np.linalg.eigh(folded.T @ folded)
    best = np.argsort(-values)[:wanted]
    return np.asarray((basis @ vectors[:, best]) * np.sqrt(np.maximum(values[best], 0)), np.float32)


def _add_products(total: Floats, matrix: sparse.csr_matrix, weight: float) -> None:
    """Add the products of all row pairs: common features as one dense product, rare ones as a sparse one."""
    rows, columns = matrix.shape
    if not columns:
        return
    having = np.bincount(matrix.indices, minlength=columns)
    common = having > max(20, rows // 30)
    thick = (matrix[:, np.flatnonzero(common)] * np.float32(np.sqrt(weight))).toarray()
    total += thick @ thick.T
    thin = matrix[:, np.flatnonzero(~common & (having > 1))]
    across = thin.T.tocsr() * np.float32(weight)
    for start in range(0, rows, STRIP):
        total[start : start + STRIP] += (thin[start : start + STRIP] @ across).toarray()
    # Features of one document alone touch only its own likeness.
    alone = np.flatnonzero(having == 1)
    if len(alone):
        own = np.asarray(matrix[:, alone].power(2).sum(axis=1)).ravel()
        total[np.arange(rows), np.arange(rows)] += np.float32(weight) * own
