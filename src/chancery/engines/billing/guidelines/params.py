"""Parameters of rules: what each may be. A rule with any other value is refused when it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError
    number = Decimal(str(value))
    if not number.is_finite() or not 0 <= number < Decimal(10) ** 12:
        raise ValueError
    return number


def _share(value: Any) -> None:
    if _number(value) > 1:
        raise ValueError


def _percent(value: Any) -> None:
    if _number(value) > 100:
        raise ValueError


def _count(value: Any) -> None:
    if _number(value) != int(_number(value)) or _number(value) > 100_000:
        raise ValueError


def _words(value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise TypeError


def _amounts(value: Any) -> None:
    for amount in value.values():
        _number(amount)


def _numbers(value: Any) -> None:
    if not isinstance(value, list):
        raise TypeError
    for number in value:
        _number(number)


def _tiers(value: Any) -> None:
    last = Decimal(-1)
    for start, percent in value:
        _percent(percent)
        if _number(start) <= last:
            raise ValueError
        last = _number(start)


def _matrix(value: Any) -> None:
    for classes in value.values():
        _words(classes)


def _flag(value: Any) -> None:
    if not isinstance(value, bool):
        raise TypeError


PARAMS: Mapping[str, Callable[[Any], object]] = {
    **dict.fromkeys(("hours", "warn", "reject", "limit", "rate", "score"), _number),
    **dict.fromkeys(("days", "people", "pattern_entries"), _count),
    **dict.fromkeys(("classes", "codes", "words", "hotel_words", "currencies", "arrangements"), _words),
    **dict.fromkeys(("caps", "cities"), _amounts),
    "share": _share,
    "percent": _percent,
    "levels": _numbers,
    "tiers": _tiers,
    "matrix": _matrix,
    "ledger_account": _flag,
}


def check_params(*, given: Mapping[str, Any]) -> None:
    """Check the parameters of a rule; raises KeyError, TypeError, ValueError or ArithmeticError for the first wrong."""
    for name, value in given.items():
        PARAMS[name](value)
