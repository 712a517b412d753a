"""Budgets by phase and month, forecasts at completion, accruals and their true-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import numpy as np

from chancery.foundation.errors import Refused
from chancery.foundation.money import round_half_up

ZERO = Decimal(0)
Month = str
Basis = Literal["estimate", "work in progress", "run rate"]


class BudgetRefused(Refused):
    """A budget or accrual that cannot be computed."""

    code = "budget_refused"


@dataclass(frozen=True, slots=True)
class Budget:
    """One version of a matter's budget: amount by (phase code, month YYYY-MM). approved_by: empty while a draft."""

    matter: str
    version: int
    amounts: Mapping[tuple[str, Month], Decimal]
    approved_by: str = ""

    @property
    def total(self) -> Decimal:
        """Sum of all phases and months."""
        return sum(self.amounts.values(), ZERO)

    def by_phase(self) -> dict[str, Decimal]:
        """Sum of each phase."""
        sums: dict[str, Decimal] = {}
        for (phase, _), amount in sorted(self.amounts.items()):
            sums[phase] = sums.get(phase, ZERO) + amount
        return sums


def in_force(*, versions: Sequence[Budget]) -> Budget | None:
    """The approved version with the highest number."""
    approved = [budget for budget in versions if budget.approved_by]
    return max(approved, key=lambda budget: budget.version, default=None)


@dataclass(frozen=True, slots=True)
class PhaseStatus:
    """A phase against its budget. level: highest of 80, 100, 110, 125 % that is reached, 0 below; share may be None."""

    phase: str
    budget: Decimal
    actual: Decimal
    share: Decimal | None
    level: int


def status(*, budget: Budget, actual: Mapping[str, Decimal]) -> tuple[PhaseStatus, ...]:
    """Each phase of a budget, and phases that were worked on without one, by code."""
    planned = budget.by_phase()
    rows = []
    for phase in sorted({*planned, *actual}):
        amount, spent = planned.get(phase, ZERO), actual.get(phase, ZERO)
        share = spent / amount if amount else None
        reached = [level for level in (80, 100, 110, 125) if share is not None and share * 100 >= level]
        rows.append(PhaseStatus(phase, amount, spent, share, reached[-1] if reached else 0))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class BurnCurve:
    """Share of the final spend at shares of the duration, from closed matters: median and an 80 % band.

    at: ascending shares of the duration between 0 and 1. low, median, high: shares of the final spend.
    """

    at: tuple[float, ...]
    low: tuple[float, ...]
    median: tuple[float, ...]
    high: tuple[float, ...]
    matters: int


def burn_curve(*, matters: Sequence[Sequence[tuple[float, float]]], points: int = 20) -> BurnCurve:
    """The curve of similar closed matters. Each matter: (share of duration, cumulated spend), in order of time.

    Each is interpolated linearly and scaled to its own final spend; band: 10th and 90th percentile.
    Refuses fewer than three matters with any spend (too_few_matters).
    """
    grid = np.linspace(0, 1, points + 1)
    curves = []
    for matter in matters:
        ends = [(0.0, 0.0), *matter]
        if ends[-1][1] > 0:
            curves.append(np.interp(grid, [at for at, _ in ends], [spent / ends[-1][1] for _, spent in ends]))
    if len(curves) < 3:
        raise BudgetRefused("A burn curve needs three closed matters with spend.", code="too_few_matters")
    low, median, high = np.percentile(np.array(curves), [10, 50, 90], axis=0)
    as_tuple = [tuple(float(value) for value in line) for line in (grid, low, median, high)]
    return BurnCurve(as_tuple[0], as_tuple[1], as_tuple[2], as_tuple[3], len(curves))


@dataclass(frozen=True, slots=True)
class Forecast:
    """Spend at completion: expected, and the 80 % band. Never below what is spent and waiting to be billed."""

    expected: Decimal
    low: Decimal
    high: Decimal


def forecast(*, curve: BurnCurve, progress: float, actual: Decimal, waiting: Decimal = ZERO) -> Forecast:
    """Forecast at completion = max(actual + work in progress, (actual + work in progress) / share burnt by now).

    progress: share of the expected duration that has passed, above 0 up to 1. Rounded to whole minor units (2).
    """
    if not 0 < progress <= 1:
        raise BudgetRefused("Progress lies above 0 and up to 1.", code="progress_out_of_range")
    known = actual + waiting

    def at_completion(shares: tuple[float, ...]) -> Decimal:
        burnt = float(np.interp(progress, curve.at, shares))
        if burnt <= 0:
            return known
        return max(known, round_half_up(known / Decimal(repr(burnt)), digits=2))

    # The more was usually burnt by now, the less is still to come.
    return Forecast(at_completion(curve.median), at_completion(curve.high), at_completion(curve.low))


@dataclass(frozen=True, slots=True)
class Accrual:
    """Cost of a month for which no invoice has come. basis: what it rests on."""

    matter: str
    month: Month
    amount: Decimal
    basis: Basis


def accrue(
    *,
    matter: str,
    month: Month,
    estimate: Decimal | None,
    work_in_progress: Decimal | None,
    daily_rate: Decimal,
    working_days: int,
) -> Accrual:
    """The firm's estimate if there is one, else the work in progress, else run rate × working days of the month."""
    if estimate is not None:
        return Accrual(matter, month, estimate, "estimate")
    if work_in_progress is not None:
        return Accrual(matter, month, work_in_progress, "work in progress")
    return Accrual(matter, month, daily_rate * working_days, "run rate")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the journal. reverses: month of the accrual it takes back."""

    matter: str
    month: Month
    account: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    reverses: Month = ""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Ledger accounts of the journal."""

    cost: str = "legal cost"
    accrued: str = "accrued legal cost"
    payable: str = "payable"


def journal(
    *, accruals: Sequence[Accrual], next_month: Mapping[Month, Month], accounts: Accounts = Accounts()
) -> tuple[Entry, ...]:
    """Each accrual in its month, and taken back on the first day of the next; debit equals credit in every month."""
    rows: list[Entry] = []
    for item in accruals:
        after = next_month.get(item.month)
        if after is None:
            raise BudgetRefused("The month after %(month)s is not known.", code="month_unknown", month=item.month)
        rows.append(Entry(item.matter, item.month, accounts.cost, debit=item.amount))
        rows.append(Entry(item.matter, item.month, accounts.accrued, credit=item.amount))
        rows.append(Entry(item.matter, after, accounts.accrued, debit=item.amount, reverses=item.month))
        rows.append(Entry(item.matter, after, accounts.cost, credit=item.amount, reverses=item.month))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class TrueUp:
    """Accrual against the invoice. accuracy: 1 − |accrual − actual| / actual, None without an actual amount."""

    accrued: Decimal
    actual: Decimal
    difference: Decimal
    accuracy: Decimal | None = field(default=None)


def true_up(*, accrued: Decimal, actual: Decimal) -> TrueUp:
    """The difference still to be booked when the invoice has come."""
    accuracy = 1 - abs(accrued - actual) / actual if actual else None
    return TrueUp(accrued, actual, actual - accrued, accuracy)
