"""Intervals against published values, measures against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.engines.review.intervals import (
    IntervalRefused,
    ReviewerError,
    recall_from_elusion,
    recall_of_sample,
    share,
)
from chancery.engines.review.measures import CostStructure, MeasuresRefused, costs, measure

# Found, sampled, lower and upper limit in per cent: exact two-sided 95 % limits.
EXACT = [
    (0, 100, 0, 3.62), (0, 385, 0, 0.954), (0, 599, 0, 0.614), (0, 1500, 0, 0.246), (0, 2399, 0, 0.154),
    (3, 1500, 0.041, 0.583), (5, 600, 0.271, 1.934), (23, 600, 2.445, 5.697), (30, 385, 5.319, 10.937),
    (75, 100, 65.345, 83.122),
]  # fmt: skip


@pytest.mark.parametrize(("found", "sampled", "low", "high"), EXACT)
def test_exact_limits_of_the_reference_table(found: int, sampled: int, low: float, high: float) -> None:
    one = share(found=found, sampled=sampled)
    assert one.low * 100 == pytest.approx(low, abs=0.005)
    assert one.high * 100 == pytest.approx(high, abs=0.005)


def test_recall_from_elusion_carries_the_bounds_of_elusion() -> None:
    one = recall_from_elusion(found=900, unreviewed=10_000, missed=5, sampled=600)
    assert one.value == pytest.approx(900 / (900 + 10_000 * 5 / 600))
    assert one.low == pytest.approx(900 / (900 + 193.4), abs=1e-4)
    assert one.high == pytest.approx(900 / (900 + 27.1), abs=1e-4)


def test_recall_of_a_hidden_sample() -> None:
    one = recall_of_sample(turned_up=75, relevant=100)
    assert (one.value, round(one.low, 5), round(one.high, 5)) == (0.75, 0.65345, 0.83122)


def test_reviewer_error_is_taken_out_and_widens_the_limits() -> None:
    error = ReviewerError(missed=20, relevant_checked=100, wrong=5, other_checked=500)
    one = share(found=100, sampled=1000, error=error)
    assert one.value == pytest.approx((0.1 - 0.01) / (1 - 0.2 - 0.01))
    plain = share(found=100, sampled=1000)
    assert one.low < one.value < one.high
    assert one.high - one.low > plain.high - plain.low
    carried = recall_from_elusion(found=900, unreviewed=10_000, missed=5, sampled=600, error=error, read=3000)
    bare = recall_from_elusion(found=900, unreviewed=10_000, missed=5, sampled=600)
    assert 0 <= carried.low < carried.value < carried.high <= 1
    assert carried.high - carried.low > bare.high - bare.low


def test_the_corrected_interval_covers_the_truth() -> None:
    draw = np.random.default_rng(4)
    truth, missed, wrong, covered = 0.08, 0.15, 0.02, 0
    for _ in range(200):
        coded = draw.binomial(800, truth * (1 - missed) + (1 - truth) * wrong)
        error = ReviewerError(int(draw.binomial(150, missed)), 150, int(draw.binomial(400, wrong)), 400)
        one = share(found=int(coded), sampled=800, error=error)
        covered += one.low <= truth <= one.high
    assert covered >= 190


@pytest.mark.parametrize(
    ("found", "sampled", "confidence", "code"),
    [(1, 0, 0.95, "counts_invalid"), (5, 4, 0.95, "counts_invalid"), (-1, 4, 0.95, "counts_invalid"),
     (1, 4, 1.0, "confidence_invalid"), (1, 4, 0.0, "confidence_invalid")],
)  # fmt: skip
def test_impossible_counts_are_refused(found: int, sampled: int, confidence: float, code: str) -> None:
    with pytest.raises(IntervalRefused) as refused:
        share(found=found, sampled=sampled, confidence=confidence)
    assert refused.value.code == code


def test_useless_reviewers_are_refused() -> None:
    with pytest.raises(IntervalRefused) as refused:
        share(found=5, sampled=100, error=ReviewerError(5, 10, 5, 10))
    assert refused.value.code == "error_too_large"
    with pytest.raises(IntervalRefused) as refused:
        recall_from_elusion(found=5, unreviewed=5, missed=0, sampled=5, error=ReviewerError(1, 100, 1, 100))
    assert refused.value.code == "read_missing"


def test_measures_worked_out_by_hand() -> None:
    # Two known rows, then 20 served: relevant at places 1, 2, 4, 10.
    labels = np.zeros(22, bool)
    labels[[0, 2, 3, 5, 11]] = True
    found = measure(labels=labels, order=list(range(22)), known=2)
    assert (found.documents, found.relevant, found.known) == (20, 4, 2)
    assert (found.recall_at_5, found.recall_at_10, found.recall_at_20) == (0.25, 0.5, 0.75)
    assert found.wss95 == pytest.approx((20 - 10) / 20 - 0.05)
    assert found.wss100 == pytest.approx(0.5)
    assert found.atd == pytest.approx((1 + 2 + 4 + 10) / 4 / 20)


def test_an_order_must_be_whole() -> None:
    labels = np.array([True, False, True])
    for order in ([0, 1], [0, 1, 1], [0, 1, 3]):
        with pytest.raises(MeasuresRefused) as refused:
            measure(labels=labels, order=order)
        assert refused.value.code == "order_incomplete"
    with pytest.raises(MeasuresRefused) as refused:
        measure(labels=np.array([True, False]), order=[0, 1], known=1)
    assert refused.value.code == "nothing_relevant"


def test_cost_to_each_target() -> None:
    found = np.array([True, True, False, True, False, False, False, True])
    got = {one.target: one for one in costs(found=found, relevant=4, documents=20, targets=(0.5, 0.75, 1.0))}
    assert {target: one.reading for target, one in got.items()} == {0.5: 2, 0.75: 4, 1.0: 8}
    assert got[1.0].price == 8
    cheap = CostStructure(ranked_relevant=1, ranked_other=1, rest_relevant=0.01, rest_other=0.01)
    (one,) = costs(found=found, relevant=4, documents=20, targets=(1.0,), structure=cheap)
    # Switch after the first document: 3 are missing among 19, of which all 19 are read at a hundredth.
    assert (one.reading, one.rest_relevant, one.price) == (1, 3, pytest.approx(1 + 0.19))


@given(st.lists(st.booleans(), min_size=1, max_size=60).filter(any))
def test_measures_lie_where_they_can(marks: list[bool]) -> None:
    found = measure(labels=marks, order=range(len(marks)))
    assert 0 < found.atd <= 1
    assert 0 <= found.recall_at_5 <= found.recall_at_10 <= found.recall_at_20 <= 1
    assert found.wss100 <= found.wss95 + 0.05 + 1e-12
