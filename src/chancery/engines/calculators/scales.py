"""Progressive scales: each part of an amount at its own rate, summed exactly."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from chancery.foundation.evidence import Reason


def progressive(*, scale: Sequence[dict[str, Any]], amount: Decimal) -> tuple[Decimal, tuple[Reason, ...]]:
    """Apply a scale to an amount; returns the exact fee and a step for each part that counted.

    scale: parts in rising order, each with ``up_to`` (None for the rest) and either ``flat`` (once for reaching the
    part) or ``rate`` (a share of what lies in it).
    """
    total, low, steps = Decimal(0), Decimal(0), []
    for part in scale:
        high = Decimal(part["up_to"]) if part["up_to"] is not None else None
        inside = (amount if high is None else min(amount, high)) - low
        if inside < 0 or (inside == 0 and low > 0):
            break
        if "flat" in part:
            value = Decimal(part["flat"])
            sentence = "Up to %(high)s: %(value)s."
            steps.append(Reason("flat", sentence, {"high": str(high), "value": str(value)}))
        else:
            rate = Decimal(part["rate"])
            value = inside * rate
            steps.append(
                Reason(
                    "part",
                    "%(inside)s above %(low)s at %(percent)s %%: %(value)s.",
                    {"inside": str(inside), "low": str(low), "percent": plain(rate * 100), "value": plain(value)},
                )
            )
        total += value
        if high is None or amount <= high:
            break
        low = high
    return total, tuple(steps)


def plain(value: Decimal) -> str:
    """Write a number without exponent and trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
