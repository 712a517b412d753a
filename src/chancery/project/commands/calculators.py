"""Commands of the calculators: one question, many questions, the tables behind them."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from typer.core import TyperGroup

from chancery.engines.calculators.answers import Answer, Authority, CalculatorRefused
from chancery.engines.calculators.icalendar import Entry, calendar
from chancery.engines.calculators.registry import CALCULATORS, calculate
from chancery.engines.calculators.tables import Tables, load, shipped_files
from chancery.foundation.errors import Refused
from chancery.project.commands.answering import out, print_json, refuse, whole_file
from chancery.project.commands.records import FileRefused, read_json

Folder = Annotated[Path | None, typer.Option("--tables", help="Folder of newer tables that replace the shipped ones.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
# Keys of an output that are days by which something is due.
DUE = ("deadline", "due", "due_no_surcharge", "grace_ends")


class ByName(TyperGroup):
    """Takes the name of a calculator where a command is expected: ``chancery calc cn_lpr_lookup …``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Hand a name that is no command to ``one``."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["one", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=ByName, no_args_is_help=True, help="Fees, interest, deadlines, with their steps and law.")


def register(parent: typer.Typer) -> None:
    """Add the commands below ``chancery calc``."""
    parent.add_typer(app, name="calc")


def told(answer: Answer) -> dict[str, Any]:
    """Return an answer as it is printed: steps as sentences, sources with article, version and dates."""
    return {
        "output": answer.output,
        "steps": [{"code": step.code, "text": step.text()} for step in answer.steps],
        "sources": answer.sources,
        "provisional": answer.provisional,
        "verified": answer.verified,
    }


def inputs_of(text: str, pairs: list[str]) -> dict[str, Any]:
    """Return the inputs given as one JSON object, or as name=value pairs whose values are JSON or plain text."""
    try:
        held = json.loads(text, parse_float=Decimal) if text else {}
    except (ValueError, RecursionError):
        raise CalculatorRefused("The inputs are an object with names and values.", code="inputs_invalid") from None
    if not isinstance(held, dict):
        raise CalculatorRefused("The inputs are an object with names and values.", code="inputs_invalid")
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise CalculatorRefused("%(pair)s is not name=value.", code="inputs_invalid", pair=pair[:60])
        try:
            held[name] = json.loads(value, parse_float=Decimal) if value[:1] in '[{"tf' else value
        except (ValueError, RecursionError):
            held[name] = value
    return held


