"""Plans: hard rules, the exact optimum on small problems, the bound, pins, re-plans and their reasons."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.allocation.grading import Grade
from chancery.engines.allocation.inputs import InputRefused, problem_of
from chancery.engines.allocation.planning.chains import Draft, settle
from chancery.engines.allocation.planning.pairs import pairs_of
from chancery.engines.allocation.planning.planning import plan, replan
from chancery.engines.allocation.planning.problem import Person, PlanningRefused, Problem, Task, Weights

DAY = date(2026, 11, 27)
PLAIN = Weights(overqualified=0.0, continuity=0.0, change=0.0, undone=3.0)


def task(name: str, minutes: int = 60, **more) -> Task:
    return Task(id=name, grade=more.pop("grade", Grade.PARALEGAL), minutes=minutes, on=DAY, **more)


def person(name: str, minutes: int = 480, rate: float = 60.0, **more) -> Person:
    return Person(id=name, grade=more.pop("grade", Grade.LAWYER), minutes=minutes, rate=rate, **more)


def brute(problem: Problem) -> float:
    """Cheapest plan by trying every one; costs written out from the rules."""
    best = float("inf")
    choices = [None, *range(len(problem.people))]
    dearest = max(one.rate for one in problem.people)
    for picks in itertools.product(choices, repeat=len(problem.tasks)):
        used, value = [0.0] * len(problem.people), 0.0
        for one, pick in zip(problem.tasks, picks, strict=True):
            if pick is None:
                value += 3 * one.minutes * dearest / 60
            else:
                used[pick] += one.minutes
                value += one.minutes * problem.people[pick].rate / 60
        if all(minutes <= each.minutes for minutes, each in zip(used, problem.people, strict=True)):
            best = min(best, value)
    return best


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=5), st.lists(st.integers(0, 12), min_size=1, max_size=3),
    st.lists(st.sampled_from([10.0, 25.0, 40.0, 90.0]), min_size=3, max_size=3),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_small_plans_lie_between_bound_and_optimum(minutes, capacities, rates) -> None:
    """The bound holds, the plan is feasible, and is never more than a tenth above the best of all plans."""
    problem = Problem(
        tuple(task(f"t{at}", 10 * one) for at, one in enumerate(minutes)),
        tuple(person(f"p{at}", 10 * one, rates[at]) for at, one in enumerate(capacities)),
        replace(PLAIN),
    )
    problem = replace(
        problem,
        tasks=tuple(
            replace(one, penalty=3 * one.minutes * max(rates[: len(capacities)]) / 60) for one in problem.tasks
        ),
    )
    found, best = plan(problem), brute(problem)
    assert found.bound <= best + 1e-6
    assert best - 1e-6 <= found.value <= best * 1.25 + 1e-6
    assert all(one.minutes <= one.capacity + 1e-6 for one in found.people)


def test_the_cheapest_qualified_person_gets_the_work() -> None:
    problem = Problem(
        (task("a", skills=frozenset({"review"}), languages=frozenset({"zh"})),),
        (
            person("cheap", rate=10, skills={"review": 1.0}, languages=frozenset({"en"})),
            person("fit", rate=30, skills={"review": 2.0}, languages=frozenset({"en", "zh"})),
            person("dear", rate=40, skills={"review": 1.0}, languages=frozenset({"zh"})),
        ),
        PLAIN,
    )
    found = plan(problem)
    one = found.assigned[0]
    assert (one.person, one.minutes, one.cost) == ("fit", 30.0, 15.0)
    assert [(other.person, other.extra, other.binding) for other in one.alternatives] == [("dear", 25.0, "cost")]
    assert found.gap == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("rule", "made", "held"),
    [
        ("walled", {"matter": "M"}, {"walls": frozenset({"M"})}),
        ("author", {"not_by": frozenset({"p"})}, {}),
        ("grade", {"grade": Grade.SENIOR}, {}),
        ("licence", {"jurisdiction": "CN"}, {"licences": (("CN", date(2020, 1, 1), date(2026, 11, 26)),)}),
        ("certificate", {"certificates": frozenset({"privacy"})}, {"certificates": {"privacy": date(2026, 11, 26)}}),
        ("language", {"languages": frozenset({"zh"})}, {}),
        ("skill", {"skills": frozenset({"patents"})}, {}),
        ("site", {"sites": frozenset({"kunming"})}, {"site": "london"}),
        ("capacity", {"minutes": 481}, {}),
    ],
)
def test_each_hard_rule_bars_and_is_named(rule: str, made: dict, held: dict) -> None:
    found = plan(Problem((task("t", **made),), (person("p", **held),)))
    assert found.assigned == ()
    assert (found.undone[0].binding, found.undone[0].bars, found.undone[0].qualified) == (rule, {rule: 1}, 0)


def test_licence_and_certificate_hold_on_their_last_day() -> None:
    asked = task("t", jurisdiction="CN", certificates=frozenset({"privacy"}))
    able = person("p", licences=(("CN", DAY, DAY),), certificates={"privacy": DAY})
    assert plan(Problem((asked,), (able,))).assigned[0].person == "p"


def test_reviewer_is_another_person_than_the_author() -> None:
    problem = Problem(
        (task("draft"), task("check", differs_from=frozenset({"draft"}))),
        (person("a", rate=10), person("b", rate=90)),
        PLAIN,
    )
    assert {one.person for one in plan(problem).assigned} == {"a", "b"}
    alone = Problem(problem.tasks, problem.people[:1], PLAIN)
    assert len(plan(alone).undone) == 1


def test_number_of_matters_is_kept() -> None:
    work = tuple(task(f"t{at}", matter=f"M{at}") for at in range(4))
    found = plan(Problem(work, (person("a", rate=10, max_matters=2), person("b", rate=20)), PLAIN))
    assert [sum(one.person == name for one in found.assigned) for name in "ab"] == [2, 2]


def test_a_chain_makes_room() -> None:
    """Only b can do the second task, so the first one, which b would do more cheaply, moves to a."""
    problem = Problem(
        (task("wide", 60), task("narrow", 60, skills=frozenset({"patents"}))),
        (person("a", 60, 50.0), person("b", 60, 10.0, skills={"patents": 1.0})), PLAIN,
    )  # fmt: skip
    found = plan(problem)
    assert {one.task: one.person for one in found.assigned} == {"wide": "a", "narrow": "b"}
    wide = next(one for one in found.assigned if one.task == "wide")
    assert (wide.alternatives[0].person, wide.alternatives[0].extra, wide.alternatives[0].binding) == (
        "b",
        -40.0,
        "capacity",
    )


def test_capacity_has_its_price() -> None:
    """One more hour of the cheap person saves the difference of the rates."""
    problem = Problem((task("t1", 60), task("t2", 60)), (person("a", 60, 10.0), person("b", 600, 50.0)), PLAIN)
    prices = {one.person: one.price for one in plan(problem).people}
    assert prices == {"a": pytest.approx(40.0, abs=1e-6), "b": pytest.approx(0.0, abs=1e-6)}


def test_pins_are_kept_and_impossible_ones_refused() -> None:
    people = (person("a", 60, 10.0), person("b", 600, 50.0))
    found = plan(Problem((task("t", pinned="b"),), people, PLAIN))
    assert (found.assigned[0].person, found.assigned[0].pinned) == ("b", True)
    with pytest.raises(PlanningRefused) as refusal:
        plan(Problem((task("t", pinned="a", skills=frozenset({"x"})),), people))
    assert (refusal.value.code, refusal.value.params["rule"]) == ("pin_forbidden", "skill")
    with pytest.raises(PlanningRefused) as refusal:
        plan(Problem((task("t", pinned="a"), task("u", pinned="a")), people))
    assert refusal.value.code == "pins_exceed_capacity"


def test_absence_moves_only_what_must_move() -> None:
    problem = Problem(
        tuple(task(f"t{at}") for at in range(12)), tuple(person(f"p{at}", 240, 20.0 + at) for at in range(5))
    )
    before = plan(problem)
    after = replan(problem=problem, before=before, absent=frozenset({"p0"}))
    assert all(one.person != "p0" for one in after.assigned) and not after.undone
    held = {one.task: one.person for one in before.assigned}
    moved = [one for one in after.assigned if one.moved_from is not None]
    assert {one.task for one in moved} == {name for name, who in held.items() if who == "p0"}


def test_the_same_problem_gives_the_same_plan() -> None:
    problem = Problem(
        tuple(task(f"t{at}", 10 + at % 7 * 10) for at in range(60)),
        tuple(person(f"p{at}", 200, 20.0 + at % 3) for at in range(9)),
    )
    assert plan(problem) == plan(problem)


def test_people_who_all_cost_the_same_share_the_work_at_its_plain_cost() -> None:
    problem = Problem(
        tuple(task(f"t{at}", 60 + at % 5 * 20) for at in range(120)),
        tuple(person(f"p{at}", 480) for at in range(40)),
        weights=PLAIN,
    )
    found = plan(problem)
    minutes = sum(one.minutes for one in problem.tasks)  # 120 tasks of 100 minutes on average, at 60 an hour
    assert (minutes, found.undone) == (12_000, ())
    assert found.value == pytest.approx(12_000) == pytest.approx(found.bound)


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (Problem((), (person("a"),)), "no_tasks"),
        (Problem((task("t"),), ()), "no_people"),
        (Problem((task("t"), task("t")), (person("a"),)), "id_repeated"),
        (Problem((task("t", 0),), (person("a"),)), "minutes_invalid"),
        (Problem((task("t"),), (person("a", -1),)), "minutes_invalid"),
        (Problem((task("t"),), (person("a", rate=float("nan")),)), "rate_invalid"),
        (Problem((task("t"),), (person("a", skills={"x": 0.0}),)), "speed_invalid"),
        (Problem((task("t", pinned="z"),), (person("a"),)), "person_unknown"),
        (Problem((task("t", differs_from=frozenset({"z"})),), (person("a"),)), "task_unknown"),
        (Problem((task("t"),), (person("a"),), Weights(overqualified=1e300)), "weights_invalid"),
        (Problem((task("t"),), (person("a"),), Weights(undone=-1.0)), "weights_invalid"),
        (Problem((task("t", penalty=-1e300),), (person("a"),)), "penalty_invalid"),
    ],
)
def test_refused_problems(problem: Problem, code: str) -> None:
    with pytest.raises(PlanningRefused) as refusal:
        plan(problem)
    assert refusal.value.code == code


GOOD = {
    "tasks": [{"id": "t", "grade": "lawyer", "minutes": 60, "on": "2026-11-27"}],
    "people": [{"id": "p", "grade": "senior", "minutes": 90, "rate": 100, "skills": {"review": 1.5}}],
}


def test_a_problem_is_read_from_plain_values() -> None:
    found = problem_of(GOOD)
    assert (found.tasks[0].grade, found.people[0].skills) == (Grade.LAWYER, {"review": 1.5})
    assert plan(found).cost == 100.0


@pytest.mark.parametrize(
    "bad", [None, [], {}, {"tasks": 1, "people": []}, {"tasks": [1], "people": []}, {**GOOD, "more": 1}]
)
def test_wrong_shapes_are_refused(bad: object) -> None:
    with pytest.raises(InputRefused):
        problem_of(bad)


@pytest.mark.parametrize("field", ["id", "grade", "minutes", "on"])
@pytest.mark.parametrize("value", [None, [], {}, "", 7, -1.5, True, float("nan")])
def test_wrong_fields_name_their_place(field: str, value: object) -> None:
    if (field, value) == ("minutes", 7):
        return
    with pytest.raises(InputRefused) as refusal:
        problem_of({**GOOD, "tasks": [{**GOOD["tasks"][0], field: value}]})
    assert refusal.value.params["place"] == f"tasks[0].{field}"


def test_small_plans_are_the_best_of_all() -> None:
    """Six tasks, three people with little room: the plan costs what the best of 4⁶ does, and the bound says so."""
    minutes, rates, rooms = (70, 70, 10, 50, 90, 80), (71.0, 58.0, 81.0), (90, 130, 70)
    problem = Problem(
        tuple(task(f"t{at}", one) for at, one in enumerate(minutes)),
        tuple(person(f"p{at}", room, rates[at]) for at, room in enumerate(rooms)), PLAIN,
    )  # fmt: skip
    found = plan(problem)
    assert found.value == pytest.approx(brute(problem), abs=1e-6)
    assert found.gap == pytest.approx(0.0, abs=1e-6)


def test_work_that_costs_more_than_leaving_it_is_left() -> None:
    """An hour at 60 against a penalty of 59, then of 61; a pinned task is done at any price."""
    for penalty, done, binding in ((59.0, 0, ["cost"]), (61.0, 1, [])):
        found = plan(Problem((task("t", penalty=penalty),), (person("p"),), PLAIN))
        assert (len(found.assigned), [one.binding for one in found.undone]) == (done, binding)
    assert len(plan(Problem((task("t", penalty=0.0, pinned="p"),), (person("p"),), PLAIN)).assigned) == 1


def test_what_keeps_a_task_undone_is_named() -> None:
    """The only paralegal has room for one matter, and none for her own author rule."""
    only = person("p", max_matters=1)
    two = plan(Problem((task("a", matter="M1", penalty=1e6), task("b", matter="M2")), (only,), PLAIN))
    assert [(one.task, one.binding) for one in two.undone] == [("b", "matters")]
    apart = plan(Problem((task("a", penalty=1e6), task("b", differs_from=frozenset({"a"}))), (only,), PLAIN))
    assert [(one.task, one.binding) for one in apart.undone] == [("b", "author")]
    full = plan(Problem((task("a", penalty=1e6), task("b")), (person("p", 90),), PLAIN))
    assert [(one.task, one.binding) for one in full.undone] == [("b", "capacity")]


def test_work_without_a_matter_counts_as_none() -> None:
    only = person("p", max_matters=1)
    found = plan(Problem((task("a", matter="M1"), task("b"), task("c")), (only,), PLAIN))
    assert len(found.assigned) == 3


def test_pins_beyond_the_matters_of_a_person_are_refused() -> None:
    tasks = (task("a", 60, matter="M1", pinned="p"), task("b", 90, matter="M2", pinned="p"))
    with pytest.raises(PlanningRefused) as refusal:
        plan(Problem(tasks, (person("p", max_matters=1),), PLAIN))
    assert refusal.value.code == "pins_exceed_capacity"


def test_a_plan_settles_on_the_cheapest_who_have_room() -> None:
    """All three hours lie with the dearest; two fit in with the cheapest, one with the next; a pin stays."""
    tasks = (task("a"), task("b"), task("c"), task("d", pinned="dear"))
    problem = Problem(tasks, (person("dear", rate=90.0), person("fair", 60, 50.0), person("low", 120, 40.0)), PLAIN)
    pairs = pairs_of(problem)
    draft = Draft(problem, pairs)
    for at in range(len(tasks)):
        draft.take(next(pair for pair in draft.options(at) if draft.person[pair] == 0))
    settle(draft, frozenset({3}))
    assert sorted(draft.person[pair] for pair in draft.taken[:3]) == [1, 2, 2]
    assert (draft.person[draft.taken[3]], draft.value) == (0, 50.0 + 2 * 40.0 + 90.0)
