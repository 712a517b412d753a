"""The validator: published sample files and hand-made cases, rule by rule."""

from __future__ import annotations

import ast
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.billing.billing_files import EXPENSE

from chancery.engines.billing import codes, ledes_reading, validation
from chancery.engines.billing.ledes_reading import field_rules, rules
from chancery.engines.billing.validation import Profile, blocking, check

NAMES = [rule.name for rule in field_rules(format_name="1998B")]
FEE = {
    "INVOICE_DATE": "20260331",
    "INVOICE_NUMBER": "A-7",
    "CLIENT_ID": "C1",
    "LAW_FIRM_MATTER_ID": "M1",
    "INVOICE_TOTAL": "125.00",
    "BILLING_START_DATE": "20260301",
    "BILLING_END_DATE": "20260331",
    "INVOICE_DESCRIPTION": "March",
    "LINE_ITEM_NUMBER": "1",
    "EXP/FEE/INV_ADJ_TYPE": "F",
    "LINE_ITEM_NUMBER_OF_UNITS": "2.5",
    "LINE_ITEM_ADJUSTMENT_AMOUNT": "0.00",
    "LINE_ITEM_TOTAL": "125.00",
    "LINE_ITEM_DATE": "20260312",
    "LINE_ITEM_TASK_CODE": "L653",
    "LINE_ITEM_ACTIVITY_CODE": "A104",
    "TIMEKEEPER_ID": "T1",
    "LINE_ITEM_DESCRIPTION": "First pass review of supplier mail",
    "LAW_FIRM_ID": "98-7654321",
    "LINE_ITEM_UNIT_COST": "50",
    "TIMEKEEPER_NAME": "Roe, Ann",
    "TIMEKEEPER_CLASSIFICATION": "DOCRAT",
    "CLIENT_MATTER_ID": "CM1",
}
ADJUSTMENT = EXPENSE | {
    "EXP/FEE/INV_ADJ_TYPE": "IF",
    "LINE_ITEM_EXPENSE_CODE": "",
    "LINE_ITEM_NUMBER_OF_UNITS": "",
    "LINE_ITEM_UNIT_COST": "",
    "LINE_ITEM_ADJUSTMENT_AMOUNT": "-25.00",
    "LINE_ITEM_TOTAL": "-25.00",
}


def record(changes: dict[str, str]) -> str:
    values = FEE | changes
    return "|".join(values.get(name, "") for name in NAMES) + "[]"


def invoice(*lines: dict[str, str], end: str = "\r\n") -> str:
    return end.join(["LEDES1998B[]", "|".join(NAMES) + "[]", *map(record, lines or ({},))]) + end


def found(data: str | bytes, **options: object) -> list[str]:
    return [finding.rule for finding in check(data=data, **options)]  # type: ignore[arg-type]


def test_cases_of_the_shared_file_exactly(test_data: Path) -> None:
    cases = json.loads((test_data / "billing" / "samples" / "cases.json").read_text("utf-8"))
    assert len(cases) >= 24
    for case in cases:
        for data in (case["text"], case["text"].encode()):
            assert set(found(data)) == set(case["expected"]), case["id"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bashor_1998b.txt", {"E030", "E035"}),
        ("bashor_98bi.txt", {"E022", "E031"}),
        ("lexitree_1998b_good.txt", {"W005"}),
        ("wagner_1998b_two_matters.txt", {"E032", "W044"}),
        ("wagner_invalid_headers.txt", {"E002", "E032", "W044"}),
    ],
)
def test_circulated_samples_are_read_and_reported(test_data: Path, name: str, expected: set[str]) -> None:
    assert set(found((test_data / "billing" / "samples" / name).read_bytes())) == expected


def test_every_sample_file_is_read_without_a_crash(test_data: Path) -> None:
    for path in sorted((test_data / "billing" / "samples").glob("*.txt")):
        findings = check(data=path.read_bytes())
        assert all(finding.rule in rules() for finding in findings)


def test_the_validator_never_imports_the_writer() -> None:
    for module in (validation, ledes_reading, codes):
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        imported = {
            name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([getattr(node, "module", None) or ""] + [alias.name for alias in node.names])
        }
        assert not any(name.endswith((".ledes", ".invoice")) or name in ("ledes", "invoice") for name in imported)


