"""Interest in China: loan prime rate, private lending, delayed performance of judgments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from chancery.engines.calculators.accounts import ORDERS, Account, cut_at_payments, payments_of
from chancery.engines.calculators.answers import (
    Answer,
    CalculatorRefused,
    Inputs,
    choice_of,
    day_of,
    decimal_of,
    money,
    only,
    whole_of,
)
from chancery.engines.calculators.scales import plain
from chancery.engines.calculators.tables import Tables
from chancery.foundation.evidence import Reason

LPR, LENDING, DELAY = "cn_lpr", "cn_private_lending", "cn_delayed_performance"


def _term(inputs: Inputs) -> int:
    """Return 1 or 5: loans of more than five years take the longer quotation."""
    term = whole_of(inputs, "term_years", default=1, least=1, most=50)
    return 1 if term < 5 else 5


def _quotations(tables: Tables, term: int) -> list[tuple[date, Decimal]]:
    rows = tables.rule(LPR, "quotations")["rows"]
    return [(date.fromisoformat(row[0]), Decimal(row[1 if term == 1 else 2])) for row in rows]


def _rate_on(tables: Tables, day: date, term: int) -> Decimal:
    held = [rate for start, rate in _quotations(tables, term) if start <= day]
    if not held:
        raise CalculatorRefused(
            "The loan prime rate begins on 2019-08-20; %(day)s lies before.", code="before_lpr", day=day.isoformat()
        )
    return held[-1]


def _unseen(tables: Tables, day: date) -> bool:
    """Whether a later quotation than those held may apply."""
    return bool(day.isoformat() > tables.rule(LPR, "quotations")["seen_until"])


def lpr(*, inputs: Inputs, tables: Tables) -> Answer:
    """Loan prime rate in force on a day: the latest quotation published on or before it."""
    only(inputs, "date", "term_years")
    day, term = day_of(inputs, "date"), _term(inputs)
    rate = _rate_on(tables, day, term)
    step = Reason("quotation", "Latest quotation on or before %(day)s: %(rate)s %%.",
                  {"day": day.isoformat(), "rate": str(rate)})  # fmt: skip
    return Answer({"rate_pct": str(rate)}, (step,), (tables.authority(LPR),), _unseen(tables, day))


def _span(inputs: Inputs) -> tuple[date, date]:
    start, end = day_of(inputs, "start"), day_of(inputs, "end")
    if end < start:
        raise CalculatorRefused("The period ends before it starts.", code="period_reversed")
    return start, end


def _basis(inputs: Inputs) -> int:
    return int(choice_of({"basis": str(inputs.get("basis", 365))}, "basis", ("360", "365", "366")))


def _segment_rates(tables: Tables, start: date, end: date, term: int) -> list[tuple[date, date, Decimal]]:
    """Stretches of one quotation between two days; a quotation that changes nothing makes no new stretch."""
    _rate_on(tables, start, term)
    changes: list[date] = []
    last: Decimal | None = None
    for day, rate in _quotations(tables, term):
        if start < day < end and rate != last:
            changes.append(day)
        last = rate
    edges = [start, *changes, end]
    return [(left, right, _rate_on(tables, left, term)) for left, right in pairwise(edges) if left < right]


def lpr_interest(*, inputs: Inputs, tables: Tables) -> Answer:
    """Interest at the floating loan prime rate: each quotation from its day, summed exactly, rounded once.

    The start day counts, the end day does not. multiplier: 1 to 4 in practice. basis: days of the year, 365 or 360.
    payments: a list of date and amount; by ``order`` they pay interest first (Civil Code 561) or principal first.
    """
    only(inputs, "principal", "start", "end", "multiplier", "term_years", "basis", "payments", "order")
    (start, end), term = _span(inputs), _term(inputs)
    multiplier, basis = decimal_of(inputs, "multiplier", default=Decimal(1)), _basis(inputs)
    segments, steps = [], []
    account = Account(
        principal=Fraction(decimal_of(inputs, "principal")),
        interest_first=choice_of(inputs, "order", ORDERS, default=ORDERS[0]) == ORDERS[0],
    )
    pieces = cut_at_payments(
        stretches=_segment_rates(tables, start, end, term), payments=payments_of(inputs, start, end)
    )
    for left, right, quoted, paid in pieces:
        if paid:
            steps.append(account.pay(paid, left))
        rate, days = quoted * multiplier, (right - left).days
        if days == 0:
            continue
        value = account.accrue(Fraction(rate) * days / (100 * basis))
        segments.append([left.isoformat(), right.isoformat(), f"{rate:f}", days])
        steps.append(
            Reason("segment", "%(left)s to %(right)s: %(days)s days at %(rate)s %%: %(value)s.",
                   {"left": left.isoformat(), "right": right.isoformat(), "days": days, "rate": str(rate),
                    "value": money(value)})
        )  # fmt: skip
    output: dict[str, object] = {"interest": money(account.accrued), "segments": segments}
    sources = [tables.authority(LPR)]
    if inputs.get("payments") is not None:
        output |= {"principal_left": money(account.principal), "interest_left": money(account.due)}
        sources.append(tables.authority("cn_procedure", "Civil Code 561", verified=False))
    return Answer(output, tuple(steps), tuple(sources), _unseen(tables, end))


def _cap(tables: Tables, contract: date, sued: date | None) -> tuple[Decimal, Reason]:
    rule = tables.rule(LENDING, "cap")
    new_rule = date.fromisoformat(rule["new_rule_from"])
    day = contract
    if contract < new_rule:
        if sued is None:
            raise CalculatorRefused(
                "The contract is older than %(day)s: the day of the action is needed, and the period is split there.",
                code="older_contract", day=new_rule.isoformat(),
            )  # fmt: skip
        day = sued
    rate = _rate_on(tables, day, 1)
    cap = rate * Decimal(rule["multiple"])
    return cap, Reason("cap", "%(multiple)s × %(rate)s %% (one-year rate of %(day)s) = %(cap)s %%.",
                       {"multiple": rule["multiple"], "rate": str(rate), "day": day.isoformat(),
                        "cap": str(cap)})  # fmt: skip


def lending_cap(*, inputs: Inputs, tables: Tables) -> Answer:
    """Highest rate of private lending that courts support: four times the one-year rate when the contract was made.

    sued: day of the action, for contracts made before 2020-08-20 (article 31), whose later interest takes the rate of
    that day.
    """
    only(inputs, "contract_date", "sued")
    contract = day_of(inputs, "contract_date")
    sued = day_of(inputs, "sued") if inputs.get("sued") is not None else None
    cap, step = _cap(tables, contract, sued)
    used = sued if sued is not None and contract < date(2020, 8, 20) else contract
    sources = (tables.authority(LENDING, "25, 31"), tables.authority(LPR))
    return Answer({"cap_pct": f"{cap:.2f}"}, (step,), sources, _unseen(tables, used))


def _supported(agreed: Decimal, cap: Decimal, written: object) -> tuple[Decimal, str]:
    """Return the smaller rate, and how it is written: as agreed, or the cap with two places."""
    return (cap, f"{cap:.2f}") if agreed > cap else (agreed, str(written))


def lending_interest(*, inputs: Inputs, tables: Tables) -> Answer:
    """Simple interest of private lending up to the cap; overdue interest, penalty and fees count under the same cap.

    A contract before 2020-08-20 is split there (article 31): until that day 24 % of the older rule, which the party
    must invoke, from it four times the rate of the day of the action (``sued``). The segments are then in the output.
    """
    only(inputs, "principal", "agreed_pct", "contract_date", "start", "end", "basis", "sued")
    principal, (start, end), basis = decimal_of(inputs, "principal"), _span(inputs), _basis(inputs)
    agreed, contract = decimal_of(inputs, "agreed_pct"), day_of(inputs, "contract_date")
    sued = day_of(inputs, "sued") if inputs.get("sued") is not None else None
    rule = tables.rule(LENDING, "cap")
    split = date.fromisoformat(rule["new_rule_from"])
    older = contract < split and start < split
    cap, step = _cap(tables, contract, sued)
    supported = _supported(agreed, cap, inputs["agreed_pct"])
    pieces = [(start, end, *supported)]
    if older:
        before = _supported(agreed, Decimal(rule["older_cap"]), inputs["agreed_pct"])
        pieces = [(start, min(split, end), *before)] + ([(split, end, *supported)] if split < end else [])
    steps, total = [step], Fraction(0)
    steps.append(Reason("supported", "Supported rate: the smaller of %(agreed)s %% and %(cap)s %%.",
                        {"agreed": plain(agreed), "cap": str(cap)}))  # fmt: skip
    for left, right, rate, shown in pieces:
        days = (right - left).days
        interest = Fraction(principal) * Fraction(rate) * days / (100 * basis)
        total += interest
        steps.append(
            Reason("simple", "Simple interest: %(principal)s × %(rate)s %% × %(days)s / %(basis)s = %(interest)s.",
                   {"principal": str(principal), "rate": shown, "days": days, "basis": basis,
                    "interest": money(interest)})
        )  # fmt: skip
    output: dict[str, object] = {
        "supported_pct": pieces[-1][3], "days": (end - start).days, "interest": money(total),
    }  # fmt: skip
    sources = [tables.authority(LENDING, "25, 29, 31"), tables.authority(LPR)]
    if older:
        output["segments"] = [
            [left.isoformat(), right.isoformat(), shown, (right - left).days] for left, right, _, shown in pieces
        ]
        sources.append(tables.authority(LENDING, rule["older_article"], verified=False))
    return Answer(output, tuple(steps), tuple(sources), _unseen(tables, sued or contract))


def delayed_performance(*, inputs: Inputs, tables: Tables) -> Answer:
    """The added part of double interest on a money judgment: unpaid debt × 0.0175 % a day, ordinary interest left out.

    payments: a list of date and amount; they pay the debt of the judgment first (article 4).
    """
    only(inputs, "principal", "performance_deadline", "paid", "payments")
    deadline, paid = day_of(inputs, "performance_deadline"), day_of(inputs, "paid")
    daily = Decimal(tables.rule(DELAY, "daily")["rate"])
    account = Account(principal=Fraction(decimal_of(inputs, "principal")), interest_first=False)
    total, steps = 0, []
    stretches = [(deadline, max(deadline, paid), daily)]
    for left, right, rate, part in cut_at_payments(stretches=stretches, payments=payments_of(inputs, deadline, paid)):
        if part:
            steps.append(account.pay(part, left))
        days = (right - left).days
        base = account.principal
        value = account.accrue(Fraction(rate) * days)
        total += days
        steps.append(
            Reason("delay", "%(principal)s × %(percent)s %% × %(days)s days = %(value)s.",
                   {"principal": money(base), "percent": plain(rate * 100), "days": days, "value": money(value)})
        )  # fmt: skip
    output: dict[str, object] = {"days": total, "double_part_interest": money(account.accrued)}
    if inputs.get("payments") is not None:
        output["principal_left"] = money(account.principal)
    return Answer(output, tuple(steps), (tables.authority(DELAY, "1, 2, 3, 4"),))
