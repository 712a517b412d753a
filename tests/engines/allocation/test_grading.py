"""Grades: points, floors that beat them, and reasons that add up."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.engines.allocation.grading import (
    DEFAULT_MODEL,
    Factors,
    Grade,
    GradingRefused,
    grade,
    load_model,
)
from chancery.foundation.money import Money

SMALL = Money(Decimal(5000), "USD")


def test_ranks_ascend() -> None:
    assert [step.rank for step in Grade] == [0, 1, 2, 3]
    assert Grade("lawyer") is Grade.LAWYER


def test_routine_public_work_is_for_the_computer() -> None:
    result = grade(factors=Factors(money_at_risk=SMALL, data_class="public"))
    assert (result.grade, result.points, result.floors) == (Grade.COMPUTER, 0, ())


@pytest.mark.parametrize(
    ("factors", "points", "expected"),
    [
        (Factors(money_at_risk=SMALL, data_class="highly_confidential"), 3, Grade.COMPUTER),
        (Factors(money_at_risk=SMALL, data_class="confidential", novelty="adapted"), 4, Grade.PARALEGAL),
        (
            Factors(
                money_at_risk=Money(Decimal(1_000_000), "USD"),
                novelty="adapted",
                reversibility="hard",
                data_class="confidential",
            ),
            13,
            Grade.PARALEGAL,
        ),
        (
            Factors(
                money_at_risk=Money(Decimal(1_000_000), "USD"),
                novelty="adapted",
                reversibility="hard",
                data_class="personal",
            ),
            14,
            Grade.LAWYER,
        ),
        (
            Factors(
                money_at_risk=Money(Decimal(70_000_000), "CNY"),
                novelty="novel",
                reversibility="irreversible",
                data_class="confidential",
                client_tier="key",
            ),
            24,
            Grade.SENIOR,
        ),
    ],
)
def test_points_at_the_thresholds(factors: Factors, points: int, expected: Grade) -> None:
    result = grade(factors=factors)
    assert (result.points, result.grade) == (points, expected)
    assert sum(reason.weight for reason in result.reasons) == points


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("legal_judgement", Grade.PARALEGAL),
        ("advice", Grade.LAWYER),
        ("privilege_call", Grade.LAWYER),
        ("court_filing", Grade.SENIOR),
        ("regulated_filing", Grade.SENIOR),
    ],
)
def test_floors_beat_points(name: str, least: Grade) -> None:
    factors = Factors(money_at_risk=SMALL, data_class="public", **{name: True})  # type: ignore[arg-type]
    result = grade(factors=factors)
    assert result.grade is least
    assert result.by_points.rank <= least.rank
    assert [reason.code for reason in result.floors] == [name]
    assert least.value in result.floors[0].text()


def test_floor_of_the_service_counts_but_never_lowers() -> None:
    low = grade(factors=Factors(money_at_risk=SMALL, data_class="public"), floor=Grade.PARALEGAL)
    assert low.grade is Grade.PARALEGAL
    high = grade(factors=Factors(court_filing=True), floor=Grade.PARALEGAL)
    assert high.grade is Grade.SENIOR


def test_unknown_money_is_not_free() -> None:
    assert grade(factors=Factors(data_class="public")).points == 3
    other = grade(factors=Factors(money_at_risk=Money(Decimal(1), "BRL"), data_class="public"))
    assert other.points == 3
    assert "without bands" in other.reasons[0].text()


def test_second_language_jurisdictions_volume_and_haste() -> None:
    factors = Factors(
        money_at_risk=SMALL,
        data_class="public",
        jurisdictions=9,
        languages=("en", "zh"),
        volume=10_000,
        deadline_days=5,
    )
    weights = {reason.code: reason.weight for reason in grade(factors=factors).reasons}
    assert weights == {"jurisdictions": 6, "languages": 2, "volume": 2, "deadline": 2}


@given(st.integers(min_value=1, max_value=9), st.integers(min_value=0, max_value=10**6), st.integers(0, 90))
def test_more_never_grades_lower(jurisdictions: int, volume: int, days: int) -> None:
    less = Factors(jurisdictions=jurisdictions, volume=volume, deadline_days=days + 1)
    more = Factors(jurisdictions=jurisdictions + 1, volume=volume * 2, deadline_days=days)
    assert grade(factors=more).points >= grade(factors=less).points


def test_model_names_its_source_and_date() -> None:
    assert DEFAULT_MODEL.source
    assert DEFAULT_MODEL.in_force_from == "2026-01-01"
    assert grade(factors=Factors()).model_version == DEFAULT_MODEL.version
    table = dict(DEFAULT_MODEL.table) | {"source": ""}
    with pytest.raises(GradingRefused) as refused:
        load_model(text=json.dumps(table))
    assert refused.value.code == "model_incomplete"


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(GradingRefused) as refused:
        grade(factors=Factors(jurisdictions=0))
    assert refused.value.code == "factors_invalid"
