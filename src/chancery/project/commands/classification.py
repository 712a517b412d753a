"""The command ``chancery rules``: which documents of an ingest the rules take out, why, and what to read first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from chancery.engines.classification.applying import Layer, apply_rules
from chancery.engines.classification.checking import RuleEstimate, RuleSample, draw_sample, estimate
from chancery.engines.classification.collection import order_lines, read_rules_file, read_subjects, suppressed_lines
from chancery.engines.classification.conditions import RulesRefused
from chancery.engines.classification.layers import released, suppressed_keys
from chancery.engines.classification.priority import ranked
from chancery.engines.classification.rules import default_rules
from chancery.foundation.errors import Refused
from chancery.project.commands.answering import out, print_json, refuse, whole_file


def register(app: typer.Typer) -> None:
    """Add ``chancery rules``."""
    app.command("rules")(rules)


def rules(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Output folder of an ingest.")],
    rule_set: Annotated[
        Path | None, typer.Option("--set", help="Set of rules; the published one unless given.")
    ] = None,
    parameter: Annotated[list[str] | None, typer.Option(help="NAME=VALUE; lists with commas. Repeatable.")] = None,
    at: Annotated[str | None, typer.Option(help="Day that ages are counted from; today unless given.")] = None,
    suppressed: Annotated[Path | None, typer.Option(help="Write what is out of review, as JSON lines.")] = None,
    order: Annotated[Path | None, typer.Option(help="Write the order of review, as JSON lines.")] = None,
    release: Annotated[Path | None, typer.Option(help="File of ids that stay in review in spite of the rules.")] = None,
    sample: Annotated[str | None, typer.Option(help="Rule of whose documents a sample is drawn.")] = None,
    size: Annotated[
        int | None, typer.Option(help="Documents in the sample; enough for five points unless given.")
    ] = None,
    seed: Annotated[str, typer.Option(help="Seed of the sample.")] = "1",
    wrong: Annotated[Path | None, typer.Option(help="File of ids of the sample that were caught wrongly.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Apply a set of rules to the output of an ingest; nothing in it is changed."""
    try:
        day = _day(at)
        chosen = read_rules_file(path=rule_set) if rule_set is not None else default_rules()
        given = dict(_parameter(text, chosen.parameters) for text in parameter or [])
        subjects = list(read_subjects(folder=folder))
        layer = apply_rules(rules=chosen, subjects=subjects, at=day, parameters=given)
        if release is not None:
            layer = released(layer=layer, keys=_ids(release))
        paths = {subject.key: subject.path for subject in subjects}
        drawn = draw_sample(layer=layer, rule=sample, seed=seed, size=size) if sample is not None else None
        judged = estimate(drawn=drawn, wrong=_ids(wrong)) if drawn is not None and wrong is not None else None
        if suppressed is not None:
            _write(suppressed, suppressed_lines(layer=layer, paths=paths))
        if order is not None:
            ordered = ranked(rules=chosen, subjects=subjects, at=day, parameters=given)
            gone = suppressed_keys(layers=[layer])
            _write(order, order_lines(order=[one for one in ordered if one.key not in gone], paths=paths))
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    _answer(layer, drawn, judged, as_json=as_json)


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(tz=UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise RulesRefused(
            "“%(value)s” is no usable value (%(where)s).", code="value_invalid", value=text, where="at"
        ) from fault


def _parameter(text: str, known: Any) -> tuple[str, Any]:
    """Read NAME=VALUE: a whole number where the set holds one, a list where there are commas, else text."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise RulesRefused(
            "“%(value)s” is no usable value (%(where)s).", code="value_invalid", value=text, where="parameter"
        )
    if value.lstrip("-").isdecimal() and len(value) < 18:
        return name, int(value)
    return name, [part for part in value.split(",") if part] if "," in value else value


def _ids(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text("utf-8-sig").splitlines() if line.strip()]
    except (OSError, ValueError) as fault:
        raise RulesRefused(
            "%(file)s cannot be read as a list of ids.", code="ids_unreadable", file=path.name
        ) from fault


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        with whole_file(path, mode="w") as stream:
            stream.writelines(line + "\n" for line in lines)
    except (OSError, UnicodeError) as fault:
        raise RulesRefused("%(file)s cannot be written.", code="unwritable", file=path.name) from fault


def _answer(layer: Layer, drawn: RuleSample | None, judged: RuleEstimate | None, *, as_json: bool) -> None:
    gone = suppressed_keys(layers=[layer])
    kept = sum(verdict.kept_for_family for verdict in layer.verdicts.values())
    if as_json:
        print_json(
            {
                "rules": {"name": layer.rules_name, "version": layer.rules_version, "sha256": layer.rules_digest},
                "application": layer.id,
                "at": layer.at,
                "parameters": layer.parameters,
                "considered": layer.considered,
                "suppressed": len(gone),
                "kept_for_family": kept,
                "released": layer.released,
                "waiting": layer.waiting,
                "counts": layer.counts,
                "overlaps": [{"rules": pair, "documents": count} for pair, count in layer.overlaps.items()],
                "sample": drawn,
                "estimate": judged,
            }
        )
        return
    table = Table(
        "rule",
        "caught",
        "first",
        "only",
        "suppressed",
        "bytes",
        title=Text(f"{layer.rules_name} {layer.rules_version}"),
    )
    for count in layer.counts:
        numbers = (count.caught, count.first, count.only, count.suppressed, count.size)
        table.add_row(count.rule, *(f"{number:,}" for number in numbers))
    out.print(table)
    out.print(
        f"{layer.considered:,} documents, {len(gone):,} out of review, {kept:,} kept for their family", highlight=False
    )
    if layer.waiting:
        out.print(f"waiting for a parameter: {', '.join(layer.waiting)}", highlight=False)
    for key in drawn.keys if drawn is not None and judged is None else ():
        out.print(key, highlight=False, markup=False)
    if judged is not None:
        share = f"{judged.share:.1%}, {judged.low:.1%} to {judged.high:.1%}"
        told = f"{share}, {judged.wrong_low:,} to {judged.wrong_high:,} of {judged.caught:,}"
        out.print(f"{judged.rule}: {judged.wrong} of {judged.sampled} caught wrongly: {told}", highlight=False)
