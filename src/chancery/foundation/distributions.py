"""The two distributions of sampling, for single values: exact, without loading a statistics library."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.special import bdtr, gammaln, xlog1py, xlogy


def binomial_cdf(found: int, drawn: int, share: float) -> float:
    """Probability of at most ``found`` among ``drawn`` when each is one with probability ``share`` (0 to 1)."""
    if found < 0:
        return 0.0
    return 1.0 if found >= drawn else float(bdtr(found, drawn, share))


def binomial_pmf(found: int, drawn: int, share: float) -> float:
    """Probability of exactly ``found`` among ``drawn``."""
    if not 0 <= found <= drawn:
        return 0.0
    ways = gammaln(drawn + 1) - gammaln(found + 1) - gammaln(drawn - found + 1)
    return math.exp(float(ways + xlogy(found, share) + xlog1py(drawn - found, -share)))


def hypergeometric_cdf(found: int, lot: int, marked: int, drawn: int) -> float:
    """Probability of at most ``found`` of the ``marked`` ones of a lot in a sample drawn without putting back.

    0 ≤ marked, drawn ≤ lot. Method: the likeliest term from whole numbers, its neighbours by the ratio of two terms,
    P(i + 1) / P(i) = (K − i)(n − i) / ((i + 1)(N − K − n + i + 1)); all terms are positive, so nothing cancels.
    Marked and drawn may change places; the smaller one is drawn, which keeps the whole numbers short.
    """
    marked, drawn = max(marked, drawn), min(marked, drawn)
    least, most = max(0, marked + drawn - lot), min(marked, drawn)
    if found < least:
        return 0.0
    if found >= most:
        return 1.0
    mode = (marked + 1) * (drawn + 1) // (lot + 2)
    start = min(max(mode, least), found)
    ways = math.comb(marked, start) * math.comb(lot - marked, drawn - start)
    top = ways / math.comb(lot, drawn)
    terms = [top]
    term = top
    for place in range(start, found):
        term *= (marked - place) * (drawn - place) / ((place + 1) * (lot - marked - drawn + place + 1))
        terms.append(term)
    term = top
    for place in range(start, least, -1):
        term *= place * (lot - marked - drawn + place) / ((marked - place + 1) * (drawn - place + 1))
        if term == 0.0:
            break
        terms.append(term)
    return min(1.0, math.fsum(terms))


def smallest_sample(*, accepted: Callable[[int], float], least: int, most: int | None, risk: float) -> int:
    """Smallest sample, from least to most, whose probability of acceptance is at most the risk; most where none is.

    accepted: probability by size of the sample, falling. The size is doubled first, so that small samples of large lots
    are found without looking at large ones.
    """
    low, high = least, least
    while (most is None or high < most) and accepted(high) > risk:
        low, high = high + 1, 2 * high if most is None else min(2 * high, most)
    while low < high:
        middle = (low + high) // 2
        if accepted(middle) <= risk:
            high = middle
        else:
            low = middle + 1
    return low
