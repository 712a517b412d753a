"""Control charts for shares, counts, single values and rare events."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chancery.engines.quality.charts.constants import ChartRefused, constants
from chancery.engines.quality.charts.rules import DEFAULT, chosen

Values = NDArray[np.float64]
# Nelson, Journal of Quality Technology 26 (1994) 261–264: this root makes exponential waiting times nearly normal.
_ROOT: Final = 1 / 3.6


@dataclass(frozen=True, slots=True)
class Signal:
    """A pattern found: position of the point that completes it (0 is the first), its rule and sentence."""

    position: int
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Points with centre and limits; every point has its own, since samples differ in size.

    unit: what the points are. spread: one standard deviation of the baseline at each point.
    baseline: points that centre and limits were computed from. companion: the moving-range chart of single values.
    """

    kind: str
    unit: str
    points: tuple[float, ...]
    centre: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    signals: tuple[Signal, ...]
    baseline: int
    companion: Chart | None = None


def _numbers(values: Sequence[float], *, least: float = 0.0) -> Values:
    numbers = np.asarray(values, dtype=float)
    if numbers.ndim != 1 or numbers.size < 2:
        raise ChartRefused("A chart needs two points or more.", code="too_few_points")
    if not np.isfinite(numbers).all() or float(numbers.min()) < least:
        raise ChartRefused(
            "The figures of this chart are finite and not below %(least)s.", code="figure_invalid", least=least
        )
    return numbers


def _sizes(sizes: Sequence[float], count: int) -> Values:
    held = np.asarray(sizes, dtype=float)
    if held.size != count:
        raise ChartRefused("Every point needs its sample size.", code="sizes_missing")
    if not np.isfinite(held).all() or float(held.min()) <= 0:
        raise ChartRefused("Sample sizes are above zero.", code="size_invalid")
    return held


def _base(count: int, baseline: int | None) -> slice:
    if baseline is not None and not 2 <= baseline <= count:
        raise ChartRefused("The baseline has two points or more of the chart.", code="baseline_invalid")
    return slice(0, baseline or count)


def _made(
    kind: str, unit: str, points: Values, centre: Values, spread: Values, base: slice, rules: Sequence[str], *,
    top: float = math.inf, bottom: float = 0.0, companion: Chart | None = None,
) -> Chart:  # fmt: skip
    """Judge the points against centre ± 3 spread, limits cut to what can occur."""
    away = np.where(np.isclose(points, centre, rtol=1e-12, atol=0.0), 0.0, points - centre)
    # A baseline without any spread leaves no room: whatever departs from it lies beyond the limits.
    far = np.where(away == 0, 0.0, np.copysign(np.inf, away))
    z = np.divide(away, spread, out=far, where=spread > 0)
    signals = [
        Signal(int(at), rule.name, rule.sentence)
        for rule in chosen(rules)
        for at in np.flatnonzero(rule.find(z))
    ]  # fmt: skip
    return Chart(
        kind, unit, tuple(map(float, points)), tuple(map(float, centre)),
        tuple(map(float, np.maximum(centre - 3 * spread, bottom))),
        tuple(map(float, np.minimum(centre + 3 * spread, top))),
        tuple(sorted(signals, key=lambda one: (one.position, one.rule))), base.stop, companion,
    )  # fmt: skip


def p_chart(
    *, defective: Sequence[float], sizes: Sequence[float], baseline: int | None = None, rules: Sequence[str] = DEFAULT
) -> Chart:
    """Chart of the share of defective items: p̄ ± 3 √(p̄ (1 − p̄) / n). defective: counts; sizes: items inspected."""
    counts = _numbers(defective)
    n = _sizes(sizes, counts.size)
    if (counts > n).any():
        raise ChartRefused("No sample holds more defective items than items.", code="figure_invalid")
    base = _base(counts.size, baseline)
    share = float(counts[base].sum() / n[base].sum())
    centre = np.full(counts.size, share)
    return _made("p", "share", counts / n, centre, np.sqrt(share * (1 - share) / n), base, rules, top=1.0)


def np_chart(
    *, defective: Sequence[float], size: float, baseline: int | None = None, rules: Sequence[str] = DEFAULT
) -> Chart:
    """Chart of the number of defective items in samples of one size: n p̄ ± 3 √(n p̄ (1 − p̄))."""
    counts = _numbers(defective)
    n = float(_sizes([size] * counts.size, counts.size)[0])
    if (counts > n).any():
        raise ChartRefused("No sample holds more defective items than items.", code="figure_invalid")
    base = _base(counts.size, baseline)
    share = float(counts[base].mean() / n)
    centre, spread = np.full(counts.size, n * share), np.full(counts.size, math.sqrt(n * share * (1 - share)))
    return _made("np", "items", counts, centre, spread, base, rules, top=n)


