"""Guideline rules: each of the forty-five fires on its own case alone; the larger cut; replay; order of lines."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.billing.billing_files import cost, line
from tests.engines.billing.guideline_cases import CASES, FACTS, D, essence, every_line, matter, outcome

from chancery.engines.billing.guidelines.catalogue import KINDS, rules_from, standard_rules
from chancery.engines.billing.guidelines.facts import setting_from
from chancery.engines.billing.guidelines.replaying import decided, replay


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


def cards(*rates: dict[str, str]) -> dict[str, object]:
    return {**FACTS, "people": {**FACTS["people"], "T1": {"rates": list(rates), "admitted": "2015-01-01"}}}


def test_a_card_binds_lines_of_its_own_currency_alone() -> None:
    """2 h at 300 US dollars: a card of 280 dollars cuts 40.00, whatever the card in another currency says."""
    dollars, yuan = {"amount": "280", "currency": "USD"}, {"amount": "2000", "currency": "CNY"}
    assert outcome([line(currency="USD")], facts=cards(dollars, yuan)).invoices[0].cut == D("40.00")
    found = outcome([line(currency="USD")], facts=cards({"amount": "200", "currency": "EUR"}))
    assert (found.invoices[0].cut, [finding.rule for finding in found.findings]) == (D(0), ["G40"])


@pytest.mark.parametrize(
    ("second", "third", "cut"),
    [
        (None, None, "100.00"),  # neither rise was announced: 250 holds
        ("2025-10-01", None, "40.00"),  # the first one was: 280 holds
        ("2025-10-01", "2026-01-11", "0"),  # both were; the sixtieth day is 12 March
        ("2025-10-01", "2026-01-12", "40.00"),  # one day short
        (None, "2025-10-01", "0"),  # the rate of today was announced in time
    ],
)
def test_rises_without_notice_leave_the_last_rate_with_notice(second: str, third: str, cut: str) -> None:
    rates = [
        {"amount": "250", "from": "2025-01-01"},
        {"amount": "280", "from": "2026-01-01", "announced": second},
        {"amount": "300", "from": "2026-02-01", "announced": third},
    ]
    found = outcome([line()], facts=cards(*rates))  # type: ignore[arg-type]
    assert found.invoices[0].cut == D(cut)
