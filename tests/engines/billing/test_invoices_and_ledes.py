"""Invoices sum to the cent and survive the format."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.billing.invoice import Bill, BillLine, BillRefused, line_total
from chancery.engines.billing.ledes import FIELDS, LedesRefused, write_1998b
from chancery.engines.billing.ledes_reading import field_rules
from chancery.engines.billing.validation import check
from chancery.foundation.errors import Refused
from chancery.foundation.money import Money


def fee(number: str = "1", units: str = "2.3", cost: str = "95.55", text: str = "First pass review") -> BillLine:
    total = line_total(units=Decimal(units), unit_cost=Decimal(cost), currency="USD")
    return BillLine(
        number=number,
        type="F",
        date=date(2026, 3, 12),
        units=Decimal(units),
        unit_cost=Decimal(cost),
        adjustment=Decimal(0),
        total=total,
        task_code="L653",
        activity_code="A104",
        timekeeper_id="T1",
        timekeeper_name="Roe, Ann",
        timekeeper_class="DOCRAT",
        description=text,
    )


def bill(*lines: BillLine, currency: str = "USD") -> Bill:
    return Bill(
        invoice_date=date(2026, 3, 31),
        invoice_number="A-7",
        client_id="C1",
        law_firm_matter_id="M1",
        client_matter_id="CM1",
        law_firm_id="98-7654321",
        currency=currency,
        period_start=date(2026, 3, 1),
        period_end=date(2026, 3, 31),
        description="March",
        lines=lines or (fee(),),
    )


@pytest.mark.parametrize(
    ("units", "cost", "adjustment", "currency", "expected"),
    [
        ("2.3", "95.55", "0", "USD", "219.77"),
        ("0.1", "10.05", "0", "USD", "1.01"),
        ("0.1", "10.05", "-0.001", "USD", "1.00"),
        ("812", "0.035", "0", "USD", "28.42"),
        ("2.3", "955.5", "0", "JPY", "2198"),
        ("2", "350", "-70", "CNY", "630.00"),
    ],
)
def test_line_totals(units: str, cost: str, adjustment: str, currency: str, expected: str) -> None:
    total = line_total(units=Decimal(units), unit_cost=Decimal(cost), adjustment=Decimal(adjustment), currency=currency)
    assert total == Decimal(expected)


def test_totals_of_an_invoice() -> None:
    discount = BillLine("2", "IF", date(2026, 3, 31), Decimal(0), Decimal(0), Decimal("-19.77"), Decimal("-19.77"))
    pages = BillLine(
        "3",
        "E",
        date(2026, 3, 31),
        Decimal(812),
        Decimal("0.035"),
        Decimal(0),
        Decimal("28.42"),
        expense_code="E118",
    )
    whole = bill(fee(), discount, pages)
    assert whole.total == Money(Decimal("228.42"), "USD")
    assert (whole.fees, whole.expenses) == (
        Money(Decimal("200.00"), "USD"),
        Money(Decimal("28.42"), "USD"),
    )
    assert check(data=write_1998b(bill=whole)) == []


def test_the_written_bytes() -> None:
    written = write_1998b(bill=bill(fee(text="Reviewed “mail” – batch 1 | re: café\r\nand more []"))).decode("ascii")
    lines = written.split("\r\n")
    assert lines[0] == "LEDES1998B[]"
    assert lines[1] == "|".join(name for name, _ in FIELDS) + "[]"
    assert lines[2] == (
        "20260331|A-7|C1|M1|219.77|20260301|20260331|March|1|F|2.30|0.00|219.77|20260312|L653||A104|T1|"
        'Reviewed "mail" - batch 1 / re: cafe and more [ ]|98-7654321|95.55|Roe, Ann|DOCRAT|CM1[]'
    )
    assert lines[3:] == [""]


def test_writer_and_validator_agree_on_the_field_order() -> None:
    assert [name for name, _ in FIELDS] == [rule.name for rule in field_rules(format_name="1998B")]


def test_chinese_narratives_are_refused_by_line() -> None:
    with pytest.raises(LedesRefused) as refused:
        write_1998b(bill=bill(fee(), fee("2", text="审阅供货合同")))
    assert refused.value.code == "narrative_not_ascii"
    assert refused.value.params["line"] == "2"
    assert refused.value.params["field"] == "LINE_ITEM_DESCRIPTION"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (bill(replace(fee(), total=Decimal("219.76"))), "line_total_wrong"),
        (bill(fee(), fee()), "line_number_repeated"),
        (replace(bill(), lines=()), "no_lines"),
        (replace(bill(), period_start=date(2026, 4, 1)), "period_reversed"),
        (bill(replace(fee(), timekeeper_class="")), "timekeeper_missing"),
        (bill(replace(fee(), type="E")), "expense_code_missing"),
        (bill(replace(fee(), type="E", expense_code="E118")), "codes_on_expense"),
        (replace(bill(), invoice_number="A" * 21), "field_too_long"),
        (replace(bill(), client_id=" "), "field_missing"),
        (bill(replace(fee(), units=Decimal("2.30001"), total=Decimal("219.77"))), "amount_too_precise"),
    ],
)
def test_refusals(changed: Bill, code: str) -> None:
    with pytest.raises(Refused) as refused:
        write_1998b(bill=changed)
    assert refused.value.code == code
    assert isinstance(refused.value, BillRefused | LedesRefused)


def test_yen_have_no_cents_and_still_pass() -> None:
    line = replace(fee(cost="955.5"), total=Decimal(2198))
    assert check(data=write_1998b(bill=bill(line, currency="JPY"))) == []


TEXT = st.text(alphabet=st.characters(max_codepoint=255), max_size=60)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2000), st.integers(0, 10**7), st.integers(-(10**6), 10**6), TEXT),
        min_size=1,
        max_size=20,
    )
)
def test_whatever_is_written_is_accepted(rows: list[tuple[int, int, int, str]]) -> None:
    lines = []
    for number, (tenths, cost, adjustment, text) in enumerate(rows, start=1):
        units, price, change = Decimal(tenths) / 10, Decimal(cost) / 10000, Decimal(adjustment) / 100
        total = line_total(units=units, unit_cost=price, adjustment=change, currency="USD")
        lines.append(
            replace(
                fee(str(number)),
                units=units,
                unit_cost=price,
                adjustment=change,
                total=total,
                description=text,
            )
        )
    try:
        written = write_1998b(bill=bill(*lines))
    except LedesRefused as refused:
        assert refused.code == "narrative_not_ascii"
        return
    assert check(data=written) == []
    assert written == write_1998b(bill=bill(*lines))
