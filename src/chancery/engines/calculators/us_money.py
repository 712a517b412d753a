"""Federal court fees and interest on judgments in the United States."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext

from chancery.engines.calculators.answers import (
    Answer,
    CalculatorRefused,
    Inputs,
    choice_of,
    day_of,
    decimal_of,
    money,
    only,
)
from chancery.engines.calculators.days import add_days, add_months
from chancery.engines.calculators.scales import plain
from chancery.engines.calculators.tables import Tables
from chancery.foundation.evidence import Reason

HIGHEST = Decimal(100)
FEES, INTEREST, RATES = "us_court_fees", "us_postjudgment_interest", "us_treasury_rates"


def court_fee(*, inputs: Inputs, tables: Tables) -> Answer:
    """Fee of a federal court on a day, by the table then in force."""
    only(inputs, "kind", "date")
    day = day_of(inputs, "date")
    kind = choice_of(inputs, "kind", sorted(tables.get(FEES)["entries"]))
    rule = tables.rule(FEES, kind, at=day)
    step = Reason("fee", "In force since %(start)s: %(fee)s.", {"start": rule["from"], "fee": rule["fee"]})
    source = tables.authority(FEES, rule["article"], verified=rule.get("verified"))
    return Answer({"fee_usd": money(Decimal(rule["fee"]))}, (step,), (source,))


def _rate(inputs: Inputs, judgment: date, tables: Tables) -> Decimal:
    """Rate given, or that of the week before the judgment in the feed table."""
    if inputs.get("annual_pct") is not None:
        rate = decimal_of(inputs, "annual_pct")
        if rate > HIGHEST:
            raise CalculatorRefused(
                "%(field)s is out of range: %(value)s.", code="out_of_range", field="annual_pct", value=str(rate)
            )
        return rate
    # Rows are named by the Friday that ends their week; the week before the one of the judgment counts.
    friday = add_days(start=judgment, days=-judgment.weekday() - 3)
    week = tables.get(RATES)["entries"].get(friday.isoformat())
    if week is not None:
        return Decimal(week["pct"])
    raise CalculatorRefused(
        "No Treasury rate is held for the week before %(day)s; give annual_pct.",
        code="rate_missing",
        day=judgment.isoformat(),
    )


def postjudgment(*, inputs: Inputs, tables: Tables) -> Answer:
    """Interest on a federal money judgment: daily, compounded annually (28 USC 1961).

    annual_pct: weekly average one-year constant maturity Treasury yield of the calendar week before the judgment, at
    most 100.
    Whole years run from anniversary to anniversary; the last part counts days / basis. Rounded once, half up.
    """
    only(inputs, "principal", "annual_pct", "judgment", "paid", "basis")
    principal, judgment, paid = decimal_of(inputs, "principal"), day_of(inputs, "judgment"), day_of(inputs, "paid")
    basis = Decimal(choice_of({"basis": str(inputs.get("basis", 365))}, "basis", ("365", "366", "360")))
    if paid < judgment:
        raise CalculatorRefused("The period ends before it starts.", code="period_reversed")
    rate = _rate(inputs, judgment, tables) / 100
    years = 0
    while add_months(start=judgment, months=12 * (years + 1)) <= paid:
        years += 1
    rest = (paid - add_months(start=judgment, months=12 * years)).days
    with localcontext() as context:
        context.prec = 60
        grown = principal * (1 + rate) ** years
        interest = grown * (1 + rate * rest / basis) - principal
    steps = (
        Reason("years", "%(years)s whole years at %(rate)s %%, compounded: %(grown)s.",
               {"years": years, "rate": plain(rate * 100), "grown": money(grown)}),
        Reason("rest", "%(days)s days of the last year / %(basis)s: interest %(interest)s in all.",
               {"days": rest, "basis": str(basis), "interest": money(interest)}),
    )  # fmt: skip
    return Answer({"interest": money(interest)}, steps, (tables.authority(INTEREST, "28 USC 1961(a), (b)"),))
