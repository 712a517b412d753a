"""The commands ``chancery redline``: compare two files, resolve tracked changes, prove a redline, list its changes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from typer.core import TyperGroup

from chancery.engines.comparison.comparing import Redline, compare
from chancery.engines.comparison.package import MAX_FILE, SUFFIXES, Unreadable, kind_of, read_package
from chancery.engines.comparison.proof import Proof, prove
from chancery.engines.comparison.resolution import list_revisions, resolve
from chancery.engines.comparison.revisions import BadChoice, Choice
from chancery.foundation.errors import Refused
from chancery.project.commands.answering import BadOutput, err, out, print_json, refuse, whole_file

DEFAULT_AUTHOR = "Chancery"


class NotProved(Refused):
    """A redline that does not lead back to its two files is not written."""

    code = "proof_failed"


class _Falling(TyperGroup):
    """A group whose first word may be a file: then the word ``compare`` is understood."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["compare", *args]
        return super().parse_args(ctx, args)


redline_app = typer.Typer(
    cls=_Falling,
    no_args_is_help=True,
    help="Compare two files as tracked changes with a proof: `chancery redline OLD NEW -o OUT.docx`.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Answer as one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add ``chancery redline``."""
    redline_app.command("compare")(compare_files)
    redline_app.command("resolve")(resolve_file)
    redline_app.command("prove")(prove_file)
    redline_app.command("changes")(list_changes)
    app.add_typer(redline_app, name="redline")


def compare_files(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Earlier version: .docx, .pdf or text.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Later version.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="OUT", help="File to write: .docx; .html or text for others.")
    ] = None,
    author: Annotated[str, typer.Option(help="Name on the tracked changes.")] = DEFAULT_AUTHOR,
    date: Annotated[str | None, typer.Option(metavar="TIME", help="ISO 8601 time on them; now unless given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare two files; of two Word files make a redline that is proved before it is written."""
    try:
        before, after = _read(old), _read(new)
        _writable(output, {old, new})
        kinds = kind_of(before), kind_of(after)
        for path, data, kind in zip((old, new), (before, after), kinds, strict=True):
            if path.suffix.lower() == ".docx" and kind != "docx":
                read_package(data=data, name=path.name)
        word = kinds == ("docx", "docx")
        if word and output is not None and output.suffix.lower() in (".docm", ".dotx", ".dotm", ".doc"):
            raise BadOutput("A redline is an ordinary document without macros: name a .docx file.")
        if word and (output is None or output.suffix.lower() not in (".html", ".htm", ".txt")):
            _compare_word(before, after, output, author, _time(date), as_json)
        else:
            texts = import_module("chancery.project.commands.comparison_texts")
            texts.compare_text_of_files(old=(old.name, before), new=(new.name, after), output=output, as_json=as_json)
    except Refused as refusal:
        refuse(refusal, as_json=as_json)


def _compare_word(before: bytes, after: bytes, output: Path | None, author: str, at: datetime, as_json: bool) -> None:
    redline = compare(old=before, new=after, author=author, at=at)
    report = _report(redline, output)
    if not redline.proof.holds:
        if as_json:
            print_json({**report, "status": "refused", "code": NotProved.code, "out": None})
        else:
            _show_proof(redline.proof)
        err.print("The redline does not lead back to its two files: nothing was written. (proof_failed)", markup=False)
        raise typer.Exit(2)
    if output is not None:
        with whole_file(output) as stream:
            stream.write(redline.data)
    if as_json:
        print_json(report)
        return
    table = Table("what", "number")
    for kind, count in redline.kinds.items():
        table.add_row(kind, str(count))
    table.add_row(
        "characters in / out / moved",
        f"{redline.inserted_characters} / {redline.deleted_characters} / {redline.moved_characters}",
    )
    table.add_row("revisions of others kept / settled", f"{redline.kept} / {redline.settled}")
    out.print(table)
    for name in redline.untracked:
        out.print(f"not tracked, as in the new file: {name}", markup=False, highlight=False)
    for name in redline.left_out:
        out.print(f"left out, for it holds macros: {name}", markup=False, highlight=False)
    for name in redline.strict:
        out.print(f"written in the strict dialect, read as the transitional one: {name}", markup=False, highlight=False)
    _show_proof(redline.proof)


def _report(redline: Redline, output: Path | None) -> dict[str, Any]:
    """Return what the machine answer says of a redline."""
    return {
        "status": "proved",
        "out": None if output is None else str(output),
        "revisions": redline.revisions,
        "kinds": redline.kinds,
        "characters": {
            "inserted": redline.inserted_characters,
            "deleted": redline.deleted_characters,
            "moved": redline.moved_characters,
        },
        "revisions_of_others": {"kept": redline.kept, "settled": redline.settled},
        "untracked": list(redline.untracked),
        "left_out": list(redline.left_out),
        "strict": list(redline.strict),
        "proof": _proof(redline.proof),
    }


def _proof(proof: Proof) -> dict[str, Any]:
    return {"holds": proof.holds, **asdict(proof)}


def resolve_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .docx with tracked changes.")],
    accept: Annotated[bool, typer.Option("--accept", help="Accept the changes.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Reject the changes.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="OUT", help="File to write; FILE-accepted.docx unless given.")
    ] = None,
    author: Annotated[list[str] | None, typer.Option(help="Only changes of this author; may be repeated.")] = None,
    ident: Annotated[list[str] | None, typer.Option("--id", help="Only the change with this id; repeatable.")] = None,
    since: Annotated[str, typer.Option(metavar="DAY", help="Only changes of this day or later (YYYY-MM-DD).")] = "",
    until: Annotated[str, typer.Option(metavar="DAY", help="Only changes of this day or earlier.")] = "",
    as_json: AsJson = False,
) -> None:
    """Accept or reject tracked changes: all, or those of an author, an id or a time."""
    try:
        if accept == reject:
            raise BadChoice("Say either --accept or --reject.")
        choice = Choice(frozenset(author or ()), frozenset(ident or ()), _day(since), _day(until))
        data = _read(file)
        done = resolve(data=data, accept=accept, choice=choice, name=file.name)
        target = output or file.with_name(f"{file.stem}-{'accepted' if accept else 'rejected'}{done.suffix}")
        _writable(target, {file})
        if target.suffix.lower() in (*SUFFIXES.values(), ".doc") and target.suffix.lower() != done.suffix:
            raise BadOutput("This file opens only under a name that ends in %(suffix)s.", suffix=done.suffix)
        with whole_file(target) as stream:
            stream.write(done.data)
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    if as_json:
        print_json(
            {
                "status": "resolved",
                "out": str(target),
                "resolved": done.resolved,
                "remaining": done.remaining,
                "by_author": done.by_author,
            }
        )
        return
    out.print(f"{done.resolved} resolved, {done.remaining} left: {target}", markup=False, highlight=False)


def prove_file(
    redline: Annotated[Path, typer.Argument(metavar="OUT", help="The redline.")],
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The earlier version.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The later version.")],
    as_json: AsJson = False,
) -> None:
    """Prove a redline of any origin: accepted it is NEW, rejected it is OLD; status 1 when it is not."""
    try:
        proof = prove(redline=_read(redline), old=_read(old), new=_read(new))
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    if as_json:
        print_json({"status": "proved" if proof.holds else "not_proved", **_proof(proof)})
    else:
        _show_proof(proof)
    if not proof.holds:
        raise typer.Exit(1)


def list_changes(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .docx with tracked changes.")],
    as_json: AsJson = False,
) -> None:
    """List the tracked changes of a file with their ids, authors and dates."""
    try:
        found = list_revisions(data=_read(file))
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    if as_json:
        print_json({"revisions": found})
        return
    table = Table("part", "id", "kind", "author", "date", "text")
    for one in found:
        table.add_row(one.part, one.id, one.kind, one.author, one.date, one.text[:40])
    out.print(table)


def _show_proof(proof: Proof) -> None:
    for sentence, holds in (
        ("all changes accepted = new file", proof.accepted),
        ("all changes rejected = old file", proof.rejected),
        ("parts equal in both files keep their bytes", proof.bytes_kept),
        ("the markup is valid", proof.valid),
    ):
        out.print(f"{'holds ' if holds else 'FAILS '} {sentence}", markup=False, highlight=False)
    for one in proof.differences:
        out.print(
            f"  {one.side} {one.story} block {one.line}: expected {one.expected!r}, found {one.found!r}",
            markup=False,
            highlight=False,
        )
    for name in proof.changed_parts:
        out.print(f"  other bytes: {name}", markup=False, highlight=False)
    for defect in proof.defects:
        out.print(f"  {defect.part}: {defect.rule} × {defect.count}", markup=False, highlight=False)


def _read(path: Path) -> bytes:
    """Return the bytes of a file, refused when it cannot be read or is larger than any document."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise Unreadable(
                "%(name)s is larger than %(limit)s MiB.", code="too_large", name=path.name, limit=MAX_FILE >> 20
            )
        return path.read_bytes()
    except (OSError, ValueError) as fault:
        raise Unreadable("%(name)s cannot be read.", code="unreadable", name=path.name) from fault


def _writable(path: Path | None, inputs: set[Path]) -> None:
    """Refuse an output that would overwrite an input or has no folder."""
    if path is None:
        return
    if path.is_dir() or not path.parent.is_dir():
        raise BadOutput("%(path)s cannot be written: there is no such folder.", path=str(path))
    if path.exists() and any(one.exists() and path.samefile(one) for one in inputs):
        raise BadOutput("%(path)s is one of the files read: name another output.", path=str(path))


def _time(value: str | None) -> datetime:
    """Return the time of the marks; without a zone it is taken as UTC."""
    if value is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(value)
    except ValueError as fault:
        raise BadChoice("%(value)s is no ISO 8601 time.", value=value) from fault
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _day(value: str) -> str:
    """Return a day as YYYY-MM-DD, or nothing."""
    try:
        return datetime.strptime(value, "%Y-%m-%d").date().isoformat() if value else ""  # noqa: DTZ007
    except ValueError as fault:
        raise BadChoice("%(value)s is no day: write YYYY-MM-DD.", value=value) from fault