def c_chart(*, defects: Sequence[float], baseline: int | None = None, rules: Sequence[str] = DEFAULT) -> Chart:
    """Chart of defects in equal areas of opportunity: c̄ ± 3 √c̄."""
    counts = _numbers(defects)
    base = _base(counts.size, baseline)
    mean = float(counts[base].mean())
    return _made("c", "defects", counts, np.full(counts.size, mean), np.full(counts.size, math.sqrt(mean)), base, rules)


def u_chart(
    *, defects: Sequence[float], units: Sequence[float], baseline: int | None = None, rules: Sequence[str] = DEFAULT
) -> Chart:
    """Chart of defects per unit: ū ± 3 √(ū / n)."""
    counts = _numbers(defects)
    n = _sizes(units, counts.size)
    base = _base(counts.size, baseline)
    mean = float(counts[base].sum() / n[base].sum())
    return _made("u", "defects per unit", counts / n, np.full(counts.size, mean), np.sqrt(mean / n), base, rules)


def _singles(values: Values, base: slice) -> tuple[float, float, float]:
    """Mean, mean moving range and standard deviation of single values."""
    ranges = np.abs(np.diff(values[base]))
    mean_range = float(ranges.mean())
    return float(values[base].mean()), mean_range, mean_range / constants(2).d2


def xmr_chart(*, values: Sequence[float], baseline: int | None = None, rules: Sequence[str] = DEFAULT) -> Chart:
    """Chart of single values, x̄ ± 2.66 MR̄, with the chart of moving ranges (upper limit 3.27 MR̄) as companion.

    Method: Wheeler and Chambers, Understanding Statistical Process Control (1992); factors from d2 and d3 of n = 2.
    """
    numbers = _numbers(values, least=-math.inf)
    base = _base(numbers.size, baseline)
    mean, mean_range, spread = _singles(numbers, base)
    ranges = np.abs(np.diff(numbers))
    held = constants(2)
    companion = None
    if ranges.size >= 2:
        centre = np.full(ranges.size, mean_range)
        deviation = np.full(ranges.size, mean_range * held.d3 / held.d2)
        companion = _made("mR", "moving range", ranges, centre, deviation, slice(0, base.stop - 1), ("beyond_3",))
    return _made(
        "XmR", "value", numbers, np.full(numbers.size, mean), np.full(numbers.size, spread), base, rules,
        bottom=-math.inf, companion=companion,
    )  # fmt: skip


def g_chart(*, between: Sequence[float], baseline: int | None = None, rules: Sequence[str] = DEFAULT) -> Chart:
    """Chart of the items between two rare events: ḡ ± 3 √(ḡ (ḡ + 1)).

    between: items without an event before each event. Method: Benneyan, IIE Transactions 33 (2001) 1–18.
    """
    counts = _numbers(between)
    base = _base(counts.size, baseline)
    mean = float(counts[base].mean())
    spread = np.full(counts.size, math.sqrt(mean * (mean + 1)))
    return _made("g", "items between events", counts, np.full(counts.size, mean), spread, base, rules)


def t_chart(*, between: Sequence[float], baseline: int | None = None, rules: Sequence[str] = DEFAULT) -> Chart:
    """Chart of the time between two rare events, judged on the root that makes it nearly normal (Nelson 1994).

    between: times in one unit, above zero. Centre and limits are turned back into that unit.
    """
    times = _numbers(between)
    if float(times.min()) <= 0:
        raise ChartRefused("Times between events are above zero.", code="figure_invalid", least=0)
    roots = times**_ROOT
    inner = xmr_chart(values=roots.tolist(), baseline=baseline, rules=rules)

    def back(ends: Sequence[float]) -> tuple[float, ...]:
        return tuple(max(0.0, end) ** (1 / _ROOT) for end in ends)

    return Chart(
        "t", "time between events", tuple(map(float, times)), back(inner.centre), back(inner.lower),
        back(inner.upper), inner.signals, inner.baseline,
    )  # fmt: skip


KINDS: Final[dict[str, Callable[..., Chart]]] = {
    "p": p_chart, "np": np_chart, "u": u_chart, "c": c_chart, "xmr": xmr_chart, "g": g_chart, "t": t_chart,
}  # fmt: skip