def test_clean_invoices() -> None:
    assert found(invoice()) == []
    both = {"INVOICE_TOTAL": "250.00"}
    assert found(invoice(both, both | EXPENSE | {"LINE_ITEM_NUMBER": "2"})) == []
    less = {"INVOICE_TOTAL": "100.00"}
    assert found(invoice(less, less | ADJUSTMENT | {"LINE_ITEM_NUMBER": "2"})) == []


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_line_ends_and_trailing_blank_lines_are_tolerated(end: str) -> None:
    assert found(invoice(end=end) + end + "  " + end) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"LINE_ITEM_UNIT_COST": "50."},
        {"LINE_ITEM_UNIT_COST": "+50.0000"},
        {"INVOICE_TOTAL": "125"},
        {"LINE_ITEM_TOTAL": "125.01", "INVOICE_TOTAL": "125.01"},
        {"LINE_ITEM_DESCRIPTION": ""},
        {"LINE_ITEM_DESCRIPTION": "Exhibit [] and [] list"},
        {"CLIENT_MATTER_ID": ""},
        {"INVOICE_DESCRIPTION": "x" * 15360},
        {"LINE_ITEM_NUMBER_OF_UNITS": "-2.5", "LINE_ITEM_TOTAL": "-125", "INVOICE_TOTAL": "-125.0"},
        {"LINE_ITEM_TASK_CODE": "L690"},
        {"LINE_ITEM_TASK_CODE": "PA370"},
    ],
)
def test_valid_variants_have_no_findings(changes: dict[str, str]) -> None:
    assert found(invoice(changes)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"CLIENT_ID": ""}, ["E007"]),
        ({"LINE_ITEM_NUMBER_OF_UNITS": ""}, ["E007"]),
        ({"INVOICE_NUMBER": "A" * 21}, ["E008"]),
        ({"INVOICE_DESCRIPTION": "x" * 15361}, ["E008"]),
        ({"LINE_ITEM_DATE": "2026-03-12"}, ["E009"]),
        ({"LINE_ITEM_DATE": "20260230"}, ["E009"]),
        ({"LINE_ITEM_UNIT_COST": "5e1"}, ["E010"]),
        ({"LINE_ITEM_UNIT_COST": "$50"}, ["E010"]),
        ({"LINE_ITEM_UNIT_COST": "1,050"}, ["E010"]),
        ({"INVOICE_TOTAL": "٣"}, ["W005", "E010"]),
        ({"LINE_ITEM_UNIT_COST": "50.00000"}, ["E011"]),
        ({"LINE_ITEM_UNIT_COST": "12345678901"}, ["E011", "E020"]),
        ({"EXP/FEE/INV_ADJ_TYPE": "f"}, ["E012"]),
        ({"LINE_ITEM_TOTAL": "125.02", "INVOICE_TOTAL": "125.02"}, ["E020"]),
        (ADJUSTMENT | {"LINE_ITEM_TOTAL": "-24", "INVOICE_TOTAL": "-24"}, ["E021"]),
        ({"INVOICE_TOTAL": "125.01"}, ["E030"]),
        ({"BILLING_START_DATE": "20260401"}, ["E033", "W034"]),
        ({"LINE_ITEM_DATE": "20260228"}, ["W034"]),
        ({"BILLING_END_DATE": "20260430", "LINE_ITEM_DATE": "20260401"}, ["W034"]),
        ({"TIMEKEEPER_NAME": ""}, ["E040"]),
        (EXPENSE | {"LINE_ITEM_EXPENSE_CODE": ""}, ["E041"]),
        (EXPENSE | {"LINE_ITEM_ACTIVITY_CODE": "A104"}, ["E041"]),
        ({"LINE_ITEM_TASK_CODE": ""}, ["W042"]),
        ({"LINE_ITEM_TASK_CODE": "L650"}, ["W042"]),
        ({"LINE_ITEM_ACTIVITY_CODE": "A999"}, ["E043"]),
        (EXPENSE | {"LINE_ITEM_EXPENSE_CODE": "E999"}, ["E043"]),
        ({"LINE_ITEM_TASK_CODE": "A104"}, ["E043"]),
        ({"TIMEKEEPER_CLASSIFICATION": "PT"}, ["W044"]),
        ({"TIMEKEEPER_CLASSIFICATION": "BOSS"}, ["W044"]),
        ({"LINE_ITEM_DESCRIPTION": "Café"}, ["W005"]),
    ],
)
def test_one_fault_one_rule(changes: dict[str, str], expected: list[str]) -> None:
    assert sorted(found(invoice(changes))) == sorted(expected)


def test_faults_of_the_file() -> None:
    clean = invoice()
    assert found("") == ["E001"]
    assert found(clean.replace("LEDES1998B", "ledes1998b")) == ["E001"]
    assert found(clean.replace("|CLIENT_ID|", "|client_id|")) == ["E002"]
    assert found("LEDES1998B[]\r\n" + record({}) + "\r\n") == ["E002"]
    assert found(clean.replace("CM1[]", "CM1")) == ["E003"]
    assert found(clean.replace("March|", "")) == ["E004"]
    assert found(("\ufeff" + clean).encode()) == ["W005"]
    assert found(invoice({"LINE_ITEM_DESCRIPTION": "Café"}).encode("cp1252")) == ["W005"]
    assert found(clean.replace("\r\n", "\r\n\r\n", 1)) == ["W006"]
    tail = check(data=clean.replace("CM1[]", "CM1[] end of invoice"))
    assert [(finding.rule, finding.severity, finding.line) for finding in tail] == [("E003", "warning", 3)]
    assert blocking(findings=tail) == []


