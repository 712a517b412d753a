"""`chancery allocate`, `sla` and `coverage`: exact answers; wrong files end in a sentence and status 2."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from chancery.project.commands.allocation import register

app = typer.Typer()
register(app)
runner = CliRunner()

WEEK = {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
SITE = {"time_zone": "Asia/Shanghai", "country": "CN", "hours": WEEK}
FILES: dict[str, dict[str, Any]] = {
    "allocate": {
        "currency": "USD",
        "people": [{"id": "p", "grade": "lawyer", "minutes": 480, "rate": 90}],
        "tasks": [{"id": "t", "grade": "lawyer", "minutes": 60, "on": "2026-03-02"}],
    },
    "sla": {
        "years": [2026],
        "calendars": {"china": SITE},
        "policies": {"day": {"minutes": 480, "calendar": "china", "version": "1"}},
        "cases": [
            {
                "id": "c",
                "policy": "day",
                "now": "2026-03-10T12:00:00+08:00",
                "events": [{"kind": "start", "at": "2026-03-09T10:00:00+08:00", "policy": "day"}],
            }
        ],
    },
    "coverage": {"first": "2026-03-02", "last": "2026-03-08", "sites": {"Kunming": SITE}},
}
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**6),
    st.floats(),
    st.text(max_size=12),
    st.just([]),
    st.just({}),
    st.just([None]),
    st.just({"": None}),
    st.dates().map(str),
)


def _ask(command: str, value: Any, folder: Path) -> tuple[int, str, str]:
    file = folder / "in.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    done = runner.invoke(app, [command, str(file), "--json"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [way, *(place for key in keys for place in _places(value[key], (*way, key)))]


def _changed(value: Any, way: tuple[Any, ...], put: Any) -> Any:
    whole = {"": copy.deepcopy(value)}
    spot: Any = whole
    for key in ("", *way)[:-1]:
        spot = spot[key]
    spot[("", *way)[-1]] = put
    return whole[""]


def test_the_files_are_answered(tmp_path: Path) -> None:
    """An hour at 90 an hour; seven hours on Monday and three on Tuesday; five days of eight hours of a week."""
    status, plan, _ = _ask("allocate", FILES["allocate"], tmp_path)
    assert (status, json.loads(plan)["cost"]) == (0, 90.0)
    status, cases, _ = _ask("sla", FILES["sla"], tmp_path)
    assert (status, json.loads(cases)[0]["used"]) == (0, 600.0)
    status, hours, _ = _ask("coverage", FILES["coverage"], tmp_path)
    assert (status, json.loads(hours)["covered"]) == (0, pytest.approx(40 / 168))


@pytest.mark.parametrize("command", FILES)
def test_one_wrong_value_anywhere(command: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp(command)

    @settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
    @given(way=st.sampled_from(_places(FILES[command])), put=WRONG)
    def tried(way: tuple[Any, ...], put: Any) -> None:
        status, said, complaint = _ask(command, _changed(FILES[command], way, put), folder)
        if status:
            assert status == 2
            assert json.loads(said or complaint)["code"]

    tried()


def test_a_span_that_ends_before_it_begins(tmp_path: Path) -> None:
    status, said, complaint = _ask("coverage", {**FILES["coverage"], "first": "2052-01-01"}, tmp_path)
    assert (status, json.loads(said or complaint)["code"]) == (2, "span_reversed")
