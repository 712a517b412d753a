"""Every calculator by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from chancery.engines.calculators import cn_fees, cn_interest, cn_periods, patents, us_money, us_periods
from chancery.engines.calculators.answers import Answer, CalculatorRefused, Inputs, decimal_of, only, rounded, whole_of
from chancery.engines.calculators.tables import Tables
from chancery.foundation.evidence import Reason

Calculator = Callable[..., Answer]


def rounding(*, inputs: Inputs, tables: Tables) -> Answer:
    """A number rounded half up (away from zero) and half to even; money here is always rounded half up."""
    only(inputs, "value", "places")
    value, places = decimal_of(inputs, "value", negative=True), whole_of(inputs, "places", default=2, most=12)
    output = {"half_up": rounded(value, places), "half_even": rounded(value, places, even=True)}
    return Answer(
        output, (Reason("rounded", "%(value)s to %(places)s places.", {"value": str(value), "places": places}),)
    )


CALCULATORS: Final[Mapping[str, Calculator]] = MappingProxyType(
    {
        "cn_case_fee_property": cn_fees.property_case,
        "cn_case_fee_divorce": cn_fees.divorce,
        "cn_case_fee_personality": cn_fees.personality,
        "cn_case_fee_fixed": cn_fees.fixed,
        "cn_enforcement_fee": cn_fees.enforcement,
        "cn_preservation_fee": cn_fees.preservation,
        "cn_payment_order_fee": cn_fees.payment_order,
        "cn_bankruptcy_fee": cn_fees.bankruptcy,
        "cn_bankruptcy_administrator_cap": cn_fees.administrator_cap,
        "cn_contingency_fee_cap": cn_fees.contingency_cap,
        "cn_arbitration_fee_domestic_1995": cn_fees.arbitration_domestic,
        "cn_arbitration_fee_cietac_1": cn_fees.cietac,
        "cn_arbitration_fee_shiac_ftz_foreign_2015": cn_fees.shiac,
        "cn_lpr_lookup": cn_interest.lpr,
        "cn_lpr_interest": cn_interest.lpr_interest,
        "cn_private_lending_cap": cn_interest.lending_cap,
        "cn_private_lending_interest": cn_interest.lending_interest,
        "cn_delayed_performance": cn_interest.delayed_performance,
        "cn_workday": cn_periods.workday,
        "cn_deadline": cn_periods.deadline,
        "cn_deadline_set": cn_periods.deadline_set,
        "us_frcp_deadline": us_periods.frcp,
        "us_frap_deadline": us_periods.frap,
        "us_deadline_set": us_periods.deadline_set,
        "us_federal_holidays": us_periods.holidays,
        "us_postjudgment_interest": us_money.postjudgment,
        "us_court_fee": us_money.court_fee,
        "us_patent_reply": patents.us_reply,
        "us_patent_maintenance": patents.us_maintenance,
        "cn_patent_reply": patents.cn_reply,
        "pct_paris_date": patents.paris_pct,
        "rounding": rounding,
    }
)


def calculate(*, name: str, inputs: Any, tables: Tables) -> Answer:
    """Answer one question.

    Refuses: calculator_unknown, inputs_invalid, table_invalid for a table from a folder that cannot be used, and what
    the calculator refuses.
    """
    calculator = CALCULATORS.get(name) if isinstance(name, str) else None
    if calculator is None:
        near = get_close_matches(str(name)[:60], CALCULATORS, n=3)
        raise CalculatorRefused(
            "There is no calculator %(name)s; near it: %(near)s.",
            code="calculator_unknown", name=str(name)[:60], near=", ".join(near) or "–",
        )  # fmt: skip
    if not isinstance(inputs, Mapping):
        raise CalculatorRefused("The inputs are an object with names and values.", code="inputs_invalid")
    try:
        return calculator(inputs=inputs, tables=tables)
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError):
        if not tables.replaced:
            raise
        raise CalculatorRefused(
            "A table of this answer is not as its format says: %(file)s.",
            code="table_invalid", file=", ".join(tables.replaced),
        ) from None  # fmt: skip
