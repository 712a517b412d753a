"""The linear programme behind a plan: its value bounds every plan from below, its duals are prices of capacity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from chancery.engines.allocation.planning.pairs import Bools, Floats, Pairs

_ROUNDS = 30
_STEPS = 260
_PATIENCE = 5
_NEAREST = 2
_BEGINNING = 6
_ENTERING = 4
_CLOSE = 4e-3


@dataclass(frozen=True, slots=True)
class Bound:
    """value: no plan costs less. share: part of each pair in the optimum, 0 to 1. price: of a minute of each person.

    worth: dual price of each task: what doing it once more would cost.
    """

    value: float
    share: Floats
    price: Floats
    worth: Floats


def _per_task(pairs: Pairs, reduced: Floats) -> Floats:
    """Least value over the pairs of each task; infinite for a task without pairs."""
    least = np.full(len(pairs.start) - 1, np.inf)
    filled = np.flatnonzero(np.diff(pairs.start) > 0)
    if filled.size:
        least[filled] = np.minimum.reduceat(reduced, pairs.start[filled])
    return least


def guessed_prices(pairs: Pairs, ceiling: float) -> Floats:
    """Prices of capacity near the optimum, by steps along the subgradient of the Lagrangian.

    ceiling: cost of any plan. Step length of Polyak with a heavy ball; Fisher, Management Science 27 (1981) 1–18.
    """
    people, weight = pairs.capacity.size, np.maximum(pairs.capacity, 1.0)
    price, best, best_value, stalled, scale = np.zeros(people), np.zeros(people), -1e300, 0, 1.0
    heading = np.zeros(people)
    for _ in range(_STEPS):
        reduced = pairs.cost + price[pairs.person] * pairs.minutes
        least = _per_task(pairs, reduced)
        taken = least < pairs.penalty
        value = float(np.where(taken, least, pairs.penalty).sum() - (price * pairs.capacity).sum())
        if value > best_value + 1e-6 * abs(best_value):
            best, best_value, stalled = price, value, 0
        else:
            stalled += 1
            if stalled >= _PATIENCE:
                scale, stalled = scale / 1.6, 0
        chosen = (reduced <= least[pairs.task] + 1e-12) & taken[pairs.task]
        load = np.bincount(pairs.person[chosen], weights=pairs.minutes[chosen], minlength=people)
        slope = np.where((price <= 0) & (load < pairs.capacity), 0.0, load - pairs.capacity)
        heading = 0.7 * heading + slope
        length = float((heading**2 / weight).sum())
        if length <= 0 or ceiling <= best_value:
            break
        price = np.maximum(0.0, price + scale * (ceiling - value) / length * heading / weight)
    return best


def _columns(pairs: Pairs, reduced: Floats, count: int) -> Bools:
    """The cheapest pairs of every task by reduced cost."""
    order = np.lexsort((reduced, pairs.task))
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size) - pairs.start[pairs.task[order]]
    chosen: Bools = rank < count
    return chosen


def _beginning(pairs: Pairs, reduced: Floats) -> Bools:
    """The pairs to begin with: six a task on average, those least above the cheapest of their task, and two of each.

    A task with many people alike gets more of them than one whose cheapest person stands alone. Where so many people
    cost the same that this would let in more than twice as many pairs, six of each task.
    """
    above = reduced - _per_task(pairs, reduced)[pairs.task]
    count = min(_BEGINNING * (len(pairs.start) - 1), above.size)
    near: Bools = above <= np.partition(above, count - 1)[count - 1]
    if np.count_nonzero(near) > 2 * count:
        return _columns(pairs, reduced, _BEGINNING)
    return near | _columns(pairs, reduced, _NEAREST)


def _solve(pairs: Pairs, used: NDArray[np.int64]) -> tuple[float, Floats, Floats, Floats]:
    """Solve the programme over some of the pairs; returns value, shares, prices of people and worth of tasks."""
    tasks, people = len(pairs.start) - 1, pairs.capacity.size
    task, person, count = pairs.task[used], pairs.person[used], used.size
    columns = np.arange(count)
    each = coo_matrix(
        (
            np.ones(count + tasks),
            (np.concatenate([task, np.arange(tasks)]), np.concatenate([columns, count + np.arange(tasks)])),
        ),
        shape=(tasks, count + tasks),
    ).tocsr()
    load = coo_matrix((pairs.minutes[used], (person, columns)), shape=(people, count + tasks)).tocsr()
    solved = linprog(
        np.concatenate([pairs.cost[used], pairs.penalty]), A_ub=load, b_ub=pairs.capacity, A_eq=each,
        b_eq=np.ones(tasks), bounds=(0, None), method="highs",
    )  # fmt: skip
    return float(solved.fun), solved.x[:count], -solved.ineqlin.marginals, solved.eqlin.marginals


def lagrangian(pairs: Pairs, price: Floats) -> float:
    """Lower bound of every plan at given prices of capacity (not below zero): each task goes where it is cheapest."""
    least = _per_task(pairs, pairs.cost + price[pairs.person] * pairs.minutes)
    return float(np.minimum(least, pairs.penalty).sum() - (price * pairs.capacity).sum())


def linear_bound(pairs: Pairs, *, ceiling: float) -> Bound:
    """Bound every plan from below by the assignment programme: every task once or undone, nobody beyond capacity.

    ceiling: cost of any plan, such as one given out scarcest first. Pairs enter in rounds: those near the cheapest of
    their task at guessed prices, then pairs whose reduced cost is negative, until the programme over the pairs inside
    lies within 0.4 % of the Lagrangian bound over all of them (column generation, Ford and Fulkerson 1958). ``value``
    is that bound: the optimum of the whole programme lies between it and the value over the pairs inside.
    """
    if pairs.cost.size == 0:
        return Bound(float(pairs.penalty.sum()), np.zeros(0), np.zeros(pairs.capacity.size), pairs.penalty.copy())
    price = guessed_prices(pairs, ceiling)
    bound = lagrangian(pairs, price)
    inside = _beginning(pairs, pairs.cost + price[pairs.person] * pairs.minutes)
    whole = np.zeros(pairs.cost.size)
    worth = np.zeros(len(pairs.start) - 1)
    for _ in range(_ROUNDS):
        used = np.flatnonzero(inside)
        value, share, price, worth = _solve(pairs, used)
        whole[:] = 0.0
        whole[used] = share
        price = np.maximum(price, 0.0)
        bound = max(bound, lagrangian(pairs, price))
        reduced = pairs.cost + price[pairs.person] * pairs.minutes - worth[pairs.task]
        entering = (reduced < -1e-7 * np.maximum(1.0, pairs.cost)) & ~inside
        if not entering.any() or value - bound <= _CLOSE * abs(value):
            break
        inside |= entering & _columns(pairs, np.where(entering, reduced, np.inf), _ENTERING)
    return Bound(min(bound, value), whole, price, worth)
