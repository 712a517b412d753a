"""What a plan promises: operating characteristic, quality limits, average outgoing quality, average sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from scipy.optimize import brentq, minimize_scalar

from chancery.engines.quality.acceptance.tables import DoublePlan, PlanRefused
from chancery.foundation.distributions import binomial_cdf, binomial_pmf, hypergeometric_cdf


class Single(Protocol):
    """A plan of one sample: n items, acceptance number ac."""

    @property
    def n(self) -> int: ...
    @property
    def ac(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Characteristic:
    """How a plan treats lots of different quality; every number a share between 0 and 1, for unlimited lots.

    pa_at_aql: probability of accepting a lot exactly at the quality limit. p95, p50, p10, p05: nonconforming share
    accepted with that probability in per cent (p10 is the consumer's risk point). aoql: worst average outgoing
    quality when rejected lots are sorted and nonconforming items replaced. aoql_at: incoming quality where it occurs.
    """

    pa_at_aql: float | None
    p95: float
    p50: float
    p10: float
    p05: float
    aoql: float
    aoql_at: float


def _share(share: float) -> float:
    if not 0 <= share <= 1:
        raise PlanRefused("A share lies between 0 and 1.", code="share_invalid", share=share)
    return share


def accept_probability(*, plan: Single, share: float) -> float:
    """Probability that the plan accepts a lot with this nonconforming share (binomial, type B curve)."""
    return binomial_cdf(plan.ac, plan.n, _share(share))


def accept_probability_of_lot(*, plan: Single, lot: int, nonconforming: int) -> float:
    """Probability of acceptance in a finite lot (hypergeometric, type A curve); a sample never exceeds the lot."""
    if not 0 <= nonconforming <= lot:
        raise PlanRefused("The nonconforming items are some of the lot.", code="nonconforming_invalid")
    return hypergeometric_cdf(plan.ac, lot, nonconforming, min(plan.n, lot))


def double_accept_probability(*, plan: DoublePlan, share: float) -> float:
    """Probability that a double plan accepts, by its first or by both samples (binomial)."""
    _share(share)
    accepted = binomial_cdf(plan.ac1, plan.n1, share)
    for found in range(plan.ac1 + 1, plan.re1):
        accepted += binomial_pmf(found, plan.n1, share) * binomial_cdf(plan.ac2 - found, plan.n2, share)
    return accepted


def average_sample(*, plan: DoublePlan, share: float) -> float:
    """Average sample number of a double plan without curtailment: n1 + n2 × P(a second sample is needed)."""
    _share(share)
    undecided = binomial_cdf(plan.re1 - 1, plan.n1, share) - binomial_cdf(plan.ac1, plan.n1, share)
    return plan.n1 + plan.n2 * undecided


def _quality_at(curve: Callable[[float], float], probability: float) -> float:
    return float(brentq(lambda share: curve(share) - probability, 0.0, 1.0, xtol=1e-14, rtol=1e-14))


def _characteristic(curve: Callable[[float], float], aql: float | None) -> Characteristic:
    p95, p50, p10, p05 = (_quality_at(curve, probability) for probability in (0.95, 0.50, 0.10, 0.05))
    # The outgoing quality p × Pa(p) has one maximum; it lies below the quality that is nearly always rejected.
    limit = _quality_at(curve, 1e-4)
    worst = minimize_scalar(
        lambda share: -share * curve(share), bounds=(0.0, limit), method="bounded", options={"xatol": 1e-12}
    )
    at_aql = curve(aql) if aql is not None and aql <= 1 else None
    return Characteristic(at_aql, p95, p50, p10, p05, float(-worst.fun), float(worst.x))


def characteristic(*, plan: Single, aql: float | None = None) -> Characteristic:
    """Operating characteristic of a single plan.

    aql: share between 0 and 1 (1.0 % is 0.01); limits of more than 100 per hundred have no binomial value.
    Method: exact binomial; Schilling and Neubauer, Acceptance Sampling in Quality Control (2009) chapter 5.
    """
    if plan.ac >= plan.n:
        raise PlanRefused("A plan that accepts every sample has no curve.", code="plan_accepts_all")
    return _characteristic(lambda share: accept_probability(plan=plan, share=share), aql)


def double_characteristic(*, plan: DoublePlan, aql: float | None = None) -> Characteristic:
    """Operating characteristic of a double plan; see ``characteristic``."""
    if plan.ac1 >= plan.n1:
        raise PlanRefused("A plan that accepts every sample has no curve.", code="plan_accepts_all")
    return _characteristic(lambda share: double_accept_probability(plan=plan, share=share), aql)


def curve(
    *, plan: Single | DoublePlan, points: int = 101, up_to: float | None = None
) -> tuple[tuple[float, float], ...]:
    """Points (share, probability of acceptance) of the operating curve, evenly spaced from 0 to ``up_to``.

    up_to: share between 0 and 1; by default twice the quality accepted in one lot of ten. points: 2 or more.
    """
    if points < 2:
        raise PlanRefused("A curve has at least two points.", code="points_invalid")

    def accepted(share: float) -> float:
        if isinstance(plan, DoublePlan):
            return double_accept_probability(plan=plan, share=share)
        return accept_probability(plan=plan, share=share)

    end = _share(up_to) if up_to is not None else min(1.0, 2 * _quality_at(accepted, 0.10))
    return tuple((end * at / (points - 1), accepted(end * at / (points - 1))) for at in range(points))
