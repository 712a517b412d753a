"""From the linear programme to a plan: rounding, and chains in which one task makes room for another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chancery.engines.allocation.planning.bound import Bound
from chancery.engines.allocation.planning.pairs import Floats, Pairs
from chancery.engines.allocation.planning.problem import Problem

_PASSES = 8
_TINY = 1e-7
_WIDTH = 60


class Draft:
    """A plan in the making: for each task the pair taken, or −1 while it is undone."""

    def __init__(self, problem: Problem, pairs: Pairs) -> None:
        self.pairs = pairs
        self.cost: list[float] = pairs.cost.tolist()
        self.minutes: list[float] = pairs.minutes.tolist()
        self.person: list[int] = pairs.person.tolist()
        self.task: list[int] = pairs.task.tolist()
        self.penalty: list[float] = pairs.penalty.tolist()
        self.start: list[int] = pairs.start.tolist()
        self.free: list[float] = pairs.capacity.tolist()
        self.taken = [-1] * len(problem.tasks)
        self.held: list[set[int]] = [set() for _ in problem.people]
        self._log: list[tuple[int, int]] = []
        self._ranked: dict[int, list[int]] = {}
        self._problem = problem
        self._matters: list[dict[str, int]] = [dict.fromkeys(person.matters, 1_000_000) for person in problem.people]
        place = {task.id: at for at, task in enumerate(problem.tasks)}
        self._apart: list[set[int]] = [set() for _ in problem.tasks]
        for at, task in enumerate(problem.tasks):
            for other in task.differs_from:
                self._apart[at].add(place[other])
                self._apart[place[other]].add(at)

    @property
    def value(self) -> float:
        """Cost of the plan with the penalties of undone tasks."""
        return sum(self.cost[pair] if pair >= 0 else self.penalty[at] for at, pair in enumerate(self.taken))

    def fits(self, pair: int) -> bool:
        """Whether a pair can be taken now."""
        person = self.person[pair]
        return self.minutes[pair] <= self.free[person] + _TINY and self.may(person, self.task[pair])

    def mark(self) -> int:
        """Return a place to which ``undo`` can go back."""
        return len(self._log)

    def undo(self, mark: int) -> None:
        """Take back every step since a mark, latest first."""
        while len(self._log) > mark:
            task, before = self._log.pop()
            if self.taken[task] >= 0:
                self._loosen(task)
            if before >= 0:
                self._bind(before)

    def may(self, person: int, task: int) -> bool:
        """Whether rules between tasks allow the person: another than on related tasks, not too many matters."""
        for other in self._apart[task]:
            if self.taken[other] >= 0 and self.person[self.taken[other]] == person:
                return False
        limit = self._problem.people[person].max_matters
        if limit is None:
            return True
        matter = self._problem.tasks[task].matter
        return not matter or matter in self._matters[person] or len(self._matters[person]) < limit

    def take(self, pair: int) -> None:
        """Give a task that is undone to a person."""
        self._log.append((self.task[pair], -1))
        self._bind(pair)

    def drop(self, task: int) -> None:
        """Take a task back."""
        self._log.append((task, self.taken[task]))
        self._loosen(task)

    def _bind(self, pair: int) -> None:
        person, task = self.person[pair], self.task[pair]
        self.taken[task] = pair
        self.free[person] -= self.minutes[pair]
        self.held[person].add(task)
        if matter := self._problem.tasks[task].matter:
            self._matters[person][matter] = self._matters[person].get(matter, 0) + 1

    def _loosen(self, task: int) -> None:
        pair = self.taken[task]
        person = self.person[pair]
        self.taken[task] = -1
        self.free[person] += self.minutes[pair]
        self.held[person].discard(task)
        matter = self._problem.tasks[task].matter
        left = self._matters[person].get(matter, 0) - 1
        if left > 0:
            self._matters[person][matter] = left
        elif matter:
            del self._matters[person][matter]

    def ranked(self, task: int) -> list[int]:
        """Pairs of a task, cheapest first."""
        if task not in self._ranked:
            low, high = self.start[task], self.start[task + 1]
            order = np.argsort(self.pairs.cost[low:high], kind="stable")
            self._ranked[task] = (order + low).tolist()
        return self._ranked[task]

    def is_pinned(self, task: int) -> bool:
        """Whether a task is fixed by hand."""
        return self._problem.tasks[task].pinned is not None

    def kept_apart(self, task: int) -> set[int]:
        """Positions of the tasks that another person must do."""
        return self._apart[task]

    def options(self, task: int) -> range:
        """Positions of the pairs of a task."""
        return range(self.start[task], self.start[task + 1])


def rounded(problem: Problem, pairs: Pairs, bound: Bound) -> Draft:
    """Take what the programme decides whole, then the rest by what waiting would cost most."""
    draft = Draft(problem, pairs)
    pinned = [at for at, task in enumerate(problem.tasks) if task.pinned is not None]
    for at in pinned:
        _take_cheapest(draft, at, pairs.cost)
    order = np.argsort(-bound.share, kind="stable")
    for pair in order[: int((bound.share > 0.5).sum())].tolist():
        if draft.taken[draft.task[pair]] < 0 and draft.fits(pair):
            draft.take(pair)
    reduced = pairs.cost + bound.price[pairs.person] * pairs.minutes
    _fill(draft, [at for at, pair in enumerate(draft.taken) if pair < 0], reduced)
    return draft


def scarcest_first(problem: Problem, pairs: Pairs) -> Draft:
    """Give out the tasks with fewest qualified people first, longest of equals first, each to the cheapest."""
    draft = Draft(problem, pairs)
    choices = np.diff(pairs.start)
    pinned = np.array([task.pinned is None for task in problem.tasks])
    minutes = np.array([task.minutes for task in problem.tasks])
    for at in np.lexsort((-minutes, choices, pinned)).tolist():
        _take_cheapest(draft, at, pairs.cost)
    return draft


def least_loaded(problem: Problem, pairs: Pairs) -> Draft:
    """What ticket tools do: in order of arrival, the qualified person with most free time. For comparison only."""
    draft = Draft(problem, pairs)
    for at in range(len(problem.tasks)):
        fitting = [pair for pair in draft.options(at) if draft.fits(pair)]
        if fitting:
            draft.take(max(fitting, key=lambda pair: (draft.free[draft.person[pair]], -pair)))
    return draft


def _take_cheapest(draft: Draft, task: int, reduced: Floats) -> None:
    """Give a task to the first who has room and costs no more than leaving it undone; a pinned one at any cost."""
    low, high = draft.start[task], draft.start[task + 1]
    for offset in np.argsort(reduced[low:high], kind="stable").tolist():
        pair = low + offset
        if draft.fits(pair) and (draft.cost[pair] <= draft.penalty[task] or draft.is_pinned(task)):
            draft.take(pair)
            return


def _fill(draft: Draft, tasks: Sequence[int], reduced: Floats) -> None:
    """Give out open tasks, largest regret between first and second choice first."""

    def regret(task: int) -> float:
        part = np.sort(reduced[draft.start[task] : draft.start[task + 1]])[:2]
        if part.size == 0:
            return 0.0
        second = float(part[1]) if part.size > 1 else draft.penalty[task]
        return second - float(part[0])

    for task in sorted(tasks, key=lambda one: (-regret(one), one)):
        _take_cheapest(draft, task, reduced)


def place_undone(draft: Draft, fixed: frozenset[int]) -> float:
    """Place undone tasks, moving up to two others for each; returns what was gained."""
    return sum(_insert(draft, task, fixed) for task in [at for at, pair in enumerate(draft.taken) if pair < 0])


def improve(draft: Draft, fixed: frozenset[int], price: Floats) -> Draft:
    """Shorten the plan by ejection chains until a pass gains less than 0.03 %.

    fixed: pinned tasks, which never move. price: of a minute of each person in the linear programme; a task is tried
    only where another person would be cheaper at these prices, since the rest already lies where the optimum has it.
    Method: ejection chains, Glover, Discrete Applied Mathematics 65 (1996) 223–253.
    """
    pairs = draft.pairs
    reduced = pairs.cost + price[pairs.person] * pairs.minutes
    filled = np.flatnonzero(np.diff(pairs.start) > 0)
    least = np.zeros(len(draft.taken))
    least[filled] = np.minimum.reduceat(reduced, pairs.start[filled])
    paid: list[float] = reduced.tolist()
    for _ in range(_PASSES):
        gained = place_undone(draft, fixed)
        for task, pair in enumerate(draft.taken):
            if pair >= 0 and task not in fixed and paid[pair] > least[task] + 1e-6 * max(1.0, least[task]):
                gained += _cheaper(draft, task, fixed, paid)
        if gained <= 3e-4 * draft.value:
            break
    return draft


def settle(draft: Draft, fixed: frozenset[int]) -> None:
    """Move every task to the cheapest person who has room for it, until none moves."""
    moved = True
    while moved:
        moved = False
        for task, now in enumerate(draft.taken):
            if now < 0 or task in fixed:
                continue
            for pair in draft.ranked(task):
                if draft.cost[pair] >= draft.cost[now] - _TINY:
                    break
                if draft.fits(pair):
                    draft.drop(task)
                    draft.take(pair)
                    moved = True
                    break


def _cheaper(draft: Draft, task: int, fixed: frozenset[int], paid: list[float]) -> float:
    """Move a task to a cheaper person, if need be sending one of that person's tasks elsewhere."""
    now = draft.taken[task]
    cheaper = [pair for pair in draft.options(task) if paid[pair] < paid[now] and draft.cost[pair] < draft.cost[now]]
    cheaper.sort(key=lambda pair: paid[pair])
    for pair in cheaper[:_WIDTH]:
        gain, mark = draft.cost[now] - draft.cost[pair], draft.mark()
        draft.drop(task)
        spent = _make_room(draft, pair, fixed, budget=gain - _TINY)
        if spent is not None:
            draft.take(pair)
            return float(gain - spent)
        draft.undo(mark)
    return 0.0


