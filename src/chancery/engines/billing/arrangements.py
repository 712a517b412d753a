"""Fee arrangements: what is billed for work whose hourly value is known. Each is a pure function of its terms.

Every result keeps the shadow fee (what the same work costs by the hour) beside the billable fee, so that
realisation = billable / shadow can be told. Amounts are exact Decimals of one currency; ``rounded`` rounds once,
half away from zero, to the minor unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from chancery.foundation.errors import Refused
from chancery.foundation.money import minor_digits, round_half_up

ZERO = Decimal(0)
ONE = Decimal(1)


class ArrangementRefused(Refused):
    """Terms of a fee arrangement that contradict themselves."""

    code = "arrangement_refused"


@dataclass(frozen=True, slots=True)
class Fee:
    """billable: what is billed now. shadow: value by the hour. steps: (what, amount) that lead to it.

    held_back: earned but paid later. balance: left of a retainer after this bill.
    """

    billable: Decimal
    shadow: Decimal
    steps: tuple[tuple[str, Decimal], ...] = ()
    held_back: Decimal = ZERO
    balance: Decimal | None = None

    @property
    def realisation(self) -> Decimal | None:
        """Share of the hourly value that is billed; None when there is no value."""
        return self.billable / self.shadow if self.shadow else None

    @property
    def loss(self) -> Decimal:
        """What the firm gives up against the hour; negative when it earns more."""
        return self.shadow - self.billable

    def rounded(self, *, currency: str) -> Fee:
        """The same with amounts in minor units of a currency."""
        digits = minor_digits(currency)
        return replace(
            self,
            billable=round_half_up(self.billable, digits=digits),
            shadow=round_half_up(self.shadow, digits=digits),
            held_back=round_half_up(self.held_back, digits=digits),
            balance=None if self.balance is None else round_half_up(self.balance, digits=digits),
        )


@dataclass(frozen=True, slots=True)
class Work:
    """Work in a period: fees by the hour, hours, and units of work by kind."""

    fees: Decimal
    hours: Decimal = ZERO
    units: Mapping[str, Decimal] = field(default_factory=dict)


def _share(value: Decimal) -> Decimal:
    if not ZERO <= value <= ONE:
        raise ArrangementRefused("A share lies between 0 and 1.", code="share_out_of_range")
    return value


def _amount(value: Decimal) -> Decimal:
    if value < 0 or not value.is_finite():
        raise ArrangementRefused("An amount is not negative.", code="amount_negative")
    return value


def hourly(*, work: Work) -> Fee:
    """Hours at their rates."""
    return Fee(work.fees, work.fees)


def discounted(*, work: Work, discount: Decimal) -> Fee:
    """Hours less a discount; discount is a share, 0.1 is 10 %."""
    off = work.fees * _share(discount)
    return Fee(work.fees - off, work.fees, (("discount", -off),))


def tiered(*, work: Work, before: Decimal, tiers: Sequence[tuple[Decimal, Decimal]]) -> Fee:
    """Volume discount: each part of the year's fees gets the discount of its own tier.

    before: fees of the year up to now. tiers: (from amount, discount as a share), ascending.
    """
    starts = [start for start, _ in tiers]
    if starts != sorted(set(starts)) or not tiers:
        raise ArrangementRefused("Tiers begin at ascending amounts.", code="tiers_out_of_order")
    end, off = _amount(before) + work.fees, ZERO
    for place, (start, share) in enumerate(tiers):
        upper = starts[place + 1] if place + 1 < len(tiers) else max(end, start)
        part = min(end, upper) - max(before, start)
        off += max(part, ZERO) * _share(share)
    return Fee(work.fees - off, work.fees, (("volume discount", -off),))


def blended(*, work: Work, rate: Decimal) -> Fee:
    """One rate for every hour, whoever works."""
    return Fee(work.hours * _amount(rate), work.fees, (("hours at one rate", work.hours * rate),))


def fixed(*, work: Work, fee: Decimal, earned: Decimal = ONE) -> Fee:
    """A fixed fee; earned: share of it that falls due now, such as a finished phase."""
    due = _amount(fee) * _share(earned)
    return Fee(due, work.fees, (("fixed fee", due),))


def phased(*, work: Work, phases: Mapping[str, Decimal], done: Sequence[str]) -> Fee:
    """Fixed fees by phase; those of the phases that are done fall due."""
    missing = sorted(set(done) - set(phases))
    if missing:
        raise ArrangementRefused("There is no phase %(phase)s.", code="phase_unknown", phase=missing[0])
    steps = tuple((f"phase {phase}", _amount(phases[phase])) for phase in dict.fromkeys(done))
    return Fee(sum((amount for _, amount in steps), ZERO), work.fees, steps)


def capped(*, work: Work, cap: Decimal, billed_before: Decimal = ZERO, share_above: Decimal = ZERO) -> Fee:
    """Hours up to a cap. share_above: 0 for a hard cap; with a soft one the client's share of what lies above.

    billed_before: counts against the cap.
    """
    room = max(_amount(cap) - _amount(billed_before), ZERO)
    within = min(work.fees, room)
    above = (work.fees - within) * _share(share_above)
    return Fee(within + above, work.fees, (("within the cap", within), ("above the cap", above)))


def collar(*, work: Work, target: Decimal, band: Decimal, share: Decimal) -> Fee:
    """A target with a band: within it the target is billed, beyond it gain and loss are shared.

    band: share of the target on each side. share: part of the excess the client pays, and of the saving it keeps.
    """
    high, low = _amount(target) * (ONE + _share(band)), target * (ONE - band)
    if work.fees > high:
        change = (work.fees - high) * _share(share)
    elif work.fees < low:
        change = -(low - work.fees) * _share(share)
    else:
        change = ZERO
    return Fee(target + change, work.fees, (("target", target), ("shared", change)))


def contingency(*, work: Work, recovered: Decimal, brackets: Sequence[tuple[Decimal, Decimal]]) -> Fee:
    """A share of what is recovered; brackets: (from amount, share) ascending, each part at its own share."""
    starts = [start for start, _ in brackets]
    if starts != sorted(set(starts)) or not brackets:
        raise ArrangementRefused("Tiers begin at ascending amounts.", code="tiers_out_of_order")
    due = ZERO
    for place, (start, share) in enumerate(brackets):
        upper = starts[place + 1] if place + 1 < len(brackets) else max(recovered, start)
        due += max(min(_amount(recovered), upper) - start, ZERO) * _share(share)
    return Fee(due, work.fees, (("share of the recovery", due),))


def success(*, base: Fee, bonus: Decimal, reached: bool) -> Fee:
    """Another arrangement with a bonus when the agreed result is reached."""
    extra = _amount(bonus) if reached else ZERO
    return replace(base, billable=base.billable + extra, steps=(*base.steps, ("success fee", extra)))


def holdback(*, base: Fee, share: Decimal, released: Decimal = ZERO) -> Fee:
    """Another arrangement of which a share is paid later. released: paid now out of earlier shares."""
    kept = base.billable * _share(share)
    due = base.billable - kept + _amount(released)
    return replace(
        base, billable=due, held_back=kept, steps=(*base.steps, ("held back", -kept), ("released", released))
    )


def retainer(*, work: Work, balance: Decimal, floor: Decimal = ZERO, level: Decimal = ZERO) -> Fee:
    """Fees are drawn from a deposit. When it falls below ``floor`` it is filled up to ``level``.

    billable: fees the deposit does not cover, and the filling up.
    """
    drawn = min(work.fees, _amount(balance))
    left = balance - drawn
    filled = max(_amount(level) - left, ZERO) if left < _amount(floor) else ZERO
    steps = (("drawn", drawn), ("not covered", work.fees - drawn), ("filled up", filled))
    return Fee(work.fees - drawn + filled, work.fees, steps, balance=left + filled)


def subscription(*, work: Work, fee: Decimal, included_hours: Decimal, rate_above: Decimal) -> Fee:
    """A periodic fee that covers so many hours; more of them at their own rate."""
    extra = max(work.hours - _amount(included_hours), ZERO) * _amount(rate_above)
    return Fee(_amount(fee) + extra, work.fees, (("subscription", fee), ("hours above", extra)))


def by_unit(*, work: Work, prices: Mapping[str, Decimal]) -> Fee:
    """A price for each document, contract or patent."""
    unknown = sorted(set(work.units) - set(prices))
    if unknown:
        raise ArrangementRefused("There is no price for %(unit)s.", code="unit_unknown", unit=unknown[0])
    steps = tuple((unit, count * _amount(prices[unit])) for unit, count in sorted(work.units.items()))
    return Fee(sum((amount for _, amount in steps), ZERO), work.fees, steps)


def hybrid(*, parts: Sequence[Fee]) -> Fee:
    """Several arrangements side by side for parts of the work; balances of retainers are added."""
    balances = [part.balance for part in parts if part.balance is not None]
    steps = tuple(step for part in parts for step in part.steps)
    return Fee(
        sum((part.billable for part in parts), ZERO),
        sum((part.shadow for part in parts), ZERO),
        steps,
        sum((part.held_back for part in parts), ZERO),
        sum(balances, ZERO) if balances else None,
    )
