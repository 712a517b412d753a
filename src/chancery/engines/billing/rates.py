"""Rate cards: what an hour of a grade, or a unit of work, costs on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chancery.foundation.errors import Refused
from chancery.foundation.money import Money


class RateRefused(Refused):
    """A rate card gives no single answer."""

    code = "rate_refused"


@dataclass(frozen=True, slots=True)
class Rate:
    """One agreed price. grade: computer, paralegal, lawyer or senior. unit: "hour" or a unit of work.

    Valid on both the first and the last day; without end when valid_to is None.
    """

    grade: str
    amount: Money
    valid_from: date
    valid_to: date | None = None
    unit: str = "hour"

    def valid_on(self, day: date) -> bool:
        """Tell whether the price holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class RateCard:
    """The agreed prices under a name and version."""

    name: str
    version: str
    rates: tuple[Rate, ...]


def rate_on(*, card: RateCard, grade: str, day: date, unit: str = "hour") -> Money:
    """Price of one unit of a grade's work on the day the work was done.

    Refuses: rate_missing when none holds, rates_overlap when more than one does; it never guesses.
    """
    held = [rate for rate in card.rates if rate.grade == grade and rate.unit == unit and rate.valid_on(day)]
    if len(held) == 1:
        return held[0].amount
    params = {"card": card.name, "grade": str(grade), "day": day.isoformat(), "unit": unit}
    if held:
        raise RateRefused(
            "%(card)s holds more than one price per %(unit)s for %(grade)s on %(day)s.",
            code="rates_overlap",
            **params,
        )
    raise RateRefused("%(card)s holds no price per %(unit)s for %(grade)s on %(day)s.", code="rate_missing", **params)


def hourly_rates(*, card: RateCard, grades: Sequence[str], day: date) -> Mapping[str, Money]:
    """Hourly prices of several grades on a day, for a quote."""
    return {grade: rate_on(card=card, grade=grade, day=day) for grade in grades}
