"""Which person may do which task, and what it would cost: all pairs at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chancery.engines.allocation.planning.problem import Person, PlanningRefused, Problem, Task

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Hard rules in the order in which a bar is named; the codes are those of instant assignment.
RULES: Final = (
    "walled",
    "author",
    "grade",
    "licence",
    "certificate",
    "language",
    "skill",
    "site",
    "pinned",
    "capacity",
)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Allowed pairs, sorted by task and then person.

    task, person: positions. cost: money with soft rules. minutes: working minutes this person needs. start: where each
    task's pairs begin, one more at the end. penalty: cost of leaving each task undone. bars: for each rule and task,
    how many people it is the first to exclude.
    """

    task: Ints
    person: Ints
    cost: Floats
    plain: Floats
    minutes: Floats
    start: Ints
    penalty: Floats
    bars: Ints
    capacity: Floats


def _member(tasks: Iterable[frozenset[str]], people: Iterable[Iterable[str]]) -> Bools:
    """Table of tasks and people: does the person have everything that the task names?"""
    wanted, held = list(tasks), [frozenset(one) for one in people]
    names = sorted(frozenset().union(*wanted))
    have = np.array([[name in one for name in names] for one in held], dtype=bool).reshape(len(held), len(names))
    kinds: dict[frozenset[str], Bools] = {}
    for need in wanted:
        if need not in kinds:
            columns = [names.index(name) for name in need]
            kinds[need] = np.asarray(have[:, columns].all(axis=1), dtype=bool)
    return np.array([kinds[need] for need in wanted])


def _by_kind(tasks: tuple[Task, ...], key: Callable[[Task], object], test: Callable[[Task], Bools]) -> Bools:
    """Compute a row once for every distinct key."""
    held: dict[object, Bools] = {}
    for task in tasks:
        kind = key(task)
        if kind not in held:
            held[kind] = test(task)
    return np.array([held[key(task)] for task in tasks])


def _licensed(person: Person, jurisdiction: str, day: date) -> bool:
    return any(
        where == jurisdiction and first <= day and (last is None or day <= last)
        for where, first, last in person.licences
    )


def _certified(person: Person, names: frozenset[str], day: date) -> bool:
    for name in names:
        if name not in person.certificates:
            return False
        last = person.certificates[name]
        if last is not None and day > last:
            return False
    return True


def _rules(problem: Problem) -> dict[str, Bools]:
    """One table for each hard rule, True where it allows the pair."""
    tasks, people = problem.tasks, problem.people
    place = {person.id: at for at, person in enumerate(people)}
    ranks = np.array([person.grade.rank for person in people])
    allowed: dict[str, Bools] = {}
    allowed["walled"] = _by_kind(
        tasks, lambda task: task.matter, lambda task: np.array([task.matter not in one.walls for one in people])
    )
    author = np.ones((len(tasks), len(people)), dtype=bool)
    pinned = np.ones((len(tasks), len(people)), dtype=bool)
    for row, task in enumerate(tasks):
        for name in task.not_by:
            if name in place:
                author[row, place[name]] = False
        if task.pinned is not None:
            pinned[row] = False
            pinned[row, place[task.pinned]] = True
    allowed["author"] = author
    allowed["grade"] = ranks[None, :] >= np.array([task.grade.rank for task in tasks])[:, None]
    allowed["licence"] = _by_kind(
        tasks,
        lambda task: (task.jurisdiction, task.on if task.jurisdiction else None),
        lambda task: np.array(
            [task.jurisdiction is None or _licensed(one, task.jurisdiction, task.on) for one in people]
        ),
    )
    allowed["certificate"] = _by_kind(
        tasks,
        lambda task: (task.certificates, task.on if task.certificates else None),
        lambda task: np.array([_certified(one, task.certificates, task.on) for one in people]),
    )
    allowed["language"] = _member((task.languages for task in tasks), (one.languages for one in people))
    allowed["skill"] = _member((task.skills for task in tasks), (one.skills for one in people))
    allowed["site"] = _by_kind(
        tasks,
        lambda task: task.sites,
        lambda task: np.array([task.sites is None or one.site in task.sites for one in people]),
    )
    allowed["pinned"] = pinned
    return allowed


