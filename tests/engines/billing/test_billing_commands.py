"""The commands: answers as JSON, exit status, hostile files, nothing half written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.engines.billing.billing_files import bill, long_bill
from typer.testing import CliRunner

from chancery.project.commands.billing import register

app = typer.Typer()
register(app)
RULES = {
    "extends": "standard",
    "facts": {"people": {"T1": {"rates": [{"amount": "45"}]}}},
}


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def answered(*words: str) -> tuple[int, dict[str, Any]]:
    code, text = run(*words)
    answer: dict[str, Any] = json.loads(text)
    return code, answer


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "good.txt").write_bytes(bill().encode())
    (tmp_path / "bad.txt").write_bytes(bill({"LINE_ITEM_TOTAL": "124.00"}).encode())
    (tmp_path / "rules.json").write_text(json.dumps(RULES))
    return tmp_path


def test_check_answers_with_findings(place: Path) -> None:
    assert answered("ledes", "check", str(place / "good.txt"), "--json") == (
        0,
        {
            "findings": [],
            "status": "accepted",
            "format": "1998B",
            "records": 1,
            "invoices": 1,
            "errors": 0,
            "warnings": 0,
        },
    )
    code, answer = answered("ledes", "check", str(place / "bad.txt"), "--json")
    assert (code, answer["status"]) == (1, "rejected")
    first = answer["findings"][0]
    assert {"rule", "severity", "line", "field", "message"} <= set(first)
    assert [(item["rule"], item["line"], item["field"]) for item in answer["findings"]] == [
        ("E020", 3, "LINE_ITEM_TOTAL"),
        ("E030", 3, "INVOICE_TOTAL"),
    ]
    code, text = run("ledes", "check", str(place / "bad.txt"))
    assert code == 1
    assert text.startswith("E020 error line 3 LINE_ITEM_TOTAL: Units × unit cost")


def test_profiles_by_name_and_file(place: Path) -> None:
    (place / "p.json").write_text(json.dumps({"rates": {"T1": "49"}}))
    code, answer = answered("ledes", "check", str(place / "good.txt"), "--json", "--profile", str(place / "p.json"))
    assert [item["rule"] for item in answer["findings"]] == ["E052"]
    code, answer = answered("ledes", "check", str(place / "good.txt"), "--json", "--profile", "no such")
    assert (code, answer["status"], answer["code"]) == (2, "refused", "file_missing")
    code, answer = answered("ledes", "check", str(place / "good.txt"), "--json", "--today", "2026-03-01")
    assert [item["rule"] for item in answer["findings"]] == ["W034"]
    assert answered("ledes", "check", str(place / "good.txt"), "--json", "--today", "soon")[1]["code"] == "day_broken"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_ledes"),
        (b"\x7fELF\x00\x01\x02" * 50, "not_ledes"),
        (b"PK\x03\x04 what is this?", "not_ledes"),
        (b"a,b,c\n1,2,3\n", "not_ledes"),
        (b"\xff\xfe\x00", "not_ledes"),
        (b"<ledesxml><firm>", "xml_broken"),
        (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><ledesxml/>", "xml_entities"),
        (b"LEDES1998B[]\n" + b"|" * (2 << 20), "line_too_long"),
    ],
)
def test_hostile_files_end_with_status_2(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    ended, answer = answered("ledes", "check", str(path), "--json")
    assert (ended, answer["status"], answer["code"]) == (2, "refused", code)
    assert isinstance(answer["findings"], list) and answer["message"]
    out = tmp_path / "out"
    ended, answer = answered("ledes", "convert", str(path), "--to", "98BI", "-o", str(out), "--json")
    assert (ended, answer["status"]) == (2, "refused")
    assert list(tmp_path.iterdir()) == [path]
    ended, answer = answered("guidelines", str(path), "--rules", "standard", "--json")
    assert (ended, answer["status"]) == (2, "refused")


def test_missing_files_and_folders(tmp_path: Path) -> None:
    for name in ("nothing", ".", "\x01"):
        assert answered("ledes", "check", str(tmp_path / name), "--json")[0] == 2


def test_convert_writes_whole_files(place: Path) -> None:
    out = place / "out.xml"
    words = ["ledes", "convert", str(place / "good.txt"), "--to", "XML 2.1", "-o", str(out), "--json"]
    code, answer = answered(*words)
    assert (code, answer["status"], answer["records"], answer["errors"]) == (0, "written", 1, 0)
    assert out.read_bytes().startswith(b"<?xml")
    back = place / "back.txt"
    assert run("ledes", "convert", str(out), "--to", "1998B", "-o", str(back))[0] == 0
    assert answered("ledes", "check", str(back), "--json")[0] == 0
    kept = out.read_bytes()
    code, answer = answered(*words[:3], "--to", "98BI", "-o", str(out), "--json")
    assert (code, answer["code"]) == (2, "field_missing")
    assert out.read_bytes() == kept
    code, answer = answered(
        *words[:3],
        "--to",
        "98BI",
        "-o",
        str(out),
        "--json",
        "--set",
        "MATTER_NAME=Supply",
        "--set",
        "CLIENT_TAX_ID=X",
        "--set",
        "INVOICE_CURRENCY=USD",
        "--utf8",
    )
    assert (code, answer["errors"]) == (0, 0)
    assert answered(*words[:3], "--to", "98BI", "-o", str(out), "--json", "--set", "x")[1]["code"] == "value_broken"
    assert answered(*words[:3], "--to", "98BI", "-o", str(place / "no" / "x"), "--json")[0] == 2


def test_guidelines_answer_with_findings_steps_and_totals(place: Path) -> None:
    code, answer = answered("guidelines", str(place / "good.txt"), "--rules", str(place / "rules.json"), "--json")
    assert code == 0
    found = {item["rule"]: item for item in answer["findings"]}
    assert found["G02"]["cut"] == "12.50"
    assert len(found["G02"]["input_hash"]) == 32
    assert [(row["step"], row["before"], row["after"]) for row in answer["adjustments"]] == [
        ("rate", "125.00", "112.50")
    ]
    assert answer["invoices"][0]["approved"] == "112.50"
    assert answer["silent"]["G26"] == "matters"
    assert "G02 adjust line 3" in run("guidelines", str(place / "good.txt"), "--rules", str(place / "rules.json"))[1]


def test_what_if_and_facts_from_their_own_file(place: Path) -> None:
    (place / "facts.json").write_text(json.dumps(RULES["facts"]))
    (place / "other.json").write_text(json.dumps({"extends": "standard", "off": ["rate_above_card"]}))
    words = (
        "guidelines",
        str(place / "good.txt"),
        "--rules",
        "standard",
        "--facts",
        str(place / "facts.json"),
        "--json",
    )
    assert answered(*words)[1]["invoices"][0]["cut"] == "12.50"
    code, answer = answered(*words, "--against", str(place / "other.json"), "--currency", "USD")
    assert (code, answer["cut_before"], answer["cut_after"], answer["change"]) == (0, "12.50", "0.00", "-12.50")


@pytest.mark.parametrize(
    "content", ["", "[", "null", "3", '{"rules": 3}', "[" * 100_000, '[{"kind": "weekend", "params": 3}]']
)
def test_broken_rules_end_with_status_2(place: Path, content: str) -> None:
    (place / "r.json").write_text(content)
    code, answer = answered("guidelines", str(place / "good.txt"), "--rules", str(place / "r.json"), "--json")
    assert (code, answer["status"]) == (2, "refused")


def test_many_findings_are_printed_as_they_come(place: Path) -> None:
    (place / "many.txt").write_text(long_bill(lines=25_000, per_invoice=25_000).replace("|T1|", "||"))
    code, answer = answered("ledes", "check", str(place / "many.txt"), "--json")
    assert (code, answer["errors"], len(answer["findings"])) == (1, 25_000, 25_000)
