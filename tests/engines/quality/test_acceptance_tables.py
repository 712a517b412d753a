"""Every cell of the sampling tables, and what the plans promise."""

from __future__ import annotations

import csv
import itertools
import math
from pathlib import Path

import pytest

from chancery.engines.quality.acceptance.curves import (
    accept_probability,
    accept_probability_of_lot,
    average_sample,
    characteristic,
    curve,
    double_accept_probability,
    double_characteristic,
)
from chancery.engines.quality.acceptance.isolated import limiting_quality_plan, zero_acceptance_plan
from chancery.engines.quality.acceptance.tables import (
    INSPECTIONS,
    PlanRefused,
    code_letter,
    double_plan,
    single_plan,
    table,
    tighter_aql,
)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "operations" / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_every_code_letter(test_data: Path) -> None:
    held = rows(test_data, "aql_code_letters.csv")
    assert len(held) == 105
    for row in held:
        for lot in (row["lot_from"], row["lot_to"] or "10000000"):
            assert code_letter(lot=int(lot), level=row["inspection_level"]) == row["code_letter"], row


@pytest.mark.parametrize("inspection", INSPECTIONS)
def test_every_single_plan(test_data: Path, inspection: str) -> None:
    held = rows(test_data, f"aql_single_{inspection}.csv")
    assert len(held) == 416
    for row in held:
        plan = single_plan(letter=row["code_letter"], aql=row["aql_percent"], inspection=inspection)
        found = (plan.aql, plan.cell, plan.use_letter, plan.n, plan.ac, plan.re)
        wanted = (row["aql_percent"], row["cell"], row["use_letter"], int(row["n"]), int(row["ac"]), int(row["re"]))
        assert found == wanted, row


@pytest.mark.parametrize(("inspection", "count"), [("normal", 128), ("tightened", 113), ("reduced", 108)])
def test_every_double_plan_and_no_other(test_data: Path, inspection: str, count: int) -> None:
    held = {(row["code_letter"], row["aql_percent"]): row for row in rows(test_data, f"aql_double_{inspection}.csv")}
    assert len(held) == count
    names = ("n1", "ac1", "re1", "n2", "ac2_cumulative", "re2_cumulative")
    for letter in table()["letters"][:-1]:
        for aql in table()["aqls"]:
            plan = double_plan(letter=letter, aql=aql, inspection=inspection)
            row = held.get((letter, aql))
            found = (plan.n1, plan.ac1, plan.re1, plan.n2, plan.ac2, plan.re2) if plan else None
            assert found == (tuple(int(row[name]) for name in names) if row else None), (letter, aql)


def test_every_curve(test_data: Path) -> None:
    held = rows(test_data, "aql_oc.csv")
    assert len(held) == 283
    for row in held:
        plan = single_plan(letter=row["code_letter"], aql=row["aql_percent"], inspection=row["inspection"])
        assert (plan.n, plan.ac, plan.re) == (int(row["n"]), int(row["ac"]), int(row["re"]))
        shown = characteristic(plan=plan, aql=float(row["aql_percent"]) / 100)
        if row["pa_at_aql"]:
            assert shown.pa_at_aql == pytest.approx(float(row["pa_at_aql"]), abs=5.1e-5)
        shares = (shown.p95, shown.p50, shown.p10, shown.p05, shown.aoql)
        names = ("p95_percent", "p50_percent", "p10_percent", "p05_percent", "aoql_percent")
        for share, name in zip(shares, names, strict=True):
            assert 100 * share == pytest.approx(float(row[name]), abs=5.1e-4), (row, name)


def test_plans_known_from_the_standard() -> None:
    """Z1.4: 1,000 items at level II are letter J; AQL 1.0 takes 80 of them and accepts two."""
    assert code_letter(lot=1000) == "J"
    plan = single_plan(letter="J", aql="1.0")
    assert (plan.n, plan.ac, plan.re, plan.cell) == (80, 2, 3, "plan")
    lone = single_plan(letter="R", aql="0.025", inspection="tightened")
    assert (lone.use_letter, lone.n, lone.ac) == ("S", 3150, 1)
    gap = single_plan(letter="K", aql="1.0", inspection="reduced")
    assert (gap.n, gap.ac, gap.re) == (50, 1, 4)
    assert tighter_aql("1.0") == "0.65"
    assert tighter_aql("0.010") is None


def test_the_tables_need_no_other_file() -> None:
    """A few cells typed from the printed tables, for machines without the comparison data."""
    cells = {
        ("C", "2.5", "normal"): ("C", 5, 0), ("L", "2.5", "normal"): ("L", 200, 10), ("A", "10", "normal"): ("C", 5, 1),
        ("H", "0.65", "tightened"): ("K", 125, 1), ("F", "100", "normal"): ("E", 13, 21),
    }  # fmt: skip
    for (letter, aql, inspection), wanted in cells.items():
        plan = single_plan(letter=letter, aql=aql, inspection=inspection)
        assert (plan.use_letter, plan.n, plan.ac) == wanted


