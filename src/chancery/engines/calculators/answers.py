"""What a calculator takes and gives: plain inputs, checked, and an answer with its steps and its law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final

from chancery.foundation.errors import Refused
from chancery.foundation.evidence import Reason

LARGEST: Final = Decimal(10) ** 15
Inputs = Mapping[str, Any]


class CalculatorRefused(Refused):
    """An input that a calculator cannot answer."""

    code = "calculator_refused"


@dataclass(frozen=True, slots=True)
class Authority:
    """The law or table behind an answer.

    article: place in it. in_force_from, checked_on: ISO dates. verified: False for rules that were not compared with
    their official text. version: of the table.
    """

    title: str
    article: str
    source: str
    in_force_from: str
    checked_on: str
    version: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one calculation.

    output: values as text, lists and objects, the keys named in the guide. steps: each a sentence with its figures.
    provisional: something it rests on is not announced or not known yet. It is information, not legal advice.
    """

    output: dict[str, Any]
    steps: tuple[Reason, ...] = ()
    sources: tuple[Authority, ...] = ()
    provisional: bool = False

    @property
    def verified(self) -> bool:
        """Whether every rule was compared with its official text."""
        return all(source.verified for source in self.sources)


def money(value: Decimal | Fraction) -> str:
    """Round half up to the cent (away from zero), once, and write with two places; exact for any size."""
    cents = int(abs(Fraction(value)) * 100 + Fraction(1, 2))
    return f"{'-' if value < 0 else ''}{cents // 100}.{cents % 100:02d}"


def rounded(value: Decimal, places: int, *, even: bool = False) -> str:
    """Round half up (away from zero) or half to even to a number of places."""
    return str(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN if even else ROUND_HALF_UP))


def _missing(name: str) -> CalculatorRefused:
    return CalculatorRefused("%(field)s is missing.", code="input_missing", field=name)


def decimal_of(inputs: Inputs, name: str, *, default: Decimal | None = None, negative: bool = False) -> Decimal:
    """Return a number of the inputs. Refuses: input_missing, not_a_number, out_of_range (below zero, beyond 10¹⁵)."""
    raw = inputs.get(name)
    if raw is None:
        if default is None:
            raise _missing(name)
        return default
    return number(raw, name, negative=negative)


def number(raw: Any, name: str, *, negative: bool = False) -> Decimal:
    """Read one number given as text, integer or decimal fraction."""
    try:
        if isinstance(raw, bool) or not isinstance(raw, (str, int, float, Decimal)):
            raise InvalidOperation
        value = Decimal(str(raw).strip()) if len(str(raw)) <= 40 else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise CalculatorRefused(
            "%(field)s is not a number: %(value)s.", code="not_a_number", field=name, value=str(raw)[:40]
        )
    if abs(value) > LARGEST or (value < 0 and not negative) or value.as_tuple().exponent < -12:  # type: ignore[operator]
        raise CalculatorRefused(
            "%(field)s is out of range: %(value)s.", code="out_of_range", field=name, value=str(raw)[:40]
        )
    return value


def whole_of(inputs: Inputs, name: str, *, default: int | None = None, least: int = 0, most: int = 100_000) -> int:
    """Return a whole number of the inputs. Refuses as ``decimal_of``."""
    value = decimal_of(inputs, name, default=None if default is None else Decimal(default))
    if value != value.to_integral_value() or not least <= value <= most:
        raise CalculatorRefused(
            "%(field)s is out of range: %(value)s.", code="out_of_range", field=name, value=str(value)
        )
    return int(value)


def day_of(inputs: Inputs, name: str) -> date:
    """Return a day written as YYYY-MM-DD. Refuses: input_missing, not_a_date."""
    raw = inputs.get(name)
    if raw is None:
        raise _missing(name)
    if isinstance(raw, date):
        return raw
    try:
        if not isinstance(raw, str) or len(raw) != 10 or raw[7] != "-":
            raise ValueError
        return date.fromisoformat(raw)
    except ValueError:
        raise CalculatorRefused(
            "%(field)s is not a date like 2026-11-27: %(value)s.", code="not_a_date", field=name, value=str(raw)[:40]
        ) from None


def choice_of(inputs: Inputs, name: str, choices: Sequence[str], *, default: str | None = None) -> str:
    """Return one of the named choices. Refuses: input_missing, choice_unknown."""
    raw = inputs.get(name, default)
    if raw is None:
        raise _missing(name)
    if raw not in choices:
        raise CalculatorRefused(
            "%(field)s is none of: %(choices)s.", code="choice_unknown", field=name, choices=", ".join(choices)
        )
    return str(raw)


def flag_of(inputs: Inputs, name: str, *, default: bool = False) -> bool:
    """Return a yes or no. Refuses: not_a_flag."""
    raw = inputs.get(name, default)
    if not isinstance(raw, bool):
        raise CalculatorRefused("%(field)s is true or false.", code="not_a_flag", field=name)
    return raw


def only(inputs: Inputs, *names: str) -> None:
    """Refuse inputs that the calculator does not know, so that a misspelt one is never ignored: input_unknown."""
    if unknown := sorted(str(name) for name in inputs if name not in names):
        raise CalculatorRefused(
            "%(field)s is no input of this calculator.", code="input_unknown", field=unknown[0][:40]
        )
