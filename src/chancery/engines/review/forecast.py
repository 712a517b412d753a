"""Chances of relevance from a ranking's values, and what they foretell about the documents not yet read."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from chancery.engines.review.calibration import calibrate
from chancery.engines.review.progress import Forecast
from chancery.engines.review.ranker import Ranker


def foretell(*, ranker: Ranker, read: int) -> Forecast | None:
    """Return sums of chances and variances over the read and the unread; None before both kinds were met."""
    rows, values = ranker.held_out()
    relevant = np.array([ranker.decided.get(int(row), False) for row in rows], bool)
    if not len(rows) or relevant.all() or not relevant.any():
        return None
    slope, offset = calibrate(values=values, relevant=relevant)
    chance = expit(slope * ranker.values().astype(np.float64) + offset)
    known = np.zeros(ranker.count, bool)
    known[list(ranker.decided)] = True
    spread = chance * (1 - chance)
    return Forecast(
        read,
        float(chance[known].sum()),
        float(chance[~known].sum()),
        float(spread[known].sum()),
        float(spread[~known].sum()),
    )