def _speeds(problem: Problem) -> Floats:
    """Speed of each person at each kind of task: the slowest of the skills it names, 1 without skills."""
    held: dict[frozenset[str], Floats] = {}
    for task in problem.tasks:
        if task.skills not in held:
            held[task.skills] = np.array(
                [min((person.skills.get(name, 1.0) for name in task.skills), default=1.0) for person in problem.people]
            )
    return np.array([held[task.skills] for task in problem.tasks])


def pairs_of(problem: Problem) -> Pairs:
    """Work out every allowed pair with its cost.

    cost = minutes / speed × rate / 60 × (1 + overqualified × grades above − continuity on the matter) plus the price
    of a change against the previous plan. Refuses: pin_forbidden when a pin breaks a hard rule.
    """
    tasks, people, weights = problem.tasks, problem.people, problem.weights
    allowed = _rules(problem)
    minutes = np.array([task.minutes for task in tasks], dtype=float)[:, None] / _speeds(problem)
    capacity = np.array([person.minutes for person in people], dtype=float)
    allowed["capacity"] = minutes <= capacity[None, :] + 1e-9
    open_pairs = np.ones((len(tasks), len(people)), dtype=bool)
    bars = np.zeros((len(RULES), len(tasks)), dtype=np.int64)
    for position, name in enumerate(RULES):
        bars[position] = (open_pairs & ~allowed[name]).sum(axis=1)
        open_pairs &= allowed[name]
    for at, task in enumerate(tasks):
        if task.pinned is not None and not open_pairs[at].any():
            broken = next(name for name in RULES if not allowed[name][at, _place(people, task.pinned)])
            raise PlanningRefused(
                "%(id)s is pinned to %(person)s, which the rule %(rule)s forbids.",
                code="pin_forbidden", id=task.id, person=task.pinned, rule=broken,
            )  # fmt: skip
    row, column = np.nonzero(open_pairs)
    rate = np.array([person.rate for person in people])
    ranks = np.array([person.grade.rank for person in people])
    above = ranks[column] - np.array([task.grade.rank for task in tasks])[row]
    known = _by_kind(
        tasks, lambda task: task.matter, lambda task: np.array([task.matter in one.matters for one in people])
    )
    plain = minutes[row, column] * rate[column] / 60
    cost = plain * (1 + weights.overqualified * above - weights.continuity * known[row, column])
    before = np.array([_place(people, problem.previous.get(task.id, "")) for task in tasks])
    moved = (before[row] >= 0) & (before[row] != column)
    cost = cost + weights.change * plain * moved
    start = np.searchsorted(row, np.arange(len(tasks) + 1))
    return Pairs(
        row.astype(np.int64), column.astype(np.int64), cost, plain, minutes[row, column], start.astype(np.int64),
        _penalties(problem, cost, start), bars, capacity,
    )  # fmt: skip


def _place(people: tuple[Person, ...], name: str) -> int:
    return next((at for at, person in enumerate(people) if person.id == name), -1)


def _penalties(problem: Problem, cost: Floats, start: Ints) -> Floats:
    """Cost of leaving each task undone: its own, else a multiple of its dearest cost, at the highest rate or more."""
    hourly = max((person.rate for person in problem.people), default=0.0)
    found = np.empty(len(problem.tasks))
    for at, task in enumerate(problem.tasks):
        part = cost[start[at] : start[at + 1]]
        dearest = max(float(part.max()) if part.size else 0.0, task.minutes * hourly / 60, 1e-6)
        found[at] = task.penalty if task.penalty is not None else problem.weights.undone * dearest
    return found
