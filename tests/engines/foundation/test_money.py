"""Money adds up to the last minor unit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.foundation.money import Money, allocate, minor_digits, round_half_up, total, zero

CENTS = st.integers(min_value=-(10**12), max_value=10**12)


@pytest.mark.parametrize(
    ("amount", "digits", "expected"),
    [
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("2.675", 2, "2.68"),
        ("219.765", 2, "219.77"),
        ("1.0049", 2, "1.00"),
        ("0.5", 0, "1"),
        ("1.0005", 3, "1.001"),
    ],
)
def test_rounds_half_away_from_zero(amount: str, digits: int, expected: str) -> None:
    assert round_half_up(Decimal(amount), digits=digits) == Decimal(expected)


def test_minor_units_follow_iso_4217() -> None:
    assert [minor_digits(code) for code in ("USD", "CNY", "JPY", "KWD")] == [2, 2, 0, 3]
    assert Money(Decimal("10.5"), "JPY").rounded() == Money(Decimal(11), "JPY")


def test_refuses_floats_currencies_and_mixtures() -> None:
    with pytest.raises(TypeError):
        Money(1.5, "USD")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="currency"):
        Money(Decimal(1), "usd")
    with pytest.raises(ValueError, match="combined"):
        Money(Decimal(1), "USD") + Money(Decimal(1), "CNY")
    with pytest.raises(TypeError):
        Money(Decimal(1), "USD") * 0.5  # type: ignore[operator]


def test_tenth_hours_never_drift() -> None:
    """A hundred lines of 0.1 h at 1.05 sum to the exact amount, which binary floats miss."""
    lines = [Money(Decimal("0.1") * Decimal("1.05"), "USD")] * 100
    assert total(lines, currency="USD") == Money(Decimal("10.50"), "USD")


@given(CENTS, st.lists(st.integers(min_value=0, max_value=1000), min_size=1, max_size=30))
def test_parts_sum_to_the_whole(cents: int, weights: list[int]) -> None:
    if sum(weights) == 0:
        weights = [*weights, 1]
    whole = Money(Decimal(cents) / 100, "USD")
    parts = allocate(whole, weights=weights)
    assert total(parts, currency="USD") == whole
    exact = [whole.amount * weight / sum(weights) for weight in weights]
    assert all(abs(part.amount - share) < Decimal("0.01") for part, share in zip(parts, exact, strict=True))


def test_splits_ties_to_the_earlier_part() -> None:
    parts = allocate(Money(Decimal("100.00"), "USD"), weights=[1, 1, 1])
    assert [str(part.amount) for part in parts] == ["33.34", "33.33", "33.33"]
    with pytest.raises(ValueError, match="weights"):
        allocate(zero("USD"), weights=[0, 0])


@given(CENTS, CENTS, CENTS)
def test_addition_is_exact(one: int, two: int, three: int) -> None:
    first, second, third = (Money(Decimal(cents) / 100, "EUR") for cents in (one, two, three))
    assert (first + second) + third == first + (second + third)
    assert first + second - second == first
    assert first - first == zero("EUR")


def test_order_needs_one_currency() -> None:
    assert Money(Decimal(1), "USD") < Money(Decimal(2), "USD")
    with pytest.raises(ValueError, match="combined"):
        assert Money(Decimal(1), "USD") < Money(Decimal(2), "HKD")
