"""A case for each of the forty-five guideline rules, with the facts and lines they share."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tests.engines.billing.billing_files import cost, line

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.guidelines.applying import apply_rules
from chancery.engines.billing.guidelines.catalogue import rules_from, standard_rules
from chancery.engines.billing.guidelines.facts import setting_from
from chancery.engines.billing.guidelines.values import Outcome

D = Decimal
FACTS: dict[str, Any] = {
    "people": {
        "T1": {"rates": [{"amount": "300", "currency": "USD"}], "admitted": "2015-01-01"},
        "T2": {"rates": [{"amount": "400"}]},
        "T3": {"rates": [{"amount": "500"}]},
        "T4": {"rates": [{"amount": "600"}]},
    },
    "matters": {
        "CM1": {
            "type": "litigation",
            "opened": "2026-01-01",
            "engagement_letter": True,
            "conflicts_cleared": True,
            "currency": "USD",
        }
    },
    "signed_off": [],
    "receipts": [],
}


def outcome(lines: Sequence[Line], rules: object = None, facts: dict[str, Any] | None = None) -> Outcome:
    chosen = standard_rules() if rules is None else rules_from(data=rules)
    return apply_rules(lines=lines, rules=chosen, setting=setting_from(data=FACTS if facts is None else facts))


def known(**changes: Any) -> dict[str, Any]:
    return {**FACTS, **changes}


def matter(**changes: Any) -> dict[str, Any]:
    return known(matters={"CM1": {**FACTS["matters"]["CM1"], **changes}})


def person(**changes: Any) -> dict[str, Any]:
    return known(people={**FACTS["people"], "T1": {**FACTS["people"]["T1"], **changes}})


def hours(count: int, each: str) -> list[Line]:
    words = (
        "motion to dismiss the claim of a supplier",
        "answer on damages in the Ohio plant dispute",
        "exhibit list, contracts one to forty",
        "lease schedule with landlord's changes in red",
        "licence terms under New York law",
        "deposition outline for Dr. Kim's testimony",
    )
    return [line(number=str(n), line=n + 3, units=D(each), text=f"Draft {words[n]}") for n in range(count)]


STAFF = [
    line(number=str(n), line=n + 3, person=f"T{n}", text=f"Draft part {'abcd'[n - 1]} of motion for supplier claim {n}")
    for n in (1, 2, 3, 4)
]
MEETING = "Team meeting on strategy for supplier deposition outline"
HEARD = "Attend deposition of supplier manager on damages"
CASES: dict[int, tuple[list[Line], dict[str, Any], object, str]] = {
    1: ([line(units=D("1.25"))], FACTS, None, "15.00"),
    2: ([line(rate=D(310))], FACTS, None, "20.00"),
    3: ([line(person="T9")], FACTS, None, "600.00"),
    4: ([line(grade="LIBRRN")], FACTS, None, "600.00"),
    5: ([line()], person(approved_from="2026-03-13"), None, "600.00"),
    6: (
        [line()],
        person(
            rates=[
                {"amount": "250", "to": "2026-02-28"},
                {"amount": "300", "from": "2026-03-01", "announced": "2026-02-01"},
            ]
        ),
        None,
        "100.00",
    ),
    7: (hours(6, "2.8"), FACTS, None, "5040.00"),
    8: ([line(text="Draft supplier answer; confer with supplier counsel")], FACTS, None, "0"),
    9: ([line(text="Draft for supplier")], FACTS, None, "0"),
    10: ([line(text="Supplier motion and damages of the Ohio claim", activity="")], FACTS, None, "0"),
    11: (
        [line(text="Scanned supplier exhibits for depositions", activity="A110", grade="PARALG")],
        FACTS,
        None,
        "600.00",
    ),
    12: (
        [
            line(number=str(n), line=n + 3, person=f"T{n}", rate=D(300), text=f"{MEETING} {n}", activity="A105")
            for n in (1, 2, 3)
        ],
        FACTS,
        None,
        "0",
    ),
    13: (
        [line(number=str(n), line=n + 3, person=f"T{n}", text=f"{HEARD} {n}", activity="A109") for n in (1, 2)],
        FACTS,
        None,
        "0",
    ),
    14: ([line(text="Travel to supplier site in Ohio for inspection", activity="A112")], FACTS, None, "300.00"),
    15: ([line()], person(admitted="2025-06-01"), None, "600.00"),
    16: ([line(text="Background reading on supplier market and get up to speed", activity="")], FACTS, None, "600.00"),
    17: ([line(units=D("3.1"), text="Research damages law on supplier claim", activity="A102")], FACTS, None, "0"),
    18: (
        [line(task="L320", grade="PARTNR", text="Review supplier contract exhibits today", activity="A104")],
        FACTS,
        None,
        "0",
    ),
    19: (STAFF, FACTS, None, "0"),
    20: ([line(text="Prepare invoice for supplier claim of March", activity="A101")], FACTS, None, "600.00"),
    21: ([line(day=date(2025, 12, 30))], matter(opened="2025-01-01"), None, "600.00"),
    22: ([line(invoice_date=date(2026, 5, 1))], FACTS, None, "0"),
    23: ([line()], matter(opened="2026-03-13"), None, "600.00"),
    24: ([line(day=date(2026, 3, 14))], FACTS, None, "0"),
    25: (
        [line(text="Draft motion in the Zephyr merger for client")],
        known(matters={**FACTS["matters"], "CM2": {"names": ["zephyr"]}}),
        None,
        "0",
    ),
    26: ([line()], matter(budget={"L100": "1000"}, spent={"L100": "300"}), None, "0"),
    27: ([line()], matter(cap="1000", spent={"L100": "700"}), None, "300.00"),
    28: ([cost(expense="E103", text="Long pleading retyped by night staff")], FACTS, None, "20.00"),
    29: ([cost(expense="E101", units=D(100), rate=D("0.15"), text="Exhibits for the judge")], FACTS, None, "5.00"),
    30: ([cost(rate=D(26))], FACTS, None, "0"),
    31: ([cost()], known(vendor_costs={"A-7/2": "15"}), None, "5.00"),
    32: ([cost(expense="E123", text="Flight to Ohio in business class")], FACTS, None, "20.00"),
    33: ([cost(expense="E110", text="Train to Ohio")], FACTS, None, "0"),
    34: ([cost(expense="E106", text="Database of cases")], FACTS, None, "20.00"),
    35: ([line()], FACTS, [{"kind": "prompt_payment", "params": {"percent": "2"}}], "12.00"),
    36: (
        [line()],
        known(year_to_date={"F1": "9900"}),
        [{"kind": "volume_discount", "params": {"tiers": [["0", "0"], ["10000", "10"]]}}],
        "50.00",
    ),
    37: ([line(currency="USD", tax_rate=D("0.05"), tax=D(30))], matter(tax_rate="0.06"), None, "0"),
    38: ([line(currency="EUR")], person(rates=[{"amount": "300"}]), None, "0"),
    39: ([line(), line(number="2", line=4)], FACTS, None, "600.00"),
    40: ([line(currency="EUR")], matter(currency="EUR"), None, "0"),
    41: ([line(activity="A106")], FACTS, None, "0"),
    42: ([line()], matter(arrangement="fixed"), None, "600.00"),
    43: ([line(currency="USD")], matter(po="PO-1"), None, "0"),
    44: ([line()], matter(conflicts_cleared=False), None, "0"),
    45: (
        [line(grade="DOCRAT", text="Review supplier mail for privileged advice", activity="A104")],
        FACTS,
        None,
        "600.00",
    ),
}


def every_line() -> list[Line]:
    lines = list(itertools.chain.from_iterable(case[0] for case in CASES.values()))
    return [item._replace(line=place, number=str(place), raw=f"{place}") for place, item in enumerate(lines, start=1)]


def essence(found: Outcome) -> list[tuple[object, ...]]:
    return sorted(
        (item.rule, item.invoice, item.line_number, item.severity, item.alone, item.cut, item.superseded_by)
        for item in found.findings
    )
