"""Commands of the quality engine: sampling plans, agreement of raters, control charts."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from chancery.engines.quality.acceptance import curves, switching, tables
from chancery.engines.quality.acceptance.isolated import limiting_quality_plan
from chancery.engines.quality.agreement import AgreementReport, agreement_report
from chancery.engines.quality.charts.control import KINDS, Chart
from chancery.engines.quality.charts.rules import DEFAULT, false_alarms
from chancery.foundation.errors import Refused
from chancery.project.commands.answering import out, print_json, refuse
from chancery.project.commands.records import FileRefused, read_rows

app = typer.Typer(no_args_is_help=True, help="Acceptance sampling, agreement and control charts.")
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(parent: typer.Typer) -> None:
    """Add the commands below ``chancery quality``."""
    parent.add_typer(app, name="quality")


def number(row: dict[str, str], column: str, line: int) -> float:
    """Return a figure of a row. Refuses: column_missing, not_a_number."""
    if column not in row:
        raise FileRefused("The column %(column)s is missing.", code="column_missing", column=column)
    try:
        value = Decimal(row[column])
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise FileRefused(
            "Row %(line)s: %(value)s is not a number.", code="not_a_number", line=line, value=row[column][:40]
        )
    return float(value)


def whole(row: dict[str, str], column: str, line: int) -> int:
    """Return a whole number of a row. Refuses: column_missing, not_a_number, not_whole."""
    value = number(row, column, line)
    if value != int(value):
        raise FileRefused(
            "Row %(line)s: %(value)s is not a whole number.", code="not_whole", line=line, value=row[column][:40]
        )
    return int(value)


def described(*, letter: str, aql: str, inspection: str, sampling: str, lot: int | None) -> dict[str, Any]:
    """Return a plan with what it promises, ready to print."""
    single = tables.single_plan(letter=letter, aql=aql, inspection=inspection)
    limit = float(single.aql) / 100
    double = None
    if sampling == "double":
        # An arrow of the double tables leads to the same letter as that of the single ones.
        double = tables.double_plan(letter=single.use_letter, aql=aql, inspection=inspection)
    plan: tables.SinglePlan | tables.DoublePlan = double or single
    answer: dict[str, Any] = {
        "lot": lot, "letter": letter, "aql": single.aql, "inspection": inspection,
        "sampling": "double" if double else "single", "plan": plan, "standard": tables.source(),
        "whole_lot": lot is not None and single.n >= lot,
    }  # fmt: skip
    if double:
        answer["characteristic"] = curves.double_characteristic(plan=double, aql=limit)
        answer["average_sample_at_aql"] = curves.average_sample(plan=double, share=min(limit, 1.0))
        answer["curve"] = curves.curve(plan=double, points=21)
    elif single.ac < single.n:
        answer["characteristic"] = curves.characteristic(plan=single, aql=limit)
        answer["curve"] = curves.curve(plan=single, points=21)
    return answer


def _cases(file: Path) -> list[dict[str, Any]]:
    """Plans for a table of lots: columns lot or letter, level, aql, inspection, sampling."""
    found = []
    for line, row in enumerate(read_rows(file), 1):
        lot = whole(row, "lot", line) if row.get("lot") else None
        if lot is None and not row.get("letter"):
            raise FileRefused("Row %(line)s has neither a lot nor a letter.", code="column_missing", line=line)
        letter = row.get("letter") or tables.code_letter(lot=lot or 0, level=row.get("level") or "II")
        found.append(
            described(
                letter=letter, aql=row.get("aql", ""), inspection=row.get("inspection") or "normal",
                sampling=row.get("sampling") or "single", lot=lot,
            )
        )  # fmt: skip
    return found


def _history(file: Path, rules: switching.Rules) -> list[switching.Step]:
    """Replay lots of a table: columns lot, nonconforming, ac, re, optionally tighter_ac and first_sample."""
    lots = []
    for line, row in enumerate(read_rows(file), 1):
        tighter = whole(row, "tighter_ac", line) if row.get("tighter_ac") else None
        first = row["first_sample"].lower() in ("1", "true", "yes") if row.get("first_sample") else None
        found, ac, re = (whole(row, name, line) for name in ("nonconforming", "ac", "re"))
        lots.append(switching.Lot(row.get("lot") or str(line), found, ac, re, tighter, first))
    return list(switching.replay(lots=lots, rules=rules))


@app.command()
def plan(
    file: Annotated[Path | None, typer.Argument(help="Table of lots (CSV or JSON) instead of the options.")] = None,
    lot: Annotated[int | None, typer.Option(help="Items in the lot.")] = None,
    level: Annotated[str, typer.Option(help="Inspection level: S-1 to S-4, I, II, III.")] = "II",
    letter: Annotated[str, typer.Option(help="Code letter instead of lot and level.")] = "",
    aql: Annotated[str, typer.Option(help="Acceptance quality limit, nonconforming per hundred.")] = "1.0",
    inspection: Annotated[str, typer.Option(help="normal, tightened or reduced.")] = "normal",
    sampling: Annotated[str, typer.Option(help="single or double.")] = "single",
    limit: Annotated[
        float | None, typer.Option(help="Limiting quality as a share: a plan for an isolated lot.")
    ] = None,
    acceptance: Annotated[int, typer.Option(help="Acceptance number of the isolated plan.")] = 0,
    risk: Annotated[float, typer.Option(help="Risk of accepting an isolated lot at the limit.")] = 0.05,
    history: Annotated[Path | None, typer.Option(help="Results of past lots: replay the switching rules.")] = None,
    limit_number: Annotated[
        int | None, typer.Option(help="Limit number of MIL-STD-105E for reduced inspection.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how many items to inspect, when to accept, and what the plan promises."""
    try:
        if history is not None:
            by = "limit" if limit_number is not None else "score"
            answer: Any = _history(history, switching.Rules(reduced_by=by, limit_number=limit_number))  # type: ignore[arg-type]
        elif file is not None:
            answer = _cases(file)
        elif limit is not None:
            answer = limiting_quality_plan(lot=lot, limit=limit, acceptance=acceptance, risk=risk)
        else:
            if lot is None and not letter:
                raise FileRefused("Give a lot or a code letter.", code="lot_missing")
            chosen = letter or tables.code_letter(lot=lot or 0, level=level)
            answer = described(letter=chosen, aql=aql, inspection=inspection, sampling=sampling, lot=lot)
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    if as_json:
        print_json(answer)
    else:
        for one in answer if isinstance(answer, list) else [answer]:
            out.print(one, highlight=False)


