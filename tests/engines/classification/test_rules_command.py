"""The commands over rules and extraction: answers, files written whole, refusals with status 2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from chancery.project.commands import classification, extraction


def call(*arguments: str, stdin: bytes | None = None) -> tuple[int, str]:
    app = typer.Typer()
    classification.register(app)
    extraction.register(app)
    done = CliRunner().invoke(app, list(arguments), input=stdin)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows: list[dict[str, Any]] = [
        {"id": "m", "path": "m.eml", "name": "m.eml", "metadata": {"kind": "mail", "date_sent": "1999-01-01"}},
        {"id": "e", "family_id": "m", "parent_id": "m", "path": "m.eml/e.exe", "name": "e.exe", "size": 5},
        {"id": "d", "path": "d.docx", "name": "d.docx", "text_file": "text/d.txt"},
        {"id": "z", "path": "z.zip", "name": "z.zip", "status": "container"},
    ]
    rows[0]["family_id"] = "m"
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "d.txt").write_text("x" * 500, "utf-8")
    return tmp_path


def test_rules_over_a_collection(folder: Path) -> None:
    gone, order = folder / "gone.jsonl", folder / "order.jsonl"
    options = ["--at", "2026-01-01", "--parameter", "relevant_from=2000-01-01", "--json"]
    code, shown = call("rules", str(folder), *options, "--suppressed", str(gone), "--order", str(order))
    assert code == 0
    answer = json.loads(shown)
    assert (answer["considered"], answer["suppressed"], answer["kept_for_family"]) == (3, 2, 0)
    assert [json.loads(line)["id"] for line in gone.read_text("utf-8").splitlines()] == ["m", "e"]
    (left,) = [json.loads(line) for line in order.read_text("utf-8").splitlines()]
    assert (left["id"], left["total"], left["points"][0]["weight"]) == ("d", 6, "substantive")
    alone = json.loads(call("rules", str(folder), "--at", "2026-01-01", "--json")[1])
    assert (alone["suppressed"], alone["kept_for_family"]) == (0, 1)
    assert alone["application"] != answer["application"]


def test_a_sample_is_judged(folder: Path) -> None:
    (folder / "wrong.txt").write_text("e\n", "utf-8")
    code, shown = call("rules", str(folder), "--sample", "programs", "--wrong", str(folder / "wrong.txt"), "--json")
    assert code == 0
    assert json.loads(shown)["estimate"]["share"] == 1.0
    (folder / "wrong.txt").write_text("d\n", "utf-8")
    assert call("rules", str(folder), "--sample", "programs", "--wrong", str(folder / "wrong.txt"))[0] == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "rules_unreadable"),
        ("[" * 100_000, "rules_unreadable"),
        ("{}", "rules_invalid"),
        ("\x00\xff", "rules_unreadable"),
    ],
)
def test_bad_sets_are_refused(folder: Path, content: str, code: str) -> None:
    (folder / "set.json").write_bytes(content.encode("latin-1"))
    status, shown = call("rules", str(folder), "--set", str(folder / "set.json"), "--json")
    assert (status, json.loads(shown)["code"]) == (2, code)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("nonsense\n", "line_invalid"),
        ("[]\n", "line_invalid"),
        ('{"id": 5}\n', "line_invalid"),
        ("ÿ", "items_missing"),
        ('{"id": "a"}\n{"id": "a"}\n', "key_repeated"),
    ],
)
def test_bad_collections_are_refused(tmp_path: Path, lines: str, code: str) -> None:
    (tmp_path / "items.jsonl").write_bytes(lines.encode("latin-1"))
    status, shown = call("rules", str(tmp_path), "--json", "--suppressed", str(tmp_path / "gone"))
    assert (status, json.loads(shown)["code"]) == (2, code)
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--at", "tomorrow"],
        ["--parameter", "x"],
        ["--parameter", "unheard=1"],
        ["--sample", "none"],
        ["--release", "/none"],
        ["--sample", "programs", "--size", "0"],
        ["--parameter", "relevant_from=5"],
        ["--suppressed", "/none/x/y"],
    ],
)
def test_bad_options_are_refused(folder: Path, options: list[str]) -> None:
    assert call("rules", str(folder), *options)[0] == 2


def test_extract_reads_any_character_set(tmp_path: Path) -> None:
    (tmp_path / "gb.txt").write_bytes("甲方应于二〇二五年三月十四日支付人民币壹佰万元整。".encode("gb18030"))
    code, shown = call("extract", str(tmp_path / "gb.txt"), "--kinds", "date,amount", "--json")
    assert code == 0
    assert [one["value"] for one in json.loads(shown)["entities"]] == ["2025-03-14", "CNY 1000000.00"]
    code, shown = call("extract", "-", "--kinds", "date", "--day-first", "--json", stdin=b"Due 3/4/2025")
    assert [one["value"] for one in json.loads(shown)["entities"]] == ["2025-04-03"]
    assert call("extract", str(tmp_path / "none"))[0] == 2
    assert call("extract", str(tmp_path / "gb.txt"), "--kinds", "colour")[0] == 2
    assert call("extract", "-", stdin=b"")[0] == 0
