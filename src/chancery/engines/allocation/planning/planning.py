"""A plan for many tasks and people, with the reason of each assignment, the next best, and the price of capacity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from chancery.engines.allocation.planning.bound import Bound, linear_bound
from chancery.engines.allocation.planning.chains import Draft, improve, place_undone, rounded, scarcest_first, settle
from chancery.engines.allocation.planning.exact import exact
from chancery.engines.allocation.planning.pairs import RULES, Pairs, pairs_of
from chancery.engines.allocation.planning.problem import PlanningRefused, Problem, checked

NEXT_BEST = 3


@dataclass(frozen=True, slots=True)
class NextBest:
    """Another qualified person. extra: cost above the chosen one, below zero when it would be cheaper.

    binding: the rule that keeps the task from this person in the plan: cost, capacity, author, matters.
    """

    person: str
    extra: float
    binding: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """One assignment. cost: money for the work. weighed: with the soft rules. pinned: fixed by hand.

    moved_from: person of the previous plan, if another.
    """

    task: str
    person: str
    minutes: float
    cost: float
    weighed: float
    pinned: bool
    moved_from: str | None
    alternatives: tuple[NextBest, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """A task without a person. qualified: people who pass every rule alone.

    bars: for each rule the number of people it is the first to exclude. binding: where somebody qualifies, cost (doing
    it costs more than leaving it), else capacity, matters or author; where nobody does, the rule that excludes most.
    """

    task: str
    penalty: float
    qualified: int
    binding: str
    bars: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Load:
    """What a person gets. price: by how much one more free hour would make the plan cheaper, in the linear bound."""

    person: str
    minutes: float
    capacity: float
    tasks: int
    price: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan. value: weighed cost with penalties. bound: no plan is cheaper. gap: (value − bound) / bound.

    cost: money for the work alone. method: which plan won, "exact", "rounding" or "scarcest".
    """

    assigned: tuple[Assigned, ...]
    undone: tuple[Undone, ...]
    people: tuple[Load, ...]
    cost: float
    value: float
    bound: float
    gap: float
    method: str
    currency: str


def plan(problem: Problem) -> Plan:
    """Plan tasks over people.

    Hard: grade, languages, skills, licence and certificates on the day, walls, author, data site, pins, free minutes,
    number of matters. Soft: cost, over-qualification, continuity, changes against the previous plan. The linear
    programme is solved (HiGHS) and rounded, the tasks are also given out scarcest first; both plans are shortened by
    ejection chains. Small problems are solved to the optimum beside them. The cheapest plan is returned; the same
    problem gives the same plan.
    Refuses as ``checked`` and ``pairs_of``; pins_exceed_capacity when pins alone do not fit.
    """
    pairs = pairs_of(checked(problem))
    fixed = frozenset(at for at, task in enumerate(problem.tasks) if task.pinned is not None)
    scarcest = scarcest_first(problem, pairs)
    bound = linear_bound(pairs, ceiling=scarcest.value)
    place_undone(scarcest, fixed)
    drafts = {"rounding": improve(rounded(problem, pairs, bound), fixed, bound.price), "scarcest": scarcest}
    if scarcest.value < drafts["rounding"].value:
        improve(scarcest, fixed, bound.price)
    for draft in drafts.values():
        settle(draft, fixed)
    if (best := exact(problem, pairs)) is not None:
        drafts["exact"], bound = best[0], replace(bound, value=max(bound.value, min(best[1], best[0].value)))
    kept = {name: draft for name, draft in drafts.items() if all(draft.taken[at] >= 0 for at in fixed)}
    if not kept:
        at = min(at for at in fixed if drafts["rounding"].taken[at] < 0)
        raise PlanningRefused(
            "The pins of %(person)s do not fit into the free time, the first without room is %(id)s.",
            code="pins_exceed_capacity", person=str(problem.tasks[at].pinned), id=problem.tasks[at].id,
        )  # fmt: skip
    method = min(kept, key=lambda name: (round(kept[name].value, 9), name))
    return _told(problem, pairs, bound, kept[method], method)


def replan(*, problem: Problem, before: Plan, absent: frozenset[str] = frozenset()) -> Plan:
    """Plan again after a change, keeping to the previous plan where that costs little.

    absent: people without free time from now on. Everyone else keeps pins; a change costs ``weights.change``.
    """
    people = tuple(replace(one, minutes=0) if one.id in absent else one for one in problem.people)
    tasks = tuple(replace(task, pinned=None) if task.pinned in absent else task for task in problem.tasks)
    previous = {one.task: one.person for one in before.assigned}
    return plan(replace(problem, people=people, tasks=tasks, previous=previous))


def _told(problem: Problem, pairs: Pairs, bound: Bound, draft: Draft, method: str) -> Plan:
    assigned = tuple(
        _assigned(problem, pairs, draft, at, pair) for at, pair in enumerate(draft.taken) if pair >= 0
    )  # fmt: skip
    undone = tuple(_undone(problem, pairs, draft, at) for at, pair in enumerate(draft.taken) if pair < 0)
    people = tuple(
        Load(
            one.id, round(one.minutes - draft.free[at], 6), float(one.minutes), len(draft.held[at]),
            round(float(bound.price[at]) * 60, 4),
        )
        for at, one in enumerate(problem.people)
    )  # fmt: skip
    value = draft.value
    gap = max(0.0, (value - bound.value) / bound.value) if bound.value > 0 else 0.0
    return Plan(
        assigned, undone, people, sum(one.cost for one in assigned), value, bound.value, gap, method, problem.currency
    )


def _assigned(problem: Problem, pairs: Pairs, draft: Draft, at: int, pair: int) -> Assigned:
    task, person = problem.tasks[at], problem.people[draft.person[pair]]
    before = problem.previous.get(task.id)
    low, high = draft.start[at], draft.start[at + 1]
    others = [low + offset for offset in np.argsort(pairs.cost[low:high], kind="stable")[: NEXT_BEST + 1].tolist()]
    return Assigned(
        task.id, person.id, draft.minutes[pair], round(float(pairs.plain[pair]), 4), round(draft.cost[pair], 4),
        task.pinned is not None, before if before not in (None, person.id) else None,
        tuple(_next_best(problem, draft, pair, one) for one in others if one != pair)[:NEXT_BEST],
    )  # fmt: skip


def _next_best(problem: Problem, draft: Draft, pair: int, other: int) -> NextBest:
    extra = draft.cost[other] - draft.cost[pair]
    return NextBest(problem.people[draft.person[other]].id, round(extra, 4), _binding(draft, other))


def _binding(draft: Draft, pair: int) -> str:
    """Return the rule that keeps a task from a person as the plan stands."""
    person, task = draft.person[pair], draft.task[pair]
    if not draft.may(person, task):
        apart = any(
            draft.taken[one] >= 0 and draft.person[draft.taken[one]] == person for one in draft.kept_apart(task)
        )
        return "author" if apart else "matters"
    return "cost" if draft.fits(pair) else "capacity"


def _undone(problem: Problem, pairs: Pairs, draft: Draft, at: int) -> Undone:
    bars = {name: int(pairs.bars[row, at]) for row, name in enumerate(RULES) if pairs.bars[row, at]}
    qualified = int(pairs.start[at + 1] - pairs.start[at])
    met = {_binding(draft, pair) for pair in draft.options(at)}
    named = [name for name in ("cost", "capacity", "matters", "author") if name in met]
    binding = named[0] if named else max(bars, key=lambda name: bars[name])
    return Undone(problem.tasks[at].id, round(float(pairs.penalty[at]), 4), qualified, binding, bars)
