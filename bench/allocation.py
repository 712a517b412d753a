"""5,000 tasks over 600 people against the linear bound and the least-loaded rule: python bench/allocation.py."""

from __future__ import annotations

import random
import resource
import sys
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
from measuring import median, percentile
from rich.console import Console
from rich.table import Table

from chancery.engines.allocation.assignment import Candidate, Licence, Need, assign
from chancery.engines.allocation.grading import Grade
from chancery.engines.allocation.planning.chains import least_loaded
from chancery.engines.allocation.planning.pairs import pairs_of
from chancery.engines.allocation.planning.planning import Plan, plan, replan
from chancery.engines.allocation.planning.problem import Person, Problem, Task
from chancery.foundation.money import Money

DAY = date(2026, 11, 27)
GRADES = (Grade.PARALEGAL, Grade.LAWYER, Grade.SENIOR)
SKILLS = ("review", "contracts", "patents", "litigation", "privacy", "antitrust", "real-estate", "labour")
RATES = {Grade.PARALEGAL: 40, Grade.LAWYER: 110, Grade.SENIOR: 240}


def made(*, seed: int, load: float, tasks: int = 5000, people: int = 600) -> Problem:
    """Return a problem with about 7 % allowed pairs and this share of the working time asked for."""
    draw = random.Random(seed)
    matters = [f"M-{number}" for number in range(150)]
    team = []
    for number in range(people):
        grade = draw.choices(GRADES, (55, 33, 12))[0]
        team.append(
            Person(
                id=f"p{number}", grade=grade, minutes=draw.choice((1200, 2100, 2400)),
                rate=RATES[grade] * draw.uniform(0.7, 1.4),
                skills={name: draw.uniform(0.8, 1.3) for name in draw.sample(SKILLS, draw.choice((1, 1, 2, 2)))},
                languages=frozenset(("en", *draw.choices(("zh", "de", "fr", ""), (30, 10, 10, 50))) ) - {""},
                licences=tuple(
                    (place, date(2015, 1, 1), None) for place in draw.sample(("US-NY", "US-CA", "CN", "GB"), 1)
                ) if grade is not Grade.PARALEGAL else (),
                walls=frozenset(draw.sample(matters, 3)), matters=frozenset(draw.sample(matters, 4)),
                site=draw.choice(("kunming", "new-york", "london")),
            )
        )  # fmt: skip
    raw = []
    for number in range(tasks):
        grade = draw.choices(GRADES, (62, 29, 9))[0]
        licensed = grade is not Grade.PARALEGAL and draw.random() < 0.25
        raw.append(
            Task(
                id=f"t{number}", grade=grade, minutes=draw.choice((30, 60, 90, 120, 240, 480)), on=DAY,
                matter=draw.choice(matters), skills=frozenset(draw.sample(SKILLS, draw.choices((1, 2), (85, 15))[0])),
                languages=frozenset(("en",) if draw.random() < 0.8 else ("en", "zh")),
                jurisdiction=draw.choice(("US-NY", "CN", "GB")) if licensed else None,
                sites=frozenset(draw.sample(("kunming", "new-york", "london"), 2)) if draw.random() < 0.5 else None,
            )
        )  # fmt: skip
    wanted = load * sum(person.minutes for person in team)
    factor = wanted / sum(task.minutes for task in raw)
    scaled = tuple(
        Task(
            **{
                **{name: getattr(task, name) for name in Task.__slots__},
                "minutes": max(5, round(task.minutes * factor)),
            }
        )
        for task in raw
    )
    return Problem(_loosened(scaled, tuple(team)), tuple(team))


def _loosened(tasks: tuple[Task, ...], team: tuple[Person, ...]) -> tuple[Task, ...]:
    """Drop rare combinations of demands, so that ten people or more qualify for every task."""
    qualified = np.diff(pairs_of(Problem(tasks, team)).start)
    return tuple(
        task if count >= 10 else replace(
            task, skills=frozenset(sorted(task.skills)[:1]), languages=frozenset({"en"}), jurisdiction=None, sites=None
        )
        for task, count in zip(tasks, qualified.tolist(), strict=True)
    )  # fmt: skip


