"""`chancery ingest`: a folder of evidence to items, texts and an account that adds up."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from chancery.engines.ingest.collecting import Advance
from chancery.engines.ingest.ingesting import Choices, ingest
from chancery.engines.ingest.moments import day_of
from chancery.foundation.errors import Refused
from chancery.project.commands.answering import err, out, print_json, refuse

_STAGES = {"read": "Reading files", "recognise": "Recognising pages", "finish": "Relating and writing items"}
_EVERY = 0.1


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ingest")(ingest_collection)


def ingest_collection(
    source: Annotated[Path, typer.Argument(help="Folder or file of evidence.", metavar="SOURCE")],
    target: Annotated[Path, typer.Option("--out", help="Empty folder for the results.", metavar="DIR")],
    passwords: Annotated[
        Path | None, typer.Option("--passwords", help="Passwords to try, one a line.", metavar="FILE")
    ] = None,
    hash_list: Annotated[
        Path | None, typer.Option("--hash-list", help="SHA-256 or MD5 of files to leave unread.", metavar="FILE")
    ] = None,
    restored: Annotated[
        Path | None, typer.Option("--restore", help="Ids of copies, one a line, to stand on their own.", metavar="FILE")
    ] = None,
    workers: Annotated[int, typer.Option(min=0, max=256, help="Processes; 0: one for each processor.")] = 0,
    no_ocr: Annotated[bool, typer.Option("--no-ocr", help="Leave pages without text unrecognised.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an ingest begun in --out.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")] = False,
    time_zone: Annotated[str, typer.Option("--time-zone", help="IANA name, for every time shown.")] = "UTC",
    first: Annotated[str, typer.Option("--from", help="First day; earlier families are set aside.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day; later families are set aside.")] = "",
    embedded_images: Annotated[
        bool, typer.Option("--embedded-images", help="Make pictures inside documents items of their own.")
    ] = False,
    no_entities: Annotated[bool, typer.Option("--no-entities", help="Do not look for people and dates.")] = False,
) -> None:
    """Turn a folder of evidence into items: texts, metadata, families, duplicates, threads, exceptions."""
    began = time.monotonic()
    try:
        choices = Choices(
            passwords=passwords,
            hash_list=hash_list,
            restored=restored,
            time_zone=time_zone,
            first=day_of(text=first),
            last=day_of(text=last),
            embedded_images=embedded_images,
            entities=not no_entities,
            ocr=not no_ocr,
            workers=workers or os.cpu_count() or 1,
            resume=resume,
        )
        with _progress(shown=err.is_terminal and not as_json) as advance:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            account = ingest(source=source, out=target, choices=choices, at=now, advance=advance)
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    seconds = round(time.monotonic() - began, 2)
    if as_json:
        print_json({"status": "done", "out": str(target), "seconds": seconds, **account})
    else:
        _show(account, seconds, target)


@contextmanager
def _progress(*, shown: bool) -> Iterator[Advance]:
    """Show how far each stage is, on standard error."""
    if not shown:
        yield lambda stage, done, whole: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed}"), TimeElapsedColumn())
    with Progress(*columns, console=err) as bars:
        tasks: dict[str, Any] = {}
        last: dict[str, float] = {}

        def advance(stage: str, done: int, whole: int | None) -> None:
            now = time.monotonic()
            if stage not in tasks:
                tasks[stage] = bars.add_task(_STAGES[stage], total=whole)
            if now - last.get(stage, 0.0) > _EVERY:
                last[stage] = now
                bars.update(tasks[stage], completed=done, total=whole)

        yield advance


def _show(account: dict[str, Any], seconds: float, target: Path) -> None:
    table = Table(title=f"{target} ({seconds} s)", show_header=False)
    for name in ("input_files", "input_bytes", "items", "containers", "exceptions", "duplicates", "near_duplicates"):
        table.add_row(name.replace("_", " "), f"{account[name]:,}")
    for code, count in account["codes"].items():
        table.add_row(f"  code {code}", f"{count:,}")
    out.print(table)
