"""The commands: those of the installation here, those of the rooms from their `commands` modules."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.db import connection
from django.utils import timezone
from rich.console import Console
from rich.table import Table
from typer.main import get_command_name

from chancery.apps.workspace.actions.people import PASSWORD_FILE, PERSONAS, furnish
from chancery.platform.audit.actions import export_record
from chancery.platform.audit.queries import verify_tenant
from chancery.platform.audit.signing import known_public_key
from chancery.platform.audit.verification import Head, Verdict, verify_stream
from chancery.platform.tenancy.queries import TenantRecord, client_tenants, provider_tenant
from chancery.project.commands import answering
from chancery.project.crafts import add_crafts
from chancery.project.demonstration import demo
from chancery.project.health import examinations
from chancery.project.registration import room_modules
from chancery.project.serving import serve_until_stopped, work_until_stopped
from chancery.project.upkeep import pending_changes, prepare_home

app = typer.Typer(name="chancery", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
record_app = typer.Typer(no_args_is_help=True, help="The tamper-evident record of who did what and when.")
app.add_typer(record_app, name="record")
app.command()(demo)
out = Console()
err = Console(stderr=True)


@app.callback()
def ready(context: typer.Context) -> None:
    """Legal process outsourcing, from a client's folder to a signed-off, billed delivery."""
    if context.invoked_subcommand in ("matter", "token"):
        prepare_home()


@app.command()
def migrate(check: Annotated[bool, typer.Option(help="Only say whether anything is missing.")] = False) -> None:
    """Bring the home up to date: folders, database, translations, static files."""
    if check:
        missing = pending_changes()
        for line in missing:
            err.print(line)
        raise typer.Exit(1 if missing else 0)
    prepare_home()
    out.print(f"The home {settings.CHANCERY_HOME} is up to date.")


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Port; 8000 or the next free one if not given.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; loopback unless told otherwise.")] = "127.0.0.1",
) -> None:
    """Serve the pages and work in the background until stopped."""
    prepare_home()
    if not settings.CHANCERY_DEMO and not client_tenants():
        furnish(at=timezone.now())
        logins = ", ".join(one.username for one in PERSONAS)
        out.print(f"First logins: {logins}; their password stands in {settings.HOME.keys / PASSWORD_FILE}")
    serve_until_stopped(host=host, port=port, on_ready=lambda address: out.print(f"Chancery is at [bold]{address}[/]"))


@app.command()
def worker() -> None:
    """Work in the background until stopped: jobs, news, scheduled work."""
    work_until_stopped()


@app.command()
def doctor() -> None:
    """Try every part this installation is configured with and say what is wrong."""
    _refuse_missing_home()
    table = Table("Part", "State", "Detail")
    failed = False
    for name, problem, detail in examinations():
        failed = failed or bool(problem)
        table.add_row(name, "[red]broken[/]" if problem else "[green]well[/]", problem or detail)
    out.print(table)
    raise typer.Exit(1 if failed else 0)


@record_app.command("verify")
def verify_record(
    file: Annotated[
        Path | None, typer.Argument(help="An exported record; without it, the database is checked.")
    ] = None,
    head: Annotated[Path | None, typer.Option(help="A head kept from an earlier export.")] = None,
) -> None:
    """Check the record; exits 1 and names the first bad sequence number if it was tampered with.

    Beside record.jsonl a file record.head.json is used as the kept head if it is there and none is named.
    """
    verdicts = [(file.name, _verify_file(file, head))] if file is not None else _verify_home()
    if not verdicts:
        err.print(f"The home {settings.CHANCERY_HOME} holds no record yet.")
        raise typer.Exit(2)
    for name, verdict in verdicts:
        if verdict.ok:
            out.print(f"{name}: ok, {verdict.entries} entries", highlight=False)
        else:
            out.print(f"{name}: bad at sequence number {verdict.first_bad_seq}: {verdict.reason}", highlight=False)
    raise typer.Exit(0 if all(verdict.ok for _, verdict in verdicts) else 1)


@record_app.command("export")
def export(
    client: Annotated[str, typer.Argument(help="Name or id of the client organisation.")],
    target: Annotated[Path, typer.Argument(help="File to write, such as record.jsonl.")],
    matter: Annotated[str | None, typer.Option(help="Id of a matter; entries of other matters are sealed.")] = None,
) -> None:
    """Write a client's record, and beside it the signed head that the client keeps."""
    tenant = next((one for one in _tenants() if client in (one.id, one.name, one.name_zh)), None)
    if tenant is None:
        err.print(f"There is no organisation called {client}.")
        raise typer.Exit(2)
    with target.open("w", encoding="utf-8") as stream:
        head = export_record(tenant_id=tenant.id, stream=stream, at=timezone.now(), matter_id=matter)
    kept = kept_head_of(target)
    kept.write_text(json.dumps(head.as_dict(), indent=1) + "\n", "utf-8")
    out.print(f"{head.seq} entries in {target}; keep {kept}", highlight=False)


def kept_head_of(file: Path) -> Path:
    """Return where the head of an exported record is kept: record.jsonl → record.head.json."""
    return file.with_name(f"{file.stem}.head.json")


def _verify_file(file: Path, head: Path | None) -> Verdict:
    kept = head or (kept_head_of(file) if kept_head_of(file).exists() else None)
    try:
        trusted = Head.from_dict(json.loads(kept.read_text("utf-8"))) if kept is not None else None
    except (OSError, ValueError) as error:
        err.print(f"The head cannot be read: {error}")
        raise typer.Exit(2) from None
    if not file.is_file():
        err.print(f"There is no file {file}.")
        raise typer.Exit(2)
    tenant_id = trusted.tenant_id if trusted is not None else _tenant_in(file)
    with file.open(encoding="utf-8", errors="replace") as lines:
        return verify_stream(lines, public_key=known_public_key(tenant_id=tenant_id), trusted_head=trusted)


def _tenant_in(file: Path) -> str:
    """Return whose record a file says it is; empty if it does not say."""
    last = ""
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            last = line if line.strip() else last
    try:
        return Head.from_dict(json.loads(last)).tenant_id
    except ValueError:
        return ""


def _refuse_missing_home() -> None:
    """End with a sentence where no home was ever made; a database elsewhere counts as one."""
    if not settings.HOME.database.exists() and connection.vendor == "sqlite":
        err.print(f"There is no Chancery home at {settings.CHANCERY_HOME}; `chancery migrate` makes one.")
        raise typer.Exit(2)


def _verify_home() -> list[tuple[str, Verdict]]:
    _refuse_missing_home()
    return [(tenant.name, verify_tenant(tenant_id=tenant.id)) for tenant in _tenants()]


def _tenants() -> list[TenantRecord]:
    provider = provider_tenant()
    return [*client_tenants(), *([provider] if provider else [])]


def run() -> None:
    """Run the command line; an expected refusal ends with its sentence and code 2."""
    answering.run(app)


def _names(group: typer.Typer) -> set[str]:
    """Return the first words of the commands of a group; a group without a name lends its own."""
    found = {
        str(each.name or get_command_name(getattr(each.callback, "__name__", ""))) for each in group.registered_commands
    }
    for each in group.registered_groups:
        inner = each.typer_instance
        name = next((name for name in (each.name, inner.info.name if inner else None) if isinstance(name, str)), "")
        found |= {name} if name else _names(inner) if inner else set()
    return found


for module in room_modules("commands"):
    app.add_typer(module.app)
if not set(sys.argv[1:2]) & _names(app):
    add_crafts(app)  # for the list of commands, and for a name that is none: their engines take a second to load
