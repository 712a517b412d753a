"""The one written form of an amount."""

from __future__ import annotations

from decimal import Decimal

from chancery.foundation.money import minor_digits


def money_value(currency: str, amount: Decimal | int) -> str:
    """Return ``CNY 1000000.00``: at least the minor-unit digits of the currency, more where they were written."""
    value = Decimal(amount)
    exponent = value.normalize().as_tuple().exponent
    digits = max(minor_digits(currency), -exponent if isinstance(exponent, int) else 0, 0)
    return f"{currency} {value:.{digits}f}"
