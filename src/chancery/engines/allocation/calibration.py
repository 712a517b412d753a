"""Whether grades were right, learned from what happened later, and weights that would have been better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from chancery.engines.allocation.grading import Grade
from chancery.foundation.errors import Refused
from chancery.foundation.statistics import Interval, clopper_pearson

GRADES = list(Grade)


class CalibrationRefused(Refused):
    """Outcomes that teach nothing."""

    code = "calibration_refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished piece of work. points: by the model. graded: who did it. needed: who had to do it in the end.

    needed is the grade that rework, overturn or escalation ended with, or the grade given if nothing went wrong.
    features: the values that the points were made of. cost, cost_needed: money at the grade given
    and at the one needed.
    """

    points: float
    graded: Grade
    needed: Grade
    features: Mapping[str, float]
    cost: float = 0.0
    cost_needed: float = 0.0


@dataclass(frozen=True, slots=True)
class Band:
    """Works whose points lie from low to high: how many needed each grade at least, as shares between 0 and 1."""

    low: float
    high: float
    count: int
    at_least: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """under: share graded too low, with exact 95 % limits. over: share graded too high, over_cost: money it took."""

    count: int
    under: float
    under_interval: Interval
    over: float
    over_cost: float
    bands: tuple[Band, ...]


def calibration(*, outcomes: Sequence[Outcome], bands: int = 5) -> CalibrationReport:
    """Compare grades with what was needed. bands: number of equally filled bands of points. Refuses: no_outcomes."""
    if not outcomes or bands < 1:
        raise CalibrationRefused("Calibration needs finished work.", code="no_outcomes")
    under = sum(one.graded.rank < one.needed.rank for one in outcomes)
    over = [one for one in outcomes if one.graded.rank > one.needed.rank]
    ordered = sorted(outcomes, key=lambda one: one.points)
    parts = [part for part in np.array_split(np.arange(len(ordered)), min(bands, len(ordered))) if part.size]
    found = []
    for part in parts:
        held = [ordered[at] for at in part]
        shares = {
            grade.value: sum(one.needed.rank >= grade.rank for one in held) / len(held) for grade in GRADES[1:]
        }  # fmt: skip
        found.append(Band(held[0].points, held[-1].points, len(held), shares))
    return CalibrationReport(
        len(outcomes), under / len(outcomes), clopper_pearson(found=under, sampled=len(outcomes)),
        len(over) / len(outcomes), sum(one.cost - one.cost_needed for one in over), tuple(found),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrdinalModel:
    """Weights of a proportional-odds model: P(needed ≥ grade) = 1 / (1 + exp(cut − Σ weight × value)).

    cuts: rising, one for each grade above the lowest. scale: standard deviation that each value was divided by.
    """

    names: tuple[str, ...]
    weights: tuple[float, ...]
    cuts: tuple[float, ...]

    def at_least(self, features: Mapping[str, float], grade: Grade) -> float:
        """Probability that the work needs this grade or a higher one."""
        if grade.rank == 0:
            return 1.0
        score = sum(weight * features.get(name, 0.0) for name, weight in zip(self.names, self.weights, strict=True))
        return float(expit(score - self.cuts[grade.rank - 1]))

    def grade(self, features: Mapping[str, float], *, under: float = 0.02) -> Grade:
        """Lowest grade for which the risk of needing a higher one is at most ``under``."""
        for one in GRADES[:-1]:
            if self.at_least(features, GRADES[one.rank + 1]) <= under:
                return one
        return GRADES[-1]


def learned(*, outcomes: Sequence[Outcome], ridge: float = 1.0) -> OrdinalModel:
    """Fit a proportional-odds model of the grade needed (McCullagh, J. R. Statist. Soc. B 42 (1980) 109–142).

    ridge: penalty on weights of standardised values. Hard floors stay outside: they beat every model.
    Refuses: no_outcomes; one_grade when all work needed the same grade.
    """
    if len(outcomes) < 10:
        raise CalibrationRefused("Calibration needs finished work.", code="no_outcomes")
    names = tuple(sorted({name for one in outcomes for name in one.features}))
    raw = np.array([[one.features.get(name, 0.0) for name in names] for one in outcomes])
    spread = raw.std(axis=0)
    spread[spread == 0] = 1.0
    values, centre = raw / spread, raw.mean(axis=0) / spread
    needed = np.array([one.needed.rank for one in outcomes])
    if len(set(needed.tolist())) < 2:
        raise CalibrationRefused("All work needed the same grade.", code="one_grade")
    steps = len(GRADES) - 1

    def cuts_of(free: np.ndarray) -> np.ndarray:
        return np.asarray(free[0] + np.concatenate([[0.0], np.cumsum(np.exp(free[1:]))]))

    def loss(free: np.ndarray) -> float:
        cuts = cuts_of(free[:steps])
        score = (values - centre) @ free[steps:]
        above = np.hstack([np.ones((len(score), 1)), expit(score[:, None] - cuts[None, :]), np.zeros((len(score), 1))])
        likely = above[np.arange(len(score)), needed] - above[np.arange(len(score)), needed + 1]
        penalty = ridge * float(free[steps:] @ free[steps:]) / 2 + 1e-3 * float(free[:steps] @ free[:steps])
        return float(-np.log(np.maximum(likely, 1e-12)).sum() + penalty)

    start = np.concatenate([[-1.0], np.zeros(steps - 1), np.zeros(len(names))])
    solved = minimize(loss, start, method="L-BFGS-B")
    weights = solved.x[steps:] / spread
    cuts = cuts_of(solved.x[:steps]) + float(centre @ solved.x[steps:])
    return OrdinalModel(names, tuple(map(float, weights)), tuple(map(float, cuts)))
