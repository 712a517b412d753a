"""Agreement measures against published examples and independent sums."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.engines.quality.agreement import AgreementRefused, agreement_report, cohen

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), example C: four observers, twelve units.
_ = None
EXAMPLE = list(
    zip(
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
        strict=True,
    )
)


def slow_alpha(ratings, distance) -> float:
    """Observed against expected disagreement over every pair, written as the definition reads."""
    units = [[value for value in row if value is not None] for row in ratings]
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]
    seen = sum(
        sum(distance(a, b) for a, b in itertools.permutations(unit, 2)) / (len(unit) - 1) for unit in units
    ) / len(values)
    chance = sum(distance(a, b) for a, b in itertools.permutations(values, 2)) / (len(values) * (len(values) - 1))
    return 1 - seen / chance


@pytest.mark.parametrize(
    ("scale", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_the_published_example(scale: str, published: float) -> None:
    report = agreement_report(ratings=EXAMPLE, scale=scale, rounds=10)
    assert report.alpha.value == pytest.approx(published, abs=6e-4)


def test_alpha_equals_its_definition() -> None:
    nominal = agreement_report(ratings=EXAMPLE, rounds=10).alpha.value
    interval = agreement_report(ratings=EXAMPLE, scale="interval", rounds=10).alpha.value
    ratio = agreement_report(ratings=EXAMPLE, scale="ratio", rounds=10).alpha.value
    assert nominal == pytest.approx(slow_alpha(EXAMPLE, lambda a, b: a != b), abs=1e-9)
    assert interval == pytest.approx(slow_alpha(EXAMPLE, lambda a, b: (a - b) ** 2), abs=1e-9)
    assert ratio == pytest.approx(slow_alpha(EXAMPLE, lambda a, b: ((a - b) / (a + b)) ** 2), abs=1e-9)


def spread(table: list[list[int]]) -> list[tuple[int, int]]:
    return [(row, column) for row, line in enumerate(table) for column, count in enumerate(line) for _ in range(count)]


def test_kappa_and_its_error_from_the_formulas() -> None:
    """Fleiss, Cohen and Everitt 1969 table 1: 200 patients, shares .53 .05 .02 / .11 .14 .05 / .01 .06 .03."""
    pairs = spread([[106, 10, 4], [22, 28, 10], [2, 12, 6]])
    both = cohen([a for a, b in pairs], [b for a, b in pairs])
    assert both is not None
    kappa, error = both
    assert kappa == pytest.approx((0.70 - 0.475) / (1 - 0.475), abs=1e-9)
    joint = [[0.53, 0.05, 0.02], [0.11, 0.14, 0.05], [0.01, 0.06, 0.03]]
    rows, columns = [0.60, 0.30, 0.10], [0.65, 0.25, 0.10]
    first = sum(joint[i][i] * ((1 - 0.475) - (rows[i] + columns[i]) * (1 - 0.70)) ** 2 for i in range(3))
    second = (1 - 0.70) ** 2 * sum(
        joint[i][j] * (columns[i] + rows[j]) ** 2 for i in range(3) for j in range(3) if i != j
    )
    third = (0.70 * 0.475 - 2 * 0.475 + 0.70) ** 2
    assert error == pytest.approx(math.sqrt((first + second - third) / 200) / (1 - 0.475) ** 2, abs=1e-9)


def test_the_prevalence_paradox() -> None:
    """95 % raw agreement with 7.5 % in the rarer category: kappa and alpha .64, AC1 .94."""
    report = agreement_report(ratings=spread([[50, 25], [25, 900]]), rounds=200)
    assert report.raw.value == pytest.approx(0.95, abs=1e-12)
    assert report.kappa.value == pytest.approx((0.95 - (0.075**2 + 0.925**2)) / (1 - (0.075**2 + 0.925**2)), abs=1e-9)
    chance = 2 * 0.075 * 0.925
    assert report.ac1.value == pytest.approx((0.95 - chance) / (1 - chance), abs=1e-9)
    assert report.alpha.value == pytest.approx(1 - 100 * 1999 / (2 * 150 * 1850), abs=1e-9)
    rare, common = report.categories
    assert rare.agreement.value == pytest.approx(2 * 50 / (2 * 50 + 50), abs=1e-12)
    assert common.agreement.value == pytest.approx(2 * 900 / (2 * 900 + 50), abs=1e-12)


def test_fleiss_of_the_published_table() -> None:
    """Fleiss 1971 as reprinted widely: ten subjects, fourteen raters, five categories, kappa 0.210."""
    counts = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    ratings = [[name for name, count in enumerate(row) for _ in range(count)] for row in counts]
    assert agreement_report(ratings=ratings, rounds=10).kappa.value == pytest.approx(0.2099, abs=5e-5)


def test_intervals_hold_the_value_and_repeat_with_the_seed() -> None:
    ratings = spread([[40, 5], [7, 48]])
    one, two = (agreement_report(ratings=ratings, seed=3, rounds=300) for _ in range(2))
    assert one == two
    for measure in (one.raw, one.kappa, one.alpha, one.ac1):
        assert measure.low < measure.value < measure.high


def test_everything_alike_is_not_defined() -> None:
    report = agreement_report(ratings=[("x", "x")] * 5, rounds=10)
    assert (report.raw.value, report.kappa.value, report.alpha.value, report.ac1.value) == (1.0, None, None, None)


@given(st.lists(st.tuples(*[st.sampled_from("abc")] * 3), min_size=2, max_size=30))
def test_renaming_categories_changes_nothing(ratings) -> None:
    other = [tuple({"a": "z", "b": "y", "c": "x"}[value] for value in row) for row in ratings]
    first, second = agreement_report(ratings=ratings, rounds=10), agreement_report(ratings=other, rounds=10)
    for name in ("raw", "kappa", "alpha", "ac1"):
        left, right = getattr(first, name).value, getattr(second, name).value
        assert (left is None and right is None) or left == pytest.approx(right, abs=1e-12)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"ratings": []}, "nothing_to_compare"),
        ({"ratings": [("a", None)]}, "nothing_to_compare"),
        ({"ratings": [("a", "b"), ("a",)]}, "ragged"),
        ({"ratings": [("a", "b")], "scale": "loud"}, "scale_unknown"),
        ({"ratings": [("a", "b")], "scale": "interval"}, "not_numbers"),
        ({"ratings": [("nan", "1")], "scale": "interval"}, "not_numbers"),
        ({"ratings": [("a", "b")], "scale": "ordinal", "order": ("a",)}, "order_incomplete"),
        ({"ratings": [("a", "b")], "confidence": 1.0}, "confidence_invalid"),
    ],
)
def test_refused_ratings(options, code: str) -> None:
    with pytest.raises(AgreementRefused) as refusal:
        agreement_report(**options)
    assert refusal.value.code == code


def test_gaps_as_in_the_published_table_of_four_raters() -> None:
    """Twelve items, four raters, gaps, one item rated once (Gwet, Handbook of Inter-Rater Reliability, table 2.8).

    Published: raw 0.81818, Fleiss 0.76117, AC1 0.77544, alpha 0.74342.
    """
    rows = [
        (1, 1, None, 1), (2, 2, 3, 2), (3, 3, 3, 3), (3, 3, 3, 3), (2, 2, 2, 2), (1, 2, 3, 4), (4, 4, 4, 4),
        (1, 1, 2, 1), (2, 2, 2, 2), (None, 5, 5, 5), (None, None, 1, 1), (None, None, 3, None),
    ]  # fmt: skip
    report = agreement_report(ratings=rows, rounds=20)
    found = [one.value for one in (report.raw, report.kappa, report.ac1, report.alpha)]
    assert found == pytest.approx([0.81818, 0.76117, 0.77544, 0.74342], abs=5e-6)
    assert (report.items, report.ratings) == (11, 40)


def test_a_category_of_single_ratings_has_no_agreement() -> None:
    report = agreement_report(ratings=[("a", "a"), ("a", "b"), ("c", None)], rounds=20)
    assert [(one.name, one.count) for one in report.categories] == [("a", 3), ("b", 1)]
    # Shares over three items: a ½, b 1/6, c 1/3; Σ p (1 − p) / 2 = 11/36.
    assert report.ac1.value == pytest.approx((1 / 2 - 11 / 36) / (1 - 11 / 36), abs=1e-12)
