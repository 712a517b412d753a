"""Tags and filters of the interface: ``{% load chancery %}``."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField, CheckboxSelectMultiple, RadioSelect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from chancery.foundation.evidence import Reason
from chancery.foundation.money import Money
from chancery.interface import words
from chancery.interface.shell.context import LANGUAGE_TAGS
from chancery.interface.tables.render import rows_html
from chancery.interface.tables.table import Table

register = template.Library()


@register.simple_tag
def table_rows(table: Table) -> SafeString:
    """Draw the rows of a table."""
    return rows_html(table)


@register.simple_tag
def tag(word: Any, tone: str = "") -> SafeString:
    """Draw a tag: a word with a tone ("", ok, warn, bad, privilege, accent)."""
    return format_html('<span class="{}">{}</span>', f"tag {tone}".strip(), word)


@register.simple_tag
def passage(text: Any, lang: str = "") -> SafeString:
    """Draw words in their own language: ``{% passage text "zh-Hans" %}``."""
    return format_html('<span lang="{}">{}</span>', lang, text) if lang else format_html("{}", text)


@register.filter
def money(value: Money | None) -> str:
    """Return an amount with its currency, or a dash."""
    return words.money_words(value) if value is not None else "–"


@register.filter
def day(value: date | datetime | None) -> SafeString | str:
    """Draw a day in the reader's language and time zone."""
    if value is None:
        return "–"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words.day_words(value))


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """Draw a day and time of day in the reader's language and time zone."""
    if value is None:
        return "–"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words.moment_words(value))


@register.filter
def iso(value: date | datetime | None) -> str:
    """Return a day, or a moment in the reader's time zone, as tables show it."""
    return words.date_iso(value) if value is not None else ""


@register.filter
def size(value: int | None) -> str:
    """Return a number of bytes in words."""
    return words.bytes_words(value) if value is not None else "–"


@register.filter
def span(seconds: float | None) -> str:
    """Return a number of seconds in words."""
    return words.span_words(seconds) if seconds is not None else "–"


@register.filter
def whole(value: int | None) -> str:
    """Return a whole number grouped by thousands."""
    return words.whole_words(value) if value is not None else "–"


@register.filter
def percent(share: float | None, digits: int = 0) -> str:
    """Return a share between 0 and 1 as a percentage."""
    return f"{share * 100:.{digits}f} %" if share is not None else "–"


@register.filter
def initials(name: str) -> str:
    """Return two letters of a Latin name, or the last two characters of a Chinese one."""
    parts = str(name).split()
    if not parts:
        return ""
    if not parts[0].isascii():
        return parts[0][-2:]
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()


@register.filter
def json_text(value: Any) -> str:
    """Return a value as JSON, for a data attribute."""
    return json.dumps(value, ensure_ascii=False)


register.filter("json", json_text)


@register.simple_tag
def hash_code(value: str, shown: int = 12) -> SafeString:
    """Draw the beginning of a hash with a button that copies the whole of it."""
    return format_html(
        '<span class="nowrap"><code title="{}">{}…</code> '
        '<button class="button quiet" type="button" data-copy="{}">{}</button></span>',
        value,
        value[:shown],
        value,
        gettext("Copy the whole hash"),
    )


@register.simple_tag
def inserted(text: Any) -> SafeString:
    """Draw inserted words of a redline, named for readers who do not see the line."""
    return format_html('<ins><span class="hush">{} </span>{}</ins>', gettext("inserted:"), text)


@register.simple_tag
def deleted(text: Any) -> SafeString:
    """Draw deleted words of a redline, named for readers who do not see the line."""
    return format_html('<del><span class="hush">{} </span>{}</del>', gettext("deleted:"), text)


@register.filter
def signed(weight: float) -> str:
    """Return a weight with its sign."""
    return f"+{weight}" if weight > 0 else f"−{abs(weight)}"


@register.filter
def sentence(reason: Reason | str) -> str:
    """Return a reason in the reader's language with its placeholders filled."""
    if not isinstance(reason, Reason):
        return str(reason)
    translated = gettext(reason.sentence)
    return translated % reason.params if reason.params else translated


@register.filter
def first_id(field: BoundField) -> str:
    """Return the id an error summary leads to: the field, or the first choice of a group."""
    if getattr(field.field.widget, "input_type", "") in {"radio", "checkbox"} and hasattr(
        field.field.widget, "choices"
    ):
        return f"{field.auto_id}_0"
    return str(field.id_for_label or field.auto_id)


@register.inclusion_tag("chancery/components/field.html")
def form_field(field: BoundField) -> dict[str, Any]:
    """Draw one field of a form: label, hint, error, input.

    A field that is shown only for certain answers says so in the form's
    ``show_when = {name: "other=value|value"}``; without script it is always shown,
    so the form must not require it in itself.
    """
    kind = getattr(field.field.widget, "input_type", "")
    conditions = getattr(field.form, "show_when", {})
    about: list[str] = []
    attributes: dict[str, str | bool] = {}
    if field.help_text:
        about.append(f"{field.auto_id}_hint")
    if field.errors:
        about.append(f"{field.auto_id}_problem")
        attributes["aria-invalid"] = "true"
    grouped = isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)
    answered = isinstance(field.field.widget, RadioSelect) and bool(field.initial)
    if about and not grouped:
        attributes["aria-describedby"] = " ".join(about)
    return {
        "field": field,
        "grouped": grouped,
        "optional": not field.field.required and not answered,
        "single": kind == "checkbox" and not grouped,
        "widget": "" if grouped else field.as_widget(attrs=attributes),
        "described": " ".join(about),
        "hint": _line(field, "hint", str(field.help_text)),
        "problem": _line(field, "problem", " ".join(str(error) for error in field.errors)),
        "show_when": conditions.get(field.name, ""),
    }


def _line(field: BoundField, kind: str, text: str) -> SafeString:
    if not text:
        return SafeString("")
    return format_html('<p class="{}" id="{}_{}">{}</p>', kind, field.auto_id, kind, text)


@register.filter
def lang_tag(code: str) -> str:
    """Return the BCP 47 tag of a language code: zh-hans becomes zh-Hans."""
    return LANGUAGE_TAGS.get(code, code or "en")
