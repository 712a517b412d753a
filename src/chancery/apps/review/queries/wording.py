"""Decisions in the words of their coding form, for pages that show what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from chancery.apps.review.coding_forms import FormField, coding_form


def said(words: Mapping[str, str], *, language: str) -> str:
    """Return a text of a coding form in a language tag: Chinese for zh and its variants, otherwise English."""
    return words.get("zh" if language.startswith("zh") else "en") or words.get("en", "")


def decision_in_words(*, values: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """Return (question, answer) of every answer given, in the order of the form; a flag's answer is empty."""
    shown = []
    for field in coding_form().fields:
        value = values.get(field.key)
        if value not in ("", None, [], False):
            shown.append((said(field.label, language=language), _answer(field, value, language)))
    return shown


def decision_line(values: Mapping[str, Any]) -> str:
    """Return a decision on one line in the language in use; empty for none."""
    language = get_language() or ""
    mark, colon = ("；", "：") if language.startswith("zh") else ("; ", ": ")
    shown = decision_in_words(values=values, language=language)
    return mark.join(f"{question}{colon}{answer}" if answer else question for question, answer in shown)


def _answer(field: FormField, value: Any, language: str) -> str:
    if field.kind == "flag":
        return ""
    labels = {option.value: said(option.label, language=language) for option in field.options}
    chosen = value if isinstance(value, list) else [value]
    mark = "、" if language.startswith("zh") else ", "
    return mark.join(labels.get(item, str(item)) for item in chosen)
