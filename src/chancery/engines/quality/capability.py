"""Defects per million, sigma level, and process capability on a distribution that fits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import lognorm, weibull_min

from chancery.foundation.errors import Refused

SHIFT: Final = 1.5
MILLION: Final = 1_000_000
Distribution = Literal["normal", "lognormal", "weibull", "percentile"]
DISTRIBUTIONS: Final = ("normal", "lognormal", "weibull", "percentile")
# Shares that enclose what three standard deviations enclose on the normal distribution.
_LOW, _HIGH = float(ndtr(-3.0)), float(ndtr(3.0))


class CapabilityRefused(Refused):
    """Figures that give no capability."""

    code = "capability_refused"


def dpmo(*, defects: int, units: int, opportunities: int = 1) -> float:
    """Defects per million opportunities: 10⁶ × defects / (units × opportunities)."""
    if units < 1 or opportunities < 1 or not 0 <= defects <= units * opportunities:
        raise CapabilityRefused("Defects are counted among units and their opportunities.", code="defects_invalid")
    return MILLION * defects / (units * opportunities)


def sigma_level(*, dpmo: float, shift: float = SHIFT) -> float:
    """Sigma level of a defect rate, long-term shift added: Φ⁻¹(1 − dpmo / 10⁶) + shift; infinite without defects."""
    if not 0 <= dpmo <= MILLION:
        raise CapabilityRefused("Defects per million lie between 0 and a million.", code="dpmo_invalid")
    return float(-ndtri(dpmo / MILLION)) + shift


def dpmo_of_sigma(*, sigma: float, shift: float = SHIFT) -> float:
    """Defects per million at a sigma level, one side only: 10⁶ × Φ(shift − sigma)."""
    return float(MILLION * ndtr(shift - sigma))


@dataclass(frozen=True, slots=True)
class Capability:
    """How a process lies between its limits; indices are None where a limit is missing.

    low, middle, high: values below which 0.135 %, 50 % and 99.865 % lie. cp = (upper − lower) / (high − low);
    cpl = (middle − lower) / (middle − low); cpu = (upper − middle) / (high − middle); cpk the smaller of both.
    beyond: share outside the limits under the distribution (observed share for ``percentile``).
    cpk_low, cpk_high: 95 % limits (Bissell, Applied Statistics 39 (1990) 331–340), for the normal distribution only.
    """

    distribution: str
    count: int
    low: float
    middle: float
    high: float
    cp: float | None
    cpl: float | None
    cpu: float | None
    cpk: float
    beyond: float
    cpk_low: float | None
    cpk_high: float | None


def _points(
    values: np.ndarray, distribution: str, lower: float | None, upper: float | None
) -> tuple[float, float, float, float]:
    """Return the three quantiles and the share outside the limits."""
    ends = (-math.inf if lower is None else lower, math.inf if upper is None else upper)
    if distribution == "percentile":
        low, middle, high = (float(one) for one in np.quantile(values, [_LOW, 0.5, _HIGH]))
        return low, middle, high, float(np.mean((values < ends[0]) | (values > ends[1])))
    if distribution == "normal":
        mean, spread = float(values.mean()), float(values.std(ddof=1))
        outside = float(ndtr((ends[0] - mean) / spread) + ndtr((mean - ends[1]) / spread))
        return mean - 3 * spread, mean, mean + 3 * spread, outside
    if float(values.min()) <= 0:
        raise CapabilityRefused("This distribution holds values above zero only.", code="not_positive")
    if distribution == "lognormal":
        logs = np.log(values)
        fitted = lognorm(s=float(logs.std(ddof=1)), scale=math.exp(float(logs.mean())))
    else:
        shape, _, scale = weibull_min.fit(values, floc=0)
        fitted = weibull_min(c=shape, scale=scale)
    low, middle, high = (float(fitted.ppf(share)) for share in (_LOW, 0.5, _HIGH))
    return low, middle, high, float(fitted.cdf(ends[0]) + fitted.sf(ends[1]))


def capability(
    *, values: Sequence[float], lower: float | None = None, upper: float | None = None,
    distribution: Distribution = "normal",
) -> Capability:  # fmt: skip
    """Capability of a process against one or two limits.

    values: ten or more measurements in the unit of the limits. distribution: normal (overall standard deviation),
    lognormal, weibull (origin at zero) or percentile (the sample's own quantiles).
    Method: ISO 22514-2 general geometric method; for the normal distribution it is (U − L) / 6 s.
    Refuses: distribution_unknown, too_few, no_limit, limits_crossed, no_spread, not_positive, not_finite.
    """
    numbers = np.asarray(values, dtype=float)
    if distribution not in DISTRIBUTIONS:
        raise CapabilityRefused("%(name)s is not a distribution.", code="distribution_unknown", name=distribution)
    if numbers.size < 10:
        raise CapabilityRefused("Capability needs ten values or more.", code="too_few")
    if not np.isfinite(numbers).all():
        raise CapabilityRefused("Values are finite numbers.", code="not_finite")
    if lower is None and upper is None:
        raise CapabilityRefused("Capability needs a limit.", code="no_limit")
    if lower is not None and upper is not None and lower >= upper:
        raise CapabilityRefused("The lower limit lies below the upper one.", code="limits_crossed")
    if float(numbers.max()) == float(numbers.min()):
        raise CapabilityRefused("All values are equal.", code="no_spread")
    low, middle, high, beyond = _points(numbers, distribution, lower, upper)
    cpl = None if lower is None else (middle - lower) / (middle - low)
    cpu = None if upper is None else (upper - middle) / (high - middle)
    cp = None if lower is None or upper is None else (upper - lower) / (high - low)
    cpk = min(one for one in (cpl, cpu) if one is not None)
    spread = float(-ndtri(0.025)) * math.sqrt(1 / (9 * numbers.size) + cpk**2 / (2 * (numbers.size - 1)))
    normal = distribution == "normal"
    return Capability(
        distribution, int(numbers.size), low, middle, high, cp, cpl, cpu, cpk, beyond,
        cpk - spread if normal else None, cpk + spread if normal else None,
    )  # fmt: skip
