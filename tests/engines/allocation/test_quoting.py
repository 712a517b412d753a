"""Quotes add up to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.engines.allocation.grading import Grade
from chancery.engines.allocation.quoting import QuoteRefused, QuoteStep, quote
from chancery.foundation.money import Money, total


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


RATES = {Grade.COMPUTER: usd("12"), Grade.LAWYER: usd("45"), Grade.SENIOR: usd("120")}


def test_worked_example() -> None:
    """312 documents at 1.5 minutes and USD 45; 312 at 0.02 minutes and USD 12; 4 hours of a senior."""
    result = quote(
        steps=[
            QuoteStep("Process", Grade.COMPUTER, 312, Decimal("0.02"), "document"),
            QuoteStep("Review", Grade.LAWYER, 312, Decimal("1.5"), "document"),
            QuoteStep("Sign off", Grade.SENIOR, 4, Decimal("60"), "hour"),
        ],
        rates=RATES,
        range_share=Decimal("0.15"),
    )
    assert [line.amount for line in result.lines] == [usd("1.25"), usd("351.00"), usd("480.00")]
    assert result.expected == usd("832.25")
    assert (result.low, result.high) == (usd("707.41"), usd("957.09"))
    assert result.hours == Decimal("11.90")


@given(st.lists(st.tuples(st.sampled_from(list(RATES)), st.integers(0, 10**5), st.integers(0, 900)), min_size=1))
def test_lines_sum_to_the_expected_amount(rows: list[tuple[Grade, int, int]]) -> None:
    steps = [QuoteStep("s", name, units, Decimal(tenths) / 10, "document") for name, units, tenths in rows]
    result = quote(steps=steps, rates=RATES, range_share=Decimal("0.2"))
    assert total([line.amount for line in result.lines], currency="USD") == result.expected
    assert result.low <= result.expected <= result.high


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"steps": []}, "no_steps"),
        ({"rates": {Grade.LAWYER: usd("45")}}, "rate_missing"),
        ({"rates": RATES | {Grade.LAWYER: Money(Decimal(300), "CNY")}}, "currencies_differ"),
        ({"range_share": Decimal(1)}, "range_invalid"),
        ({"steps": [QuoteStep("s", Grade.LAWYER, -1, Decimal(1), "page")]}, "step_invalid"),
    ],
)
def test_refusals(changes: dict[str, object], code: str) -> None:
    given_values: dict[str, object] = {
        "steps": [QuoteStep("s", Grade.SENIOR, 1, Decimal(1), "page")],
        "rates": RATES,
        "range_share": Decimal("0.1"),
    }
    with pytest.raises(QuoteRefused) as refused:
        quote(**(given_values | changes))  # type: ignore[arg-type]
    assert refused.value.code == code
