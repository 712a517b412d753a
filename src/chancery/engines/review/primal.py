"""The same classifier for large collections: Newton steps over sparse rows, from the last weights onwards."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from chancery.engines.review.dual import balance, grown
from chancery.engines.review.features import Floats


class PrimalLearner:
    """L2-regularised squared-hinge classifier over the rows of one sparse matrix.

    Each `settle` takes a few Newton steps, their equations solved by conjugate gradients from the weights of
    the decision before, then values every document. Memory: the matrix, two vectors of its columns, a copy of
    the decided rows. Method: Keerthi and DeCoste, Journal of Machine Learning Research 6 (2005) 341–361.
    """

    def __init__(
        self,
        *,
        matrix: sparse.csr_matrix,
        cost: float,
        ratio: float,
        bias: float,
        growth: float = 0.0,
        steps: int = 1,
        inner: int = 4,
        line: int = 2,
    ):
        """matrix: float32 rows, one a document. bias: squared scale of the constant feature. growth: see `grown`.

        steps: Newton steps a decision. inner: conjugate-gradient rounds a step. line: halvings of a step that
        does not lower the objective.
        """
        self.matrix = matrix
        self.cost, self.ratio, self.steps, self.inner, self.line = cost, ratio, steps, inner, line
        self.growth = growth
        self._scale = np.float32(np.sqrt(bias))
        self._weights: Floats = np.zeros(matrix.shape[1], np.float32)
        self._constant = 0.0
        self._rows: list[int] = []
        self._signs: list[float] = []
        self._trust: list[float] = []
        self._place: dict[int, int] = {}
        self._decided = _Rows(matrix)
        self._waiting = 0
        self.values: Floats = np.zeros(matrix.shape[0], np.float32)

    @property
    def trained(self) -> NDArray[np.int64]:
        """Rows that the classifier learns from."""
        return np.array([row for row, trust in zip(self._rows, self._trust, strict=True) if trust > 0], np.int64)

    def learn(self, *, row: int, relevant: bool, trust: float = 1.0) -> None:
        """Add a decision or change an earlier one; takes effect with the next `settle`."""
        self._waiting += 1
        place = self._place.get(row)
        sign = 1.0 if relevant else -1.0
        if place is None:
            self._place[row] = len(self._rows)
            self._rows.append(row)
            self._signs.append(sign)
            self._trust.append(trust)
            self._decided.append(row)
            return
        self._signs[place], self._trust[place] = sign, trust

    def forget(self, *, row: int) -> None:
        """Take a decision back: it keeps its place without weight."""
        if row in self._place:
            self._trust[self._place[row]] = 0.0

    def settle(self, *, rounds: int | None = None) -> Floats:
        """Bring the values of all documents up to the decisions; returns them (higher is more likely relevant)."""
        trust = np.array(self._trust)
        if not trust.sum():
            return self.values
        signs = np.array(self._signs)
        costs = (2 * self._cost() * balance(signs=signs, trust=trust, ratio=self.ratio)).astype(np.float32)
        held, across = self._decided.matrices()
        signs = signs.astype(np.float32)
        margins = self._margins(held, self._weights, self._constant)
        # Many decisions at once need more steps than one does.
        usual = self.steps + min(self._waiting // 4, 12)
        self._waiting = 0
        for _ in range(usual if rounds is None else rounds):
            margins = self._newton(held, across, signs, costs, margins)
        self.values = self.matrix @ self._weights
        self.values += np.float32(self._constant) * self._scale
        return self.values

    def support(self, *, row: int, most: int) -> list[tuple[int, float]]:
        """Return the decided rows that move a document's value most, with what each adds."""
        signs = np.array(self._signs, np.float32)
        if not len(signs):
            return []
        trust = np.array(self._trust)
        costs = 2 * self._cost() * balance(signs=signs.astype(np.float64), trust=trust, ratio=self.ratio)
        held, _across = self._decided.matrices()
        short = np.maximum(0.0, 1.0 - signs * self._margins(held, self._weights, self._constant))
        near = held @ self.matrix[row].toarray().ravel() + self._scale**2
        parts = costs * short * signs * near
        best = np.argsort(-np.abs(parts), kind="stable")[:most]
        return [(self._rows[place], float(parts[place])) for place in best if parts[place]]

    def held_out(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the trained rows, and each one's value signed by its decision with its own pull taken out."""
        rows = np.array(self._rows, np.int64)
        signs, trust = np.array(self._signs), np.array(self._trust)
        costs = 2 * self._cost() * balance(signs=signs, trust=trust, ratio=self.ratio)
        values = signs * self.values[rows]
        held, _across = self._decided.matrices()
        squares = np.asarray(held.multiply(held).sum(axis=1)).ravel() + float(self._scale) ** 2
        outside = values - costs * np.maximum(0.0, 1.0 - values) * squares
        kept = trust > 0
        return rows[kept], outside[kept]

    def left_out(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return what `held_out` does, the best that is cheap over so many documents."""
        return self.held_out()

    def _cost(self) -> float:
        return grown(cost=self.cost, relevant=sum(sign > 0 for sign in self._signs), growth=self.growth)

    def _margins(self, held: sparse.csr_matrix, weights: Floats, constant: float) -> Floats:
        return np.asarray(held @ weights + np.float32(constant) * self._scale, np.float32)

    def _newton(
        self, held: sparse.csr_matrix, across: sparse.csc_matrix, signs: Floats, costs: Floats, margins: Floats
    ) -> Floats:
        """Take one damped Newton step; returns the decided rows' margins after it."""
        short = 1.0 - signs * margins
        active = short > 0
        pull = np.where(active, costs * short * signs, np.float32(0))
        residual = across @ pull - self._weights
        rest = float(pull.sum()) * float(self._scale) - self._constant
        curve = np.where(active, costs, np.float32(0))
        step, lift = self._solve(held, across, curve, residual, rest)
        moved = self._margins(held, step, lift)
        before = self._objective(signs, costs, margins, self._weights, self._constant)
        size = 1.0
        for _ in range(self.line):
            weights, constant = self._weights + np.float32(size) * step, self._constant + size * lift
            tried = margins + np.float32(size) * moved
            if self._objective(signs, costs, tried, weights, constant) <= before:
                self._weights, self._constant = weights, constant
                return tried
            size /= 4
        return margins

    def _solve(
        self, held: sparse.csr_matrix, across: sparse.csc_matrix, curve: Floats, residual: Floats, rest: float
    ) -> tuple[Floats, float]:
        """Solve (1 + XᵀCX) step = residual by a few rounds of conjugate gradients."""
        step, lift = np.zeros_like(residual), 0.0
        way, rise = residual.copy(), rest
        norm = float(residual @ residual) + rest * rest
        first = norm
        for _ in range(self.inner):
            if norm <= 1e-10 * max(first, 1e-30) or norm < 1e-14:
                break
            bent = curve * self._margins(held, way, rise)
            out = across @ bent + way
            top = float(bent.sum()) * float(self._scale) + rise
            pace = norm / (float(way @ out) + rise * top)
            step += np.float32(pace) * way
            lift += pace * rise
            residual -= np.float32(pace) * out
            rest -= pace * top
            after = float(residual @ residual) + rest * rest
            way *= np.float32(after / norm)
            way += residual
            rise, norm = rest + after / norm * rise, after
        return step, lift

    def _objective(self, signs: Floats, costs: Floats, margins: Floats, weights: Floats, constant: float) -> float:
        short = np.maximum(0, 1.0 - signs * margins)
        return 0.5 * (float(weights @ weights) + constant * constant) + 0.5 * float(costs @ (short * short))


class _Rows:
    """A growing copy of the decided rows of a sparse matrix."""

    def __init__(self, matrix: sparse.csr_matrix) -> None:
        self._matrix = matrix
        self._data = np.zeros(1 << 12, np.float32)
        self._columns = np.zeros(1 << 12, np.int32)
        self._ends = np.zeros(1 << 8, np.int32)
        self._size = 0

    def append(self, row: int) -> None:
        """Copy one more row."""
        start, stop = self._matrix.indptr[row], self._matrix.indptr[row + 1]
        begin = int(self._ends[self._size])
        end = begin + int(stop - start)
        while end > len(self._data):
            self._data = np.concatenate((self._data, np.zeros_like(self._data)))
            self._columns = np.concatenate((self._columns, np.zeros_like(self._columns)))
        if self._size + 1 >= len(self._ends):
            self._ends = np.concatenate((self._ends, np.zeros_like(self._ends)))
        self._data[begin:end] = self._matrix.data[start:stop]
        self._columns[begin:end] = self._matrix.indices[start:stop]
        self._size += 1
        self._ends[self._size] = end

    def matrices(self) -> tuple[sparse.csr_matrix, sparse.csc_matrix]:
        """Return the rows, and the same numbers read as columns, without copying."""
        end, columns = int(self._ends[self._size]), self._matrix.shape[1]
        parts = (self._data[:end], self._columns[:end], self._ends[: self._size + 1])
        return (
            sparse.csr_matrix(parts, shape=(self._size, columns)),
            sparse.csc_matrix(parts, shape=(columns, self._size)),
        )