def _make_room(draft: Draft, pair: int, fixed: frozenset[int], *, budget: float) -> float | None:
    """See to it that a pair fits, sending one task of the person away if needed for less than the budget.

    Returns what that costs, 0 when it fits as it is; None when it cannot be done, and then nothing has changed.
    """
    if draft.fits(pair):
        return 0.0
    person, task = draft.person[pair], draft.task[pair]
    lacking = draft.minutes[pair] - draft.free[person]
    if lacking <= _TINY or not draft.may(person, task):
        return None
    best: tuple[float, int, int] | None = None
    for other in draft.held[person]:
        held = draft.taken[other]
        if other in fixed or draft.minutes[held] + _TINY < lacking:
            continue
        limit = budget if best is None else best[0]
        for option in draft.ranked(other):
            extra = draft.cost[option] - draft.cost[held]
            if extra >= limit:
                break
            if draft.person[option] != person and draft.fits(option):
                best, limit = (extra, option, other), extra
    if best is None:
        return None
    mark = draft.mark()
    draft.drop(best[2])
    draft.take(best[1])
    if draft.fits(pair):
        return best[0]
    draft.undo(mark)
    return None


def _insert(draft: Draft, task: int, fixed: frozenset[int]) -> float:
    """Place an undone task, directly or by a chain of one or two moves."""
    options = draft.ranked(task)
    for reach in (_make_room, _deeper):
        for pair in options:
            budget = draft.penalty[task] - draft.cost[pair] - _TINY
            if budget <= 0:
                break
            spent = reach(draft, pair, fixed, budget=budget)
            if spent is not None:
                draft.take(pair)
                return float(budget - spent)
    return 0.0


def _deeper(draft: Draft, pair: int, fixed: frozenset[int], *, budget: float) -> float | None:
    """A chain of two: a task leaves for a person who first sends another one away."""
    person, task = draft.person[pair], draft.task[pair]
    lacking = draft.minutes[pair] - draft.free[person]
    if not draft.may(person, task):
        return None
    for other in sorted(draft.held[person], key=lambda one: (draft.minutes[draft.taken[one]], one)):
        held = draft.taken[other]
        if other in fixed or draft.minutes[held] + _TINY < lacking:
            continue
        for option in draft.ranked(other)[:_WIDTH]:
            extra = draft.cost[option] - draft.cost[held]
            if extra >= budget:
                break
            if draft.person[option] == person:
                continue
            mark = draft.mark()
            draft.drop(other)
            spent = _make_room(draft, option, fixed, budget=budget - extra)
            if spent is not None:
                draft.take(option)
                if draft.fits(pair):
                    return float(extra + spent)
            draft.undo(mark)
    return None
