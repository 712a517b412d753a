"""Columns, filters and lines of the table of documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext

from chancery.apps.documents import queries
from chancery.apps.documents.names import without_direction
from chancery.apps.documents.web.shared import said
from chancery.apps.documents.web.words import ASIDE, CODES, KINDS, STATUSES
from chancery.interface.tables import Choice, Column, DateCell, Filter, Row, TagCell, TextCell
from chancery.interface.words import bytes_words, language_words

SHOWN_AT_FIRST: Final = ("number", "author", "title", "date", "kind", "custodian", "status")
"""What fits beside each other on a small screen; the rest is chosen under *Columns*."""


def every_column() -> list[Column]:
    """Return all columns a reader may choose from, in their order."""
    return [
        Column("number", gettext("Number"), sortable=True),
        Column("author", gettext("From"), sortable=True),
        Column("title", gettext("Subject or file"), sortable=True, grow=True),
        Column("name", gettext("File name"), sortable=True),
        Column("date", gettext("Date"), sortable=True),
        Column("kind", gettext("Type"), sortable=True),
        Column("language", gettext("Language"), sortable=True),
        Column("custodian", gettext("Custodian"), sortable=True),
        Column("family", gettext("Attached"), numeric=True),
        Column("copies", gettext("Copies"), numeric=True),
        Column("near", gettext("Alike"), numeric=True),
        Column("thread", gettext("Thread")),
        Column("pages", gettext("Pages"), numeric=True),
        Column("size", gettext("Size"), sortable=True, numeric=True),
        Column("tags", gettext("Tags")),
        Column("code", gettext("Code"), sortable=True),
        Column("status", gettext("Status")),
    ]


def shown_columns(chosen: Sequence[str]) -> list[Column]:
    """Return the chosen columns; the number always stands first."""
    keys = {"number", *(chosen or SHOWN_AT_FIRST)}
    return [column for column in every_column() if column.key in keys]


def line(row: queries.DocumentRow, columns: Sequence[str], tags: Sequence[str] = ()) -> Row:
    """Return one line with the cells that show."""
    makers: Mapping[str, Any] = {
        "number": lambda: row.control_number,
        "author": lambda: short(called(row.author), 32),
        "title": lambda: _title(row),
        "name": lambda: short(without_direction(row.name), 60),
        "date": lambda: DateCell(row.sort_date),
        "kind": lambda: said(KINDS, row.kind),
        "language": lambda: language_words(row.language),
        "custodian": lambda: short(row.custodian, 24),
        "family": lambda: row.attachments or "",
        "copies": lambda: gettext("copy") if row.duplicate_of else (row.copies or ""),
        "near": lambda: _alike(row),
        "thread": lambda: _thread(row),
        "pages": lambda: row.pages or "",
        "size": lambda: bytes_words(row.size),
        "tags": lambda: ", ".join(tags),
        "code": lambda: said(CODES, row.exception) if row.exception else "",
        "status": lambda: status_cell(row),
    }
    return Row(
        id=row.id,
        label=row.control_number,
        url=reverse("documents:viewer", args=[row.id]),
        cells={key: makers[key]() for key in columns},
        barred=barred(row),
    )


def barred(row: queries.DocumentRow) -> dict[str, Any]:
    """Return, by bulk act, why it is not allowed on a document."""
    marks = queries.marks_of(row=row)
    return marks if row.exception else marks | {"retry": gettext("read without difficulty")}


def status_cell(row: queries.DocumentRow) -> TagCell | str:
    """Return the state of a document in one word: hold and setting aside come before how it was read."""
    if row.held:
        return TagCell(gettext("On hold"), "privilege")
    if row.set_aside:
        return TagCell(said(ASIDE, row.set_aside), "warn")
    if row.accepted:
        return TagCell(gettext("Accepted"), "ok")
    if row.exception:
        return TagCell(said(CODES, row.exception), "bad" if row.status == "exception" else "warn")
    return said(STATUSES, row.status)


def _title(row: queries.DocumentRow) -> TextCell:
    shown = without_direction(row.title or row.name)
    return TextCell(short(shown, 80), "zh-Hans" if row.language == "zh" else "")


def _alike(row: queries.DocumentRow) -> str:
    if not row.near_group:
        return ""
    return gettext("middle") if row.near_group == row.id else f"{(row.near_similarity or 0) / 10:.0f} %"


def _thread(row: queries.DocumentRow) -> str:
    if not row.thread:
        return ""
    return gettext("says all") if row.inclusive else gettext("contained")


def called(author: str) -> str:
    """Return the name an author goes by; the address where there is no name. The page of a document shows both."""
    name = author.partition("<")[0].strip().strip('"')
    return name or author


def short(text: str, length: int) -> str:
    """Return a text cut to a width in Latin letters, a Han character counting two, with a mark where it was cut."""
    if len(text) * 2 <= length:
        return text
    width = 0
    for place, letter in enumerate(text):
        width += 2 if letter >= "\u2e80" else 1
        if width > length:
            return text[: max(place - 1, 1)] + "…"
    return text


def short_path(path: str, length: int) -> str:
    """Return a path cut in its middle to a width as ``short`` counts it: how it begins, and above all its file name."""
    if short(path, length) == path:
        return path
    ending = short(path[::-1], length * 2 // 3).removesuffix("…")[::-1]
    return short(path, length // 3) + ending


def _counted(offered: Mapping[str, list[Any]], field: str, words: Mapping[str, Any]) -> list[Choice]:
    return [
        Choice(choice.value, f"{said(words, choice.value)} ({choice.documents})") for choice in offered.get(field, [])
    ]


def main_filters(offered: Mapping[str, list[Any]], tags: Sequence[queries.TagRecord]) -> list[Filter]:
    """Return the filters of the table of documents with what each offers and how many have it."""
    codes = _counted(offered, "exception", CODES)
    languages = {each.value: language_words(each.value) for each in offered.get("language", [])}
    filters = [
        Filter("kind", gettext("Type"), _counted(offered, "kind", KINDS)),
        Filter("custodian", gettext("Custodian"), _counted(offered, "custodian", {})),
        Filter("status", gettext("Status"), _counted(offered, "status", STATUSES)),
        Filter("code", gettext("Code"), [Choice("any", gettext("Any code")), *codes] if codes else []),
        Filter("language", gettext("Language"), _counted(offered, "language", languages)),
        Filter("tag", gettext("Tag"), [Choice(tag.id, f"{tag.name} ({tag.documents})") for tag in tags]),
        *_alike_filters(),
        *_state_filters(),
    ]
    common = ("kind", "custodian", "code", "tag")
    return [replace(each, rare=each.name not in common) for each in filters if each.choices]


def _alike_filters() -> list[Filter]:
    return [
        Filter(
            "copies",
            gettext("Copies"),
            [
                Choice("hidden", gettext("Hide copies")),
                Choice("only", gettext("Only copies")),
                Choice("has", gettext("Has copies")),
            ],
        ),
        Filter("near", gettext("Alike"), [Choice("any", gettext("Like another document"))]),
        Filter(
            "mails",
            gettext("Threads"),
            [
                Choice("enough", gettext("Without mails contained in others")),
                Choice("inclusive", gettext("Mails that say all")),
                Choice("contained", gettext("Mails contained in others")),
            ],
        ),
        Filter(
            "attachments",
            gettext("Attachments"),
            [Choice("yes", gettext("With attachments")), Choice("no", gettext("Without attachments"))],
        ),
    ]


def _state_filters() -> list[Filter]:
    return [
        Filter("held", gettext("Hold"), [Choice("yes", gettext("On hold")), Choice("no", gettext("Not on hold"))]),
        Filter(
            "aside",
            gettext("Set aside"),
            [
                Choice("no", gettext("Not set aside")),
                Choice("yes", gettext("Set aside")),
                *(Choice(key, words) for key, words in ASIDE.items()),
            ],
        ),
    ]
