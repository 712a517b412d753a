"""A debt that grows by interest and shrinks by payments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from chancery.engines.calculators.answers import CalculatorRefused, Inputs, day_of, decimal_of, money
from chancery.foundation.evidence import Reason

ORDERS: Final = ("interest_first", "principal_first")
Stretch = tuple[date, date, Decimal]
ZERO: Final = Fraction(0)


@dataclass(slots=True)
class Account:
    """principal: still owed. accrued: interest so far, exact. due: of that, not paid yet."""

    principal: Fraction
    interest_first: bool
    accrued: Fraction = ZERO
    due: Fraction = ZERO

    def accrue(self, factor: Fraction) -> Fraction:
        """Add simple interest on the principal; factor: share for the stretch. Returns the interest of the stretch."""
        value = self.principal * factor
        self.accrued += value
        self.due += value
        return value

    def pay(self, amount: Fraction, day: date) -> Reason:
        """Set a payment against interest and principal in order. Refuses: overpaid."""
        if amount > self.principal + self.due:
            raise CalculatorRefused(
                "The payment of %(day)s is larger than the debt of %(debt)s.",
                code="overpaid", day=day.isoformat(), debt=money(self.principal + self.due),
            )  # fmt: skip
        interest = min(amount, self.due) if self.interest_first else max(ZERO, amount - self.principal)
        self.due -= interest
        self.principal -= amount - interest
        return Reason("payment", "Payment of %(amount)s on %(day)s: %(interest)s to interest, principal left %(left)s.",
                      {"amount": money(amount), "day": day.isoformat(), "interest": money(interest),
                       "left": money(self.principal)})  # fmt: skip


def payments_of(inputs: Inputs, start: date, end: date) -> list[tuple[date, Fraction]]:
    """Return the payments of the inputs by day. Refuses: not_a_list, payment_outside (before start, after end)."""
    raw = inputs.get("payments") or []
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise CalculatorRefused("%(field)s is a list of dates and amounts.", code="not_a_list", field="payments")
    found = sorted((day_of(one, "date"), Fraction(decimal_of(one, "amount"))) for one in raw)
    for day, _ in found:
        if not start <= day <= end:
            raise CalculatorRefused(
                "The payment of %(day)s lies outside the period.", code="payment_outside", day=day.isoformat()
            )
    return found


def cut_at_payments(
    *, stretches: Sequence[Stretch], payments: Sequence[tuple[date, Fraction]]
) -> Iterator[tuple[date, date, Decimal, Fraction]]:
    """Yield start, end and rate of each stretch, cut where a payment falls, with what was paid at its start."""
    waiting = list(payments)
    for position, (start, end, rate) in enumerate(stretches):
        left, final = start, position == len(stretches) - 1
        paid = ZERO
        while waiting and (waiting[0][0] < end or (final and waiting[0][0] <= end)):
            day, amount = waiting.pop(0)
            if day > left:
                yield left, day, rate, paid
                left, paid = day, ZERO
            paid += amount
        if left < end or paid or start == end:
            yield left, end, rate, paid
