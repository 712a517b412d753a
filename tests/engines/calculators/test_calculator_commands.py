"""`chancery calc`: one wrong question loses no other, and calendars keep every deadline."""

from __future__ import annotations

import json
import re
from pathlib import Path

import typer
from typer.testing import CliRunner

from chancery.project.commands.calculators import register

app = typer.Typer()
register(app)
runner = CliRunner()
ASKED = [
    {"id": "a", "calc": "cn_case_fee_property", "input": {"amount_cny": 1000000}},
    {"id": "b", "calc": "us_postjudgment_interest",
     "input": {"principal": "1", "annual_pct": "1e15", "judgment": "0001-01-01", "paid": "2027-01-01"}},
    {"calc": "us_frcp_deadline", "input": {"trigger": "2024-06-14", "days": 21}},
    {"calc": "us_frcp_deadline", "input": {"trigger": "2024-07-03T15:30", "hours": 72}},
]  # fmt: skip


def _events(file: Path) -> list[tuple[str, str]]:
    text = file.read_text("utf-8").replace("\n ", "")
    return re.findall(r"UID:(\S+).*?DATE:(\d{8})", text, re.S)


def test_a_refused_question_loses_no_other(tmp_path: Path) -> None:
    """Fee of 1,000,000: 13,800. The Fourth is a Thursday: day 21 is Friday; 72 hours end on Monday."""
    asked, ics = tmp_path / "asked.json", tmp_path / "due.ics"
    asked.write_text(json.dumps(ASKED), "utf-8")
    done = runner.invoke(app, ["calc", "run", str(asked), "--ics", str(ics), "--json"])
    answers = json.loads(done.stdout)
    assert done.exit_code == 2
    assert [one["output"] for one in answers] == [
        {"fee": "13800.00"}, None, {"deadline": "2024-07-05"}, {"deadline": "2024-07-08T15:30"},
    ]  # fmt: skip
    assert [one.get("error", {}).get("code") for one in answers] == [None, "out_of_range", None, None]
    events = _events(ics)
    assert [day for _, day in events] == ["20240705", "20240708"]
    assert len({uid for uid, _ in events}) == 2


def test_another_question_keeps_the_deadline_of_the_first(tmp_path: Path) -> None:
    """Entries of one question replace each other in a calendar, those of two questions stand side by side."""
    uids = []
    for start in ("2024-06-14", "2024-06-14", "2024-06-21"):
        file = tmp_path / f"{len(uids)}.ics"
        done = runner.invoke(app, ["calc", "us_frcp_deadline", f"trigger={start}", "days=21", "--ics", str(file)])
        assert done.exit_code == 0
        uids.append(_events(file)[0][0])
    assert uids[0] == uids[1] != uids[2]
