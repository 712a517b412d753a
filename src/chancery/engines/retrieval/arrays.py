"""Sets of whole numbers as sorted arrays."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.integer)
_BLOCK: Final = 5
"""Numbers that agree but for so many bits are looked up together."""
_MANY: Final = 20_000
"""Numbers looked up one by one at most."""


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


def how_many_up_to(ordered: NDArray[Any], wanted: NDArray[Any]) -> NDArray[np.int64]:
    """Return for each number wanted how many of the ordered ones are not above it.

    ordered: not negative; neither are those wanted, unless both have a signed type.

    Many are looked up through a table of blocks: few places of a text share one.
    """
    if len(wanted) < _MANY or not len(ordered) or int(ordered[-1]) >> _BLOCK > 8 * (len(wanted) + len(ordered)):
        return np.searchsorted(ordered, wanted.astype(ordered.dtype, copy=False), side="right")
    last = int(ordered[-1])
    table = np.zeros((last >> _BLOCK) + 3, dtype=np.int64)
    table[1:] = np.bincount(ordered >> _BLOCK, minlength=len(table) - 1)
    np.cumsum(table, out=table)
    found: NDArray[np.int64] = table.take(wanted >> _BLOCK, mode="clip")
    guarded = np.append(ordered, np.iinfo(np.int64).max)
    left = np.flatnonzero(guarded.take(found) <= wanted)
    while len(left):
        found[left] += 1
        left = left.compress(guarded.take(found.take(left)) <= wanted.take(left))
    return found
