"""The demo: a workspace of its own with the sample matter run through, then served with one-use sign-in links."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from chancery.apps.workspace.actions.people import DEMO_PASSWORD, FIVE, PERSONAS, furnish
from chancery.apps.workspace.actions.running import Result, run_matter
from chancery.apps.workspace.actions.showcase import SUPPLY, below, first_part, lay_out_second_client
from chancery.apps.workspace.actions.stages import Listener
from chancery.apps.workspace.commands import as_line, bars, lines, summary
from chancery.apps.workspace.specimen.manifest import write_codes
from chancery.apps.workspace.specimen.matters import write_second_matter, write_supply_dispute
from chancery.platform.identity.actions import issue_sign_in_link
from chancery.platform.identity.models import User
from chancery.project.serving import serve_until_stopped
from chancery.project.upkeep import prepare_home

LINK_HOURS = 12


def demo(
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the workspace when it is ready.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Progress and result as JSON lines.")] = False,
    port: Annotated[int | None, typer.Option(help="Port; 8000 or the next free one if not given.")] = None,
) -> None:
    """Make the demo workspace, run the main job on the sample matter, and serve it; a second time serve at once."""
    console = Console()
    kept = settings.HOME.root / "demo.json"
    prepare_home()
    if not kept.exists():
        if as_json:
            result = make_workspace(tell=lines(sys.stdout.write))
        else:
            with bars(console) as tell:
                result = make_workspace(tell=tell)
            console.print(summary(result))
            console.print(counted(result))
        kept.write_text(json.dumps(as_line(result), ensure_ascii=False) + "\n", "utf-8")
    elif not as_json:
        console.print(f"The demo workspace {settings.HOME.root} is kept as it was.")
    if as_json:
        sys.stdout.write(kept.read_text("utf-8"))
        sys.stdout.flush()
    if serve:
        serve_until_stopped(host="127.0.0.1", port=port, on_ready=_welcome(console))


def make_workspace(*, tell: Listener) -> Result:
    """Write the sample matters and run them: the first to its delivery, the second client's left mid-flight."""
    folder = settings.HOME.root / "sample"
    supply = write_supply_dispute(folder=folder / "supply-dispute")
    write_codes(manifest=supply, out=folder / "supply-dispute-codes.csv")
    result = run_matter(
        source=folder / "supply-dispute",
        out=settings.HOME.root / "delivered",
        now=timezone.now,
        tell=tell,
        codes=folder / "supply-dispute-codes.csv",
        approve="attorney",
        order=SUPPLY,
    )
    device = write_second_matter(folder=folder / "distribution-inquiry")
    part, codes = first_part(manifest=device), folder / "first-part-codes.csv"
    write_codes(manifest=below(manifest=device, top=part), out=codes)
    lay_out_second_client(
        house=furnish(at=timezone.now()),
        folder=folder / "distribution-inquiry",
        part=part,
        codes=codes,
        out=settings.HOME.root / "second-client",
        now=timezone.now,
        tell=_quiet,
    )
    return result


def _quiet(stage: str, done: int, total: int, unit: str) -> None:
    """Hear of progress that nobody waits for."""


def counted(result: Result) -> Table:
    """Return what the main job did, in figures."""
    table = Table("What", "Figure", title="The sample matter")
    for section, values in result.counts.items():
        rows: dict[str, Any] = values if isinstance(values, dict) else {"": values}
        for name, value in rows.items():
            if isinstance(value, (int, str)) and not isinstance(value, bool):
                table.add_row(f"{section} {name}".replace("_", " ").strip(), str(value))
    table.add_row("results", str(Path(result.out)))
    return table


def _welcome(console: Console) -> Callable[[str], None]:
    def say(address: str) -> None:
        console.print("Logins of the demo, each with a sign-in link that works once:")
        for persona in PERSONAS:
            if persona.username in FIVE:
                user = User.objects.get(username=persona.username)
                token = issue_sign_in_link(user=user, at=timezone.now(), valid_for=timedelta(hours=LINK_HOURS))
                console.print(f"  {persona.username:<14} {persona.name}, {persona.role}", highlight=False)
                console.print(f"    {address}/sign-in/{token}/", highlight=False, soft_wrap=True)
        console.print(f"Password of every demo login: {DEMO_PASSWORD}")
        console.print(f"Chancery is at {address} (stop with Ctrl C)", highlight=False)

    return say
