"""Bills that miss a marker, a segment or a sum; conversions that tell what the new format has no place for."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.engines.billing.billing_files import EXPENSE, bill

from chancery.engines.billing.bill_checking import checking_for
from chancery.engines.billing.conversion import convert
from chancery.engines.billing.validation import check

FILL = {
    "MATTER_NAME": "Supply",
    "CLIENT_TAX_ID": "X1",
    "INVOICE_CURRENCY": "USD",
    "LAW_FIRM_NAME": "Example LLP",
    "CLIENT_NAME": "Client Ltd",
}
COST = EXPENSE | {
    "INVOICE_TOTAL": "145.00",
    "LINE_ITEM_NUMBER": "2",
    "LINE_ITEM_NUMBER_OF_UNITS": "3",
    "LINE_ITEM_ADJUSTMENT_AMOUNT": "-5.00",
    "LINE_ITEM_TOTAL": "145.00",
}


def written(data: str | bytes, to: str) -> tuple[bytes, Counter[str]]:
    lost: Counter[str] = Counter()
    return b"".join(convert(data=data, to=to, values=FILL, lost=lost)), lost


def found(data: bytes | str) -> list[tuple[str, int | None, str]]:
    checking, stream = checking_for(data=data)
    return [(finding.rule, finding.line, finding.field) for part in checking.run(stream) for finding in part]


@pytest.mark.parametrize("wide", [False, True])
def test_a_file_that_begins_with_the_names_misses_its_marker_alone(wide: bool) -> None:
    text = bill({}, {"LINE_ITEM_NUMBER": "1"}, wide=wide).partition("\r\n")[2]
    findings = check(data=text)
    assert [(one.rule, one.line) for one in findings] == [("E001", 1), *totals(wide), ("E035", 3)]


def totals(wide: bool) -> list[tuple[str, int]]:
    """Two lines of 125.00 under a total of one of them."""
    return [("E030", 2), ("E031", 2)] if wide else [("E030", 2)]


def test_a_blank_tax_beside_a_rate_is_one_fault() -> None:
    assert found(bill({"LINE_ITEM_TAX_TOTAL": ""}, wide=True)) == [("E007", 3, "LINE_ITEM_TAX_TOTAL")]
    untaxed = {"LINE_ITEM_TAX_TOTAL": "", "LINE_ITEM_TAX_RATE": ""}
    assert ("E020", 3, "LINE_ITEM_TOTAL") in found(bill(untaxed, wide=True))


XML = written(bill({}), "XML 2.1")[0].decode()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("<base_amount>125.00", "<base_amount>126.00", [("E020", 56, "base_amount")]),
        ("<base_amount>125.00", "<base_amount>125.01", []),
        ("<inv_total_tax>0.00", "<inv_total_tax>1.00", [("E031", 19, "inv_total_tax")]),
        ("<inv_currency>USD", "<inv_currency>JPY", []),
        ("firm>", "", [("E007", 7, "firm")]),
        ("client>", "", [("E007", 12, "client")]),
        ("matter>", "", [("E007", 38, "matter"), ("E007", 12, "matter")]),
    ],
)
def test_segments_and_sums_of_xml(old: str, new: str, expected: list[tuple[str, int, str]]) -> None:
    text = XML
    if old.endswith(">"):
        for tag in (f"<{old}", f"</{old}"):
            text = text.replace(tag, "")
    else:
        text = text.replace(old, new)
    assert found(text.encode()) == expected


def test_xml_without_an_invoice_is_told() -> None:
    assert found(b"<?xml version='1.0'?><ledesxmlebilling2.1/>") == [("E007", None, "invoice")]


def test_an_adjusted_expense_stays_a_valid_bill() -> None:
    """3 at 50.00 less 5.00: XML 2.x tells the 5.00 beside the expense, 2000 in it."""
    for to, rows in (
        ("XML 2.1", [("IE", "-5.00", "-5.00"), ("E", "0.00", "150.00")]),
        ("XML 2000", [("E", "-5.00", "145.00")]),
    ):
        xml, lost = written(bill(COST), to)
        assert found(xml) == []
        back = b"".join(convert(data=xml, to="1998B")).decode().split("\r\n")[2:-1]
        cells = [row.split("|") for row in back]
        assert [(cell[9], cell[11], cell[12]) for cell in cells] == rows
        assert {cell[4] for cell in cells} == {"145.00"}
        assert lost["LINE_ITEM_ADJUSTMENT_AMOUNT"] == (1 if to == "XML 2.1" else 0)


def test_what_a_format_has_no_place_for_is_counted() -> None:
    taxed = bill({"PO_NUMBER": "PO-1", "LINE_ITEM_TAX_TYPE": "VAT"}, {"LINE_ITEM_NUMBER": "2"}, wide=True)
    assert written(taxed, "98BI")[1] == {}
    assert written(taxed, "XML 2.1")[1] == {"LINE_ITEM_TAX_RATE": 2, "LINE_ITEM_TAX_TYPE": 1}
    assert written(taxed, "XML 2000")[1] == {"LINE_ITEM_TAX_RATE": 2, "LINE_ITEM_TAX_TYPE": 1, "PO_NUMBER": 1}
    noted = XML.replace("<inv_desc>", "<inv_due_date>2026-05-01</inv_due_date><inv_desc>")
    lost: Counter[str] = Counter()
    list(convert(data=noted, to="XML 2.1", lost=lost))
    assert lost == {"invoice/inv_due_date": 1}


def test_tax_of_xml_2000_comes_back_with_its_totals() -> None:
    xml, _ = written(bill({}, wide=True), "XML 2000")
    row = b"".join(convert(data=xml, to="98BI", values=FILL)).decode().split("\r\n")[2].split("|")
    assert (row[27], row[28]) == ("7.50", "125.00")


def test_a_refusal_names_the_record() -> None:
    rows = [{"LINE_ITEM_NUMBER": str(number), "INVOICE_TOTAL": "375.00"} for number in (1, 2)]
    third = {**rows[0], "LINE_ITEM_NUMBER": "3", "LINE_ITEM_DESCRIPTION": ""}
    with pytest.raises(Exception, match="Line 3: charge_desc") as refused:
        written(bill(*rows, third), "XML 2000")
    assert refused.value.code == "field_missing"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("money", "expected"), [("JPY", [("E045", 20, "inv_total_net_due")]), ("KWD", [])])
def test_xml_amounts_have_the_places_of_their_currency(money: str, expected: list[tuple[str, int, str]]) -> None:
    half = {"LINE_ITEM_NUMBER_OF_UNITS": "2.51", "LINE_ITEM_TOTAL": "125.50", "INVOICE_TOTAL": "125.50"}
    xml, _ = written(bill(half), "XML 2.1")
    assert found(xml.replace(b">USD<", f">{money}<".encode())) == expected
