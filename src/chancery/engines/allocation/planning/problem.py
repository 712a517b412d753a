"""A planning problem: tasks, people, rules and costs as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from chancery.engines.allocation.grading import Grade
from chancery.foundation.errors import Refused


class PlanningRefused(Refused):
    """A problem that cannot be planned."""

    code = "planning_refused"


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work.

    minutes: standard working minutes. on: day on which licence and certificates are checked. jurisdiction: a licence
    there is needed. not_by: people who may not do it. differs_from: tasks that another person must do (reviewer ≠
    author). sites: places where its data may be opened, None for everywhere. pinned: person fixed by hand.
    penalty: cost of leaving it undone; None takes the plan's default.
    """

    id: str
    grade: Grade
    minutes: int
    on: date
    matter: str = ""
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    jurisdiction: str | None = None
    certificates: frozenset[str] = frozenset()
    not_by: frozenset[str] = frozenset()
    differs_from: frozenset[str] = frozenset()
    sites: frozenset[str] | None = None
    pinned: str | None = None
    penalty: float | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who can take tasks.

    minutes: working minutes free in the period. rate: cost of an hour in the plan's currency. skills: speed by skill,
    1 is standard, 2 twice as fast. licences: jurisdiction, first and last day (None without end). certificates: name
    and last day. walls: matters kept from this person. matters: those worked on already. max_matters: None without.
    """

    id: str
    grade: Grade
    minutes: int
    rate: float
    name: str = ""
    skills: Mapping[str, float] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    licences: tuple[tuple[str, date, date | None], ...] = ()
    certificates: Mapping[str, date | None] = field(default_factory=dict)
    walls: frozenset[str] = frozenset()
    matters: frozenset[str] = frozenset()
    site: str = ""
    max_matters: int | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """Soft rules in shares of the cost of the work, and the cost of leaving work undone.

    overqualified: added for each grade above the need. continuity: taken off for someone on the matter. change: added
    for moving a task away from the person of the previous plan. undone: multiple of the cost at the highest rate.
    """

    overqualified: float = 0.25
    continuity: float = 0.10
    change: float = 0.05
    undone: float = 3.0


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be planned. previous: person by task of the plan before. currency: of rates and costs."""

    tasks: tuple[Task, ...]
    people: tuple[Person, ...]
    weights: Weights = Weights()
    previous: Mapping[str, str] = field(default_factory=dict)
    currency: str = "USD"


def checked(problem: Problem) -> Problem:
    """Return the problem if it can be planned.

    Refuses: no_tasks, no_people, weights_invalid, id_repeated, minutes_invalid, penalty_invalid, rate_invalid,
    speed_invalid, person_unknown, task_unknown.
    """
    if not problem.tasks:
        raise PlanningRefused("There is no task to plan.", code="no_tasks")
    if not problem.people:
        raise PlanningRefused("There is nobody to plan for.", code="no_people")
    shares = problem.weights
    if not all(abs(one) <= 1000 for one in (shares.overqualified, shares.continuity, shares.change)) or not (
        0 <= shares.undone <= 1000
    ):
        raise PlanningRefused("Weights lie between −1000 and 1000, that of undone work from 0.", code="weights_invalid")
    tasks = _distinct([task.id for task in problem.tasks])
    people = _distinct([person.id for person in problem.people])
    for task in problem.tasks:
        if not 0 < task.minutes <= 10_000_000:
            raise PlanningRefused("%(id)s has no positive number of minutes.", code="minutes_invalid", id=task.id)
        if task.penalty is not None and not 0 <= task.penalty <= 1e12:
            raise PlanningRefused("%(id)s has no valid penalty.", code="penalty_invalid", id=task.id)
        if task.pinned is not None and task.pinned not in people:
            raise PlanningRefused("%(id)s is pinned to nobody of the plan.", code="person_unknown", id=task.id)
        if task.differs_from - tasks:
            raise PlanningRefused("%(id)s names a task that is not in the plan.", code="task_unknown", id=task.id)
    for person in problem.people:
        if not 0 <= person.minutes <= 10_000_000:
            raise PlanningRefused("%(id)s has no valid number of minutes.", code="minutes_invalid", id=person.id)
        if not 0 <= person.rate <= 1e9:
            raise PlanningRefused("%(id)s has no valid rate.", code="rate_invalid", id=person.id)
        if any(not 0.05 <= speed <= 20 for speed in person.skills.values()):
            raise PlanningRefused("%(id)s has a speed outside 0.05 to 20.", code="speed_invalid", id=person.id)
    return problem


def _distinct(ids: Sequence[str]) -> frozenset[str]:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise PlanningRefused("%(id)s stands twice in the plan.", code="id_repeated", id=one)
        seen.add(one)
    return frozenset(seen)
