"""Fee arrangements, budgets, accruals, the bridge, savings and the comparison of firms: worked cases."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from chancery.engines.billing import arrangements as fees
from chancery.engines.billing import budgets, outsourcing
from chancery.engines.billing.arrangements import ArrangementRefused, Work
from chancery.engines.billing.benchmark import BenchmarkRefused, Observed, gate, rate_index, rate_premiums
from chancery.engines.billing.bridge import Cell, bridge
from chancery.engines.billing.budgets import Budget, BudgetRefused
from chancery.engines.billing.outsourcing import FirmCost, OutsourcerCost

D = Decimal
K = Decimal(1000)


def test_worked_cases_of_fee_arrangements() -> None:
    hard = fees.capped(work=Work(118 * K), cap=100 * K)
    assert (hard.billable, hard.loss) == (100 * K, 18 * K)
    over = fees.collar(work=Work(130 * K), target=100 * K, band=D("0.1"), share=D("0.5"))
    under = fees.collar(work=Work(80 * K), target=100 * K, band=D("0.1"), share=D("0.5"))
    assert (over.billable, under.billable) == (110 * K, 95 * K)
    assert fees.blended(work=Work(93 * K, hours=D(250)), rate=D(400)).billable == 100 * K


@pytest.mark.parametrize(
    ("fee", "billable"),
    [
        (fees.hourly(work=Work(D(900))), "900"),
        (fees.discounted(work=Work(D(900)), discount=D("0.1")), "810"),
        (fees.tiered(work=Work(D(300)), before=D(900), tiers=[(D(0), D(0)), (D(1000), D("0.1"))]), "280"),
        (fees.fixed(work=Work(D(900)), fee=D(1000), earned=D("0.25")), "250"),
        (fees.phased(work=Work(D(900)), phases={"L100": D(400), "L200": D(700)}, done=["L100", "L100"]), "400"),
        (fees.capped(work=Work(D(900)), cap=D(500), share_above=D("0.5")), "700"),
        (fees.capped(work=Work(D(900)), cap=D(500), billed_before=D(450)), "50"),
        (fees.collar(work=Work(D(1050)), target=D(1000), band=D("0.1"), share=D("0.5")), "1000"),
        (
            fees.contingency(work=Work(D(900)), recovered=D(1500), brackets=[(D(0), D("0.3")), (D(1000), D("0.2"))]),
            "400",
        ),
        (fees.success(base=fees.hourly(work=Work(D(900))), bonus=D(100), reached=True), "1000"),
        (fees.holdback(base=fees.hourly(work=Work(D(900))), share=D("0.1"), released=D(30)), "840"),
        (fees.subscription(work=Work(D(900), hours=D(12)), fee=D(500), included_hours=D(10), rate_above=D(60)), "620"),
        (fees.by_unit(work=Work(D(900), units={"document": D(100)}), prices={"document": D("1.5")}), "150"),
        (fees.hybrid(parts=[fees.hourly(work=Work(D(1))), fees.hourly(work=Work(D(2)))]), "3"),
    ],
)
def test_arrangements(fee: fees.Fee, billable: str) -> None:
    assert fee.billable == D(billable)
    assert fee.rounded(currency="USD").billable == D(billable)


def test_a_retainer_is_drawn_and_filled_up() -> None:
    fee = fees.retainer(work=Work(D(700)), balance=D(1000), floor=D(500), level=D(1000))
    assert (fee.billable, fee.balance) == (D(700), D(1000))
    empty = fees.retainer(work=Work(D(700)), balance=D(100))
    assert (empty.billable, empty.balance) == (D(600), D(0))
    assert fees.discounted(work=Work(D(900)), discount=D("0.1")).realisation == D("0.9")
    assert fees.hourly(work=Work(D(0))).realisation is None


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda: fees.discounted(work=Work(D(1)), discount=D(2)), "share_out_of_range"),
        (lambda: fees.capped(work=Work(D(1)), cap=D(-1)), "amount_negative"),
        (lambda: fees.tiered(work=Work(D(1)), before=D(0), tiers=[(D(1), D(0)), (D(0), D(0))]), "tiers_out_of_order"),
        (lambda: fees.phased(work=Work(D(1)), phases={}, done=["L100"]), "phase_unknown"),
        (lambda: fees.by_unit(work=Work(D(1), units={"x": D(1)}), prices={}), "unit_unknown"),
    ],
)
def test_arrangements_that_contradict_themselves(act: Any, code: str) -> None:
    with pytest.raises(ArrangementRefused) as refused:
        act()
    assert refused.value.code == code


def test_budget_status_and_versions() -> None:
    draft = Budget("M", 2, {("L100", "2026-01"): D(2000)})
    agreed = Budget(
        "M", 1, {("L100", "2026-01"): D(500), ("L100", "2026-02"): D(500), ("L200", "2026-02"): D(100)}, "GC"
    )
    assert budgets.in_force(versions=[draft, agreed]) == agreed
    assert agreed.total == D(1100)
    rows = budgets.status(budget=agreed, actual={"L100": D(1100), "L300": D(5)})
    assert [(row.phase, row.level, row.share) for row in rows] == [
        ("L100", 110, D("1.1")),
        ("L200", 0, D(0)),
        ("L300", 0, None),
    ]


def test_forecast_from_closed_matters() -> None:
    """Three matters burnt 40, 50 and 60 % of their spend half-way: 600 spent by then means 1,200 in the middle."""
    curve = budgets.burn_curve(matters=[[(0.5, share), (1.0, 1.0)] for share in (0.4, 0.5, 0.6)])
    found = budgets.forecast(curve=curve, progress=0.5, actual=D(500), waiting=D(100))
    assert found.expected == D("1200.00")
    assert found.low < found.expected < found.high
    done = budgets.forecast(curve=curve, progress=1.0, actual=D(500))
    assert (done.low, done.expected, done.high) == (D(500), D(500), D(500))
    with pytest.raises(BudgetRefused):
        budgets.burn_curve(matters=[[(1.0, 1.0)]])


def test_accruals_reverse_themselves_and_are_trued_up() -> None:
    def accrue(estimate: str | None, waiting: str | None) -> budgets.Accrual:
        return budgets.accrue(
            matter="M",
            month="2026-01",
            estimate=D(estimate) if estimate else None,
            work_in_progress=D(waiting) if waiting else None,
            daily_rate=D(50),
            working_days=21,
        )

    assert (accrue("900", "800").basis, accrue(None, "800").amount, accrue(None, None).amount) == (
        "estimate",
        800,
        1050,
    )
    rows = budgets.journal(accruals=[accrue("900", None)], next_month={"2026-01": "2026-02"})
    for month in ("2026-01", "2026-02"):
        held = [row for row in rows if row.month == month]
        assert sum(row.debit for row in held) == sum(row.credit for row in held) == 900
    up = budgets.true_up(accrued=D(900), actual=D(1000))
    assert (up.difference, up.accuracy) == (D(100), D("0.9"))
    with pytest.raises(BudgetRefused):
        budgets.journal(accruals=[accrue("900", None)], next_month={})


CELLS = st.dictionaries(
    st.sampled_from("abcd"),
    st.builds(
        Cell,
        hours=st.decimals(0, 5000, places=1),
        rate=st.decimals(1, 900, places=2),
        exchange=st.decimals("0.5", 2, places=4),
        tax=st.decimals(0, 500, places=2),
    ),
    max_size=4,
)


@settings(max_examples=200, deadline=None)
@given(CELLS, CELLS)
def test_the_bridge_adds_exactly(before: dict[str, Cell], after: dict[str, Cell]) -> None:
    found = bridge(before=before, after=after)
    steps = found.volume + found.mix + found.price + found.exchange + found.tax
    assert found.before + steps == found.after

    def whole(cells: dict[str, Cell]) -> Decimal:
        return sum((c.hours * c.rate * c.exchange + c.tax for c in cells.values()), D(0))

    assert abs(found.before - whole(before)) <= D("0.005")
    assert abs(found.after - whole(after)) <= D("0.01")


def test_a_worked_bridge() -> None:
    """100 h at 300 and 100 h at 100, then 150 at 310 and 100 at 100: price 10 × 100 h, 50 h more at the average 205."""
    before = {"partner": Cell(D(100), D(300)), "clerk": Cell(D(100), D(100))}
    after = {"partner": Cell(D(150), D(310)), "clerk": Cell(D(100), D(100))}
    found = bridge(before=before, after=after)
    assert (found.before, found.after) == (D(40_000), D(56_500))
    assert (found.price, found.volume, found.mix) == (D(1000), D(10_250), D(5_250))


def test_worked_saving_of_an_outsourcer() -> None:
    """20,000 contracts: 160 at the firm, 35.50 outside, 60,000 fixed; 2,430,000 saved, even at 482."""
    firm = FirmCost(D("0.5"), D(320))
    outside = OutsourcerCost(price=D(28), oversight=D(4), quality=D(2), rework=D("1.5"), fixed=60 * K)
    found = outsourcing.compare(units=20_000, firm=firm, outsourcer=outside)
    assert (found.firm_unit, found.outsourcer_unit) == (D(160), D("35.5"))
    assert (found.saving, found.break_even) == (D(2_430_000), 482)
    assert outsourcing.compare(units=482, firm=firm, outsourcer=outside).saving >= 0
    assert outsourcing.compare(units=481, firm=firm, outsourcer=outside).saving < 0
    worse = outsourcing.compare(
        units=20_000,
        firm=firm,
        outsourcer=outside,
        recall_gap=D("0.02"),
        relevant_share=D("0.1"),
        cost_of_a_miss=D(500),
    )
    assert (worse.quality_cost, worse.net) == (D(20_000), D(2_410_000))
    dear = OutsourcerCost(price=D(200), fixed=D(1))
    assert outsourcing.compare(units=1, firm=firm, outsourcer=dear).break_even is None
    spread = outsourcing.compare_range(
        units=100,
        firm=firm,
        outsourcer=outside,
        rework={"p10": D(1), "p90": D(3)},
        throughput={"p10": D("1.2"), "p90": D("0.8")},
    )
    assert spread["p10"].saving > spread["p90"].saving


def simulated(seed: int) -> tuple[list[Observed], dict[str, float]]:
    """Twenty firms of sixty people; the premium of each is known."""
    random = np.random.default_rng(seed)
    rows, truth = [], {}
    base = {"PARTNR": 650, "ASSOC": 380, "PARALG": 170}
    region, practice = {"NY": 1.25, "Ohio": 0.85, "Asia": 0.95}, {"suits": 1.0, "patents": 1.12, "labour": 0.82}
    for number in range(20):
        firm = f"f{number:02d}"
        truth[firm] = float(random.normal(0, 0.12))
        mixes = [random.dirichlet([0.8] * 3) for _ in range(3)]
        for person in range(60):
            grade, place, kind = (
                random.choice(list(names), p=mix) for names, mix in zip((base, region, practice), mixes, strict=True)
            )
            years = float(random.integers(0, 20))
            level = np.log(base[grade] * region[place] * practice[kind]) + 0.02 * years + truth[firm]
            rate = float(np.exp(level + random.normal(0, 0.08)))
            rows.append(Observed(firm, f"p{person}", grade, years, place, kind, 2025, rate, float(random.gamma(2, 60))))
    return rows, truth


def test_the_comparison_finds_the_simulated_premium() -> None:
    ranks, index_ranks, blended = [], [], []
    for seed in range(4):
        rows, truth = simulated(seed)
        firms = sorted(truth)
        found = {item.firm: item for item in rate_premiums(observed=rows, seed=seed, draws=30)}
        ranks.append(spearmanr([truth[f] for f in firms], [found[f].premium for f in firms]).statistic)
        index = {item.firm: item.index for item in rate_index(observed=rows, seed=seed, draws=50)}
        index_ranks.append(spearmanr([truth[f] for f in firms], [index[f] for f in firms]).statistic)
        naive = {f: np.mean([row.rate for row in rows if row.firm == f]) for f in firms}
        blended.append(spearmanr([truth[f] for f in firms], [naive[f] for f in firms]).statistic)
        assert all(found[f].low <= found[f].premium <= found[f].high for f in firms)
    assert np.mean(ranks) >= 0.98
    assert np.mean(index_ranks) >= 0.9
    assert np.mean(blended) < 0.8


def test_thin_cells_give_way_and_a_seed_repeats_the_interval() -> None:
    rows, _ = simulated(1)
    whole = rate_index(observed=rows, seed=1)
    assert whole == rate_index(observed=rows, seed=1)
    assert all(0 <= item.coverage < 1 and item.low <= item.index <= item.high for item in whole)
    strict = rate_index(observed=rows, seed=1, min_firms=19)
    assert sum(item.coverage for item in strict) < sum(item.coverage for item in whole)
    with pytest.raises(BenchmarkRefused) as refused:
        rate_index(observed=[], seed=1)
    assert refused.value.code == "no_rows"


def test_the_gate_of_pooled_rates() -> None:
    today = date(2026, 6, 30)

    def row(client: str, days: int = 100, hours: float = 10) -> Observed:
        return Observed("F", "p", "ASSOC", 3, "NY", "suits", 2026, 300.0, hours, client, today - timedelta(days=days))

    five = [row(f"c{number}") for number in range(5)]
    assert gate(observed=[*five, row("c9", days=91)], as_of=today) == five
    for rows, code in (
        (five[:4], "too_few_clients"),
        ([*five, row("c1", hours=100)], "client_dominates"),
        ([Observed("F", "p", "ASSOC", 3, "NY", "suits", 2026, 300.0, 1.0)], "rows_undated"),
    ):
        with pytest.raises(BenchmarkRefused) as refused:
            gate(observed=rows, as_of=today)
        assert refused.value.code == code


def test_balances_of_retainers_are_added_and_rounded() -> None:
    """900 left of 1000 after fees of 100, and 0.995 left of 1.995: together 900.995, in cents 901.00."""
    first = fees.retainer(work=Work(D(100)), balance=D(1000))
    second = fees.retainer(work=Work(D(1)), balance=D("1.995"))
    whole = fees.hybrid(parts=[first, fees.hourly(work=Work(D(5))), second])
    assert (whole.billable, whole.balance) == (D(5), D("900.995"))
    assert whole.rounded(currency="USD").balance == D("901.00")
    assert fees.hybrid(parts=[fees.hourly(work=Work(D(5)))]).balance is None
