"""`chancery quality`: plans through arrows, isolated lots, files in several shapes; wrong ones end with status 2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from chancery.project.commands.quality import register

app = typer.Typer()
register(app)
runner = CliRunner()


def _ask(*words: object) -> tuple[int, Any]:
    done = runner.invoke(app, ["quality", *map(str, words), "--json"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout or done.stderr)


@pytest.mark.parametrize(
    ("letter", "sampling", "numbers"),
    [
        # Table III-A at 1.0: H takes 32 and 32 with 0/2 and 1/2; the arrow of G points down to it, that of F up to E,
        # which has a single plan only.
        ("H", "double", (32, 0, 2, 32, 1, 2)), ("G", "double", (32, 0, 2, 32, 1, 2)), ("F", "single", (13, 0, 1)),
    ],
)  # fmt: skip
def test_arrows_of_double_plans_are_followed(letter: str, sampling: str, numbers: tuple[int, ...]) -> None:
    status, found = _ask("plan", "--letter", letter, "--aql", "1.0", "--sampling", "double")
    names = ("n1", "ac1", "re1", "n2", "ac2", "re2") if sampling == "double" else ("n", "ac", "re")
    assert (status, found["sampling"], tuple(found["plan"][name] for name in names)) == (0, sampling, numbers)


def test_an_unlimited_lot_keeps_its_acceptance_number() -> None:
    status, found = _ask("plan", "--limit", 0.05, "--acceptance", 2, "--risk", 0.1)
    assert (status, found["n"], found["ac"]) == (0, 105, 2)


def test_a_risk_met_exactly_is_met() -> None:
    """One bad item of 55: 44 drawn miss it with probability 11/55, one in five."""
    assert _ask("plan", "--lot", 55, "--limit", 0.003, "--risk", 0.2)[1]["n"] == 44


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_tables_with_any_separator(separator: str, mark: str, tmp_path: Path) -> None:
    """Raw agreement of ten pairs with nine alike, one name quoted with every separator in it."""
    rows = [("id", "甲", "乙"), *[(str(at), "yes", "yes") for at in range(8)], ("8", "no", "yes"),
            ("9", '"a,b;c\td"', '"a,b;c\td"')]  # fmt: skip
    file = tmp_path / "codes.csv"
    file.write_text(mark + "\r\n".join(separator.join(row) for row in rows), "utf-8")
    status, found = _ask("agree", file)
    assert (status, found["raw"]["value"], found["raters"]) == (0, 0.9, 2)


@pytest.mark.parametrize(
    ("words", "text", "code"),
    [
        (["plan", "--history"], "nonconforming,ac,re\n1.5,1,2\n", "not_whole"),
        (["plan"], "lot,aql\n80.5,1.0\n", "not_whole"),
        (["chart", "--kind", "np"], "defective,size\n1,50\n2,60\n", "sizes_differ"),
        (["chart", "--kind", "p"], "defective,size\n1,\n2,60\n", "not_a_number"),
    ],
)
def test_wrong_figures_are_refused(words: list[str], text: str, code: str, tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(text, "utf-8")
    status, found = _ask(*words, file)
    assert (status, found["code"]) == (2, code)
