"""Rules over the output folder of an ingest: its lines as subjects, a file of rules, lists as JSON lines."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from chancery.engines.classification.applying import Layer
from chancery.engines.classification.conditions import RulesRefused
from chancery.engines.classification.layers import suppressions
from chancery.engines.classification.priority import Ranked
from chancery.engines.classification.rules import RuleSet, read_rules
from chancery.engines.classification.subjects import Subject, subject_from_record

MOST_BYTES = 16 * 1024**2


def read_rules_file(*, path: Path) -> RuleSet:
    """Read a set of rules from a ``.toml`` file, or from JSON under any other name.

    Refuses: rules_unreadable, and what ``read_rules`` refuses.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RulesRefused("%(file)s cannot be read as a set of rules.", code="rules_unreadable", file=path.name)
        text = path.read_text("utf-8-sig")
        data = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (OSError, ValueError, RecursionError) as fault:
        raise RulesRefused(
            "%(file)s cannot be read as a set of rules.", code="rules_unreadable", file=path.name
        ) from fault
    return read_rules(data=data)


def read_subjects(*, folder: Path) -> Iterator[Subject]:
    """Yield a subject for every line of ``items.jsonl`` that is no container; lengths of text from the text files.

    A text whose length the line does not say counts with the bytes of its file. Refuses: items_missing, line_invalid.
    """
    path = folder / "items.jsonl"
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                record = _record(line, number)
                if record.get("status") != "container":
                    yield _with_length(subject_from_record(record=record), record, folder)
    except (OSError, UnicodeDecodeError) as fault:
        raise RulesRefused(
            "There is no readable items.jsonl in %(folder)s.", code="items_missing", folder=folder.name
        ) from fault


def _record(line: str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as fault:
        raise RulesRefused("Line %(line)s of items.jsonl is no record.", code="line_invalid", line=number) from fault
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        raise RulesRefused("Line %(line)s of items.jsonl is no record.", code="line_invalid", line=number)
    return record


def _with_length(subject: Subject, record: dict[str, Any], folder: Path) -> Subject:
    name = record.get("text_file")
    if subject.text_length is not None or not isinstance(name, str) or "\x00" in name:
        return subject
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        return subject
    return replace(subject, text_length=path.stat().st_size)


def suppressed_lines(*, layer: Layer, paths: dict[str, str]) -> Iterator[str]:
    """Yield a JSON line for every document that is out of review: id, path, rule, reasons."""
    for one in suppressions(layers=[layer]):
        row = {"id": one.key, "path": paths.get(one.key, ""), "rule": one.rule}
        yield json.dumps({**row, "reasons": [reason.text() for reason in one.reasons]}, ensure_ascii=False)


def order_lines(*, order: Sequence[Ranked], paths: dict[str, str]) -> Iterator[str]:
    """Yield a JSON line for every document in the order of review: place, id, path, total, points with reasons."""
    for one in order:
        points = [
            {"weight": given.weight, "points": given.points, "reasons": [reason.text() for reason in given.reasons]}
            for given in one.points
        ]
        row = {"place": one.place, "id": one.key, "path": paths.get(one.key, ""), "total": one.total, "points": points}
        yield json.dumps(row, ensure_ascii=False)
