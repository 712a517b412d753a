"""The catalogue and rules that come with the program, read from their data files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

DATA = files("chancery.apps.operations") / "data"


@dataclass(frozen=True, slots=True)
class WorkRule:
    """A kind of work that may not, or not without more, be done by an outside team."""

    code: str
    work: str
    decision: str
    rule: dict[str, str]
    source: str
    in_force_from: date
    in_force_to: date | None


@cache
def shipped_definitions() -> tuple[dict[str, Any], ...]:
    """Return the definitions of the catalogue folder, by file name."""
    folder = DATA / "catalogue"
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".json"))
    return tuple(json.loads((folder / name).read_text("utf-8")) for name in names)


@cache
def _rules() -> dict[str, Any]:
    rules: dict[str, Any] = json.loads((DATA / "outsourcing_rules.json").read_text("utf-8"))
    return rules


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def work_rules(*, on: date) -> list[WorkRule]:
    """Return the rules on kinds of work that are in force on a day."""
    found = [
        WorkRule(
            code=item["code"],
            work=item["work"],
            decision=item["decision"],
            rule=item["rule"],
            source=item["source"],
            in_force_from=date.fromisoformat(item["in_force_from"]),
            in_force_to=_day(item["in_force_to"]),
        )
        for item in _rules()["rules"]
    ]
    return [item for item in found if item.in_force_from <= on and (item.in_force_to is None or on <= item.in_force_to)]


def duty_source(*, code: str, on: date) -> str:
    """Return the authority behind a duty on a day; empty when it is not in force."""
    for item in _rules()["duties"]:
        end = _day(item["in_force_to"])
        if item["code"] == code and date.fromisoformat(item["in_force_from"]) <= on and (end is None or on <= end):
            return str(item["source"])
    return ""
