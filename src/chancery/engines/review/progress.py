"""A review so far, as the stopping rules see it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class HiddenSample:
    """A simple random sample drawn before the review and coded blind.

    size: documents drawn. turned_up: for each relevant document of it, after how many documents read the
    review served it, 0 if it has not yet; in the order drawn.
    """

    size: int
    turned_up: NDArray[np.int64]

    @property
    def relevant(self) -> int:
        """Number of relevant documents in the sample."""
        return len(self.turned_up)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the model expects at a depth: sums of probabilities and of their variances, read and not read."""

    read: int
    known: float
    unknown: float
    known_variance: float
    unknown_variance: float


@dataclass(frozen=True)
class Progress:
    """documents: in the collection. found: relevant or not, one per document read, in the order read.

    known: how many of the first read were known before the sample was drawn, and so are not part of it.
    """

    documents: int
    found: NDArray[np.bool_]
    sample: HiddenSample | None = None
    forecasts: tuple[Forecast, ...] = ()
    known: int = 0

    @property
    def read(self) -> int:
        """Documents read."""
        return len(self.found)

    @property
    def relevant(self) -> int:
        """Relevant documents found."""
        return int(self.found.sum())

    def after(self, read: int) -> Progress:
        """Return the same review when only so many documents had been read."""
        sample = self.sample
        if sample is not None:
            sample = HiddenSample(sample.size, np.where(sample.turned_up <= read, sample.turned_up, 0))
        kept = tuple(forecast for forecast in self.forecasts if forecast.read <= read)
        return Progress(self.documents, self.found[:read], sample, kept, min(self.known, read))


def batch_ends(documents: int) -> NDArray[np.int64]:
    """Return the depths at which AutoTAR's batches end: the batch grows by a tenth, rounded up, from 1.

    Method: Cormack and Grossman, arXiv 1504.06868.
    """
    ends, size, depth = [], 1, 0
    while depth < documents:
        depth = min(documents, depth + size)
        ends.append(depth)
        size += -(-size // 10)
    return np.array(ends, np.int64)
