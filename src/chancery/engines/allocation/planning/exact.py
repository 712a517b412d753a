"""Small problems solved to the optimum by branch and bound, with every rule between tasks as a constraint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix

from chancery.engines.allocation.planning.chains import Draft
from chancery.engines.allocation.planning.pairs import Floats, Pairs
from chancery.engines.allocation.planning.problem import Problem

# Beyond these the linear programme with chains is as good and much quicker.
LARGEST: Final = 300
_NODES: Final = 100


class _Rows:
    """Rows of constraints: at most ``limit``, and at least as much where it is an equation."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, int, float]] = []
        self.limits: list[tuple[float, float]] = []

    def add(self, columns: Sequence[int], factors: Sequence[float], low: float, high: float) -> None:
        """Add one row."""
        self.entries += [(len(self.limits), column, factor) for column, factor in zip(columns, factors, strict=True)]
        self.limits.append((low, high))

    def constraint(self, width: int) -> LinearConstraint:
        """Return all rows."""
        row, column, factor = (np.array(part) for part in zip(*self.entries, strict=True))
        matrix = coo_matrix((factor, (row, column)), shape=(len(self.limits), width)).tocsr()
        low, high = (np.array(part) for part in zip(*self.limits, strict=True))
        return LinearConstraint(matrix, low, high)


def _rules_between(problem: Problem, pairs: Pairs, draft: Draft, rows: _Rows, width: int) -> int:
    """Add the rules that tie tasks together; returns the number of columns with those of new matters."""
    at = {(task, person): pair for pair, (task, person) in enumerate(zip(pairs.task, pairs.person, strict=True))}
    for task in range(len(problem.tasks)):
        for other in draft.kept_apart(task):
            for pair in draft.options(task) if other > task else ():
                if (twin := at.get((other, draft.person[pair]))) is not None:
                    rows.add([pair, twin], [1.0, 1.0], -np.inf, 1.0)
    fresh: dict[int, dict[str, int]] = {}
    for pair in range(pairs.cost.size):
        person, matter = problem.people[draft.person[pair]], problem.tasks[draft.task[pair]].matter
        if person.max_matters is not None and matter and matter not in person.matters:
            held = fresh.setdefault(draft.person[pair], {})
            if matter not in held:
                held[matter], width = width, width + 1
            rows.add([pair, held[matter]], [1.0, -1.0], -np.inf, 0.0)
    for place, held in fresh.items():
        person = problem.people[place]
        room = max(0, (person.max_matters or 0) - len(person.matters))
        rows.add(list(held.values()), [1.0] * len(held), -np.inf, room)
    return width


def exact(problem: Problem, pairs: Pairs) -> tuple[Draft, float] | None:
    """Return the best plan and the bound proved for it; None for larger problems, and where none was found.

    Binary programme (HiGHS), at most 100 nodes of the search, so that the same problem gives the same plan.
    """
    count, tasks = pairs.cost.size, len(problem.tasks)
    if not 0 < count <= LARGEST:
        return None
    draft, rows = Draft(problem, pairs), _Rows()
    for task in range(tasks):
        own = list(draft.options(task))
        rows.add([*own, count + task], [1.0] * (len(own) + 1), 1.0, 1.0)
    for person in np.unique(pairs.person).tolist():
        own = np.flatnonzero(pairs.person == person).tolist()
        rows.add(own, [draft.minutes[pair] for pair in own], -np.inf, float(pairs.capacity[person]))
    width = _rules_between(problem, pairs, draft, rows, count + tasks)
    cost: Floats = np.concatenate([pairs.cost, pairs.penalty, np.zeros(width - count - tasks)])
    most = np.ones(width)
    for task, one in enumerate(problem.tasks):
        most[count + task] = 0.0 if one.pinned is not None else 1.0
    found = milp(
        cost, constraints=rows.constraint(width), integrality=np.ones(width), bounds=Bounds(0, most),
        options={"node_limit": _NODES, "mip_rel_gap": 1e-9, "presolve": False},
    )  # fmt: skip
    if found.x is None:
        return None
    for pair in np.flatnonzero(found.x[:count] > 0.5).tolist():
        if not draft.fits(pair):
            return None
        draft.take(pair)
    return draft, float(found.mip_dual_bound)
