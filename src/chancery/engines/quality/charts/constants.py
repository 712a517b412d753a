"""Constants of control charts, integrated from the normal distribution instead of copied from a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from scipy.integrate import dblquad, quad
from scipy.special import gammaln, ndtr

from chancery.foundation.errors import Refused

_REACH = 9.0


class ChartRefused(Refused):
    """Figures that no chart can show."""

    code = "chart_refused"


@dataclass(frozen=True, slots=True)
class Constants:
    """Factors for subgroups of n values: limits of means (A2 from ranges, A3 from standard deviations), of standard
    deviations (B3, B4), of ranges (D3, D4), of single values (E2), and the expectations c4, d2, d3 behind them."""

    n: int
    a2: float
    a3: float
    c4: float
    b3: float
    b4: float
    d2: float
    d3: float
    big_d3: float
    big_d4: float
    e2: float


def _expected_range(n: int) -> float:
    """d2: expected range of n standard normal values, ∫ 1 − Φⁿ − (1 − Φ)ⁿ (Tippett, Biometrika 17 (1925) 364–387)."""
    return float(quad(lambda x: 1 - ndtr(x) ** n - ndtr(-x) ** n, -_REACH, _REACH, epsabs=1e-13, limit=200)[0])


def _squared_range(n: int) -> float:
    """Expected squared range, 2 ∫∫_{x<y} 1 − Φ(y)ⁿ − (1 − Φ(x))ⁿ + (Φ(y) − Φ(x))ⁿ."""
    value = dblquad(
        lambda x, y: 1 - ndtr(y) ** n - ndtr(-x) ** n + (ndtr(y) - ndtr(x)) ** n,
        -_REACH, _REACH, -_REACH, lambda y: y, epsabs=1e-9, epsrel=1e-9,
    )[0]  # fmt: skip
    return 2 * float(value)


@cache
def constants(n: int) -> Constants:
    """Return the constants for subgroups of n values, 2 to 100. Refuses: subgroup_invalid."""
    if not 2 <= n <= 100:
        raise ChartRefused("A subgroup has 2 to 100 values.", code="subgroup_invalid", n=n)
    c4 = math.sqrt(2 / (n - 1)) * math.exp(float(gammaln(n / 2) - gammaln((n - 1) / 2)))
    d2 = _expected_range(n)
    d3 = math.sqrt(_squared_range(n) - d2 * d2)
    spread = 3 * math.sqrt(1 - c4 * c4) / c4
    return Constants(
        n, 3 / (d2 * math.sqrt(n)), 3 / (c4 * math.sqrt(n)), c4, max(0.0, 1 - spread), 1 + spread, d2, d3,
        max(0.0, 1 - 3 * d3 / d2), 1 + 3 * d3 / d2, 3 / d2,
    )  # fmt: skip
