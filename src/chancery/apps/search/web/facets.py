"""What answers have in common, as links that narrow the query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, ngettext

from chancery.engines.retrieval.grammar import parse
from chancery.engines.retrieval.nodes import AnyOf
from chancery.engines.retrieval.searching import Facets
from chancery.engines.retrieval.segments import words_of
from chancery.interface.charts.bars import Bar, bar_chart
from chancery.interface.words import language_words

MOST_MONTHS: Final = 12
KINDS: Final = {
    "mail": gettext_lazy("Mail"),
    "document": gettext_lazy("Text document"),
    "spreadsheet": gettext_lazy("Spreadsheet"),
    "presentation": gettext_lazy("Presentation"),
    "pdf": gettext_lazy("PDF"),
    "image": gettext_lazy("Image"),
    "html": gettext_lazy("Web page"),
    "text": gettext_lazy("Plain text"),
    "calendar": gettext_lazy("Calendar entry"),
    "audio": gettext_lazy("Audio"),
    "video": gettext_lazy("Video"),
}
HEADS: Final = {
    "custodian": gettext_lazy("Custodians"),
    "kind": gettext_lazy("Kinds"),
    "domain": gettext_lazy("Mail domains"),
    "language": gettext_lazy("Languages"),
    "thread": gettext_lazy("Threads"),
    "duplicates": gettext_lazy("Groups of duplicates"),
    "near": gettext_lazy("Groups of near-duplicates"),
}


GROUPS: Final = ("thread", "duplicates", "near")
"""Labels whose values are ids of groups of documents."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value: what to show, how many answers carry it, and the address that keeps only them."""

    label: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one label."""

    key: str
    head: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Answers by month or year: the chart, and the same as links."""

    chart: SafeString
    choices: tuple[Choice, ...]
    undated: int


def groups_in(facets: Facets) -> dict[str, list[str]]:
    """Return the values that stand for groups of several answers, by label."""
    return {key: [value for value, count in facets.labels.get(key, ()) if value and count > 1] for key in GROUPS}


def groups_of(
    facets: Facets, query: str, address: Callable[[str], str], *, names: Mapping[str, str] | None = None
) -> list[Group]:
    """Return the groups that have something to choose. address: of a query. names: of groups, by their value.

    A group of documents is offered when several answers belong to it and it has a name.
    """
    found = []
    called = names or {}
    for key, head in HEADS.items():
        choices = tuple(
            Choice(
                called[value] if key in GROUPS else _said(key, value),
                count,
                address(narrowed(query, f'{key}:"{_quoted(value)}"')),
            )
            for value, count in facets.labels.get(key, ())
            if (count > 1 and value in called if key in GROUPS else words_of(value))
        )
        if choices:
            found.append(Group(key, str(head), choices))
    return found


def timeline_of(facets: Facets, query: str, address: Callable[[str], str]) -> Timeline | None:
    """Return the answers by month, or by year where there are many months; None where no answer has a day."""
    spans = dict(facets.months)
    if len(spans) > MOST_MONTHS:
        years: Counter[str] = Counter()
        for month, count in spans.items():
            years[month[:4]] += count
        spans = dict(sorted(years.items())[-MOST_MONTHS:])
    if not spans:
        return None
    fullest = max(spans, key=lambda span: (spans[span], span))
    finding = ngettext(
        "Most answers are of %(when)s: %(count)s document",
        "Most answers are of %(when)s: %(count)s documents",
        spans[fullest],
    ) % {"when": fullest, "count": f"{spans[fullest]:,}"}  # fmt: skip
    chart = bar_chart(
        finding=finding,
        label=gettext("When"),
        measure=gettext("Documents"),
        bars=[Bar(span, count, f"{count:,}") for span, count in spans.items()],
    )
    choices = tuple(Choice(span, count, address(narrowed(query, f"date:{span}"))) for span, count in spans.items())
    return Timeline(chart, choices, facets.undated)


def narrowed(query: str, condition: str) -> str:
    """Return a query that also asks for a condition; alternatives are put in brackets first."""
    whole = query if not isinstance(parse(query).node, AnyOf) else f"({query})"
    return f"{whole} {condition}"


def _quoted(value: str) -> str:
    """Return a value as it stands in quotation marks: a mark inside would end it."""
    return "".join(" " if character in '"“”„＂*?' else character for character in value)


def _said(key: str, value: str) -> str:
    if key == "kind":
        return str(KINDS.get(value, value))
    return language_words(value) if key == "language" else value
