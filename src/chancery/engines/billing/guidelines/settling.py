"""The end of an invoice: cap, discounts, and tax on what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.guidelines.adjusting import CUTTING, ZERO, spread
from chancery.engines.billing.guidelines.values import STEPS, Adjustment, Hit
from chancery.foundation.money import round_half_up


@dataclass(frozen=True, slots=True)
class Settled:
    """What is approved of an invoice. alone, taken: cuts of each hit. ahead: the rule that cut most."""

    approved: Decimal
    tax: Decimal
    alone: tuple[Decimal, ...]
    taken: dict[int, Decimal]
    ahead: str
    rows: tuple[Adjustment, ...]


def settle(
    *, invoice: str, hits: Sequence[Hit], lines: Sequence[Line], approved: Sequence[Decimal], digits: int
) -> Settled:
    """Take cap and discounts on the sum of the approved lines: the larger, and those that are cumulative.

    The cut is spread over the lines so that it sums exactly; tax is then the tax rate of each line on what is left
    of it, rounded half away from zero for each line. Lines without a rate keep their tax in proportion.
    """
    start = sum(approved, ZERO)
    alone = [_cut(hit, start, digits) for hit in hits]
    cutting = [place for place, cut in enumerate(alone) if cut > 0]
    rivals = [place for place in cutting if not hits[place].rule.cumulative]
    winner = min(rivals, key=lambda place: (-alone[place], hits[place].rule.id)) if rivals else None
    chosen = [place for place in cutting if place == winner or hits[place].rule.cumulative]
    rows, taken, left = [], {}, start
    for place in sorted(chosen, key=lambda place: (STEPS.index(hits[place].step or "tax"), hits[place].rule.id)):
        hit = hits[place]
        cut = min(_cut(hit, left, digits), left)
        if cut > 0 and hit.step is not None:
            named = (hit.rule.id, hit.rule.version)
            rows.append(Adjustment(invoice, None, "", hit.step, *named, left, left - cut))
            taken[place], left = cut, left - cut
    parts = _shares(lines, approved, start - left, digits)
    taxes = [_tax(line, amount - part, digits) for line, amount, part in zip(lines, approved, parts, strict=True)]
    before, after = sum((line.tax for line in lines), ZERO), sum(taxes, ZERO)
    if before != after:
        rows.append(Adjustment(invoice, None, "", "tax", "", "", before, after))
    ahead = hits[winner].rule.id if winner is not None else ""
    return Settled(left, after, tuple(alone), taken, ahead, tuple(rows))


def _shares(lines: Sequence[Line], approved: Sequence[Decimal], cut: Decimal, digits: int) -> list[Decimal]:
    """The part of each line in a cut. Ties of the largest remainder go by line number, not by place in the file."""
    if not cut:
        return [ZERO] * len(lines)
    order = sorted(range(len(lines)), key=lambda at: (len(lines[at].number), lines[at].number, approved[at]))
    shares = spread(cut=cut, over=[approved[at] for at in order], digits=digits)
    return [share for _, share in sorted(zip(order, shares, strict=True))]


def _cut(hit: Hit, amount: Decimal, digits: int) -> Decimal:
    if hit.step is None or hit.value is None or hit.rule.severity not in CUTTING or amount <= 0:
        return ZERO
    if hit.step == "cap":
        return max(amount - max(hit.value, ZERO), ZERO)
    return min(max(amount - round_half_up(amount * hit.value, digits=digits), ZERO), amount)


def _tax(line: Line, left: Decimal, digits: int) -> Decimal:
    if left == line.amount:
        return line.tax
    if line.tax_rate is not None:
        return round_half_up(left * line.tax_rate, digits=digits)
    return round_half_up(line.tax * left / line.amount, digits=digits) if line.amount else ZERO
