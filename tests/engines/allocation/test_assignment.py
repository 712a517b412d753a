"""Assignment: every bar, the order of preference, and reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from chancery.engines.allocation.assignment import AssignmentRefused, Candidate, Licence, Need, assign
from chancery.engines.allocation.grading import Grade
from chancery.foundation.money import Money

DAY = date(2026, 11, 24)
NEED = Need(
    subject_id="batch-1",
    grade=Grade.LAWYER,
    minutes=120,
    on=DAY,
    skills=frozenset({"document_review"}),
    languages=frozenset({"en", "zh"}),
    jurisdiction="US-NY",
    not_authored_by=frozenset({"p9"}),
    allowed_sites=frozenset({"kunming"}),
)
GOOD = Candidate(
    person_id="p1",
    name="Ada",
    grade=Grade.LAWYER,
    skills=frozenset({"document_review", "privilege"}),
    languages=frozenset({"en", "zh"}),
    licences=(Licence("US-NY", "123", date(2020, 1, 1), date(2026, 11, 24)),),
    free_minutes=480,
    rate=Money(Decimal(40), "USD"),
    site="kunming",
)


def person(person_id: str, name: str, **changes: object) -> Candidate:
    return replace(GOOD, person_id=person_id, name=name, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"walled": True}, "walled", "wall"),
        ({"person_id": "p9"}, "author", "worked on it before"),
        ({"authored": frozenset({"batch-1"})}, "author", "may not review"),
        ({"grade": Grade.PARALEGAL}, "grade", "paralegal is below lawyer"),
        ({"licences": ()}, "licence", "no licence in US-NY"),
        (
            {"licences": (Licence("US-NY", "1", date(2020, 1, 1), date(2026, 11, 23)),)},
            "licence_not_valid",
            "2026-11-24",
        ),
        (
            {"licences": (Licence("US-NY", "1", date(2026, 11, 25), None),)},
            "licence_not_valid",
            "not valid",
        ),
        ({"licences": (Licence("US-CA", "1", date(2020, 1, 1), None),)}, "licence", "US-NY"),
        ({"languages": frozenset({"en"})}, "language", "zh"),
        ({"skills": frozenset({"privilege"})}, "skill", "document_review"),
        ({"site": "manila"}, "site", "manila"),
        ({"free_minutes": 119}, "capacity", "119"),
    ],
)
def test_every_hard_rule_bars_with_its_reason(changes: dict[str, object], code: str, words: str) -> None:
    barred = replace(GOOD, **changes)  # type: ignore[arg-type]
    result = assign(need=NEED, candidates=[barred])
    assert result.person_id is None
    assert [reason.code for reason in result.reasons] == ["nobody_qualifies"]
    assert [bar.code for bar in result.barred] == [code]
    assert words in result.barred[0].reason.text()


def test_a_qualified_person_is_chosen_at_the_edges() -> None:
    """A licence valid to that very day and exactly the free minutes needed."""
    result = assign(need=NEED, candidates=[replace(GOOD, free_minutes=120)])
    assert (result.person_id, result.barred) == ("p1", ())
    assert {"cost", "licensed", "free"} <= {reason.code for reason in result.reasons}


def test_cheapest_wins_and_alternatives_show_the_difference() -> None:
    dearer = person("p2", "Bea", rate=Money(Decimal(50), "USD"))
    dearest = person("p3", "Cid", rate=Money(Decimal(90), "USD"))
    result = assign(need=NEED, candidates=[dearest, dearer, GOOD])
    assert result.person_id == "p1"
    assert [(one.person_id, one.cost_delta) for one in result.alternatives] == [
        ("p2", Money(Decimal("20.00"), "USD")),
        ("p3", Money(Decimal("100.00"), "USD")),
    ]


def test_over_qualification_costs_a_quarter_a_grade() -> None:
    senior = person("p2", "Bea", grade=Grade.SENIOR, rate=Money(Decimal(33), "USD"))
    assert assign(need=NEED, candidates=[GOOD, senior]).person_id == "p1"  # 33 × 1.25 = 41.25 > 40
    cheaper = replace(senior, rate=Money(Decimal(31), "USD"))
    assert assign(need=NEED, candidates=[GOOD, cheaper]).person_id == "p2"  # 38.75


def test_continuity_outweighs_a_tenth_of_the_cost() -> None:
    known = person("p2", "Zoe", on_matter=True, rate=Money(Decimal(44), "USD"))
    assert assign(need=NEED, candidates=[GOOD, known]).person_id == "p2"  # 39.60
    dearer = replace(known, rate=Money(Decimal(45), "USD"))
    assert assign(need=NEED, candidates=[GOOD, dearer]).person_id == "p1"  # 40.50


def test_ties_go_to_the_freest_then_by_name() -> None:
    freer = person("p2", "Zoe", free_minutes=481)
    assert assign(need=NEED, candidates=[GOOD, freer]).person_id == "p2"
    twin = person("p0", "Ada B")
    assert assign(need=NEED, candidates=[twin, GOOD]).person_id == "p1"


def test_people_without_a_rate_come_last() -> None:
    free = person("p2", "Aaron", rate=None)
    result = assign(need=NEED, candidates=[free, GOOD])
    assert result.person_id == "p1"
    assert result.alternatives[0].cost_delta is None
    assert assign(need=NEED, candidates=[free]).person_id == "p2"


def test_the_order_of_candidates_does_not_matter() -> None:
    people = [GOOD, person("p2", "Bea"), person("p3", "Cid", walled=True), person("p4", "Dan", site="x")]
    assert assign(need=NEED, candidates=people) == assign(need=NEED, candidates=people[::-1])


def test_mixed_currencies_are_refused() -> None:
    with pytest.raises(AssignmentRefused) as refused:
        assign(need=NEED, candidates=[GOOD, person("p2", "Bea", rate=Money(Decimal(300), "CNY"))])
    assert refused.value.code == "currencies_differ"
