"""What a unit of work costs at an outsourcer and at a firm, and from how many units on the outsourcer pays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from chancery.foundation.errors import Refused

ZERO = Decimal(0)


class ComparisonRefused(Refused):
    """Costs that cannot be compared."""

    code = "comparison_refused"


@dataclass(frozen=True, slots=True)
class FirmCost:
    """Work at a firm: hours for one unit, effective hourly rate, expense for one unit."""

    hours_per_unit: Decimal
    rate: Decimal
    expense_per_unit: Decimal = ZERO

    @property
    def unit(self) -> Decimal:
        """Cost of one unit."""
        return self.hours_per_unit * self.rate + self.expense_per_unit


@dataclass(frozen=True, slots=True)
class OutsourcerCost:
    """Work at an outsourcer, for one unit but for what is fixed.

    price; oversight: a lawyer's hours × rate; quality: share sampled × its unit time; rework: rate × cost of doing it
    again. fixed: onboarding and transition. exchange: added or saved by currency.
    """

    price: Decimal
    oversight: Decimal = ZERO
    quality: Decimal = ZERO
    rework: Decimal = ZERO
    fixed: Decimal = ZERO
    exchange: Decimal = ZERO

    @property
    def unit(self) -> Decimal:
        """Cost of one unit without what is fixed."""
        return self.price + self.oversight + self.quality + self.rework + self.exchange


@dataclass(frozen=True, slots=True)
class Saving:
    """Comparison for a volume. break_even: fewest units at which the outsourcer is not dearer; None when never.

    quality_cost: expected cost of what is missed more often than at the firm; already taken off ``net``.
    """

    units: int
    firm_unit: Decimal
    outsourcer_unit: Decimal
    firm: Decimal
    outsourcer: Decimal
    saving: Decimal
    break_even: int | None
    quality_cost: Decimal
    net: Decimal


def compare(
    *,
    units: int,
    firm: FirmCost,
    outsourcer: OutsourcerCost,
    recall_gap: Decimal = ZERO,
    relevant_share: Decimal = ZERO,
    cost_of_a_miss: Decimal = ZERO,
) -> Saving:
    """Saving = units × (firm unit − outsourcer unit) − fixed; break-even = fixed / (firm unit − outsourcer unit).

    recall_gap: share of the relevant units that the outsourcer misses beyond the firm, times ``relevant_share`` of
    the units and the cost of a miss. Refuses a negative number of units (units_negative).
    """
    if units < 0:
        raise ComparisonRefused("The number of units is not negative.", code="units_negative")
    gain = firm.unit - outsourcer.unit
    saving = units * gain - outsourcer.fixed
    missed = units * max(recall_gap, ZERO) * relevant_share * cost_of_a_miss
    even: int | None = None
    if outsourcer.fixed <= 0 and gain >= 0:
        even = 0
    elif gain > 0:
        even = int((outsourcer.fixed / gain).to_integral_value(ROUND_CEILING))
    whole = units * outsourcer.unit + outsourcer.fixed
    return Saving(units, firm.unit, outsourcer.unit, units * firm.unit, whole, saving, even, missed, saving - missed)


def compare_range(
    *,
    units: int,
    firm: FirmCost,
    outsourcer: OutsourcerCost,
    rework: Mapping[str, Decimal],
    throughput: Mapping[str, Decimal],
) -> dict[str, Saving]:
    """The same at low, usual and high rework and throughput, such as "p10", "p50", "p90".

    rework: cost of rework for a unit. throughput: units done in the time planned for one; a lower one makes
    oversight dearer in proportion. Both have the same names.
    """
    if set(rework) != set(throughput) or any(speed <= 0 for speed in throughput.values()):
        raise ComparisonRefused("Rework and throughput are given at the same points.", code="points_differ")
    return {
        name: compare(
            units=units,
            firm=firm,
            outsourcer=replace(outsourcer, rework=rework[name], oversight=outsourcer.oversight / throughput[name]),
        )
        for name in rework
    }
