"""Commands of the allocation engine: a plan, service clocks, coverage of sites."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from chancery.engines.allocation.coverage import Coverage, coverage
from chancery.engines.allocation.inputs import InputRefused, calendar_of, problem_of
from chancery.engines.allocation.planning.planning import Plan, plan
from chancery.engines.allocation.service_levels import Standing, standings
from chancery.foundation.errors import Refused
from chancery.project.commands.answering import out, print_json, refuse
from chancery.project.commands.records import read_json

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(parent: typer.Typer) -> None:
    """Add ``chancery allocate``, ``chancery sla`` and ``chancery coverage``."""
    parent.command("allocate")(allocate)
    parent.command("sla")(sla)
    parent.command("coverage")(cover)


def allocate(
    problem: Annotated[Path, typer.Argument(help="Tasks, people and weights (JSON).")], as_json: AsJson = False
) -> None:
    """Plan tasks over people: who does what, why, the next best, and the price of capacity."""
    try:
        found = plan(problem_of(read_json(problem)))
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    if as_json:
        print_json(found)
        return
    _show_plan(found)


def _show_plan(found: Plan) -> None:
    out.print(
        f"{len(found.assigned)} assigned, {len(found.undone)} undone; cost {found.cost:,.2f} {found.currency}; "
        f"{found.gap:.2%} above the bound; by {found.method}",
        highlight=False,
    )
    table = Table("Task", "Person", "Minutes", "Cost", "Next best")
    for one in found.assigned[:200]:
        others = ", ".join(f"{other.person} +{other.extra:.2f} ({other.binding})" for other in one.alternatives)
        table.add_row(one.task, one.person, f"{one.minutes:.0f}", f"{one.cost:.2f}", others)
    out.print(table)
    for lost in found.undone[:200]:
        out.print(f"undone: {lost.task}, {lost.qualified} qualified, binding: {lost.binding}", highlight=False)


def sla(
    cases: Annotated[Path, typer.Argument(help="Calendars, policies and cases (JSON).")], as_json: AsJson = False
) -> None:
    """Compute service clocks from their events: due, used, left, breached."""
    try:
        found = standings(read_json(cases))
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    if as_json:
        print_json(found)
        return
    _show_standings(found)


def _show_standings(found: list[Standing]) -> None:
    table = Table("Case", "State", "Due", "Used min", "Left min", "Provisional")
    for one in found[:1000]:
        due = one.due.isoformat() if one.due else "–"
        table.add_row(one.id, one.state, due, f"{one.used:.0f}", f"{one.left:.0f}", "yes" if one.provisional else "")
    out.print(table)


def cover(
    sites: Annotated[Path, typer.Argument(help="Sites with hours and holidays, and the span (JSON).")],
    as_json: AsJson = False,
) -> None:
    """Say which hours somebody works, how sites overlap, and where work waits."""
    try:
        found = _coverage_of(read_json(sites))
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    if as_json:
        print_json(found)
        return
    out.print(
        f"{found.covered:.1%} of all hours, {found.weekdays:.1%} of weekday hours; {len(found.gaps)} gaps, "
        f"longest {found.longest_gap:.0f} h",
        highlight=False,
    )
    table = Table("First", "Second", "Overlap h", "Hand-offs", "Longest h")
    for pair in found.overlaps:
        table.add_row(pair.first, pair.second, f"{pair.hours:.0f}", str(pair.handoffs), f"{pair.longest:.1f}")
    out.print(table)


def _coverage_of(value: Any) -> Coverage:
    if not isinstance(value, dict) or not isinstance(value.get("sites"), dict):
        raise InputRefused("%(place)s is not %(wanted)s.", code="input_invalid", place="sites", wanted="an object")
    try:
        first, last = (date.fromisoformat(value[name]) for name in ("first", "last"))
    except (KeyError, TypeError, ValueError):
        raise InputRefused(
            "%(place)s is not %(wanted)s.", code="input_invalid", place="first, last", wanted="two dates"
        ) from None
    years = range(first.year, max(first.year, min(last.year, first.year + 10)) + 1)
    calendars = [calendar_of(held, name=str(name), years=years) for name, held in value["sites"].items()]
    return coverage(sites=calendars, first=first, last=last)
