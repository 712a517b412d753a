"""Sets of whole numbers as sorted arrays."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.integer)


def distinct(values: NDArray[Number]) -> NDArray[Number]:
    """Return the different values in order; quick where the array is made of few sorted runs."""
    if len(values) < 2:
        return values
    ordered = np.sort(values, kind="stable")
    kept = np.empty(len(ordered), dtype=np.bool_)
    kept[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=kept[1:])
    return ordered if kept.all() else ordered[kept]


def runs(begins: NDArray[Any], counts: NDArray[Any]) -> NDArray[np.int64]:
    """Return the numbers of several runs, one after the other: of each, its beginning and how many."""
    reached = np.cumsum(counts, dtype=np.int64)
    total = int(reached[-1]) if len(reached) else 0
    found: NDArray[np.int64] = np.arange(total) + np.repeat(begins - (reached - counts), counts)
    return found
