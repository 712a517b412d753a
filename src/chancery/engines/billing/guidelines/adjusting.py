"""From hits to money: ordered steps, the larger cut and not the sum, tax computed again, every step its own row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.guidelines.values import STEPS, Adjustment, Hit, Step
from chancery.foundation.money import round_half_up

ZERO = Decimal(0)
CUTTING = ("adjust", "reject_line")


@dataclass(frozen=True, slots=True)
class LineState:
    """A line while it is cut. amount: before tax, in minor units of the currency."""

    rate: Decimal
    units: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LineDecision:
    """What happens to a line. alone: cut of each hit by itself; taken: cut of each hit that was taken."""

    approved: Decimal
    alone: tuple[Decimal, ...]
    taken: dict[int, Decimal]
    winner: int | None
    rows: tuple[Adjustment, ...]


def cut_once(*, state: LineState, step: Step, value: Decimal, digits: int) -> LineState:
    """Take one step on a line. Amounts are rounded half away from zero after the step; nothing is ever raised.

    rate, units: value is the new, lower one; the amount falls by the difference. percentage: value is the share
    kept. cap: value is the most that is paid. reject: nothing is paid.
    """
    if state.amount <= 0:
        return state
    if step == "rate":
        rate = min(state.rate, value)
        fall = round_half_up(state.units * (state.rate - rate), digits=digits)
        return LineState(rate, state.units, max(state.amount - fall, ZERO))
    if step == "units":
        units = min(state.units, value)
        fall = round_half_up((state.units - units) * state.rate, digits=digits)
        return LineState(state.rate, units, max(state.amount - fall, ZERO))
    if step == "percentage":
        kept = round_half_up(state.amount * value, digits=digits)
        return LineState(state.rate, state.units, min(state.amount, max(kept, ZERO)))
    if step == "cap":
        return LineState(state.rate, state.units, min(state.amount, max(round_half_up(value, digits=digits), ZERO)))
    return LineState(state.rate, state.units, ZERO)


def decide_line(*, line: Line, hits: Sequence[Hit], digits: int) -> LineDecision:
    """Cut a line by its hits: of those not cumulative only the one that cuts most, then the cumulative ones.

    Steps are taken in the order rate, units, percentage, cap, reject. Ties go to the earlier step, then to the
    rule that comes first by id. A decision already taken on the line (``line.applied``) is not taken again.
    """
    if not any(hit.step is not None and hit.rule.severity in CUTTING for hit in hits):
        return LineDecision(line.amount, (ZERO,) * len(hits), {}, None, ())
    start = LineState(line.rate, line.units, line.amount)
    alone = []
    for hit in hits:
        if hit.step is None or hit.value is None or hit.rule.severity not in CUTTING or _done(line, hit):
            alone.append(ZERO)
        else:
            after = cut_once(state=start, step=hit.step, value=hit.value, digits=digits)
            alone.append(start.amount - after.amount)
    cutting = [place for place, cut in enumerate(alone) if cut > 0]
    rivals = [place for place in cutting if not hits[place].rule.cumulative]
    winner = min(rivals, key=lambda place: (-alone[place], _order(hits[place]))) if rivals else None
    chosen = [place for place in cutting if place == winner or hits[place].rule.cumulative]
    rows, taken, state = [], {}, start
    for place in sorted(chosen, key=lambda place: _order(hits[place])):
        hit = hits[place]
        if hit.step is None or hit.value is None:
            continue
        after = cut_once(state=state, step=hit.step, value=hit.value, digits=digits)
        if after.amount != state.amount:
            named = (hit.rule.id, hit.rule.version)
            rows.append(Adjustment(line.invoice, line.line, line.number, hit.step, *named, state.amount, after.amount))
            taken[place] = state.amount - after.amount
        state = after
    return LineDecision(state.amount, tuple(alone), taken, winner, tuple(rows))


def _done(line: Line, hit: Hit) -> bool:
    return (hit.rule.id, hit.rule.version) in line.applied


def _order(hit: Hit) -> tuple[int, str]:
    return STEPS.index(hit.step or "tax"), hit.rule.id


def spread(*, cut: Decimal, over: Sequence[Decimal], digits: int) -> list[Decimal]:
    """Split a cut over amounts in proportion, in minor units, so that the parts sum exactly to it.

    Method: largest remainder, ties to the earlier part. Amounts of zero or less carry nothing.
    """
    if not cut:
        return [ZERO] * len(over)
    unit = Decimal(1).scaleb(-digits)
    weights = [int(max(amount, ZERO) / unit) for amount in over]
    whole, steps = sum(weights), int((cut / unit).to_integral_value())
    if whole == 0:
        return [ZERO for _ in over]
    shares = [divmod(steps * weight, whole) for weight in weights]
    left = steps - sum(share for share, _ in shares)
    first = sorted(range(len(weights)), key=lambda place: (-shares[place][1], place))[:left]
    more = set(first)
    return [(share + (place in more)) * unit for place, (share, _) in enumerate(shares)]
