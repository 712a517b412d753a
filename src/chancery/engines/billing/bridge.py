"""From last year's spend to this year's: volume, mix, price, exchange and tax, adding up exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cell:
    """Hours of one kind (class, firm, matter type …) in one period. rate: net, in the currency billed.

    exchange: units of the reporting currency for one billed. tax: tax amount in the reporting currency.
    """

    hours: Decimal
    rate: Decimal
    exchange: Decimal = Decimal(1)
    tax: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Bridge:
    """Parts of the change in spend, in the reporting currency. before + volume + mix + price + exchange + tax = after.

    The parts are exact fractions rounded to ``digits`` places so that the sum still holds to the last place.
    """

    before: Decimal
    volume: Decimal
    mix: Decimal
    price: Decimal
    exchange: Decimal
    tax: Decimal
    after: Decimal


def bridge(*, before: Mapping[str, Cell], after: Mapping[str, Cell], digits: int = 2) -> Bridge:
    """Decompose the change between two periods by cells of the same names.

    price: change of rates × hours before. exchange: change of exchange × new rates × hours before. volume: change
    of all hours at the average new rate of the hours before. mix: the rest of the changed hours, moved between cells.
    tax: change of tax. Cells that only one period has count as volume and mix, at the rate they have. Rounding:
    largest remainder.
    """
    names = sorted({*before, *after})
    hours0 = {name: _f(before[name].hours) if name in before else Fraction(0) for name in names}
    hours1 = {name: _f(after[name].hours) if name in after else Fraction(0) for name in names}
    price = exchange = start0 = moved = level = Fraction(0)
    for name in names:
        old, new = before.get(name) or after[name], after.get(name) or before[name]
        now = _f(new.rate) * _f(new.exchange)
        start0 += hours0[name] * _f(old.rate) * _f(old.exchange)
        price += hours0[name] * (_f(new.rate) - _f(old.rate)) * _f(old.exchange)
        exchange += hours0[name] * _f(new.rate) * (_f(new.exchange) - _f(old.exchange))
        moved += (hours1[name] - hours0[name]) * now
        level += hours0[name] * now
    whole0, whole1 = sum(hours0.values(), Fraction(0)), sum(hours1.values(), Fraction(0))
    volume = (whole1 - whole0) * level / whole0 if whole0 else moved
    mix = moved - volume
    tax0 = sum((_f(cell.tax) for cell in before.values()), Fraction(0))
    tax1 = sum((_f(cell.tax) for cell in after.values()), Fraction(0))
    parts = [volume, mix, price, exchange, tax1 - tax0]
    start, end = _rounded(start0 + tax0, digits), _rounded(start0 + tax0 + sum(parts, Fraction(0)), digits)
    shown = _fitted(parts, end - start, digits)
    return Bridge(start, shown[0], shown[1], shown[2], shown[3], shown[4], end)


def _f(value: Decimal) -> Fraction:
    return Fraction(value)


def _rounded(value: Fraction, digits: int) -> Decimal:
    scaled = value * 10**digits
    whole = (abs(scaled) + Fraction(1, 2)).__floor__()
    return Decimal(whole if scaled >= 0 else -whole).scaleb(-digits)


def _fitted(parts: list[Fraction], change: Decimal, digits: int) -> list[Decimal]:
    """Round parts down, then give the missing steps to the largest remainders, so that they sum to the change."""
    scaled = [part * 10**digits for part in parts]
    floors = [part.__floor__() for part in scaled]
    missing = int(change.scaleb(digits)) - sum(floors)
    order = sorted(range(len(parts)), key=lambda place: (floors[place] - scaled[place], place))
    for place in order[: max(missing, 0)]:
        floors[place] += 1
    for place in reversed(order[missing:] if missing < 0 else []):
        floors[place] -= 1
    return [Decimal(value).scaleb(-digits) for value in floors]
