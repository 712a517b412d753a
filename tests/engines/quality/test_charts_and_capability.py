"""Charts, their constants and false alarms; capability; stratified estimates."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from chancery.engines.quality.capability import CapabilityRefused, capability, dpmo, dpmo_of_sigma, sigma_level
from chancery.engines.quality.charts.constants import ChartRefused, constants
from chancery.engines.quality.charts.control import c_chart, g_chart, np_chart, p_chart, t_chart, u_chart, xmr_chart
from chancery.engines.quality.charts.rules import RULES, WESTERN_ELECTRIC, false_alarms
from chancery.engines.quality.stratified import StratifiedRefused, Stratum, divide_sample, stratified_share


def test_every_constant(test_data: Path) -> None:
    with (test_data / "operations" / "control_chart_constants.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 24
    for row in rows:
        held = constants(int(row["n"]))
        values = {
            "A2": held.a2, "A3": held.a3, "c4": held.c4, "B3": held.b3, "B4": held.b4, "d2": held.d2, "d3": held.d3,
            "D3": held.big_d3, "D4": held.big_d4, "E2": held.e2,
        }  # fmt: skip
        for name, value in values.items():
            assert value == pytest.approx(float(row[name]), abs=5.1e-5), (row["n"], name)


def test_constants_of_two_values_have_closed_forms() -> None:
    held = constants(2)
    assert held.d2 == pytest.approx(2 / math.sqrt(math.pi), abs=1e-9)
    assert held.d3 == pytest.approx(math.sqrt(2 - 4 / math.pi), abs=1e-8)
    assert held.c4 == pytest.approx(math.sqrt(2 / math.pi), abs=1e-12)


def test_every_sigma_level(test_data: Path) -> None:
    with (test_data / "operations" / "sigma_dpmo.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 61
    for row in rows:
        sigma = float(row["sigma_level_with_1.5_shift"])
        found = dpmo_of_sigma(sigma=sigma)
        assert found == pytest.approx(float(row["dpmo"]), abs=5.1e-4)
        assert 100 - found / 10_000 == pytest.approx(float(row["yield_percent"]), abs=5.1e-7)
        assert sigma_level(dpmo=found) == pytest.approx(sigma, abs=1e-9)


def test_dpmo() -> None:
    assert dpmo(defects=3, units=500, opportunities=4) == 1500.0
    assert sigma_level(dpmo=0) == math.inf
    with pytest.raises(CapabilityRefused):
        dpmo(defects=5, units=2, opportunities=2)


def test_p_chart_with_unequal_samples() -> None:
    chart = p_chart(defective=[4, 2, 20, 5], sizes=[100, 50, 100, 80])
    share = 31 / 330
    assert chart.centre == pytest.approx([share] * 4, abs=1e-12)
    spread = math.sqrt(share * (1 - share) / 50)
    assert (chart.lower[1], chart.upper[1]) == pytest.approx((0.0, share + 3 * spread), abs=1e-12)
    assert [(one.position, one.rule) for one in chart.signals] == [(2, "beyond_3")]


def test_the_baseline_sets_the_limits() -> None:
    chart = c_chart(defects=[4, 6, 5, 5, 40], baseline=4)
    assert chart.centre[0] == 5.0
    assert chart.upper[4] == pytest.approx(5 + 3 * math.sqrt(5), abs=1e-12)
    assert [one.position for one in chart.signals] == [4]


def test_other_charts_from_their_formulas() -> None:
    counts = np_chart(defective=[2, 4, 6], size=50)
    assert counts.upper[0] == pytest.approx(4 + 3 * math.sqrt(50 * 0.08 * 0.92), abs=1e-12)
    units = u_chart(defects=[2, 6, 4], units=[10, 20, 10])
    assert (units.centre[0], units.points[1]) == pytest.approx((0.3, 0.3), abs=1e-12)
    assert units.upper[1] == pytest.approx(0.3 + 3 * math.sqrt(0.3 / 20), abs=1e-12)
    gaps = g_chart(between=[10, 20, 30])
    assert gaps.upper[0] == pytest.approx(20 + 3 * math.sqrt(20 * 21), abs=1e-12)
    single = xmr_chart(values=[10.0, 12.0, 11.0, 13.0])
    assert single.upper[0] == pytest.approx(11.5 + 3 * (5 / 3) * math.sqrt(math.pi) / 2, abs=1e-9)
    assert single.companion is not None
    assert single.companion.upper[0] == pytest.approx(5 / 3 * 3.2665, abs=1e-4)
    times = t_chart(between=[5.0, 9.0, 2.0, 7.0])
    roots = [value ** (1 / 3.6) for value in (5.0, 9.0, 2.0, 7.0)]
    assert times.centre[0] == pytest.approx((sum(roots) / 4) ** 3.6, abs=1e-9)


def test_a_point_off_a_baseline_without_spread_signals() -> None:
    """No defect in five samples puts both limits at zero; one of equal values has no room either."""
    chart = p_chart(defective=[0, 0, 0, 0, 0, 3], sizes=[10] * 6, baseline=5)
    assert (chart.upper[5], [(one.position, one.rule) for one in chart.signals]) == (0.0, [(5, "beyond_3")])
    still = xmr_chart(values=[0.1 + 0.2, 0.3, 0.3, 0.3, 0.3], rules=("beyond_3",))
    assert still.signals == ()


PATTERNS = {
    "beyond_3": ([0.0, 3.1], 1),
    "two_of_three": ([2.1, 0.0, 2.1], 2),
    "four_of_five": ([1.1, 1.1, -1.0, 1.1, 1.1], 4),
    "eight_one_side": ([0.1] * 8, 7),
    "trend_of_six": ([-0.5, -0.3, 0.1, 0.2, 0.3, 0.4], 5),
    "fourteen_alternating": ([0.1, -0.1] * 7, 13),
    "fifteen_inside_1": ([0.5, -0.5, 0.2] * 5, 14),
    "eight_outside_1": ([1.5, -1.5] * 4, 7),
}


@pytest.mark.parametrize("name", RULES)
def test_each_rule_signals_at_the_last_point_and_not_before(name: str) -> None:
    points, last = PATTERNS[name]
    marked = RULES[name].find(np.array(points))
    assert list(np.flatnonzero(marked)) == [last]


def test_opposite_sides_make_no_pattern() -> None:
    assert not RULES["two_of_three"].find(np.array([2.1, -2.1, 0.0])).any()
    assert not RULES["four_of_five"].find(np.array([1.1, 1.1, -1.1, -1.1, 1.1])).any()


def test_false_alarms_near_theory() -> None:
    """One point beyond three: 1 / 0.0027 = 370.4. All four: 91.75 (Champ and Woodall, Technometrics 29 (1987))."""
    one = false_alarms(rules=("beyond_3",), seed=1)
    assert abs(one.mean - 1 / (2 * stats.norm.sf(3))) < 4 * one.error
    four = false_alarms(rules=WESTERN_ELECTRIC, seed=1)
    assert abs(four.mean - 91.75) < 4 * four.error
    assert false_alarms(seed=5) == false_alarms(seed=5)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: p_chart(defective=[1], sizes=[10]), "too_few_points"),
        (lambda: p_chart(defective=[1, 11], sizes=[10, 10]), "figure_invalid"),
        (lambda: p_chart(defective=[1, 1], sizes=[10]), "sizes_missing"),
        (lambda: p_chart(defective=[1, 1], sizes=[10, 0]), "size_invalid"),
        (lambda: c_chart(defects=[1, math.nan]), "figure_invalid"),
        (lambda: c_chart(defects=[1, 2], rules=("odd",)), "rule_unknown"),
        (lambda: c_chart(defects=[1, 2], rules=()), "no_rule"),
        (lambda: c_chart(defects=[1, 2, 3], baseline=9), "baseline_invalid"),
        (lambda: t_chart(between=[1, 0]), "figure_invalid"),
        (lambda: constants(1), "subgroup_invalid"),
        (lambda: false_alarms(runs=1), "simulation_too_small"),
    ],
)
def test_refused_charts(call, code: str) -> None:
    with pytest.raises(ChartRefused) as refusal:
        call()
    assert refusal.value.code == code


VALUES = [9.2, 10.1, 10.4, 9.8, 10.9, 9.5, 10.0, 10.3, 9.9, 10.6, 9.7, 10.2]


def test_capability_of_the_normal_distribution() -> None:
    found = capability(values=VALUES, lower=8, upper=12)
    mean, spread = np.mean(VALUES), np.std(VALUES, ddof=1)
    assert found.cp == pytest.approx(4 / (6 * spread), abs=1e-9)
    assert found.cpk == pytest.approx(min(mean - 8, 12 - mean) / (3 * spread), abs=1e-9)
    assert found.beyond == pytest.approx(stats.norm.cdf(8, mean, spread) + stats.norm.sf(12, mean, spread), abs=1e-12)
    assert found.cpk_low < found.cpk < found.cpk_high


def test_capability_of_skewed_times() -> None:
    times = [float(one) for one in stats.lognorm(s=0.5, scale=4).ppf(np.linspace(0.02, 0.98, 49))]
    found = capability(values=times, upper=30, distribution="lognormal")
    logs = np.log(times)
    high = math.exp(logs.mean() + 3 * logs.std(ddof=1))
    middle = math.exp(logs.mean())
    assert found.cpk == found.cpu == pytest.approx((30 - middle) / (high - middle), abs=1e-9)
    assert (found.cp, found.cpl, found.cpk_low) == (None, None, None)
    assert capability(values=times, upper=30, distribution="percentile").beyond == 0.0
    weibull = capability(values=times, upper=30, distribution="weibull")
    shape, _, scale = stats.weibull_min.fit(times, floc=0)
    assert weibull.middle == pytest.approx(scale * math.log(2) ** (1 / shape), abs=1e-9)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"values": VALUES}, "no_limit"),
        ({"values": VALUES[:5], "upper": 12}, "too_few"),
        ({"values": VALUES, "lower": 12, "upper": 8}, "limits_crossed"),
        ({"values": [1.0] * 12, "upper": 8}, "no_spread"),
        ({"values": [math.inf, *VALUES], "upper": 8}, "not_finite"),
        ({"values": [-1.0, *VALUES], "upper": 8, "distribution": "lognormal"}, "not_positive"),
        ({"values": VALUES, "upper": 8, "distribution": "flat"}, "distribution_unknown"),
    ],
)
def test_refused_capability(options, code: str) -> None:
    with pytest.raises(CapabilityRefused) as refusal:
        capability(**options)
    assert refusal.value.code == code


def test_stratified_share_from_its_formula() -> None:
    strata = [Stratum("a", 1000, 50, 5), Stratum("b", 3000, 60, 3)]
    found = stratified_share(strata=strata)
    assert found.share == pytest.approx(0.25 * 0.1 + 0.75 * 0.05, abs=1e-12)
    variance = 0.25**2 * (1 - 0.05) * 0.1 * 0.9 / 49 + 0.75**2 * (1 - 0.02) * 0.05 * 0.95 / 59
    assert found.standard_error == pytest.approx(math.sqrt(variance), abs=1e-12)
    assert found.normal.high == pytest.approx(found.share + 1.959963984540054 * math.sqrt(variance), abs=1e-9)
    exact = [stats.binomtest(k, n).proportion_ci(0.975, "exact") for k, n in ((5, 50), (3, 60))]
    assert found.exact.low == pytest.approx(0.25 * exact[0].low + 0.75 * exact[1].low, abs=1e-9)
    assert found.exact.high == pytest.approx(0.25 * exact[0].high + 0.75 * exact[1].high, abs=1e-9)


def test_a_stratum_read_whole_is_certain() -> None:
    found = stratified_share(strata=[Stratum("a", 10, 10, 3)])
    assert (found.share, found.standard_error, found.exact.low, found.exact.high) == (0.3, 0.0, 0.3, 0.3)


def test_division_of_a_sample() -> None:
    assert divide_sample(sizes=[100, 300, 600], total=100) == (10, 30, 60)
    assert sum(divide_sample(sizes=[7, 11, 13, 999_999], total=50_000)) == 50_000
    assert divide_sample(sizes=[1000, 1000], total=100, expected=[0.5, 0.0202]) == (78, 22)
    with pytest.raises(StratifiedRefused):
        divide_sample(sizes=[5, 5], total=11)
    with pytest.raises(StratifiedRefused):
        stratified_share(strata=[Stratum("a", 5, 0, 0)])
