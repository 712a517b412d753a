"""Coding forms as data: what a reviewer decides about a document, and when an answer is complete."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chancery.foundation.errors import Refused

FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a field; ``key`` is the figure that chooses it (with Shift for fields of several answers)."""

    value: str
    key: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of the coding panel.

    kind: choice | several | flag | text. required_when, show_when: answers of another field by its key.
    """

    key: str
    kind: str
    label: Mapping[str, str]
    required: bool
    options: tuple[Option, ...]
    hint: Mapping[str, str]
    default: str
    maximum: int
    key_hint: str
    required_when: Mapping[str, tuple[str, ...]]
    show_when: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CodingForm:
    """A coding form at one version; ``decision`` names the fields that a second look compares."""

    id: str
    version: int
    decision: tuple[str, ...]
    fields: tuple[FormField, ...]


class CodingRefused(Refused):
    """The answers do not make a complete decision; ``fields`` maps each field to what is wrong with it."""

    code = "coding_incomplete"

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        super().__init__("Complete the coding: %(fields)s.", fields=", ".join(fields))


def _conditions(entry: Mapping[str, Any], name: str) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in entry.get(name, {}).items()}


@cache
def coding_form(form_id: str = "document-review") -> CodingForm:
    """Return a coding form by id; raises Refused ``form_unknown`` for one that does not exist."""
    path = FOLDER / f"{form_id}.json"
    if not form_id.replace("-", "").isalnum() or not path.exists():
        raise Refused("There is no coding form called %(form)s.", code="form_unknown", form=form_id)
    data = json.loads(path.read_text("utf-8"))
    fields = tuple(
        FormField(
            key=entry["key"],
            kind=entry["kind"],
            label=entry["label"],
            required=bool(entry.get("required")),
            options=tuple(Option(item["value"], item["key"], item["label"]) for item in entry.get("options", ())),
            hint=entry.get("hint", {}),
            default=entry.get("default", ""),
            maximum=entry.get("maximum", 0),
            key_hint=entry.get("key_hint", ""),
            required_when=_conditions(entry, "required_when"),
            show_when=_conditions(entry, "show_when"),
        )
        for entry in data["fields"]
    )
    return CodingForm(id=data["id"], version=data["version"], decision=tuple(data["decision"]), fields=fields)


def _one(field: FormField, raw: Any, problems: dict[str, str]) -> Any:
    allowed = {option.value for option in field.options}
    if field.kind == "flag":
        return raw in (True, "true", "on", "1", "yes")
    if field.kind == "several":
        chosen = [raw] if isinstance(raw, str) and raw else list(raw or ())
        if not set(chosen) <= allowed:
            problems[field.key] = "unknown"
        return [option.value for option in field.options if option.value in chosen]
    text = str(raw or "").strip()
    if field.kind == "choice":
        if text and text not in allowed:
            problems[field.key] = "unknown"
        return text or field.default
    if field.maximum and len(text) > field.maximum:
        problems[field.key] = "too_long"
    return text


def decided(*, form: CodingForm, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the complete, normalised decision; raises CodingRefused naming each missing or unknown answer."""
    problems: dict[str, str] = {}
    values = {field.key: _one(field, answers.get(field.key), problems) for field in form.fields}
    for field in form.fields:
        needed = field.required or any(values.get(key) in wanted for key, wanted in field.required_when.items())
        if needed and values[field.key] in ("", []):
            problems.setdefault(field.key, "missing")
        if field.show_when and not any(values.get(key) in wanted for key, wanted in field.show_when.items()):
            values[field.key] = ""
    if problems:
        raise CodingRefused(problems)
    return values
