"""From a definition and answers to grading factors and a priced estimate; pure arithmetic over the engines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chancery.apps.operations.catalogue.answers import meaning_of
from chancery.apps.operations.catalogue.definition import Quantity, ServiceDefinition, Step
from chancery.engines.allocation.grading import Factors, Grade
from chancery.engines.allocation.quoting import QuoteStep, quote
from chancery.foundation.money import Money, total

COUNTS = ("volume", "deadline_days", "jurisdictions")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A priced estimate. lines: ready to be kept as JSON. hours: working hours of all people."""

    lines: list[dict[str, Any]]
    low: Money
    expected: Money
    high: Money
    hours: Decimal


def factors_of(*, service: ServiceDefinition, values: Mapping[str, Any]) -> Factors:
    """Return the grading factors that the definition reads from the answers."""
    found: dict[str, Any] = {}
    for name, source in service.grading.factors.items():
        given = values.get(source.answer) if source.answer else source.value
        if source.includes:
            held = set(given) if isinstance(given, list) else {given}
            found[name] = not held.isdisjoint(source.includes)
        elif given is None:
            continue
        elif name == "money_at_risk":
            currency = meaning_of(service=service, values=values, meaning="currency")
            found[name] = Money(Decimal(str(given)), str(currency)) if currency else None
        elif name == "languages":
            found[name] = tuple(given)
        elif name in COUNTS:
            found[name] = int(given)
        else:
            found[name] = given
    return Factors(**found)


def factors_as_json(factors: Factors) -> dict[str, Any]:
    """Return factors as plain values for keeping and showing."""
    return {
        name: (str(value) if isinstance(value, Money) else list(value) if isinstance(value, tuple) else value)
        for name in Factors.__dataclass_fields__
        for value in [getattr(factors, name)]
    }


def grade_of_step(*, step: Step, grade: Grade) -> Grade:
    """Return who does a step: graded steps rise with the request, never below their own floor."""
    return max((step.grade, grade), key=lambda item: item.rank) if step.graded else step.grade


def quantity_of(*, quantity: Quantity, service: ServiceDefinition, values: Mapping[str, Any]) -> int:
    """Return the units: share of the stated quantity, rounded up, at least the minimum."""
    stated = Decimal(1)
    if quantity.of != "one":
        stated = Decimal(str(meaning_of(service=service, values=values, meaning=quantity.of) or 0))
    wanted = max(quantity.minimum, math.ceil(stated * quantity.share))
    return min(wanted, int(stated)) if quantity.of == "volume" else wanted


def estimate(*, service: ServiceDefinition, values: Mapping[str, Any], grade: Grade) -> Estimate:
    """Price a request: time of each step at its grade's rate, with a range, plus unit prices without one."""
    currency = str(meaning_of(service=service, values=values, meaning="currency"))
    rates = {name: Money(rate, currency) for name, rate in service.price.rates[currency].items()}
    timed = [step for step in service.steps if step.standard_minutes > 0]
    priced = quote(
        steps=[
            QuoteStep(
                name=step.key,
                grade=grade_of_step(step=step, grade=grade),
                units=quantity_of(quantity=step.quantity, service=service, values=values),
                standard_minutes=step.standard_minutes,
                unit=step.unit,
            )
            for step in timed
        ],
        rates=rates,
        range_share=service.price.range_share,
    )
    lines = [
        {
            "kind": "time",
            "key": line.name,
            "name": step.name.model_dump(),
            "grade": line.grade.value,
            "units": line.units,
            "unit": line.unit,
            "minutes": str(step.standard_minutes),
            "hours": str(line.hours),
            "rate": str(line.rate.rounded().amount),
            "amount": str(line.amount.amount),
        }
        for line, step in zip(priced.lines, timed, strict=True)
    ]
    units, fixed = _unit_lines(service, values, currency)
    return Estimate(
        [*lines, *units],
        (priced.low + fixed).rounded(),
        (priced.expected + fixed).rounded(),
        (priced.high + fixed).rounded(),
        priced.hours,
    )


def _unit_lines(
    service: ServiceDefinition, values: Mapping[str, Any], currency: str
) -> tuple[list[dict[str, Any]], Money]:
    lines: list[dict[str, Any]] = []
    amounts: list[Money] = []
    for unit in service.price.units:
        count = quantity_of(quantity=unit.quantity, service=service, values=values)
        amount = Money(unit.price[currency] * count, currency).rounded()
        amounts.append(amount)
        lines.append(
            {
                "kind": "unit",
                "key": unit.key,
                "name": unit.name.model_dump(),
                "grade": "",
                "units": count,
                "unit": unit.key,
                "minutes": "0",
                "hours": "0",
                "rate": str(unit.price[currency]),
                "amount": str(amount.amount),
            }
        )
    return lines, total(amounts, currency=currency)


def promised_minutes(*, service: ServiceDefinition, values: Mapping[str, Any]) -> int:
    """Return the promised working minutes: base plus so many per unit of volume, rounded up."""
    volume = int(meaning_of(service=service, values=values, meaning="volume") or 0)
    return service.service_level.base_minutes + math.ceil(service.service_level.minutes_per_unit * volume)
