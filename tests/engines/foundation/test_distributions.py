"""Binomial and hypergeometric values against the statistics library and against fractions."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from scipy.stats import binom, hypergeom

from chancery.foundation.distributions import binomial_cdf, binomial_pmf, hypergeometric_cdf


def test_binomial_values_agree_with_the_library() -> None:
    chance = random.Random(3)
    for _ in range(2000):
        drawn = chance.randint(1, 3000)
        share = chance.choice([0.0, 1.0, chance.random(), 10 ** -chance.uniform(1, 5)])
        found = chance.randint(-1, drawn + 1)
        assert binomial_cdf(found, drawn, share) == pytest.approx(binom.cdf(found, drawn, share), rel=1e-9, abs=1e-300)
        assert binomial_pmf(found, drawn, share) == pytest.approx(binom.pmf(found, drawn, share), rel=1e-9, abs=1e-300)


def exact(found: int, lot: int, marked: int, drawn: int) -> Fraction:
    """Return the probability as a fraction of counts of samples."""
    ways = sum(math.comb(marked, i) * math.comb(lot - marked, drawn - i) for i in range(min(found, drawn) + 1))
    return Fraction(ways, math.comb(lot, drawn))


def test_hypergeometric_values_are_those_of_counting_samples() -> None:
    chance = random.Random(4)
    for _ in range(3000):
        lot = chance.randint(1, 400)
        marked, drawn = chance.randint(0, lot), chance.randint(0, lot)
        found = chance.randint(0, drawn)
        value = hypergeometric_cdf(found, lot, marked, drawn)
        assert value == pytest.approx(float(exact(found, lot, marked, drawn)), rel=1e-12, abs=1e-300)
    assert (hypergeometric_cdf(-1, 9, 3, 3), hypergeometric_cdf(3, 9, 3, 3)) == (0.0, 1.0)


def test_hypergeometric_values_hold_in_large_lots() -> None:
    for found, lot, marked, drawn in (
        (0, 1_000_000, 50_000, 59),
        (21, 500_000, 5_000, 1_250),
        (900, 10**6, 10**5, 9500),
    ):
        assert hypergeometric_cdf(found, lot, marked, drawn) == pytest.approx(
            hypergeom.cdf(found, lot, marked, drawn), rel=1e-8
        )