def ratings_of(rows: list[dict[str, str]], columns: list[str]) -> list[tuple[str | None, ...]]:
    """Return ratings by item: wide tables have a column a rater; long ones the columns item, rater, code."""
    head = list(rows[0])
    if not columns and {"item", "rater", "code"} <= set(head):
        raters = sorted({row["rater"] for row in rows})
        by_item: dict[str, dict[str, str]] = {}
        for line, row in enumerate(rows, 1):
            given = by_item.setdefault(row["item"], {})
            if row["rater"] in given:
                raise FileRefused("Row %(line)s repeats a rating.", code="rating_repeated", line=line)
            given[row["rater"]] = row["code"]
        return [tuple(given.get(rater) or None for rater in raters) for given in by_item.values()]
    names = columns or [name for name in head if name.lower() not in ("id", "item", "path", "document")]
    for name in names:
        if name not in head:
            raise FileRefused("The column %(column)s is missing.", code="column_missing", column=name)
    return [tuple(row.get(name) or None for name in names) for row in rows]


@app.command()
def agree(
    file: Annotated[Path, typer.Argument(help="Ratings (CSV or JSON): a column a rater, or item, rater, code.")],
    rater: Annotated[list[str] | None, typer.Option(help="Column of a rater; may be repeated.")] = None,
    scale: Annotated[str, typer.Option(help="nominal, ordinal, interval or ratio.")] = "nominal",
    order: Annotated[str, typer.Option(help="Categories from lowest to highest, separated by commas.")] = "",
    confidence: Annotated[float, typer.Option(help="Of the two-sided intervals.")] = 0.95,
    seed: Annotated[int, typer.Option(help="Seed of the resampling.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Measure how far raters agree: raw, kappa, alpha, AC1, and by category, with intervals."""
    try:
        report = agreement_report(
            ratings=ratings_of(read_rows(file), rater or []), scale=scale, confidence=confidence, seed=seed,  # type: ignore[arg-type]
            order=[name.strip() for name in order.split(",") if name.strip()],
        )  # fmt: skip
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    if as_json:
        print_json(report)
    else:
        out.print(_agreement_table(report))


def _agreement_table(report: AgreementReport) -> Table:
    table = Table("Measure", "Value", "Low", "High", "Method", title=f"{report.items} items, {report.raters} raters")
    rows = [("raw", report.raw), ("kappa", report.kappa), ("alpha", report.alpha), ("AC1", report.ac1)]
    rows += [(f"on {one.name} ({one.count})", one.agreement) for one in report.categories]
    for name, measure in rows:
        figures = (f"{one:.4f}" if one is not None else "–" for one in (measure.value, measure.low, measure.high))
        table.add_row(name, *figures, measure.method)
    return table


# Arguments of each chart and the columns they come from.
_COLUMNS = {
    "p": {"defective": "defective", "sizes": "size"}, "np": {"defective": "defective"},
    "u": {"defects": "defects", "units": "units"}, "c": {"defects": "defects"}, "xmr": {"values": "value"},
    "g": {"between": "between"}, "t": {"between": "between"},
}  # fmt: skip


@app.command()
def chart(
    file: Annotated[Path | None, typer.Argument(help="Points in order (CSV or JSON).")] = None,
    kind: Annotated[str, typer.Option(help="p, np, u, c, xmr, g or t.")] = "p",
    size: Annotated[float | None, typer.Option(help="Sample size of every point of an np chart.")] = None,
    rule: Annotated[list[str] | None, typer.Option(help="Rule of signals; may be repeated.")] = None,
    baseline: Annotated[int | None, typer.Option(help="First points that set centre and limits.")] = None,
    alarms: Annotated[bool, typer.Option(help="Simulate how often the rules signal by chance.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the simulation.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Draw the limits of a control chart and name its signals."""
    rules = tuple(rule or DEFAULT)
    try:
        drawn = _drawn(file, kind, size, baseline, rules) if file is not None else None
        if drawn is None and not alarms:
            raise FileRefused("Give a file of points, or ask for the false alarms.", code="file_missing")
        by_chance = false_alarms(rules=rules, seed=seed) if alarms else None
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    if as_json:
        print_json({"chart": drawn, "false_alarms": by_chance})
        return
    if drawn is not None:
        out.print(_chart_table(drawn))
    if by_chance is not None:
        out.print(by_chance, highlight=False)


def _drawn(file: Path, kind: str, size: float | None, baseline: int | None, rules: tuple[str, ...]) -> Chart:
    if kind not in KINDS:
        raise FileRefused("%(kind)s is not a kind of chart.", code="kind_unknown", kind=kind)
    rows = read_rows(file)
    wanted: dict[str, Any] = {
        argument: [number(row, column, line) for line, row in enumerate(rows, 1)]
        for argument, column in _COLUMNS[kind].items()
    }
    if kind == "np":
        sizes = {number(row, "size", line) for line, row in enumerate(rows, 1)} if size is None else {size}
        if len(sizes) > 1:
            raise FileRefused("An np chart has samples of one size; use a p chart.", code="sizes_differ")
        wanted["size"] = sizes.pop()
    return KINDS[kind](**wanted, baseline=baseline, rules=rules)


def _chart_table(chart: Chart) -> Table:
    table = Table("Point", chart.unit, "Lower", "Centre", "Upper", "Signals", title=f"{chart.kind} chart")
    for at, point in enumerate(chart.points):
        signals = ", ".join(one.rule for one in chart.signals if one.position == at)
        figures = (f"{one:.6g}" for one in (point, chart.lower[at], chart.centre[at], chart.upper[at]))
        table.add_row(str(at + 1), *figures, signals)
    return table
