"""Commands of the billing engine: check and convert e-bills, apply guideline rules."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from chancery.engines.billing.bill_checking import bill_lines, checking_for
from chancery.engines.billing.conversion import FORMATS, convert
from chancery.engines.billing.guidelines.applying import apply_rules
from chancery.engines.billing.guidelines.catalogue import rules_from, standard_rules
from chancery.engines.billing.guidelines.facts import setting_from
from chancery.engines.billing.guidelines.replaying import replay
from chancery.engines.billing.guidelines.values import Guideline, GuidelineRefused, Outcome, Setting
from chancery.engines.billing.ledes_reading import LedesFinding, rules
from chancery.engines.billing.ledes_stream import FileRefused
from chancery.engines.billing.ledes_xml_checking import XmlChecking
from chancery.engines.billing.receiver import Profile, ProfileRefused, profile_from, shipped_profiles
from chancery.engines.billing.validation import Checking, order_of
from chancery.foundation.errors import Refused
from chancery.project.commands.answering import err, out, plain, print_json, refuse, whole_file

# So many findings are sorted by line; more are printed as they come, so that memory does not grow.
SORTED = 20_000
JSON_LIMIT = 64 << 20
NESTING = "The file %(file)s is not JSON: %(reason)s."

File = Annotated[Path, typer.Argument(metavar="FILE", help="the e-bill: LEDES 1998B, 98BI or XML")]
AsJson = Annotated[bool, typer.Option("--json", help="answer as JSON")]
ProfileName = Annotated[
    str, typer.Option("--profile", metavar="P", help="receiver profile: a name of the shipped ones, or a JSON file")
]


def register(app: typer.Typer) -> None:
    """Add ``ledes check``, ``ledes convert`` and ``guidelines``."""
    ledes = typer.Typer(help="Check and convert e-bills.", no_args_is_help=True)
    ledes.command("check")(check)
    ledes.command("convert")(convert_file)
    app.add_typer(ledes, name="ledes")
    app.command("guidelines")(guidelines)


def check(
    file: File,
    profile: ProfileName = "default",
    today: Annotated[str, typer.Option("--today", metavar="DAY", help="work after this day is in the future")] = "",
    as_json: AsJson = False,
) -> None:
    """Tell everything wrong or doubtful in an e-bill. Exit status 1 when something blocks it."""
    try:
        asked = _profile(profile)
        day = _day(today)
        with _opened(file) as stream:
            checking, data = checking_for(data=stream, profile=asked, today=day)
            _report(checking, checking.run(data), as_json)
    except Refused as refusal:
        refuse(refusal, as_json=as_json)


def _report(checking: Checking | XmlChecking, parts: Iterator[list[LedesFinding]], as_json: bool) -> None:
    counts = {"error": 0, "warning": 0}
    found = (finding for part in parts for finding in part)
    shown = 0
    refusal: Refused | None = None
    if as_json:
        sys.stdout.write('{"findings": [')
    try:
        for batch in _batches(found):
            for finding in batch:
                counts[finding.severity] += 1
                _show(finding, first=not shown, as_json=as_json)
                shown += 1
    except FileRefused as error:
        refusal = error
        lost = LedesFinding("E001", "error", error.params.get("line"), "", str(error), error.params.get("offset"))
        counts["error"] += 1
        _show(lost, first=not shown, as_json=as_json)
    if refusal is None and not checking.marked and not checking.records:
        refusal = FileRefused("The file holds no record of a known format.", code="not_ledes")
    summary: dict[str, Any] = {
        "status": "refused" if refusal else "rejected" if counts["error"] else "accepted",
        "format": checking.format,
        "records": checking.records,
        "invoices": checking.invoices,
        "errors": counts["error"],
        "warnings": counts["warning"],
    }
    if refusal:
        summary |= {"code": refusal.code, "message": str(refusal), "where": plain(refusal.params)}
    if as_json:
        rest = json.dumps(summary, ensure_ascii=False)
        sys.stdout.write(f"], {rest[1:]}\n")
        sys.stdout.flush()
    elif not refusal:
        told = "{format}: {records} records, {invoices} invoices, {errors} errors, {warnings} warnings"
        out.print(told.format(**summary), highlight=False)
    if refusal:
        err.print(f"{refusal} ({refusal.code})", highlight=False, markup=False)
        raise typer.Exit(2)
    if counts["error"]:
        raise typer.Exit(1)


def _batches(found: Iterator[LedesFinding]) -> Iterator[list[LedesFinding]]:
    """The first findings in order of lines, the others as they come. What was found before a refusal is told."""
    held: list[LedesFinding] = []
    try:
        held.extend(islice(found, SORTED))
    except Refused:
        yield sorted(held, key=order_of)
        raise
    yield sorted(held, key=order_of)
    for finding in found:
        yield [finding]


def _show(finding: LedesFinding, *, first: bool, as_json: bool) -> None:
    if as_json:
        row = {
            "rule": finding.rule,
            "severity": finding.severity,
            "line": finding.line,
            "field": finding.field,
            "message": finding.message,
            "offset": finding.offset,
        }
        text = json.dumps(row, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
        sys.stdout.write(text if first else ", " + text)
        return
    place = f"line {finding.line}" if finding.line else "file"
    name = f" {finding.field}" if finding.field else ""
    sentence = rules()[finding.rule].sentence
    detail = f" {finding.message}" if finding.message != sentence else ""
    text = f"{finding.rule} {finding.severity} {place}{name}: {sentence}{detail}"
    sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")


def convert_file(
    file: File,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help=", ".join(FORMATS))],
    output: Annotated[Path, typer.Option("-o", "--out", metavar="OUT", help="file to write")],
    profile: ProfileName = "default",
    fill: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="value of a field the source leaves empty")
    ] = None,
    utf8: Annotated[bool, typer.Option("--utf8", help="write UTF-8 instead of ASCII")] = False,
    as_json: AsJson = False,
) -> None:
    """Write an e-bill in another format; the new file is checked and appears whole or not at all."""
    try:
        asked = _profile(profile)
        values = dict(_pair(text) for text in fill or [])
        not_carried: Counter[str] = Counter()
        with _opened(file) as stream, whole_file(output) as target:
            target.writelines(
                convert(
                    data=stream, to=to, values=values, ascii_only=not utf8, encoding=asked.encoding, lost=not_carried
                )
            )
        with output.open("rb") as written:
            checking, data = checking_for(data=written, profile=asked)
            counts = {"error": 0, "warning": 0}
            for found in checking.run(data):
                for finding in found:
                    counts[finding.severity] += 1
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    except OSError as error:
        refuse(_unwritable(output, error), as_json=as_json)
    told = {"out": str(output), "format": to, "records": checking.records, "invoices": checking.invoices}
    if as_json:
        judged = {"errors": counts["error"], "warnings": counts["warning"]}
        print_json({"status": "written", **told, **judged, "not_carried": dict(sorted(not_carried.items()))})
    else:
        out.print(
            f"{output}: {to}, {checking.records} records, {counts['error']} errors, {counts['warning']} warnings",
            highlight=False,
        )
        for name, count in sorted(not_carried.items()):
            out.print(f"{to} has no place for {name} ({count})", highlight=False, markup=False)


def guidelines(
    file: File,
    rules_file: Annotated[str, typer.Option("--rules", metavar="R", help="JSON file of rules, or the word standard")],
    facts: Annotated[
        Path | None, typer.Option("--facts", metavar="F", help="JSON file of facts beside the bill")
    ] = None,
    against: Annotated[
        str, typer.Option("--against", metavar="R", help="other rules: tell the money effect of changing to them")
    ] = "",
    currency: Annotated[str, typer.Option("--currency", metavar="ISO", help="currency of bills without one")] = "",
    as_json: AsJson = False,
) -> None:
    """Apply guideline rules to the lines of an e-bill: findings, cuts step by step, approved amounts."""
    try:
        chosen, setting = _rules(rules_file, facts)
        with _opened(file) as stream:
            read, reader = bill_lines(data=stream)
            lines = list(read)
        if not lines:
            raise FileRefused("The file holds no line of a bill that can be read.", code="no_lines")
        if against:
            effect = replay(
                lines=lines, before=chosen, after=_rules(against, None)[0], setting=setting, currency=currency
            )
            print_json(effect)
            return
        outcome = apply_rules(lines=lines, rules=chosen, setting=setting, currency=currency)
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    if as_json:
        print_json(_outcome(outcome, chosen, reader.skipped))
    else:
        _tell(outcome)


def _outcome(outcome: Outcome, chosen: tuple[Guideline, ...], skipped: list[int]) -> dict[str, Any]:
    return {
        "rules": {rule.id: rule.version for rule in chosen},
        "lines": outcome.lines,
        "skipped": skipped,
        "silent": dict(outcome.silent),
        "findings": [{**found._asdict(), "detail": dict(found.detail)} for found in outcome.findings],
        "adjustments": [row._asdict() for row in outcome.adjustments],
        "invoices": outcome.invoices,
    }


def _tell(outcome: Outcome) -> None:
    for found in outcome.findings:
        place = f"line {found.line}" if found.line else f"invoice {found.invoice}"
        cut = f" -{found.cut}" if found.cut else ""
        detail = ", ".join(f"{name} {value}" for name, value in found.detail.items())
        text = f"{found.rule} {found.severity} {place}: {found.text} [{detail}]{cut}"
        sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")
    for invoice in outcome.invoices:
        state = " rejected" if invoice.rejected else ""
        sys.stdout.write(
            f"{invoice.invoice}: submitted {invoice.submitted} cut {invoice.cut} approved {invoice.approved}{state}\n"
        )


def _rules(name: str, facts: Path | None) -> tuple[tuple[Guideline, ...], Setting]:
    known: object = _json(facts) if facts is not None else None
    if name == "standard":
        return standard_rules(), setting_from(data=known or {})
    document = _json(Path(name))
    if known is None and isinstance(document, dict):
        known = document.get("facts")
    return rules_from(data=document), setting_from(data=known or {})


def _profile(name: str) -> Profile:
    held = shipped_profiles().get(name)
    return held if held is not None else profile_from(data=_json(Path(name), ProfileRefused))


def _json(path: Path, kind: type[Refused] = GuidelineRefused) -> object:
    try:
        with path.open("rb") as stream:
            text = stream.read(JSON_LIMIT + 1)
    except OSError as error:
        raise kind("The file %(file)s cannot be read.", code="file_missing", file=str(path)[:200]) from error
    if len(text) > JSON_LIMIT:
        raise kind("The file %(file)s is too large.", code="file_too_large", file=str(path)[:200])
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error)[:100]
        raise kind(NESTING, code="not_json", file=str(path)[:200], reason=reason) from error


def _opened(path: Path) -> Any:
    try:
        if not path.is_file():
            raise OSError
        return path.open("rb")
    except (OSError, ValueError) as error:
        raise FileRefused("The file %(file)s cannot be read.", code="file_missing", file=str(path)[:200]) from error


def _unwritable(path: Path, error: OSError) -> Refused:
    return FileRefused("The file %(file)s cannot be written.", code="file_unwritable", file=str(path)[:200])


def _day(text: str) -> Any:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError as error:
        raise FileRefused("The day %(day)s is not written YYYY-MM-DD.", code="day_broken", day=text[:40]) from error


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise FileRefused("%(text)s is not FIELD=VALUE.", code="value_broken", text=text[:80])
    return name.strip(), value.strip()
