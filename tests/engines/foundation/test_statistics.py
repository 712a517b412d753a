"""Published and independently computed values of intervals, agreement and sample sizes."""

from __future__ import annotations

import math

import pytest

from chancery.foundation.statistics import (
    agreement,
    clopper_pearson,
    sample_size,
    upper_bound,
    wilson,
    zero_find_size,
)


@pytest.mark.parametrize(
    ("found", "sampled", "low", "high"),
    [
        (0, 100, 0.0, 3.62),
        (0, 385, 0.0, 0.954),
        (0, 599, 0.0, 0.614),
        (0, 1500, 0.0, 0.246),
        (0, 2399, 0.0, 0.154),
        (3, 1500, 0.041, 0.583),
        (5, 600, 0.271, 1.934),
        (23, 600, 2.445, 5.697),
        (30, 385, 5.319, 10.937),
        (75, 100, 65.345, 83.122),
    ],
)
def test_exact_binomial_interval(found: int, sampled: int, low: float, high: float) -> None:
    interval = clopper_pearson(found=found, sampled=sampled)
    digits = 2 if (found, sampled) == (0, 100) else 3
    assert round(interval.low * 100, digits) == low
    assert round(interval.high * 100, digits) == high


@pytest.mark.parametrize(("found", "sampled"), [(0, 20), (3, 20), (20, 20), (1, 263), (29, 263)])
def test_exact_interval_inverts_the_binomial_tails(found: int, sampled: int) -> None:
    """The defining property, with the tails summed by hand."""
    interval = clopper_pearson(found=found, sampled=sampled)

    def below(share: float, upto: int) -> float:
        return sum(math.comb(sampled, k) * share**k * (1 - share) ** (sampled - k) for k in range(upto + 1))

    if found < sampled:
        assert below(interval.high, found) == pytest.approx(0.025, abs=1e-9)
    if found > 0:
        assert 1 - below(interval.low, found - 1) == pytest.approx(0.025, abs=1e-9)


@pytest.mark.parametrize(
    ("found", "sampled", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_score_interval(found: int, sampled: int, low: float, high: float) -> None:
    interval = wilson(found=found, sampled=sampled)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("limit", "size"),
    [(0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598), (0.0025, 1197), (0.001, 2995)],
)
def test_zero_find_size(limit: float, size: int) -> None:
    assert zero_find_size(limit=limit) == size
    assert upper_bound(found=0, sampled=size) <= limit < upper_bound(found=0, sampled=size - 1)


@pytest.mark.parametrize(
    ("limit", "lot", "size"),
    [
        (0.02, 100, 78),
        (0.02, 500, 129),
        (0.02, 1000, 138),
        (0.02, 5000, 147),
        (0.05, 100, 45),
        (0.05, 500, 56),
        (0.05, 1000, 57),
        (0.05, 5000, 59),
    ],
)
def test_zero_find_size_of_a_lot(limit: float, lot: int, size: int) -> None:
    assert zero_find_size(limit=limit, lot=lot) == size
    defects = round(limit * lot)
    miss = [math.comb(lot - defects, n) / math.comb(lot, n) for n in (size, size - 1)]
    assert miss[0] <= 0.05 < miss[1]


@pytest.mark.parametrize(
    ("margin", "size", "in_ten_thousand"),
    [(0.05, 385, 370), (0.03, 1068, 965), (0.025, 1537, 1333), (0.02, 2401, 1937), (0.01, 9604, 4900)],
)
def test_sample_size(margin: float, size: int, in_ten_thousand: int) -> None:
    assert sample_size(margin=margin) == size
    assert sample_size(margin=margin, lot=10_000) == in_ten_thousand


def test_agreement_of_the_classic_table() -> None:
    """20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: raw 0.70, kappa 0.40 by hand; Gwet's chance term 0.495."""
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    result = agreement(first=first, second=second)
    assert result.raw == pytest.approx(0.70)
    assert result.kappa == pytest.approx(0.40)
    assert result.ac1 == pytest.approx((0.70 - 0.495) / (1 - 0.495))


def test_prevalence_paradox() -> None:
    """95 % raw agreement at 7 % prevalence: kappa 0.64 (two decimals: 0.62 to 0.64), AC1 0.94."""
    first = ["r"] * 70 + ["n"] * 930
    second = ["r"] * 45 + ["n"] * 25 + ["r"] * 25 + ["n"] * 905
    result = agreement(first=first, second=second)
    assert result.raw == pytest.approx(0.95)
    assert result.kappa == pytest.approx((0.95 - (0.07**2 + 0.93**2)) / (1 - (0.07**2 + 0.93**2)))
    assert round(result.kappa or 0, 1) == 0.6
    assert round(result.ac1 or 0, 2) == 0.94


def test_agreement_without_contrast_is_not_defined() -> None:
    result = agreement(first=["n", "n"], second=["n", "n"])
    assert (result.raw, result.kappa, result.ac1) == (1.0, None, None)
    with pytest.raises(ValueError, match="same"):
        agreement(first=["n"], second=[])


def test_counts_are_checked() -> None:
    for found, sampled in ((1, 0), (5, 4), (-1, 4)):
        with pytest.raises(ValueError, match="found"):
            wilson(found=found, sampled=sampled)
