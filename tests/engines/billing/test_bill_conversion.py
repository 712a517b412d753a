"""Between formats: the same bytes after write, read, write; nothing lost silently; hostile XML refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.billing.billing_files import EXPENSE, bill, long_bill

from chancery.engines.billing.bill_checking import bill_lines, checking_for
from chancery.engines.billing.conversion import FORMATS, convert
from chancery.engines.billing.validation import check
from chancery.foundation.errors import Refused

FILL = {"MATTER_NAME": "Supply", "CLIENT_TAX_ID": "X1", "INVOICE_CURRENCY": "USD"}
NAMES = {"LAW_FIRM_NAME": "Example LLP", "CLIENT_NAME": "Client Ltd"}
ADJUSTED = (
    {"INVOICE_TOTAL": "250.00"},
    EXPENSE
    | {
        "INVOICE_TOTAL": "250.00",
        "LINE_ITEM_NUMBER": "2",
        "LINE_ITEM_NUMBER_OF_UNITS": "3",
        "LINE_ITEM_TOTAL": "150.00",
    },
    {
        "INVOICE_TOTAL": "250.00",
        "LINE_ITEM_NUMBER": "3",
        "EXP/FEE/INV_ADJ_TYPE": "IF",
        "LINE_ITEM_TASK_CODE": "",
        "LINE_ITEM_ACTIVITY_CODE": "",
        "TIMEKEEPER_ID": "",
        "TIMEKEEPER_NAME": "",
        "TIMEKEEPER_CLASSIFICATION": "",
        "LINE_ITEM_NUMBER_OF_UNITS": "",
        "LINE_ITEM_UNIT_COST": "",
        "LINE_ITEM_ADJUSTMENT_AMOUNT": "-25.00",
        "LINE_ITEM_TOTAL": "-25.00",
    },
)


def written(data: str | bytes, to: str, **values: str) -> bytes:
    return b"".join(convert(data=data, to=to, values={**FILL, **NAMES, **values}))


def rules(data: bytes) -> set[str]:
    checking, stream = checking_for(data=data)
    return {finding.rule for part in checking.run(stream) for finding in part}


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize(
    "source", [bill(*ADJUSTED), long_bill(lines=30, per_invoice=7)], ids=["adjusted", "several invoices"]
)
def test_written_files_are_clean_and_stable(to: str, source: str) -> None:
    once = written(source, to)
    assert rules(once) == set()
    assert written(once, to) == once
    back = written(once, "1998B")
    before, after = (list(bill_lines(data=data)[0]) for data in (source, back))
    assert sorted(line.amount for line in after) == sorted(line.amount for line in before)
    assert sorted(line.text for line in after if line.type != "IF") == sorted(
        line.text for line in before if line.type != "IF"
    )


@pytest.mark.parametrize("to", ["XML 2000", "XML 2.0", "XML 2.1", "XML 2.2", "98BI V1"])
def test_tax_survives(to: str) -> None:
    source = long_bill(lines=9, per_invoice=4, wide=True)
    back = written(written(source, to), "98BI", CLIENT_TAX_ID="91310000TEST")
    assert check(data=back) == []
    assert sum(line.tax for line in bill_lines(data=back)[0]) == Decimal("67.50")


def test_98bi_without_tax_equals_1998b() -> None:
    """LEDES 98BI V2: the first 24 fields are those of 1998B."""
    wide = written(bill(*ADJUSTED), "98BI")
    assert written(wide, "1998B") == written(bill(*ADJUSTED), "1998B")


@pytest.mark.parametrize(
    ("data", "to", "code"),
    [
        (bill(wide=True), "1998B", "tax_not_carried"),
        (bill({"LINE_ITEM_DESCRIPTION": "审阅合同"}), "98BI", "narrative_not_ascii"),
        (bill({"CLIENT_ID": ""}), "1998B", "field_missing"),
        (bill({"LINE_ITEM_DATE": "20260230"}), "98BI", "value_broken"),
        (bill({"LINE_ITEM_UNIT_COST": "1,000"}), "XML 2.2", "value_broken"),
        (bill({"LINE_ITEM_UNIT_COST": "1.00001"}), "98BI", "amount_too_precise"),
        (bill({"INVOICE_NUMBER": "A" * 21}), "1998B", "field_too_long"),
        (bill().replace("March|", ""), "98BI", "record_broken"),
        (bill().replace("LEDES", "SEDEL"), "98BI", "not_ledes"),
        ("", "98BI", "not_ledes"),
        (bill(), "PDF", "format_unknown"),
        ("<html/>", "98BI", "not_ledes"),
        ("<ledesxml>", "98BI", "xml_broken"),
        ("<ledesxml><firm></ledesxml>", "1998B", "xml_broken"),
        ("<!DOCTYPE ledesxml [<!ENTITY a 'b'>]><ledesxml>&a;</ledesxml>", "1998B", "xml_entities"),
        ("<ledesxml>" + "<x>" * 50, "1998B", "xml_too_deep"),
        ("<ledesxml><firm>" + "x" * 70_000, "1998B", "xml_too_large"),
    ],
)
def test_refusals(data: str, to: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        written(data, to)
    assert refused.value.code == code


def test_an_unknown_field_is_refused_and_utf_8_is_a_choice() -> None:
    with pytest.raises(Refused) as refused:
        written(bill(), "98BI", COLOUR="red")
    assert refused.value.code == "field_unknown"
    chinese = bill({"LINE_ITEM_DESCRIPTION": "审阅供货合同"})
    kept = b"".join(convert(data=chinese, to="1998B", ascii_only=False))
    assert "审阅供货合同".encode() in kept


def test_external_dtds_are_named_but_never_fetched() -> None:
    data = written(bill(), "XML 2000")
    assert b"ledes2000.dtd" in data
    assert rules(data) == set()


XML = written(bill(*ADJUSTED), "XML 2.2").decode()


@pytest.mark.parametrize(
    ("old", "new", "rule", "field"),
    [
        ("<inv_date>2026-03-31", "<inv_date>2026-02-30", "E009", "inv_date"),
        ("<inv_id>A-7</inv_id>", "", "E007", "inv_id"),
        ("<rate>50.00", "<rate>51.00", "E020", "total_amount"),
        ("<rate>50.00", "<rate>5O", "E010", "rate"),
        ("<inv_total_net_due>250.00", "<inv_total_net_due>251.00", "E030", "inv_total_net_due"),
        ("<matter_total_detail_fees>125.00", "<matter_total_detail_fees>1.00", "E030", "matter_total_detail_fees"),
        ("<inv_start_date>2026-03-01", "<inv_start_date>2026-04-01", "E033", "inv_start_date"),
        ("<charge_date>2026-03-12", "<charge_date>2026-02-12", "W034", "charge_date"),
        ("<task_code>L653", "<task_code>L999", "E043", "task_code"),
        ("<task_code>L653", "<task_code>L650", "W042", "task_code"),
        ("<inv_currency>USD", "<inv_currency>RMB", "E045", "inv_currency"),
        ("<file_item_nbr>3</file_item_nbr>", "<file_item_nbr>1</file_item_nbr>", "E035", "file_item_nbr"),
        ("<expense_code>E118</expense_code>", "", "E041", "line_item_expense_code"),
    ],
)
def test_xml_faults_name_element_and_place(old: str, new: str, rule: str, field: str) -> None:
    assert old in XML
    data = XML.replace(old, new, 1).encode()
    checking, stream = checking_for(data=data)
    found = [item for part in checking.run(stream) for item in part]
    match = next(item for item in found if (item.rule, item.field) == (rule, field))
    assert match.offset is not None and data[match.offset : match.offset + 1] == b"<"
    assert data[: match.offset].count(b"\n") + 1 == match.line


def test_another_root_is_e001() -> None:
    assert rules(b"<?xml version='1.0'?><invoice/>") == {"E001"}


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.sampled_from(["<", ">", "&", "/", "x", "9", "\x00", ""])),
        min_size=1,
        max_size=4,
    )
)
def test_any_xml_is_judged_or_refused(edits: list[tuple[int, str]]) -> None:
    text = XML
    for place, sign in edits:
        at = place % len(text)
        text = text[:at] + sign + text[at + 1 :]
    for act in (lambda: rules(text.encode()), lambda: written(text, "98BI"), lambda: list(bill_lines(data=text)[0])):
        try:
            act()
        except Refused as refused:
            assert refused.code


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=40), st.integers(0, 10**6), st.integers(0, 10**4))
def test_any_narrative_and_amount_is_written_and_read_back(text: str, tenths: int, cost: int) -> None:
    units, rate = Decimal(tenths) / 10, Decimal(cost) / 100
    total = round(units * rate, 2)
    source = bill(
        {
            "LINE_ITEM_NUMBER_OF_UNITS": str(units),
            "LINE_ITEM_UNIT_COST": str(rate),
            "LINE_ITEM_TOTAL": str(total),
            "INVOICE_TOTAL": str(total),
        }
    )
    for to in ("98BI", "XML 2.1"):
        given = {**FILL, **NAMES, "PO_NUMBER": text[:30]}
        once = b"".join(convert(data=source, to=to, values=given, ascii_only=False))
        assert b"".join(convert(data=once, to=to, values={**FILL, **NAMES}, ascii_only=False)) == once
