"""How good an order was: recall at a depth, work saved, average depth, and what reading to a target costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chancery.foundation.errors import Refused


class MeasuresRefused(Refused):
    """An order that cannot be measured."""

    code = "measures_refused"


@dataclass(frozen=True, slots=True)
class Measures:
    """Quality of one order; every figure is a share between 0 and 1 and leaves the first `known` rows out.

    recall_at: share of the relevant found by share of the documents read. wss95, wss100: work saved over
    sampling (Cohen et al., Journal of the American Medical Informatics Association 13 (2006) 206–219).
    atd: mean rank of the relevant documents over their collection's size; lower is better.
    """

    documents: int
    relevant: int
    known: int
    recall_at_5: float
    recall_at_10: float
    recall_at_20: float
    wss95: float
    wss100: float
    atd: float


@dataclass(frozen=True, slots=True)
class Cost:
    """Reading until a share of the relevant is found. reading: documents; price: in units of the structure."""

    target: float
    reading: int
    found: int
    rest_relevant: int
    price: float


@dataclass(frozen=True, slots=True)
class CostStructure:
    """Price of one document: relevant or not, while ranking goes on and in a linear read of the rest after it.

    Method: Yang, Lewis and Frieder, SIGIR 2021 (arXiv 2106.09866).
    """

    ranked_relevant: float = 1.0
    ranked_other: float = 1.0
    rest_relevant: float = 1.0
    rest_other: float = 1.0


def depth_of(*, places: NDArray[np.int64], share: float) -> int:
    """Return how many documents are read when a share of the relevant is found.

    places: ranks of the relevant documents, counted from 1, rising.
    """
    wanted = max(1, math.ceil(share * len(places) - 1e-9))
    return int(places[wanted - 1])


def measure(*, labels: Sequence[bool] | NDArray[np.bool_], order: Sequence[int], known: int = 0) -> Measures:
    """Measure an order of all documents.

    labels: relevant or not, by row. order: every row once. known: rows at its head that were known before.
    Refuses: order_incomplete, nothing_relevant.
    """
    truth = np.asarray(labels, bool)
    served = np.asarray(order, np.int64)
    if len(served) != len(truth) or not np.array_equal(np.sort(served), np.arange(len(truth))):
        raise MeasuresRefused("An order names every document once.", code="order_incomplete")
    places = np.flatnonzero(truth[served[known:]]) + 1
    count = len(truth) - known
    if not len(places):
        raise MeasuresRefused("There is no relevant document left to find.", code="nothing_relevant")

    def recall(share: float) -> float:
        return float(np.count_nonzero(places <= share * count + 1e-9) / len(places))

    return Measures(
        documents=count,
        relevant=len(places),
        known=known,
        recall_at_5=recall(0.05),
        recall_at_10=recall(0.10),
        recall_at_20=recall(0.20),
        wss95=(count - depth_of(places=places, share=0.95)) / count - 0.05,
        wss100=(count - depth_of(places=places, share=1.0)) / count,
        atd=float(places.mean() / count),
    )


def costs(
    *,
    found: NDArray[np.bool_],
    relevant: int,
    documents: int,
    targets: Sequence[float] = (0.5, 0.7, 0.75, 0.8, 0.9, 0.95, 1.0),
    structure: CostStructure | None = None,
) -> tuple[Cost, ...]:
    """Return what it costs to reach each target that the reading reached.

    found: relevant or not, in the order read. relevant, documents: of the whole collection. With a structure
    whose rest is cheap, a target is reached at the cheapest switch from ranked to linear reading.
    """
    prices = structure or CostStructure()
    hits = np.cumsum(found)
    read = np.arange(1, len(found) + 1)
    ranked = hits * prices.ranked_relevant + (read - hits) * prices.ranked_other
    answers = []
    for target in targets:
        wanted = math.ceil(target * relevant - 1e-9)
        if not len(hits) or hits[-1] < wanted or not relevant:
            continue
        depth = int(np.searchsorted(hits, wanted)) + 1
        missing = np.maximum(wanted - hits, 0)
        left = np.maximum(documents - read, 1)
        still = np.maximum(relevant - hits, 1)
        rest = np.where(missing > 0, missing / still * left, 0.0)
        price = ranked + missing * prices.rest_relevant + np.maximum(rest - missing, 0) * prices.rest_other
        best = int(np.argmin(price[:depth]))
        answers.append(Cost(target, best + 1, int(hits[best]), int(missing[best]), float(price[best])))
    return tuple(answers)