def test_probabilities_from_their_sums() -> None:
    """Binomial and hypergeometric sums written out."""
    plan = single_plan(letter="D", aql="1.5")
    assert (plan.n, plan.ac) == (8, 0)
    assert accept_probability(plan=plan, share=0.1) == pytest.approx(0.9**8, abs=1e-12)
    assert accept_probability_of_lot(plan=plan, lot=20, nonconforming=2) == pytest.approx(
        12 * 11 / (20 * 19), abs=1e-12
    )
    double = double_plan(letter="B", aql="15")
    assert double is not None
    # n1 = n2 = 2, accept at 0, reject at 2, both together accept at 1.
    q = 0.9
    assert double_accept_probability(plan=double, share=0.1) == pytest.approx(q**2 + 2 * q * 0.1 * q**2, abs=1e-12)
    assert average_sample(plan=double, share=0.1) == pytest.approx(2 + 2 * 2 * q * 0.1, abs=1e-12)
    shown = double_characteristic(plan=double, aql=0.15)
    assert double_accept_probability(plan=double, share=shown.p10) == pytest.approx(0.10, abs=1e-9)


def test_a_curve_falls_and_begins_at_one() -> None:
    points = curve(plan=single_plan(letter="K", aql="1.0"), points=50)
    assert points[0] == (0.0, 1.0)
    assert all(later[1] < earlier[1] for earlier, later in itertools.pairwise(points))


@pytest.mark.parametrize(("lot", "size"), [(100, 78), (500, 129), (1000, 138), (5000, 147), (None, 149)])
def test_zero_acceptance_at_two_percent(lot: int | None, size: int) -> None:
    plan = zero_acceptance_plan(lot=lot, limit=0.02)
    assert (plan.n, plan.ac, plan.re) == (size, 0, 1)
    assert plan.risk <= 0.05


def test_plans_of_unlimited_and_of_enormous_lots() -> None:
    """n = 105 at 5 % and two allowed: Σ C(n, i) 0.05ⁱ 0.95ⁿ⁻ⁱ is 0.0992 at 105 and 0.1024 at 104."""
    plan = limiting_quality_plan(lot=None, limit=0.05, acceptance=2, risk=0.10)
    risks = [sum(math.comb(n, i) * 0.05**i * 0.95 ** (n - i) for i in range(3)) for n in (104, 105)]
    assert risks[0] > 0.10 >= risks[1]
    assert (plan.lot, plan.n, plan.ac) == (0, 105, 2) and plan.risk == pytest.approx(risks[1], abs=1e-12)
    # A thousand million items are like an unlimited lot: 149 = ⌈ln 0.05 / ln 0.98⌉.
    assert limiting_quality_plan(lot=10**9, limit=0.02, risk=0.05).n == 149
    assert zero_acceptance_plan(lot=10**9, limit=0.02).n == 149
    # One bad item in a million, at most 5 % missed: 95 % of the lot.
    assert limiting_quality_plan(lot=10**6, limit=1e-6, risk=0.05).n == 950_000


def test_the_limiting_quality_plan_is_the_smallest() -> None:
    for acceptance in (0, 1, 3):
        plan = limiting_quality_plan(lot=500, limit=0.05, acceptance=acceptance)
        held = single_like(plan.n - 1, acceptance)
        assert plan.risk <= 0.10 < accept_probability_of_lot(plan=held, lot=500, nonconforming=25)


def single_like(n: int, ac: int):
    return limiting_quality_plan(lot=10_000, limit=0.5, acceptance=ac).__class__(0, 0.0, n, ac, 0.0)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: code_letter(lot=1), "lot_too_small"),
        (lambda: code_letter(lot=10, level="IV"), "level_unknown"),
        (lambda: single_plan(letter="I", aql="1.0"), "letter_unknown"),
        (lambda: single_plan(letter="", aql="1.0"), "letter_unknown"),
        (lambda: single_plan(letter="A", aql="1.1"), "aql_unknown"),
        (lambda: single_plan(letter="A", aql="one"), "aql_unknown"),
        (lambda: single_plan(letter="A", aql="NaN"), "aql_unknown"),
        (lambda: single_plan(letter="A", aql="1.0", inspection="lax"), "inspection_unknown"),
        (lambda: accept_probability(plan=single_plan(letter="A", aql="6.5"), share=1.5), "share_invalid"),
        (lambda: characteristic(plan=single_plan(letter="A", aql="1000")), "plan_accepts_all"),
        (lambda: limiting_quality_plan(lot=10, limit=0.1, acceptance=1), "plan_accepts_all"),
        (lambda: limiting_quality_plan(lot=0, limit=0.1), "lot_invalid"),
        (lambda: zero_acceptance_plan(lot=None, limit=2.0), "share_invalid"),
    ],
)
def test_refusals(call, code: str) -> None:
    with pytest.raises(PlanRefused) as refusal:
        call()
    assert refusal.value.code == code
