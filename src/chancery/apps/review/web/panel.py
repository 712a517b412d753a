"""The coding panel and the document's text, ready for the template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext

from chancery.apps.documents.queries import text_of
from chancery.apps.review.coding_forms import FormField
from chancery.apps.review.queries.desk import DeskRecord
from chancery.apps.review.queries.wording import said
from chancery.engines.retrieval.grammar import parse
from chancery.engines.retrieval.highlights import Hit, Part, hits_in, marked, marked_terms
from chancery.platform.access.values import Actor

# A longer text is shown in parts, so that the next document stays within its time.
SHOWN_CHARACTERS = 60_000
# Fields of the query language that look into the text of a document.
TEXT_FIELDS = ("", "text", "any")


@dataclass(frozen=True, slots=True)
class ShownOption:
    """A card of the panel: ``key`` is what the keyboard presses."""

    value: str
    label: str
    key: str
    shown_key: str
    checked: bool


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field of the panel in the reader's language."""

    key: str
    kind: str
    label: str
    hint: str
    required: bool
    options: tuple[ShownOption, ...]
    value: str
    problem: str
    show_when: str
    maximum: int
    shown_key: str


@dataclass(frozen=True, slots=True)
class ShownText:
    """A document's text with its hits marked; cut tells that more follows on the document's own page."""

    parts: tuple[Part, ...]
    hits: int
    language: str
    cut: bool
    empty: bool
    problem: str


def _say(words: Mapping[str, str]) -> str:
    return said(words, language=get_language() or "")


def _problem(code: str) -> str:
    if not code:
        return ""
    return {
        "missing": gettext("Decide this before you go on."),
        "unknown": gettext("Choose one of the answers shown."),
        "too_long": gettext("Shorten this text."),
    }[code]


def _option_key(field: FormField, key: str) -> tuple[str, str]:
    return (f"Shift+{key}", f"⇧{key}") if field.kind == "several" else (key, key)


def panel_fields(*, desk: DeskRecord, values: Mapping[str, Any], problems: Mapping[str, str]) -> list[ShownField]:
    """Return the fields of the coding panel with the answers given so far and what is wrong with them."""
    shown = []
    for field in desk.form.fields:
        value = values.get(field.key) or field.default
        chosen = set(value) if isinstance(value, (list, tuple)) else {value}
        shown.append(
            ShownField(
                key=field.key,
                kind=field.kind,
                label=_say(field.label),
                hint=_say(field.hint),
                required=field.required,
                options=tuple(
                    ShownOption(item.value, _say(item.label), *_option_key(field, item.key), item.value in chosen)
                    for item in field.options
                ),
                value=value if isinstance(value, str) else ("on" if value is True else ""),
                problem=_problem(problems.get(field.key, "")),
                show_when="".join(f"{key}={'|'.join(wanted)}" for key, wanted in field.show_when.items()),
                maximum=field.maximum,
                shown_key=field.key_hint,
            )
        )
    return shown


def shown_text(*, actor: Actor, desk: DeskRecord, words: str) -> ShownText:
    """Return the text of the desk's document with the reader's search marked; a bad search is told, not raised."""
    text = text_of(actor=actor, document_id=desk.document.id) if desk.document.has_text else ""
    cut = len(text) > SHOWN_CHARACTERS
    text = text[:SHOWN_CHARACTERS]
    problem = ""
    hits: tuple[Hit, ...] = ()
    if words:
        parsed = parse(words)
        hits = hits_in(text, marked_terms(parsed.node, fields=TEXT_FIELDS))
        fatal = next((item for item in parsed.problems if item.fatal), None)
        problem = gettext(fatal.sentence) % fatal.params if fatal else ""
    return ShownText(
        parts=marked(text, hits),
        hits=len(hits),
        language=desk.document.language or "und",
        cut=cut,
        empty=not text.strip(),
        problem=problem,
    )
