"""The command that runs a whole matter from a folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from chancery.apps.workspace.actions.accounts import issue_token_for, revoke_token_at_console
from chancery.apps.workspace.actions.running import Result, run_matter
from chancery.apps.workspace.actions.stages import Listener
from chancery.foundation.errors import Refused

app = typer.Typer(no_args_is_help=True)
matter_app = typer.Typer(no_args_is_help=True, help="Whole matters.")
app.add_typer(matter_app, name="matter")
token_app = typer.Typer(no_args_is_help=True, help="Tokens of the machine interface.")
app.add_typer(token_app, name="token")

STAGE_WORDS = {
    "request": "Request and suitability",
    "quote": "Grade, quote, acceptance",
    "collect": "Collect with chain of custody",
    "process": "Process evidence",
    "recognise": "Read scanned pages",
    "relate": "Compare documents",
    "index": "Index for search",
    "review": "Review",
    "quality": "Second look",
    "signoff": "Checklist and sign-off",
    "produce": "Production",
    "bill": "Invoice",
    "record": "Record",
}


@contextmanager
def bars(console: Console) -> Iterator[Listener]:
    """Show a bar for each stage as it is reached."""
    with Progress(
        TextColumn("{task.description:<32}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int, unit: str) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(STAGE_WORDS.get(stage, stage), total=total)
            progress.update(tasks[stage], completed=done, total=total)

        yield tell


def lines(write: Callable[[str], object]) -> Listener:
    """Write progress as JSON lines, at most four a second for each stage, and always the last of it."""
    told: dict[str, float] = {}

    def tell(stage: str, done: int, total: int, unit: str) -> None:
        now = monotonic()
        if done >= total or now - told.get(stage, 0) >= 0.25:
            told[stage] = now
            write(json.dumps({"stage": stage, "done": done, "total": total, "unit": unit}) + "\n")
            sys.stdout.flush()

    return tell


def summary(result: Result) -> Table:
    """Return the table that says what a run did."""
    table = Table("Stage", "Done", "Seconds", title=f"{result.matter}: {result.status}")
    for name, stage in result.stages.items():
        table.add_row(STAGE_WORDS.get(name, name), f"{stage['done']} / {stage['total']}", f"{stage['seconds']:.2f}")
    return table


@matter_app.command("run")
def run(
    source: Annotated[Path, typer.Argument(help="Folder of evidence, or one file.")],
    out: Annotated[Path, typer.Option(help="Folder for the results; made if it is missing.")],
    client: Annotated[str, typer.Option(help="Name of the client; the demo's client if not given.")] = "",
    service: Annotated[str, typer.Option(help="Service of the catalogue.")] = "document-review",
    codes: Annotated[Path | None, typer.Option(help="Coding file; without it the run stops before review.")] = None,
    approve: Annotated[str, typer.Option(help="Login of the attorney who signs; without it nothing leaves.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Progress and result as JSON lines.")] = False,
) -> None:
    """Run a whole matter from a folder: request, processing, review, sign-off, production, invoice, record."""
    try:
        if as_json:
            result = run_matter(
                source=source, out=out, now=timezone.now, tell=lines(sys.stdout.write),
                client=client, service_id=service, codes=codes, approve=approve,
            )  # fmt: skip
            sys.stdout.write(json.dumps(as_line(result)) + "\n")
            return
        console = Console()
        with bars(console) as tell:
            result = run_matter(
                source=source, out=out, now=timezone.now, tell=tell,
                client=client, service_id=service, codes=codes, approve=approve,
            )  # fmt: skip
        console.print(summary(result))
    except Refused as refused:
        if as_json:
            sys.stdout.write(json.dumps({"status": "refused", "code": refused.code, "message": str(refused)}) + "\n")
        raise


def as_line(result: Result) -> dict[str, object]:
    """Return the last line of ``--json``."""
    return {
        "status": result.status,
        "matter": result.matter,
        "out": result.out,
        "stages": dict(result.stages),
        "counts": dict(result.counts),
    }


@token_app.command("issue")
def issue(
    login: Annotated[str, typer.Argument(help="Login of the person for whom the token acts.")],
    label: Annotated[str, typer.Option(help="What the token is for.")],
    days: Annotated[int, typer.Option(help="Valid for so many days, 1 to 365.")] = 90,
) -> None:
    """Make a token of the machine interface for a person; it is printed once."""
    token_id, token = issue_token_for(username=login, label=label, days=days, at=timezone.now())
    sys.stdout.write(f"{token}\n")
    sys.stderr.write(f"id {token_id}\n")


@token_app.command("revoke")
def revoke(token_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the token.")]) -> None:
    """Make a token useless at once."""
    revoke_token_at_console(token_id=token_id, at=timezone.now())
    sys.stdout.write("revoked\n")
