"""Chances of relevance from the values of a ranking."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit


def calibrate(*, values: NDArray[np.float64], relevant: NDArray[np.bool_], rounds: int = 12) -> tuple[float, float]:
    """Return slope and offset of the chance 1 / (1 + exp(−slope · value − offset)).

    values: of decided documents, each without its own decision. Method: Platt 1999 with his softened targets,
    by Newton's method, slope held at or above 0.
    """
    ones, zeros = int(relevant.sum()), int((~relevant).sum())
    target = np.where(relevant, (ones + 1) / (ones + 2), 1 / (zeros + 2))
    slope, offset = 1.0, float(np.log((ones + 1) / (zeros + 1)))
    for _ in range(rounds):
        chance = expit(slope * values + offset)
        gap, curve = target - chance, np.maximum(chance * (1 - chance), 1e-9)
        a, b, c = float(curve @ values**2) + 1e-6, float(curve @ values), float(curve.sum()) + 1e-6
        first, second = float(gap @ values), float(gap.sum())
        base = a * c - b * b
        if base <= 1e-12:
            break
        slope = max(0.0, slope + float(np.clip((c * first - b * second) / base, -2, 2)))
        offset += float(np.clip((a * second - b * first) / base, -2, 2))
    return slope, offset
