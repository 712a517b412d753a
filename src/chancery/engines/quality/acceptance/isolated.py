"""Plans for lots that stand alone, computed on the finite lot instead of read from a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chancery.engines.quality.acceptance.tables import PlanRefused
from chancery.foundation.distributions import binomial_cdf, hypergeometric_cdf, smallest_sample
from chancery.foundation.statistics import zero_find_size

LARGEST_ACCEPTANCE: Final = 1000
SMALLEST_LIMIT: Final = 1e-9


@dataclass(frozen=True, slots=True)
class LotPlan:
    """A plan for one lot. lot: its items, 0 for an unlimited one. risk: probability that a lot exactly at the limit is
    accepted, at most the risk asked for."""

    lot: int
    limit: float
    n: int
    ac: int
    risk: float

    @property
    def re(self) -> int:
        """Rejection number."""
        return self.ac + 1


def _nonconforming(lot: int, limit: float) -> int:
    """Fewest nonconforming items at which a lot is at or beyond the limit."""
    exact = limit * lot
    return max(1, int(exact) + (exact - int(exact) > 1e-9))


def limiting_quality_plan(*, lot: int | None, limit: float, acceptance: int = 0, risk: float = 0.10) -> LotPlan:
    """Smallest sample that accepts a lot at the limiting quality with at most the consumer's risk.

    lot: items, 1 or more; None for an unlimited one (binomial, ``lot`` of the result 0). limit: limiting quality, share
    between 0 and 1. acceptance: acceptance number. risk: between 0 and 1. The whole lot is inspected when no sample is
    enough. Refuses: lot_invalid, share_invalid, plan_accepts_all.
    Method: exact hypergeometric; the requirement (risk below 0.10) is that of ISO 2859-2 for isolated lots.
    """
    if lot is not None and lot < 1:
        raise PlanRefused("A lot holds at least one item.", code="lot_invalid", lot=lot)
    if not 0 < limit <= 1 or not 0 < risk < 1:
        raise PlanRefused("Limit and risk lie between 0 and 1.", code="share_invalid")
    if lot is None:
        return _unlimited(limit, acceptance, risk)
    bad = _nonconforming(lot, limit)
    if not 0 <= acceptance < bad:
        raise PlanRefused(
            "A lot at the limit holds %(bad)s nonconforming items, which this acceptance number allows.",
            code="plan_accepts_all", bad=bad,
        )  # fmt: skip
    size = smallest_sample(
        accepted=lambda n: hypergeometric_cdf(acceptance, lot, bad, n), least=acceptance + 1, most=lot, risk=risk
    )
    return LotPlan(lot, limit, size, acceptance, hypergeometric_cdf(acceptance, lot, bad, size))


def _unlimited(limit: float, acceptance: int, risk: float) -> LotPlan:
    if not 0 <= acceptance <= LARGEST_ACCEPTANCE or limit < SMALLEST_LIMIT:
        raise PlanRefused("Limit and acceptance number are out of range.", code="share_invalid")

    size = smallest_sample(
        accepted=lambda n: binomial_cdf(acceptance, n, limit), least=acceptance + 1, most=None, risk=risk
    )
    return LotPlan(0, limit, size, acceptance, binomial_cdf(acceptance, size, limit))


def zero_acceptance_plan(*, lot: int | None, limit: float, confidence: float = 0.95) -> LotPlan:
    """Plan with acceptance number zero that shows the nonconforming share to be below the limit.

    lot: None for an unlimited one (then ``lot`` of the result is 0 and the binomial is used). confidence: one minus
    the risk of accepting a lot at the limit. Method: ``foundation.statistics.zero_find_size``.
    """
    try:
        size = zero_find_size(limit=limit, confidence=confidence, lot=lot)
    except ValueError:
        raise PlanRefused("Limit and risk lie between 0 and 1.", code="share_invalid") from None
    if lot is None:
        return LotPlan(0, limit, size, 0, (1 - limit) ** size)
    return LotPlan(lot, limit, size, 0, hypergeometric_cdf(0, lot, _nonconforming(lot, limit), size))
