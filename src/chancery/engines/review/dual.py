"""A linear classifier kept up to date decision by decision, in the space of likeness between documents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dposv

from chancery.engines.review.features import Floats

REFRESH = 256


class DualLearner:
    """L2-regularised squared-hinge classifier (L2-SVM) over a matrix of likeness.

    After each decision the dual variables that break the optimality conditions most are solved for as one
    block, a few blocks a decision, from where the last decision left them. Objective: ½ |w|² + Σ cᵢ ξᵢ², class
    weights as in `weights`. Method: dual coordinate descent, Hsieh et al., ICML 2008, in blocks chosen greedily.
    """

    def __init__(
        self,
        *,
        shared: Floats,
        cost: float,
        ratio: float,
        bias: float,
        growth: float = 0.0,
        block: int = 16,
        rounds: int = 2,
        tolerance: float = 1e-2,
    ) -> None:
        """shared: symmetric likeness, count × count; it is kept and raised by ``bias`` in place.

        cost: weight of an average decision against the regulariser. ratio: total weight of the relevant
        decisions over that of the others. bias: squared scale of the constant feature. growth: see `grown`.
        tolerance: margin by which a decision may break the conditions and be left alone.
        """
        self.shared = shared
        self.shared += np.float32(bias)
        self.cost, self.ratio, self.block, self.rounds = cost, ratio, block, rounds
        self.tolerance, self.growth = tolerance, growth
        count = len(shared)
        self.values: Floats = np.zeros(count, np.float32)
        self._rows = np.zeros(count, np.int64)
        self._signs = np.zeros(count, np.float64)
        self._alphas = np.zeros(count, np.float64)
        self._trust = np.ones(count, np.float64)
        self._place: dict[int, int] = {}
        self._steps = self._waiting = 0

    @property
    def trained(self) -> NDArray[np.int64]:
        """Rows that the classifier learns from."""
        return self._rows[: len(self._place)]

    def learn(self, *, row: int, relevant: bool, trust: float = 1.0) -> None:
        """Add a decision or change an earlier one; takes effect with the next `settle`."""
        self._waiting += 1
        place = self._place.get(row)
        if place is None:
            place = self._place[row] = len(self._place)
            self._rows[place] = row
        elif (self._signs[place] > 0) != relevant:
            self._add(place=place, change=-self._alphas[place])
        self._signs[place] = 1.0 if relevant else -1.0
        self._trust[place] = trust

    def forget(self, *, row: int) -> None:
        """Take a decision back."""
        place = self._place.pop(row, None)
        if place is None:
            return
        self._add(place=place, change=-self._alphas[place])
        last = len(self._place)
        if place != last:
            moved = int(self._rows[last])
            for array in (self._rows, self._signs, self._alphas, self._trust):
                array[place] = array[last]
            self._place[moved] = place
        self._alphas[last], self._trust[last] = 0.0, 1.0

    def settle(self, *, rounds: int | None = None) -> Floats:
        """Bring the values of all documents up to the decisions; returns them (higher is more likely relevant)."""
        size = len(self._place)
        if not size:
            return self.values
        rows, signs, alphas = self._rows[:size], self._signs[:size], self._alphas[:size]
        slack = 1.0 / (2.0 * self._cost() * self.weights())
        # Many decisions at once need more blocks than one does.
        usual = self.rounds + min(self._waiting // 4, 400)
        self._waiting = 0
        for _ in range(usual if rounds is None else rounds):
            if not self._solve_block(rows, signs, alphas, slack):
                break
        self._steps += 1
        if self._steps % REFRESH == 0:
            self.values = (alphas * signs).astype(np.float32) @ self.shared[rows]
        return self.values

    def _cost(self) -> float:
        return grown(cost=self.cost, relevant=int((self._signs[: len(self._place)] > 0).sum()), growth=self.growth)

    def weights(self) -> NDArray[np.float64]:
        """Return the weight of every decision; their mean is 1."""
        size = len(self._place)
        return balance(signs=self._signs[:size], trust=self._trust[:size], ratio=self.ratio)

    def support(self, *, row: int, most: int) -> list[tuple[int, float]]:
        """Return the decided rows that move a document's value most, with what each adds."""
        size = len(self._place)
        parts = self._alphas[:size] * self._signs[:size] * self.shared[row, self._rows[:size]]
        best = np.argsort(-np.abs(parts), kind="stable")[:most]
        return [(int(self._rows[place]), float(parts[place])) for place in best if parts[place]]

    def held_out(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the trained rows, and each one's value signed by its decision with its own pull taken out."""
        size = len(self._place)
        rows = self._rows[:size]
        own = self._alphas[:size] * self.shared[rows, rows]
        return rows.copy(), self._signs[:size] * self.values[rows] - own

    def left_out(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the trained rows, and what the classifier would say of each, signed, had it not seen its decision.

        Exact for the decisions that shape the classifier now: 1 − αᵢ / [(Q + D)⁻¹]ᵢᵢ (Cawley and Talbot, Neural
        Networks 17 (2004) 1467–1475). Costs a solution of that system: for asking, not for every decision.
        """
        size = len(self._place)
        rows, signs, alphas = self._rows[:size], self._signs[:size], self._alphas[:size]
        told = signs * self.values[rows].astype(np.float64)
        acting = np.flatnonzero(alphas > 0)
        if len(acting):
            system = self.shared[np.ix_(rows[acting], rows[acting])].astype(np.float64)
            system *= signs[acting, None] * signs[acting]
            place = np.arange(len(acting))
            system[place, place] += 1.0 / (2.0 * self._cost() * self.weights()[acting])
            told[acting] = 1.0 - alphas[acting] / np.diag(np.linalg.inv(system))
        return rows.copy(), told

    def _add(self, *, place: int, change: float) -> None:
        self._alphas[place] += change
        self.values = self.values + np.float32(change * self._signs[place]) * self.shared[self._rows[place]]

    def _solve_block(
        self,
        rows: NDArray[np.int64],
        signs: NDArray[np.float64],
        alphas: NDArray[np.float64],
        slack: NDArray[np.float64],
    ) -> bool:
        """Solve for the block of the strongest violations; returns False if there are none."""
        slope = signs * self.values[rows] + alphas * slack - 1.0
        free = (alphas > 0) | (slope < 0)
        size = np.where(free, np.abs(slope), 0.0)
        chosen = np.argpartition(-size, self.block)[: self.block] if len(rows) > self.block else np.arange(len(rows))
        chosen = chosen[size[chosen] > self.tolerance]
        if not len(chosen):
            return False
        picked, sign = rows[chosen], signs[chosen]
        near = self.shared[picked]
        system = near[:, picked].astype(np.float64) * sign[:, None] * sign
        system[np.arange(len(chosen)), np.arange(len(chosen))] += slack[chosen]
        _factor, step, _info = dposv(system, -slope[chosen])
        moved = np.maximum(alphas[chosen] + step, 0.0)
        change = moved - alphas[chosen]
        alphas[chosen] = moved
        # Not a matrix product: the library would wake threads for it, thousands of times.
        self.values += np.einsum("i,ij->j", (change * sign).astype(np.float32), near)
        return True


def grown(*, cost: float, relevant: int, growth: float) -> float:
    """Return the cost after so many relevant decisions: times the root of 1 + relevant / growth.

    growth 0: the cost stays. Few examples say little, so the classifier is held tight at first, and freer as they
    grow in number.
    """
    return cost * float(np.sqrt(1 + relevant / growth)) if growth else cost


def balance(*, signs: NDArray[np.float64], trust: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    """Return weights of decisions: relevant ones together ``ratio`` times as heavy as the others, mean 1.

    signs: 1 relevant, -1 not. trust: own factor of each decision, 1 for full trust.
    """
    relevant = signs > 0
    heavy, light = float(trust[relevant].sum()), float(trust[~relevant].sum())
    scale = heavy / (ratio * light) if heavy and light else 1.0
    weights = np.where(relevant, trust, trust * scale)
    return np.asarray(weights * (len(signs) / weights.sum()), np.float64)
