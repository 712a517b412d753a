"""Several learners' opinions as one order, weighted by how well each foretold the decisions so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PACE = 0.05


class Fusion:
    """Weighted sum of standardised values.

    A learner gains when it placed a document above the others' opinion and the document was relevant, and
    loses when it was not; weights are exponentials of that gain (online logistic regression on the weights,
    kept positive). A single learner's values are returned as they are.
    """

    def __init__(self, *, weights: Sequence[float], gain: float, fade: float = 0.0) -> None:
        """weights: before any decision. gain: how far one decision moves the logarithm of a weight.

        fade: decisions after which the learners but the first have half their weight; 0: they have all of it from
        the start.
        """
        self._prior = np.log(np.asarray(weights, np.float64))
        self._gain, self._fade, self._seen = gain, fade, 0
        self._merit = np.zeros(len(weights))
        self._rate = 0.5
        self._parts: Sequence[NDArray[np.float32]] = ()
        self._scales: list[tuple[float, float]] = []

    @property
    def weights(self) -> NDArray[np.float64]:
        """Weights in force; they sum to 1."""
        raised = np.exp(self._prior + self._gain * self._merit)
        if self._fade:
            raised[1:] *= self._seen / (self._seen + self._fade)
        return np.asarray(raised / raised.sum(), np.float64)

    def observe(self, *, row: int, relevant: bool) -> None:
        """Take one decision into account; the values last combined are what was foretold."""
        self._seen += 1
        if len(self._prior) < 2 or not self._parts:
            return
        told = np.array(
            [(part[row] - mean) / spread for part, (mean, spread) in zip(self._parts, self._scales, strict=True)]
        )
        self._merit += (float(relevant) - self._rate) * (told - told.mean())
        self._rate += PACE * (float(relevant) - self._rate)

    def combine(self, *, parts: Sequence[NDArray[np.float32]], open_rows: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return one value a document from each learner's; standardised over the documents still open."""
        if len(parts) == 1:
            return parts[0]
        self._parts = [part.copy() for part in parts]
        self._scales = []
        total = np.zeros(len(parts[0]), np.float32)
        for weight, part in zip(self.weights, parts, strict=True):
            still = part[open_rows] if open_rows.any() else part
            mean, spread = float(still.mean()), float(still.std()) or 1.0
            self._scales.append((mean, spread))
            total += np.float32(weight / spread) * (part - np.float32(mean))
        return total


def standardised(values: NDArray[np.float32], open_rows: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return values less their mean over the open documents, over their spread there."""
    still = values[open_rows] if open_rows.any() else values
    return np.asarray((values - still.mean()) / (still.std() or np.float32(1)), np.float32)