def faults(problem: Problem, found: Plan) -> int:
    """Count broken hard rules of a plan, checked anew from the problem."""
    tasks, people = {one.id: one for one in problem.tasks}, {one.id: one for one in problem.people}
    used: dict[str, float] = {}
    wrong = 0
    for one in found.assigned:
        task, person = tasks[one.task], people[one.person]
        speed = min(person.skills.get(name, 0.0) for name in task.skills)
        used[person.id] = used.get(person.id, 0.0) + (task.minutes / speed if speed else float("inf"))
        wrong += (
            person.grade.rank < task.grade.rank
            or not task.languages <= person.languages
            or not task.skills <= set(person.skills)
            or task.matter in person.walls
            or (task.sites is not None and person.site not in task.sites)
            or (task.jurisdiction is not None and task.jurisdiction not in {held[0] for held in person.licences})
        )
    return wrong + sum(minutes > people[name].minutes + 1e-6 for name, minutes in used.items())


def instant(seed: int) -> list[float]:
    """Milliseconds of single assignments among 600 candidates."""
    draw = random.Random(seed)
    crowd = [
        Candidate(
            f"p{number}", f"Name {number}", draw.choice(GRADES), frozenset(draw.sample(SKILLS, 2)),
            frozenset({"en", "zh"}),
            (Licence("CN", "1", date(2015, 1, 1), None),), draw.randint(0, 2400),
            Money(Decimal(draw.randint(30, 300)), "USD"),
        )
        for number in range(600)
    ]  # fmt: skip
    taken = []
    for number in range(50):
        need = Need(f"s{number}", Grade.LAWYER, 120, DAY, frozenset({draw.choice(SKILLS)}), frozenset({"en"}), "CN")
        began = time.process_time()
        assign(need=need, candidates=crowd)
        taken.append((time.process_time() - began) * 1000)
    return taken


def main() -> None:
    seeds = [int(one) for one in sys.argv[1:]] or [1, 2, 3]
    table = Table(
        "load", "seed", "pairs", "above bound", "undone", "least-loaded undone", "cheaper than least-loaded",
        "broken rules",
        "CPU s", "re-plan CPU s", "kept", title="5,000 tasks × 600 people",
    )  # fmt: skip
    for load in (0.62, 0.75, 0.90):
        for seed in seeds:
            problem = made(seed=seed, load=load)
            began = time.process_time()
            found = plan(problem)
            took = time.process_time() - began
            pairs = pairs_of(problem)
            peer = least_loaded(problem, pairs)
            absent = frozenset({one.person for one in found.assigned[:5]})
            began = time.process_time()
            again = replan(problem=problem, before=found, absent=absent)
            second = time.process_time() - began
            before = {one.task: one.person for one in found.assigned}
            kept = sum(before.get(one.task) == one.person for one in again.assigned) / len(found.assigned)
            table.add_row(
                f"{load:.0%}", str(seed), f"{pairs.cost.size / (len(problem.tasks) * len(problem.people)):.1%}",
                f"{found.gap:.2%}", str(len(found.undone)), str(sum(pair < 0 for pair in peer.taken)),
                f"{1 - found.value / peer.value:.1%}", str(faults(problem, found)), f"{took:.1f}", f"{second:.1f}",
                f"{kept:.1%}",
            )  # fmt: skip
    Console(width=150).print(table)
    taken = instant(seeds[0])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"one assignment among 600: median {median(taken):.1f} ms, p95 {percentile(taken, 0.95):.1f} ms; "
        f"peak {peak:.0f} MB"
    )
    print("wanted: at most 1.5 % above the bound at 62 and 75 %, 3 % at 90 %; 5 s; 20 % cheaper; 20 ms; 1 GB; 0 broken")


if __name__ == "__main__":
    main()
