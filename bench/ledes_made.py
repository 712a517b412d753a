"""Made-up e-bills for the benches: valid lines of LEDES 1998B and 98BI from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from chancery.engines.billing.ledes_reading import field_rules

TASKS = ("L110", "L120", "L190", "L210", "L240", "L310", "L320", "L330", "L430", "L510")
WHO = ("J. Roe", "opposing counsel", "the supplier", "the plaintiff", "the auditor", "Dr. Kim", "the court clerk")
WHAT = ("supply agreement", "motion to dismiss", "deposition outline", "report on damages", "privilege log", "lease")
SAID = (
    ("A103", "Draft {what} for {who}"),
    ("A104", "Review {what} received from {who}"),
    ("A104", "Analyze {what} against claims of {who}"),
    ("A106", "Telephone call with {who} about {what}"),
    ("A103", "Revise {what} following comments of {who}"),
    ("A102", "Research limitation issue for {what} of {who}"),
    ("A101", "Prepare {what} concerning {who}"),
)
PEOPLE, MATTERS, PER_INVOICE = 10_000, 5_000, 50


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of a made-up invoice: its number, what was done or bought, and its sums."""

    number: int
    fee: bool
    units: Decimal
    cost: Decimal
    person: int
    base: Decimal
    tax: Decimal


def records(*, lines: int, wide: bool, seed: int) -> Iterator[str]:
    """The lines of a valid file, with CRLF."""
    draw = random.Random(seed)
    names = [rule.name for rule in field_rules(format_name="98BI" if wide else "1998B")]
    yield ("LEDES98BI V2" if wide else "LEDES1998B") + "[]\r\n"
    yield "|".join(names) + "[]\r\n"
    number = 0
    while number < lines:
        matter, team = draw.randrange(MATTERS), draw.sample(range(PEOPLE), 12)
        held = [
            charge(draw, number + place, team, wide=wide) for place in range(1, min(PER_INVOICE, lines - number) + 1)
        ]
        number += len(held)
        top = head_of(held, matter)
        for one in held:
            row = {**top, **row_of(draw, one)}
            yield "|".join(row.get(name, "") for name in names) + "[]\r\n"


def charge(draw: random.Random, number: int, team: list[int], *, wide: bool) -> Charge:
    """A charge of one of a team; nine in ten are fees."""
    fee = draw.random() < 0.9
    units = Decimal(draw.randrange(1, 40)) / 10 if fee else Decimal(draw.randrange(1, 9))
    person = draw.choice(team)
    cost = Decimal(150 + person % 700) if fee else Decimal(draw.randrange(100, 20000)) / 100
    base = round(units * cost, 2)
    return Charge(number, fee, units, cost, person, base, round(base * Decimal("0.06"), 2) if wide else Decimal(0))


def head_of(held: list[Charge], matter: int) -> dict[str, str]:
    """The fields that all lines of an invoice share."""
    net, taxes = sum((one.base for one in held), Decimal(0)), sum((one.tax for one in held), Decimal(0))
    return {
        "INVOICE_DATE": "20240229",
        "INVOICE_NUMBER": f"INV-{held[0].number}",
        "CLIENT_ID": "CL01",
        "LAW_FIRM_MATTER_ID": f"M-{matter}",
        "INVOICE_TOTAL": str(net + taxes),
        "BILLING_START_DATE": "20240101",
        "BILLING_END_DATE": "20240131",
        "INVOICE_DESCRIPTION": "January services",
        "LINE_ITEM_ADJUSTMENT_AMOUNT": "0",
        "LAW_FIRM_ID": "12-3456789",
        "CLIENT_MATTER_ID": f"CM-{matter}",
        "CLIENT_TAX_ID": "91310000MA1FL0000X",
        "MATTER_NAME": "Supply dispute",
        "INVOICE_TAX_TOTAL": str(taxes),
        "INVOICE_NET_TOTAL": str(net),
        "INVOICE_CURRENCY": "CNY",
        "ACCOUNT_TYPE": "O",
        "LAW_FIRM_NAME": "Example LLP",
        "LAW_FIRM_COUNTRY": "CHN",
        "CLIENT_NAME": "Client Ltd",
        "LINE_ITEM_TAX_RATE": "0.06",
    }


def row_of(draw: random.Random, one: Charge) -> dict[str, str]:
    """The fields of one line."""
    activity, said = draw.choice(SAID)
    what = said.format(what=draw.choice(WHAT), who=draw.choice(WHO)) + f", page {draw.randrange(1, 400)}"
    row = {
        "LINE_ITEM_NUMBER": str(one.number),
        "EXP/FEE/INV_ADJ_TYPE": "F" if one.fee else "E",
        "LINE_ITEM_NUMBER_OF_UNITS": str(one.units),
        "LINE_ITEM_TOTAL": str(one.base + one.tax),
        "LINE_ITEM_DATE": f"202401{draw.choice((2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 22, 23)):02d}",
        "LINE_ITEM_DESCRIPTION": what if one.fee else "Filing fee and copies for the court",
        "LINE_ITEM_UNIT_COST": str(one.cost),
        "LINE_ITEM_TAX_TOTAL": str(one.tax),
    }
    if not one.fee:
        return {**row, "LINE_ITEM_EXPENSE_CODE": "E112"}
    person = one.person
    return row | {
        "LINE_ITEM_TASK_CODE": draw.choice(TASKS),
        "LINE_ITEM_ACTIVITY_CODE": activity,
        "TIMEKEEPER_ID": f"TK{person}",
        "TIMEKEEPER_NAME": f"Name{person}, First",
        "TIMEKEEPER_CLASSIFICATION": ("PARTNR", "ASSOC", "PARALG")[person % 3],
        "TIMEKEEPER_LAST_NAME": f"Name{person}",
        "TIMEKEEPER_FIRST_NAME": "First",
    }
