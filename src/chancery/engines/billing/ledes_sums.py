"""Amounts of many records at once: what each line costs, what it is taxed, and whether its total fits.

Usual amounts are whole numbers of 64 bits; where any product could leave them, the same is done with exact numbers
without a limit. Both ways answer alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add, mul, sub

import numpy as np
from numpy.typing import NDArray

from chancery.engines.billing.ledes_reading import FieldRule
from chancery.engines.billing.ledes_values import NO_RATE, RATE_SCALE, SCALE, UNREADABLE, Scaled

Whole = NDArray[np.int64]
NOTHING = frozenset(("", "0", "0.0", "0.00", "0.0000"))
CENTS = re.compile(r"-?[0-9]{1,10}+\.[0-9][0-9](?:\|-?[0-9]{1,10}+\.[0-9][0-9])*+")
# Parts of a product of two amounts to a whole.
WHOLE = SCALE * SCALE
# Below these, products are exact as floats, and sums stay within 64 bits.
EXACT, LARGEST = 2**52, 2**62


@dataclass(frozen=True, slots=True)
class Amounts:
    """A column of amounts in parts of ``unit`` to a whole.

    usual: all of them, when each has two decimal places and at most ten digits before. others: otherwise; NaN where one
    needs a closer look.
    """

    usual: Whole | None
    others: list[float]
    unit: int

    def sum_of(self, places: range) -> int:
        """The sum of neighbouring amounts that were found clean."""
        # Of usual amounts none has more than twelve digits, and a block has fewer than 2 ** 21 records.
        if self.usual is not None:
            return int(self.usual[places.start : places.stop].sum())
        return int(sum(self.others[places.start : places.stop]))

    def listed(self) -> list[float]:
        """The amounts as numbers without a limit."""
        return self.usual.tolist() if self.usual is not None else self.others


def amounts(*, scaled: Scaled, texts: list[str]) -> Amounts:
    """Amounts that differ from record to record; usual ones are read all at once, without remembering them."""
    joined = "|".join(texts)
    if scaled.places >= 2 and scaled.most >= 10 and CENTS.fullmatch(joined):
        return Amounts(np.fromstring(joined.replace(".", ""), dtype=np.int64, sep="|"), [], 100)
    return Amounts(None, list(map(scaled.__getitem__, texts)), SCALE)


class LineSums:
    """The sums of the lines of one file."""

    def __init__(self, *, rules: Mapping[str, FieldRule], tolerance: int) -> None:
        """rules: fields by name. tolerance: what a line may be off, in parts of ``WHOLE`` to a whole."""
        self.tolerance = tolerance
        self.units = Scaled(rule=rules["LINE_ITEM_NUMBER_OF_UNITS"], scale=SCALE, blank=UNREADABLE)
        self.adjustments = Scaled(rule=rules["LINE_ITEM_ADJUSTMENT_AMOUNT"], scale=SCALE, blank=0)
        self.totals = Scaled(rule=rules["LINE_ITEM_TOTAL"], scale=SCALE, blank=UNREADABLE)
        self.costs = Scaled(rule=rules["LINE_ITEM_UNIT_COST"], scale=SCALE, blank=UNREADABLE)
        if "LINE_ITEM_TAX_RATE" in rules:
            self.rates = Scaled(rule=rules["LINE_ITEM_TAX_RATE"], scale=RATE_SCALE, blank=NO_RATE)
            self.taxes = Scaled(rule=rules["LINE_ITEM_TAX_TOTAL"], scale=SCALE, blank=UNREADABLE)

    def off(self, *, parts: Sequence[list[str]], totals: Amounts, taxes: Amounts | None) -> set[int]:
        """Positions of lines whose total or tax does not fit its parts. taxes: None in formats without."""
        units = list(map(self.units.__getitem__, parts[2]))
        costs = list(map(self.costs.__getitem__, parts[12]))
        first = parts[3][0]
        plain = first in NOTHING and parts[3].count(first) == len(units)
        adjustments = None if plain else list(map(self.adjustments.__getitem__, parts[3]))
        found = self._at_once(units, costs, adjustments, totals, taxes, parts)
        return self._one_by_one(units, costs, adjustments, totals, taxes, parts) if found is None else found

    def _at_once(
        self,
        units: list[float],
        costs: list[float],
        adjustments: list[float] | None,
        totals: Amounts,
        taxes: Amounts | None,
        parts: Sequence[list[str]],
    ) -> set[int] | None:
        """The same with whole numbers of 64 bits; None when any number could be too large for that."""
        if totals.usual is None or (taxes is not None and taxes.usual is None):
            return None
        products = np.fromiter(units, np.float64, len(units)) * np.fromiter(costs, np.float64, len(units))
        if adjustments is not None:
            products += np.array(adjustments, np.float64) * SCALE
        # NaN is not below anything.
        if not np.abs(products).max() < EXACT or not all(abs(one) < EXACT // SCALE for one in adjustments or ()):
            return None
        bases: Whole = products.astype(np.int64)
        if taxes is None or taxes.usual is None:
            return _beyond(bases - totals.usual * (WHOLE // totals.unit), self.tolerance)
        found = _beyond(bases - (totals.usual - taxes.usual) * (WHOLE // totals.unit), self.tolerance)
        due = self._due(bases, taxes.usual, WHOLE // taxes.unit, parts[19])
        return None if due is None else found | due

    def _due(self, bases: Whole, taxes: Whole, tax_unit: int, texts: list[str]) -> set[int] | None:
        """Lines whose tax is not base times rate; None when a rate cannot be read or numbers get too large."""
        alike = texts.count(texts[0]) == len(texts)
        known = {text: self.rates[text] for text in (texts[:1] if alike else set(texts))}
        given = [rate for rate in known.values() if rate != NO_RATE]
        if any(rate != rate for rate in given):
            return None
        if not given:
            return set()
        common = math.gcd(*map(int, given), RATE_SCALE)
        most, tax_unit = int(max(given)) // common, tax_unit * (RATE_SCALE // common)
        if _size(bases) * most + _size(taxes) * tax_unit >= LARGEST:
            return None
        slack = self.tolerance * (RATE_SCALE // common)
        if len(known) == 1:
            return _beyond(bases * most - taxes * tax_unit, slack)
        rates: Whole = np.array([known[text] for text in texts], np.int64)
        slips: Whole = bases * (rates // common) - taxes * tax_unit
        return _beyond(np.where(rates == NO_RATE, 0, slips), slack)

    def _one_by_one(
        self,
        units: list[float],
        costs: list[float],
        adjustments: list[float] | None,
        totals: Amounts,
        taxes: Amounts | None,
        parts: Sequence[list[str]],
    ) -> set[int]:
        """The same with exact numbers of any size; NaN never fits."""
        bases = list(map(mul, units, costs))
        if adjustments is not None:
            bases = list(map(add, bases, [amount * SCALE for amount in adjustments]))
        wanted = [amount * (WHOLE // totals.unit) for amount in totals.listed()]
        if taxes is None:
            return _outside(list(map(sub, bases, wanted)), self.tolerance)
        paid = [amount * (WHOLE // taxes.unit) for amount in taxes.listed()]
        slips = list(map(sub, bases, map(sub, wanted, paid)))
        rates = list(map(self.rates.__getitem__, parts[19]))
        due = [
            base * rate - tax * RATE_SCALE if rate != NO_RATE else tax * 0
            for base, rate, tax in zip(bases, rates, paid, strict=True)
        ]
        return _outside(slips, self.tolerance) | _outside(due, self.tolerance * RATE_SCALE)


def _size(values: Whole) -> int:
    return max(int(values.max()), -int(values.min()))


def _beyond(slips: Whole, slack: int) -> set[int]:
    """Positions of differences beyond what is allowed."""
    if not slips.any():
        return set()
    return set(np.flatnonzero(np.abs(slips) > min(slack, LARGEST * 2 - 1)).tolist())


def _outside(slips: list[float], slack: int) -> set[int]:
    """The same; NaN is always beyond."""
    return {place for place, slip in enumerate(slips) if not -slack <= slip <= slack}