@app.command()
def one(
    name: Annotated[str, typer.Argument(help="Name of the calculator; `list` shows them.")],
    values: Annotated[list[str] | None, typer.Argument(help="Inputs as name=value.")] = None,
    inputs: Annotated[str, typer.Option("--input", help="Inputs as one JSON object.")] = "",
    tables: Folder = None,
    ics: Annotated[Path | None, typer.Option(help="Write the deadlines of the answer as a calendar file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Answer one question; `chancery calc NAME` is short for it."""
    try:
        asked = inputs_of(inputs, values or [])
        answer = calculate(name=name, inputs=asked, tables=load(folder=tables))
        if ics is not None:
            _write_calendar(ics, [(_mark(name, asked), name, answer)])
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    if as_json:
        print_json(told(answer))
    else:
        _show(answer)


def _show(answer: Answer) -> None:
    for key, value in answer.output.items():
        out.print(f"[bold]{key}[/]  {json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value}")
    for step in answer.steps:
        out.print(f"  {step.text()}", highlight=False, markup=False)
    for source in answer.sources:
        mark = "" if source.verified else "  [yellow]not compared with its text[/]"
        out.print(f"  [dim]{cited(source)} (table {source.version})[/]{mark}")
    if answer.provisional:
        out.print("[yellow]Provisional: something it rests on is not announced yet.[/]")
    out.print("[dim]Information, not legal advice.[/]")


@app.command()
def run(
    file: Annotated[Path, typer.Argument(help="JSON list of {id, calc, input}.")],
    tables: Folder = None,
    ics: Annotated[Path | None, typer.Option(help="Write every deadline as a calendar file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Answer a list of questions, in order; status 2 if one of them was refused."""
    try:
        asked = read_json(file)
        if not isinstance(asked, list) or not all(isinstance(case, Mapping) for case in asked):
            raise FileRefused("%(file)s is not a list of objects.", code="not_rows", file=str(file))
        held = load(folder=tables)
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    rows = [_answered(case, held) for case in asked]
    if ics is not None:
        pairs = [(case, row["answer"]) for case, row in zip(asked, rows, strict=True) if row["answer"]]
        marked = [(_mark(case.get("id"), case["calc"], case.get("input")), case["calc"], one) for case, one in pairs]
        _write_calendar(ics, marked)
    told_rows = [{key: value for key, value in row.items() if key not in ("answer", "calc")} for row in rows]
    if as_json:
        print_json(told_rows)
    else:
        table = Table("id", "Output", "Provisional")
        for row in told_rows:
            shown = row["error"]["message"] if "error" in row else json.dumps(row["output"], ensure_ascii=False)
            table.add_row(str(row["id"]), shown, "yes" if row.get("provisional") else "")
        out.print(table)
    if any("error" in row for row in rows):
        raise typer.Exit(2)


def _answered(case: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Answer one case; a refusal stands in its place."""
    row: dict[str, Any] = {"id": case.get("id"), "calc": case.get("calc"), "answer": None}
    try:
        answer = calculate(name=case.get("calc", ""), inputs=case.get("input", {}), tables=tables)
    except Refused as refusal:
        error = {"code": refusal.code, "message": str(refusal)}
        return {**row, "output": None, "steps": [], "sources": [], "provisional": False, "error": error}
    return {**row, **told(answer), "answer": answer}


def _mark(*question: Any) -> str:
    """Return what tells a question from others: the same one asked again replaces its entries in a calendar."""
    return hashlib.sha256(json.dumps(question, sort_keys=True, default=str).encode()).hexdigest()[:24]


def _due(output: Any, before: str = "") -> list[tuple[str, date]]:
    """Return every day of an output by which something is due, with its name."""
    if isinstance(output, list):
        return [pair for inner in output for pair in _due(inner, before)]
    if not isinstance(output, Mapping):
        return []
    name = " ".join(filter(None, [before, str(output.get("kind", ""))]))
    found = []
    for key, value in output.items():
        if key in DUE and isinstance(value, str):
            found.append((f"{name} {key}".strip(), date.fromisoformat(value[:10])))
        else:
            found += _due(value, f"{name} {key}".strip() if isinstance(value, Mapping) else name)
    return found


def cited(source: Authority) -> str:
    """Return a source in one line."""
    return f"{source.title}, {source.article}" if source.article else source.title


def _write_calendar(path: Path, answers: list[tuple[str, str, Answer]]) -> None:
    entries = [
        Entry(
            uid=f"{identity}-{number}@chancery", day=day, title=f"{calculator}: {name}",
            note="\n".join([step.text() for step in answer.steps] + [cited(source) for source in answer.sources]),
        )
        for identity, calculator, answer in answers
        for number, (name, day) in enumerate(_due(answer.output), 1)
    ]  # fmt: skip
    with whole_file(path) as stream:
        stream.write(calendar(entries=entries, at=datetime.now(UTC)).encode())


@app.command("list")
def listing(as_json: AsJson = False) -> None:
    """List the calculators with what they answer."""
    rows = [{"name": name, "answers": (each.__doc__ or "").split("\n")[0]} for name, each in CALCULATORS.items()]
    if as_json:
        print_json(rows)
        return
    table = Table("Calculator", "Answers")
    for row in rows:
        table.add_row(row["name"], row["answers"])
    out.print(table)


@app.command("tables")
def show_tables(
    folder: Folder = None,
    export: Annotated[Path | None, typer.Option(help="Copy the shipped tables into this folder, to edit.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the tables in use: source, version, in force, checked on; or copy them for editing."""
    try:
        rows = list(load(folder=folder).describe())
        if export is not None:
            export.mkdir(parents=True, exist_ok=True)
            if taken := [path.name for path in shipped_files() if (export / path.name).exists()]:
                raise CalculatorRefused("%(file)s exists already.", code="file_exists", file=taken[0])
            for path in shipped_files():
                shutil.copyfile(path, export / path.name)
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    if as_json:
        print_json(rows)
        return
    table = Table("Table", "Title", "In force from", "Version", "Checked", "Verified")
    for row in rows:
        verified = "yes" if row["verified"] else "no"
        table.add_row(row["name"], row["title"], row["in_force_from"], row["version"], row["checked_on"], verified)
    out.print(table)
