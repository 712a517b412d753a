"""Intervals for shares, agreement of two readers, and sample sizes."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from scipy.special import betaincinv, ndtri

from chancery.foundation.distributions import smallest_sample


@dataclass(frozen=True, slots=True)
class Interval:
    """Lower and upper limit of a share, between 0 and 1."""

    low: float
    high: float


def _check(found: int, sampled: int, confidence: float) -> None:
    if sampled <= 0 or not 0 <= found <= sampled:
        raise ValueError("found lies between 0 and a positive number sampled")
    if not 0 < confidence < 1:
        raise ValueError("confidence lies between 0 and 1")


def wilson(*, found: int, sampled: int, confidence: float = 0.95) -> Interval:
    """Two-sided score interval of a share.

    found, sampled: counts of a simple random sample. confidence: 0.95 means 95 %.
    Method: Wilson, Journal of the American Statistical Association 22 (1927) 209–212, uncorrected.
    """
    _check(found, sampled, confidence)
    z = float(ndtri(1 - (1 - confidence) / 2))
    share = found / sampled
    scale = 1 + z * z / sampled
    centre = (share + z * z / (2 * sampled)) / scale
    half = z * math.sqrt(share * (1 - share) / sampled + z * z / (4 * sampled * sampled)) / scale
    low = 0.0 if found == 0 else max(0.0, centre - half)
    high = 1.0 if found == sampled else min(1.0, centre + half)
    return Interval(low, high)


def clopper_pearson(*, found: int, sampled: int, confidence: float = 0.95) -> Interval:
    """Two-sided exact binomial interval of a share; exactly 0 and 1 at the ends.

    Method: Clopper and Pearson, Biometrika 26 (1934) 404–413.
    """
    _check(found, sampled, confidence)
    tail = (1 - confidence) / 2
    low = 0.0 if found == 0 else float(betaincinv(found, sampled - found + 1, tail))
    high = 1.0 if found == sampled else float(betaincinv(found + 1, sampled - found, 1 - tail))
    return Interval(low, high)


def upper_bound(*, found: int, sampled: int, confidence: float = 0.95) -> float:
    """One-sided exact upper limit of a share (Clopper and Pearson, all the error in one tail)."""
    _check(found, sampled, confidence)
    return 1.0 if found == sampled else float(betaincinv(found + 1, sampled - found, confidence))


def sample_size(*, margin: float, confidence: float = 0.95, share: float = 0.5, lot: int | None = None) -> int:
    """Size of a simple random sample that estimates a share within ``margin`` (0.02 means two points).

    z² p (1 − p) / margin², with the finite correction n / (1 + (n − 1) / lot) when the lot is given.
    Method: Cochran, Sampling Techniques (1977) section 4.4; rounded up.
    """
    if not 0 < margin < 1:
        raise ValueError("margin lies between 0 and 1")
    z = float(ndtri(1 - (1 - confidence) / 2))
    size = z * z * share * (1 - share) / (margin * margin)
    if lot is not None:
        size = size / (1 + (size - 1) / lot)
    return math.ceil(size - 1e-9)


def _none_found(lot: int, defects: int, drawn: int) -> float:
    """Probability of drawing none of the defects: C(lot − many, few) / C(lot, few), drawn and defects in any order."""
    few, many = sorted((defects, drawn))
    return math.comb(lot - many, few) / math.comb(lot, few)


def zero_find_size(*, limit: float, confidence: float = 0.95, lot: int | None = None) -> int:
    """Smallest sample that, if it holds no defect, shows the defect share to be below ``limit``.

    limit: share between 0 and 1. Without ``lot``: binomial, ceil(ln(1 − confidence) / ln(1 − limit)). With
    ``lot``: hypergeometric with ceil(limit × lot) defects in the lot, never more than the lot.
    """
    if not 0 < limit < 1 or not 0 < confidence < 1:
        raise ValueError("limit and confidence lie between 0 and 1")
    if lot is None:
        return math.ceil(math.log(1 - confidence) / math.log(1 - limit) - 1e-9)
    if lot <= 0:
        raise ValueError("a lot has at least one item")
    defects = max(1, math.ceil(limit * lot - 1e-9))
    return smallest_sample(
        accepted=lambda drawn: _none_found(lot, defects, drawn), least=1, most=lot, risk=1 - confidence
    )


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two readers agree; every share together, since one alone misleads at low prevalence.

    raw: share of equal decisions. kappa: Cohen 1960, None when chance alone gives full agreement.
    ac1: Gwet 2008, None with a single category overall.
    """

    compared: int
    raw: float
    kappa: float | None
    ac1: float | None


def agreement(*, first: Sequence[Hashable], second: Sequence[Hashable]) -> Agreement:
    """Compare two readers' decisions on the same items in the same order.

    Methods: Cohen, Educational and Psychological Measurement 20 (1960) 37–46; Gwet, British Journal of
    Mathematical and Statistical Psychology 61 (2008) 29–48.
    """
    if len(first) != len(second) or not first:
        raise ValueError("both readers decided the same, at least one, items")
    count = len(first)
    categories = sorted(set(first) | set(second), key=repr)
    raw = sum(left == right for left, right in zip(first, second, strict=True)) / count
    shares = [(first.count(name) / count, second.count(name) / count) for name in categories]
    chance = sum(left * right for left, right in shares)
    kappa = None if chance >= 1 else (raw - chance) / (1 - chance)
    if len(categories) < 2:
        return Agreement(count, raw, kappa, None)
    means = [(left + right) / 2 for left, right in shares]
    gwet = sum(mean * (1 - mean) for mean in means) / (len(categories) - 1)
    return Agreement(count, raw, kappa, (raw - gwet) / (1 - gwet))
