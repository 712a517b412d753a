"""Which patterns on a chart count as a signal, and how often they arise by chance alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chancery.engines.quality.charts.constants import ChartRefused

Zones = NDArray[np.float64]
Flags = NDArray[np.bool_]


def _windows(hits: Flags, width: int, wanted: int) -> Flags:
    """Mark points that end a window of ``width`` points with ``wanted`` hits; windows lie along the last axis."""
    sums = np.cumsum(np.concatenate([np.zeros((*hits.shape[:-1], 1), dtype=int), hits.astype(int)], axis=-1), axis=-1)
    marked = np.zeros(hits.shape, dtype=bool)
    if hits.shape[-1] >= width:
        marked[..., width - 1 :] = sums[..., width:] - sums[..., :-width] >= wanted
    return marked


def _both_sides(z: Zones, limit: float, width: int, wanted: int) -> Flags:
    """Signals on either side; the point that completes the pattern lies in it."""
    above, below = z > limit, z < -limit
    return (_windows(above, width, wanted) & above) | (_windows(below, width, wanted) & below)


def _trend(z: Zones) -> Flags:
    rising, falling = np.zeros(z.shape, dtype=bool), np.zeros(z.shape, dtype=bool)
    rising[..., 1:], falling[..., 1:] = z[..., 1:] > z[..., :-1], z[..., 1:] < z[..., :-1]
    return _windows(rising, 5, 5) | _windows(falling, 5, 5)


def _alternating(z: Zones) -> Flags:
    steps = np.zeros(z.shape)
    steps[..., 1:] = np.sign(z[..., 1:] - z[..., :-1])
    turns = np.zeros(z.shape, dtype=bool)
    turns[..., 2:] = steps[..., 2:] * steps[..., 1:-1] < 0
    return _windows(turns, 12, 12)


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern. sentence: what it means; source: where it comes from."""

    name: str
    sentence: str
    source: str
    find: Callable[[Zones], Flags]


_WE: Final = "Western Electric, Statistical Quality Control Handbook (1956)"
_NELSON: Final = "Nelson, Journal of Quality Technology 16 (1984) 237–239"
RULES: Final = {
    rule.name: rule
    for rule in (
        Rule("beyond_3", "One point beyond three standard deviations.", _WE, lambda z: np.abs(z) > 3),
        Rule("two_of_three", "Two of three points beyond two standard deviations on one side.", _WE,
             lambda z: _both_sides(z, 2, 3, 2)),
        Rule("four_of_five", "Four of five points beyond one standard deviation on one side.", _WE,
             lambda z: _both_sides(z, 1, 5, 4)),
        Rule("eight_one_side", "Eight points in a row on one side of the centre.", _WE,
             lambda z: _both_sides(z, 0, 8, 8)),
        Rule("trend_of_six", "Six points in a row rising or falling.", _NELSON, _trend),
        Rule("fourteen_alternating", "Fourteen points in a row going up and down in turn.", _NELSON, _alternating),
        Rule("fifteen_inside_1", "Fifteen points in a row within one standard deviation.", _NELSON,
             lambda z: _windows(np.abs(z) < 1, 15, 15)),
        Rule("eight_outside_1", "Eight points in a row beyond one standard deviation on either side.", _NELSON,
             lambda z: _windows(np.abs(z) > 1, 8, 8)),
    )
}  # fmt: skip
DEFAULT: Final = ("beyond_3", "eight_one_side")
WESTERN_ELECTRIC: Final = ("beyond_3", "two_of_three", "four_of_five", "eight_one_side")


def chosen(names: Sequence[str]) -> tuple[Rule, ...]:
    """Return the rules of these names. Refuses: rule_unknown, no_rule."""
    if not names:
        raise ChartRefused("A chart needs at least one rule.", code="no_rule")
    for name in names:
        if name not in RULES:
            raise ChartRefused("%(name)s is not a rule of charts.", code="rule_unknown", name=name)
    return tuple(RULES[name] for name in dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """How often rules signal though nothing changed. Run lengths count points until the first signal.

    mean: average run length. error: its standard error. median: of the run lengths. share_in_25: part of charts with
    a signal within 25 points. runs, seed: of the simulation; longest: points after which a run was cut off.
    """

    rules: tuple[str, ...]
    mean: float
    error: float
    median: float
    share_in_25: float
    runs: int
    longest: int
    seed: int


def false_alarms(
    *, rules: Sequence[str] = DEFAULT, runs: int = 4000, seed: int = 0, longest: int = 4000
) -> FalseAlarms:
    """Simulate charts of independent normal values with known limits and count the points to the first signal.

    runs: charts, 10 or more. longest: points of a chart; runs without a signal count with this length.
    """
    patterns = chosen(rules)
    if runs < 10 or longest < 50:
        raise ChartRefused("A simulation has ten runs of fifty points or more.", code="simulation_too_small")
    draw = np.random.default_rng(seed)
    lengths = np.full(runs, longest)
    batch = max(1, 2_000_000 // longest)
    for start in range(0, runs, batch):
        z = draw.standard_normal((min(batch, runs - start), longest))
        found = np.zeros(z.shape, dtype=bool)
        for rule in patterns:
            found |= rule.find(z)
        signalled = found.any(axis=1)
        lengths[start : start + len(z)][signalled] = found[signalled].argmax(axis=1) + 1
    return FalseAlarms(
        tuple(rule.name for rule in patterns), float(lengths.mean()), float(lengths.std(ddof=1) / np.sqrt(runs)),
        float(np.median(lengths)), float((lengths <= 25).mean()), runs, longest, seed,
    )  # fmt: skip
