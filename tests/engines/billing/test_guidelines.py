"""Guideline rules: each of the forty-five fires on its own case alone; the larger cut; replay; order of lines."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.billing.billing_files import cost, line

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.guidelines.applying import apply_rules
from chancery.engines.billing.guidelines.catalogue import KINDS, rules_from, standard_rules
from chancery.engines.billing.guidelines.facts import setting_from
from chancery.engines.billing.guidelines.replaying import decided, replay
from chancery.engines.billing.guidelines.values import GuidelineRefused, Outcome, Setting
from chancery.foundation.errors import Refused

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


def test_every_kind_of_the_catalogue_has_a_case() -> None:
    assert sorted(CASES) == sorted(rule.number for rule in standard_rules()) == list(range(1, 46))
    assert {rule.kind for rule in standard_rules()} == set(KINDS)
    assert all(rule.text and rule.text_zh and not rule.text_zh.isascii() for rule in standard_rules())


@pytest.mark.parametrize("number", sorted(CASES))
def test_each_rule_fires_on_its_own_case(number: int) -> None:
    lines, facts, rules, cut = CASES[number]
    found = outcome(lines, rules, facts)
    assert {finding.number for finding in found.findings} == {number}
    (invoice,) = found.invoices
    assert invoice.cut == D(cut)
    assert invoice.submitted - invoice.cut == invoice.approved


def test_clean_lines_raise_nothing() -> None:
    found = outcome([line(), cost()])
    assert found.findings == ()
    assert found.invoices[0].approved == D("620.00")
    assert set(found.silent) == {"G35", "G36"}


def test_without_facts_rules_are_silent_and_say_what_they_need() -> None:
    found = outcome([line(person="T9")], facts={})
    assert found.findings == ()
    assert found.silent["G03"] == "people"
    assert found.silent["G26"] == "matters"
    assert found.silent["G45"] == "signed_off"


def test_the_larger_cut_and_not_the_sum() -> None:
    """Travel at half is 310.00; the rate cut alone is 20.00; together they would be 320.00."""
    travel = line(rate=D(310), text="Travel to supplier site in Ohio for inspection", activity="A112")
    found = outcome([travel])
    by_rule = {finding.rule: finding for finding in found.findings}
    assert (by_rule["G14"].cut, by_rule["G02"].cut) == (D("310.00"), D(0))
    assert by_rule["G02"].alone == D("20.00")
    assert by_rule["G02"].superseded_by == "G14"
    assert found.invoices[0].cut == D("310.00")


def test_cumulative_cuts_are_taken_in_order_each_a_row() -> None:
    """Rate first: 620 → 600; then half: 300."""
    travel = line(rate=D(310), text="Travel to supplier site in Ohio for inspection", activity="A112")
    rules = {"extends": "standard", "rules": [{"id": "G02", "kind": "rate_above_card", "cumulative": True}]}
    found = outcome([travel], rules)
    assert [(row.step, row.rule, row.before, row.after) for row in found.adjustments] == [
        ("rate", "G02", D("620.00"), D("600.00")),
        ("percentage", "G14", D("600.00"), D("300.00")),
    ]
    assert found.invoices[0].approved == D("300.00")


def test_units_are_cut_down_not_rounded() -> None:
    (row,) = outcome([line(units=D("1.99"))]).adjustments
    assert (row.step, row.before, row.after) == ("units", D("597.00"), D("570.00"))


def test_tax_is_computed_again_on_what_is_left() -> None:
    taxed = line(currency="USD", tax_rate=D("0.06"), tax=D("37.20"), rate=D(310))
    found = outcome([taxed], facts=matter(tax_rate="0.06"))
    (invoice,) = found.invoices
    assert (invoice.approved, invoice.tax_submitted, invoice.tax_approved) == (D("600.00"), D("37.20"), D("36.00"))
    assert found.adjustments[-1].step == "tax"


def test_discounts_of_the_invoice_are_spread_to_the_cent() -> None:
    """10 % of 3 × 33.33 is 10.00; tax of each line follows its own part."""
    lines = [
        line(
            number=str(n),
            line=n + 3,
            units=D("0.1"),
            rate=D("333.30"),
            currency="USD",
            tax_rate=D("0.06"),
            tax=D("2.00"),
        )
        for n in (1, 2, 3)
    ]
    found = outcome(lines, [{"kind": "prompt_payment", "params": {"percent": "10"}}])
    (invoice,) = found.invoices
    assert (invoice.submitted, invoice.cut, invoice.tax_approved) == (D("99.99"), D("10.00"), D("5.40"))


def test_credits_are_never_cut() -> None:
    found = outcome([line(person="T9", amount=D("-600.00"), units=D(-2))])
    assert found.invoices[0].cut == 0


def test_scope_and_dates_of_rules() -> None:
    off = {"kind": "weekend", "id": "W", "severity": "warn"}
    saturday = line(day=date(2026, 3, 14))

    def fires(**changes: object) -> bool:
        return bool(outcome([saturday], [{**off, **changes}]).findings)

    assert fires()
    assert fires(scope={"clients": ["C1"], "firms": ["F1"], "matters": ["CM1"], "matter_types": ["litigation"]})
    assert fires(scope={"phases": ["L100"]})
    for wrong in (
        {"clients": ["C2"]},
        {"firms": ["F2"]},
        {"matters": ["X"]},
        {"matter_types": ["tax"]},
        {"phases": ["L300"]},
    ):
        assert not fires(scope=wrong)
    assert fires(in_force_from="2026-03-31", in_force_to="2026-03-31")
    assert not fires(in_force_from="2026-04-01")
    assert not fires(in_force_to="2026-03-30")


def every_line() -> list[Line]:
    lines = list(itertools.chain.from_iterable(case[0] for case in CASES.values()))
    return [item._replace(line=place, number=str(place), raw=f"{place}") for place, item in enumerate(lines, start=1)]


def essence(found: Outcome) -> list[tuple[object, ...]]:
    return sorted(
        (item.rule, item.invoice, item.line_number, item.severity, item.alone, item.cut, item.superseded_by)
        for item in found.findings
    )


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_lines_does_not_matter(draw: random.Random) -> None:
    lines = every_line()
    before = outcome(lines)
    draw.shuffle(lines)
    shuffled = [item._replace(line=place) for place, item in enumerate(lines, start=1)]
    after = outcome(shuffled)
    assert essence(after) == essence(before)
    assert after.invoices == before.invoices


def test_applying_twice_is_applying_once() -> None:
    lines = every_line()
    first = outcome(lines)
    settled = decided(lines=lines, outcome=first)
    again = outcome(settled)
    assert sum(item.cut for item in again.findings if item.line is not None) == 0
    assert sum(item.amount for item in settled) == sum(invoice.approved for invoice in first.invoices)


def test_findings_can_be_replayed_from_their_hash() -> None:
    lines = every_line()
    first, second = outcome(lines), outcome(lines)
    assert [item.input_hash for item in first.findings] == [item.input_hash for item in second.findings]
    changed = outcome([lines[0]._replace(raw="other"), *lines[1:]])
    pairs = zip(first.findings, changed.findings, strict=True)
    assert any(a.input_hash != b.input_hash for a, b in pairs if a.line == 1 or a.line is None)
    newer = {"extends": "standard", "rules": [{"id": "G24", "kind": "weekend", "version": "2"}]}
    rated = outcome(lines, newer)
    assert {a.rule for a, b in zip(first.findings, rated.findings, strict=True) if a.input_hash != b.input_hash} == {
        "G24"
    }


def test_old_invoices_under_changed_rules() -> None:
    travel = line(text="Travel to supplier site in Ohio for inspection", activity="A112")
    unpaid = rules_from(
        data={"extends": "standard", "rules": [{"id": "G14", "kind": "travel", "params": {"share": "0"}}]}
    )
    effect = replay(lines=[travel, cost()], before=standard_rules(), after=unpaid, setting=setting_from(data=FACTS))
    assert (effect.cut_before, effect.cut_after, effect.change) == (D("300.00"), D("600.00"), D("300.00"))
    assert effect.lines_changed == ("A-7/1",)
    (row,) = effect.rules
    assert (row.rule, row.findings_before, row.findings_after) == ("G14", 1, 1)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 160), st.integers(100, 90_000), st.integers(-500, 500), st.sampled_from(["T1", "T9"])),
        min_size=1,
        max_size=12,
    )
)
def test_rows_add_up(rows: list[tuple[int, int, int, str]]) -> None:
    lines = []
    for place, (units, rate, adjustment, who) in enumerate(rows, start=1):
        hours_, price, change = D(units) / 20, D(rate) / 100, D(adjustment) / 100
        amount = round(hours_ * price, 2) + change
        lines.append(
            line(line=place, number=str(place), units=hours_, rate=price, adjustment=change, amount=amount, person=who)
        )
    found = outcome(lines)
    (invoice,) = found.invoices
    cuts = [row.before - row.after for row in found.adjustments if row.step != "tax"]
    assert sum(cuts) == invoice.cut == sum(item.cut for item in found.findings)
    assert all(cut > 0 for cut in cuts)


@pytest.mark.parametrize(
    "rules",
    [
        "x",
        {"rules": 1},
        {"extends": "other"},
        [{}],
        [{"kind": "none"}],
        [1],
        [{"kind": "weekend", "severity": "fatal"}],
        [{"kind": "weekend", "what": 1}],
        [{"kind": "increment", "params": {"hours": "x"}}],
        [{"kind": "increment", "params": {"colour": "x"}}],
        [{"kind": "travel", "params": {"share": "1.5"}}],
        [{"kind": "volume_discount", "params": {"tiers": [["10", "5"], ["0", "5"]]}}],
        [{"kind": "weekend", "scope": {"what": []}}],
        [{"kind": "weekend", "in_force_from": "soon"}],
        [{"kind": "weekend", "cumulative": "yes"}],
    ],
)
def test_broken_rules_are_refused(rules: object) -> None:
    with pytest.raises(GuidelineRefused) as refused:
        rules_from(data=rules)
    assert refused.value.code == "guideline_refused"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "people",
                    "matters",
                    "rates",
                    "T1",
                    "CM1",
                    "amount",
                    "cap",
                    "budget",
                    "kind",
                    "params",
                    "hours",
                    "rules",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@settings(max_examples=60, deadline=None)
@given(JSON, JSON)
def test_any_documents_are_applied_or_refused(rules: object, facts: object) -> None:
    for act in (
        lambda: apply_rules(lines=[line()], rules=rules_from(data=rules), setting=Setting()),
        lambda: apply_rules(lines=[line(), cost()], rules=standard_rules(), setting=setting_from(data=facts)),
    ):
        try:
            act()
        except Refused as refused:
            assert refused.code == "guideline_refused"


def test_parameters_of_any_number_are_applied_or_refused() -> None:
    for kind, name, value in itertools.product(
        KINDS,
        ("hours", "days", "people", "warn", "reject", "share", "percent", "limit"),
        ("0", "1", "99999", 0, -1, "x", None, []),
    ):
        try:
            rules = rules_from(data=[{"kind": kind, "params": {name: value}}])
        except Refused as refused:
            assert refused.code == "guideline_refused"
            continue
        apply_rules(lines=every_line(), rules=rules, setting=setting_from(data=FACTS))


def test_rules_and_facts_are_plain_json() -> None:
    assert json.loads(json.dumps(FACTS)) == FACTS
