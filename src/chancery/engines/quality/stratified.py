"""Estimates from a sample drawn stratum by stratum: weighted share with intervals, and how to divide a sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from scipy.special import ndtri

from chancery.foundation.errors import Refused
from chancery.foundation.statistics import Interval, clopper_pearson, wilson


class StratifiedRefused(Refused):
    """Strata that give no estimate."""

    code = "stratified_refused"


@dataclass(frozen=True, slots=True)
class Stratum:
    """One part of the population: size items, of which sampled were drawn at random and found had the property."""

    name: str
    size: int
    sampled: int
    found: int


@dataclass(frozen=True, slots=True)
class StratumEstimate:
    """Share in one stratum with Wilson and exact limits."""

    name: str
    size: int
    sampled: int
    found: int
    share: float
    wilson: Interval
    exact: Interval


@dataclass(frozen=True, slots=True)
class StratifiedEstimate:
    """Share in the whole population; shares between 0 and 1.

    count: share times the population. standard_error: with the finite population correction. normal: share ±
    z × standard error, cut to 0 and 1. exact: each stratum's exact limits at a confidence of 1 − (1 − confidence) /
    strata, weighted; it always holds at least the confidence (Bonferroni), and is wide.
    """

    population: int
    sampled: int
    share: float
    count: float
    standard_error: float
    normal: Interval
    exact: Interval
    strata: tuple[StratumEstimate, ...]


def _checked(strata: Sequence[Stratum], confidence: float) -> None:
    if not strata:
        raise StratifiedRefused("An estimate needs at least one stratum.", code="no_strata")
    if not 0 < confidence < 1:
        raise StratifiedRefused("Confidence lies between 0 and 1.", code="confidence_invalid")
    for one in strata:
        if not (0 <= one.found <= one.sampled <= one.size and one.sampled > 0):
            raise StratifiedRefused(
                "%(name)s needs found ≤ sampled ≤ size with at least one sampled.",
                code="stratum_invalid",
                name=one.name,
            )


def stratified_share(*, strata: Sequence[Stratum], confidence: float = 0.95) -> StratifiedEstimate:
    """Estimate a share from a stratified random sample.

    confidence: of the two-sided intervals. Refuses: no_strata, stratum_invalid, confidence_invalid.
    Method: Cochran, Sampling Techniques (1977) sections 5.3 and 5.10: Σ W p; variance Σ W² (1 − f) p q / (n − 1).
    A stratum of one sampled item adds its largest variance, ¼.
    """
    _checked(strata, confidence)
    population = sum(one.size for one in strata)
    tail = 1 - (1 - confidence) / len(strata)
    share = variance = low = high = 0.0
    for one in strata:
        weight, p = one.size / population, one.found / one.sampled
        share += weight * p
        each = p * (1 - p) / (one.sampled - 1) if one.sampled > 1 else 0.25
        variance += weight**2 * (1 - one.sampled / one.size) * each
        exact = clopper_pearson(found=one.found, sampled=one.sampled, confidence=tail)
        whole = one.sampled == one.size
        low += weight * (p if whole else exact.low)
        high += weight * (p if whole else exact.high)
    error = math.sqrt(variance)
    reach = float(ndtri(1 - (1 - confidence) / 2)) * error
    return StratifiedEstimate(
        population, sum(one.sampled for one in strata), share, share * population, error,
        Interval(max(0.0, share - reach), min(1.0, share + reach)), Interval(low, high),
        tuple(
            StratumEstimate(
                one.name, one.size, one.sampled, one.found, one.found / one.sampled,
                wilson(found=one.found, sampled=one.sampled, confidence=confidence),
                clopper_pearson(found=one.found, sampled=one.sampled, confidence=confidence),
            )
            for one in strata
        ),
    )  # fmt: skip


def divide_sample(*, sizes: Sequence[int], total: int, expected: Sequence[float] = ()) -> tuple[int, ...]:
    """Divide a sample over strata: in proportion to size, or to size × standard deviation where shares are expected.

    sizes: items of each stratum. total: items to draw, at most all. expected: a share for each stratum (Neyman 1934).
    Every stratum gets at least one; of equals the first comes first. Refuses: total_invalid.
    """
    if not sizes or min(sizes) < 1 or not len(sizes) <= total <= sum(sizes):
        raise StratifiedRefused("The sample has one item or more from every stratum.", code="total_invalid")
    spreads = [math.sqrt(p * (1 - p)) for p in expected] if expected else [1.0] * len(sizes)
    weights = [size * max(spread, 1e-6) for size, spread in zip(sizes, spreads, strict=True)]
    drawn = [1] * len(sizes)
    # The divisor of Sainte-Laguë gives the next item to the stratum that is furthest behind its quota.
    waiting = [(-weight / 3, at) for at, weight in enumerate(weights) if sizes[at] > 1]
    heapify(waiting)
    for _ in range(total - len(sizes)):
        _, best = heappop(waiting)
        drawn[best] += 1
        if drawn[best] < sizes[best]:
            heappush(waiting, (-weights[best] / (2 * drawn[best] + 1), best))
    return tuple(drawn)
