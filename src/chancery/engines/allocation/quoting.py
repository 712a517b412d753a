"""Quotes: volume × standard time × grade rate, step by step, with a range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chancery.engines.allocation.grading import Grade
from chancery.foundation.errors import Refused
from chancery.foundation.money import Money, round_half_up, total


class QuoteRefused(Refused):
    """A quote cannot be made from these steps and rates."""

    code = "quote_refused"


@dataclass(frozen=True, slots=True)
class QuoteStep:
    """One step of a service. standard_minutes: minutes of work for one unit; unit: document, page, …"""

    name: str
    grade: Grade
    units: int
    standard_minutes: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One priced step; hours to two decimals for show, the amount rounded from the exact hours."""

    name: str
    grade: Grade
    units: int
    unit: str
    hours: Decimal
    rate: Money
    amount: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """The lines and their sum; low and high lie range_share below and above what is expected."""

    lines: tuple[QuoteLine, ...]
    low: Money
    expected: Money
    high: Money
    hours: Decimal


def quote(*, steps: Sequence[QuoteStep], rates: Mapping[Grade, Money], range_share: Decimal = Decimal("0.15")) -> Quote:
    """Price steps at hourly grade rates.

    rates: money per hour, one currency. range_share: 0 to below 1; 0.15 means 15 % either way. Each line is
    rounded once, half away from zero, to the minor unit; expected is the sum of the lines, low and high are
    rounded from it. Refuses: no_steps, rate_missing, currencies_differ, step_invalid, range_invalid.
    """
    if not steps:
        raise QuoteRefused("A quote needs at least one step.", code="no_steps")
    if not Decimal(0) <= range_share < Decimal(1):
        raise QuoteRefused("The range is a share from 0 to below 1.", code="range_invalid")
    currencies = sorted({rate.currency for rate in rates.values()})
    if len(currencies) != 1:
        raise QuoteRefused("All rates of a quote are in one currency.", code="currencies_differ")
    lines = tuple(_line(step, rates) for step in steps)
    expected = total([line.amount for line in lines], currency=currencies[0])
    minutes = sum((step.units * step.standard_minutes for step in steps), Decimal(0))
    return Quote(
        lines,
        (expected * (1 - range_share)).rounded(),
        expected,
        (expected * (1 + range_share)).rounded(),
        round_half_up(minutes / 60, digits=2),
    )


def _line(step: QuoteStep, rates: Mapping[Grade, Money]) -> QuoteLine:
    if step.units < 0 or step.standard_minutes < 0:
        raise QuoteRefused("Units and minutes of %(step)s are not negative.", code="step_invalid", step=step.name)
    rate = rates.get(step.grade)
    if rate is None:
        raise QuoteRefused("No rate for the grade %(grade)s.", code="rate_missing", grade=step.grade.value)
    minutes = step.units * step.standard_minutes
    amount = Money(rate.amount * minutes / 60, rate.currency).rounded()
    hours = round_half_up(minutes / 60, digits=2)
    return QuoteLine(step.name, step.grade, step.units, step.unit, hours, rate, amount)
