"""Amounts of money: Decimal with a currency, never float, rounded half away from zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# Minor-unit digits of ISO 4217 where they differ from two.
MINOR_DIGITS: dict[str, int] = {"JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3}


def minor_digits(currency: str) -> int:
    """Return the number of minor-unit digits of a currency (ISO 4217)."""
    return MINOR_DIGITS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in one currency.

    amount: exact Decimal; scale is free until ``rounded`` is called.
    currency: ISO 4217 code of three capital letters.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError("an amount of money is a Decimal")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError(f"not a currency code: {self.currency!r}")

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be combined")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        if isinstance(factor, float):
            raise TypeError("money is never multiplied by a float")
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def rounded(self) -> Money:
        """Round half away from zero to the minor unit of the currency."""
        return Money(round_half_up(self.amount, digits=minor_digits(self.currency)), self.currency)

    def __str__(self) -> str:
        return f"{self.currency} {self.rounded().amount:,f}"


def zero(currency: str) -> Money:
    """Return nothing of a currency."""
    return Money(Decimal(0), currency)


def round_half_up(amount: Decimal, *, digits: int) -> Decimal:
    """Round half away from zero to ``digits`` decimal places."""
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def total(amounts: Sequence[Money], *, currency: str) -> Money:
    """Return the exact sum; an empty sequence gives zero of ``currency``."""
    result = zero(currency)
    for amount in amounts:
        result = result + amount
    return result


def allocate(amount: Money, *, weights: Sequence[int]) -> list[Money]:
    """Split an amount by weights so that the parts, rounded to the minor unit, sum exactly to it.

    Method: largest remainder; ties go to the earlier part. Refuses weights that sum to zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    step = Decimal(1).scaleb(-minor_digits(amount.currency))
    units = int((amount.rounded().amount / step).to_integral_value())
    shares = [divmod(units * weight, whole) for weight in weights]
    left = units - sum(share for share, _ in shares)
    order = sorted(range(len(weights)), key=lambda index: (-shares[index][1], index))
    extra = set(order[:left])
    return [Money((share + (index in extra)) * step, amount.currency) for index, (share, _) in enumerate(shares)]