def test_faults_between_lines() -> None:
    both = {"INVOICE_TOTAL": "250.00"}
    second = both | {"LINE_ITEM_NUMBER": "2"}
    assert found(invoice(both, both)) == ["E035"]
    assert found(invoice(both, second | {"INVOICE_DATE": "20260401"})) == ["E032"]
    assert found(invoice({}, {"INVOICE_NUMBER": "A-8"})) == ["E035"]
    per_invoice = Profile(line_numbers_per_invoice=True)
    assert found(invoice({}, {"INVOICE_NUMBER": "A-8"}), profile=per_invoice) == []


def test_a_finding_names_line_and_field() -> None:
    both = {"INVOICE_TOTAL": "251.00"}
    finding = check(data=invoice(both, both | {"LINE_ITEM_NUMBER": "2", "LINE_ITEM_TOTAL": "126.00"}))[0]
    assert (finding.rule, finding.severity, finding.line, finding.field) == (
        "E020",
        "error",
        4,
        "LINE_ITEM_TOTAL",
    )
    assert "125.0" in finding.message
    assert "126.00" in finding.message


def test_dates_in_the_future_need_a_day() -> None:
    assert found(invoice(), today=date(2026, 3, 11)) == ["W034"]
    assert found(invoice(), today=date(2026, 3, 12)) == []


def test_receiver_profiles() -> None:
    clean = invoice()
    assert found(clean, profile=Profile(received=frozenset({("98-7654321", "A-7")}))) == ["E050"]
    assert found(clean, profile=Profile(matters=frozenset({"CM2"}))) == ["E051"]
    assert found(clean, profile=Profile(rates={})) == ["E052"]
    assert found(clean, profile=Profile(rates={"T1": Decimal("49.99")})) == ["E052"]
    assert found(clean, profile=Profile(rates={"T1": Decimal(50)}, matters=frozenset({"CM1"}))) == []
    assert found(clean, profile=Profile(code_sets=frozenset({"litigation", "activity"}))) == ["E043"]
    assert found(invoice({"LINE_ITEM_TASK_CODE": ""}), profile=Profile(task_billing=False)) == []


def international(**changes: str) -> str:
    names = [rule.name for rule in field_rules(format_name="98BI")]
    values = FEE | {
        "INVOICE_TOTAL": "132.50",
        "LINE_ITEM_TOTAL": "132.50",
        "CLIENT_TAX_ID": "91310000TEST",
        "MATTER_NAME": "Supply",
        "INVOICE_TAX_TOTAL": "7.50",
        "INVOICE_NET_TOTAL": "125.00",
        "INVOICE_CURRENCY": "CNY",
        "ACCOUNT_TYPE": "O",
        "LINE_ITEM_TAX_RATE": "0.06",
        "LINE_ITEM_TAX_TOTAL": "7.50",
    }
    body = "|".join((values | changes).get(name, "") for name in names)
    return "\n".join(["LEDES98BI V2[]", "|".join(names) + "[]", body + "[]", ""])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"INVOICE_NUMBER": "A" * 50}, []),
        ({"INVOICE_NET_TOTAL": "124.00"}, ["E031"]),
        ({"INVOICE_TAX_TOTAL": "7.00", "INVOICE_NET_TOTAL": "125.50"}, ["E031"]),
        ({"LINE_ITEM_TAX_RATE": "0.05"}, ["E022"]),
        ({"INVOICE_CURRENCY": "RMB"}, ["E045"]),
        ({"INVOICE_CURRENCY": "JPY"}, ["E045", "E045"]),
        ({"ACCOUNT_TYPE": "X"}, ["E012"]),
        ({"MATTER_NAME": ""}, ["E007"]),
        ({"LAW_FIRM_COUNTRY": "China"}, ["E008"]),
    ],
)
def test_international_rules(changes: dict[str, str], expected: list[str]) -> None:
    assert found(international(**changes)) == expected


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=400)))
def test_any_bytes_are_judged_without_a_crash(data: bytes | str) -> None:
    assert "E001" in found(data)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_field_value_is_judged_without_a_crash(data: st.DataObject) -> None:
    changes = data.draw(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40), max_size=6))
    check(data=invoice(changes, {"LINE_ITEM_NUMBER": "2"}))


def test_every_table_row_has_a_source() -> None:
    tables = ("utbms_codes.csv", "timekeeper_classes.csv", "ledes_fields.csv", "ledes_rules.csv")
    for table in (*tables, "currencies.csv"):
        rows = codes.rows_of(table=table)
        assert rows
        assert all(row["source"] and row["jurisdiction"] for row in rows), table
    assert {code.level for code in codes.billing_codes().values()} == {"phase", "task"}
    assert sum(code.set == "ediscovery" and code.code in ("L680", "L690") for code in codes.billing_codes().values())


def test_ediscovery_set_has_nine_phases_and_25_tasks() -> None:
    """As ratified on 13 July 2011, utbms.com; L680 and L690 are phases without tasks of their own."""
    listed = [code for code in codes.billing_codes().values() if code.set == "ediscovery"]
    headings = [code for code in listed if code.code.endswith("0")]
    assert (len(headings), len(listed) - len(headings)) == (9, 25)
    assert all(codes.billing_codes()[code.parent] for code in listed if code.parent)
