"""The command ``chancery extract``: what the texts of files name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from chancery.engines.text.charset import decode
from chancery.engines.text.extraction.extracting import extract
from chancery.engines.text.extraction.values import Entity, ExtractionRefused
from chancery.foundation.errors import Refused
from chancery.project.commands.answering import out, print_json, refuse

MOST_BYTES = 256 * 1024**2


def register(app: typer.Typer) -> None:
    """Add ``chancery extract``."""
    app.command("extract")(extract_texts)


def extract_texts(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Text files; - is standard input.")],
    kinds: Annotated[str | None, typer.Option(help="Kinds with commas between; all unless given.")] = None,
    day_first: Annotated[
        bool | None, typer.Option("--day-first/--month-first", help="Order of 3/4/2025; the text decides unless given.")
    ] = None,
    least: Annotated[float, typer.Option(min=0.0, max=1.0, help="Least confidence.")] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, a line a file.")] = False,
) -> None:
    """Print people, organisations, addresses, numbers, amounts and dates that text files name."""
    wanted = [kind.strip() for kind in kinds.split(",") if kind.strip()] if kinds is not None else None
    for path in files:
        try:
            text = _text(path)
            found = extract(text=text, kinds=wanted, day_first=day_first, least_confidence=least)
        except Refused as refusal:
            refuse(refusal, as_json=as_json)
        if as_json:
            print_json({"file": str(path), "characters": len(text), "entities": found})
        else:
            _show(path, found)


def _text(path: Path) -> str:
    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1) if str(path) == "-" else _bytes(path)
    except OSError as fault:
        raise ExtractionRefused("%(file)s cannot be read.", code="file_unreadable", file=path.name) from fault
    if len(data) > MOST_BYTES:
        raise ExtractionRefused("%(file)s is too large for one text.", code="too_large", file=path.name)
    return decode(data=data).text


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MOST_BYTES + 1)


def _show(path: Path, found: tuple[Entity, ...]) -> None:
    table = Table("kind", "value", "place", "confidence", "rule", title=Text(str(path)))
    for one in found:
        table.add_row(one.kind, Text(one.value[:80]), f"{one.start}–{one.end}", f"{one.confidence:.2f}", one.rule)
    out.print(table)
