"""A search-term report: what each term of a list would bring, before anybody reads anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .evaluation import Evaluation
from .grammar import parse
from .nodes import Problem, terms_in
from .searching import Searcher
from .spans import TooBroad
from .streams import Flags
from .writing import written

COLUMNS: Final = (
    "term", "understood", "documents", "documents_with_family", "families", "unique_documents", "unique_families",
    "occurrences", "problem",
)  # fmt: skip
MOST_TERMS: Final = 1_000


@dataclass(frozen=True, slots=True)
class TermLine:
    """One term. documents: that answer; documents_with_family: with every member of their families; families: how
    many; unique_documents: that no other term of the list finds; unique_families: families in which no other term of
    the list finds anything; occurrences: places in the documents, of near words those of the left one.

    problem: why the term could not be read; then every figure is None.
    """

    term: str
    understood: str = ""
    documents: int | None = None
    documents_with_family: int | None = None
    families: int | None = None
    unique_documents: int | None = None
    unique_families: int | None = None
    occurrences: int | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class TermReport:
    """The lines in order, and what all terms find together. searched: documents looked at."""

    lines: tuple[TermLine, ...]
    documents: int
    documents_with_family: int
    families: int
    searched: int


def term_report(*, searcher: Searcher, terms: Sequence[str], stem: bool = False) -> TermReport:
    """Ask each term and compare what they find. Blank lines and lines that begin with ``#`` are left out."""
    lines: list[TermLine] = []
    asked: list[tuple[int, list[Flags]]] = []
    for typed in (each.strip() for each in terms):
        if not typed or typed.startswith("#"):
            continue
        parsed = parse(typed, stem=stem)
        if parsed.node is None:
            problem = next((each for each in parsed.problems if each.fatal), None)
            lines.append(TermLine(typed, problem=problem or Problem("nothing_to_find", _NOTHING, 0)))
            continue
        evaluations = [Evaluation(part.segment) for part in searcher.segments]
        try:
            flags = searcher.asked(parsed.node, evaluations)
        except TooBroad as refusal:
            problem = Problem(refusal.code, refusal.message, 0)
            lines.append(TermLine(typed, written(parsed.node), problem=problem))
            continue
        occurrences = sum(
            int(each.occurrences(term, chosen)[chosen].sum())
            for term in dict.fromkeys(terms_in(parsed.node))
            for each, chosen in zip(evaluations, flags, strict=True)
        )
        asked.append((len(lines), flags))
        lines.append(TermLine(typed, written(parsed.node), occurrences=occurrences))
    return _counted(searcher, lines, asked)


_NOTHING = "There are no letters, figures or characters to look for."


def _counted(searcher: Searcher, lines: list[TermLine], asked: list[tuple[int, list[Flags]]]) -> TermReport:
    times = [np.zeros(part.size, dtype=np.int32) for part in searcher.segments]
    for _at, flags in asked:
        for sum_, chosen in zip(times, flags, strict=True):
            sum_ += chosen
    families = [searcher.families(flags) for _at, flags in asked]
    owners: dict[str, int] = {}
    for found in families:
        for family in found:
            owners[family] = owners.get(family, 0) + 1
    for (at, flags), found in zip(asked, families, strict=True):
        line = lines[at]
        lines[at] = TermLine(
            line.term,
            line.understood,
            documents=_size(flags),
            documents_with_family=_size(searcher.in_families(found)),
            families=len(found),
            unique_documents=_size([chosen & (sum_ == 1) for chosen, sum_ in zip(flags, times, strict=True)]),
            unique_families=sum(owners[family] == 1 for family in found),
            occurrences=line.occurrences,
        )
    together = [sum_ > 0 for sum_ in times]
    whole = searcher.families(together)
    return TermReport(
        tuple(lines), _size(together), _size(searcher.in_families(whole)), len(whole), searched=searcher.size
    )


def as_csv(report: TermReport) -> bytes:
    """Return the report as CSV in UTF-8 with a byte-order mark; the last line holds all terms together."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in report.lines:
        problem = line.problem.text() if line.problem else ""
        figures = ["" if value is None else value for value in _figures(line)]
        writer.writerow([_safe(line.term), _safe(line.understood), *figures, _safe(problem)])
    totals = [report.documents, report.documents_with_family, report.families]
    writer.writerow(["(all terms together)", "", *totals, "", "", "", ""])
    return buffer.getvalue().encode("utf-8-sig")


def _figures(line: TermLine) -> tuple[int | None, ...]:
    return (
        line.documents, line.documents_with_family, line.families, line.unique_documents, line.unique_families,
        line.occurrences,
    )  # fmt: skip


def _safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠") else cell


def _size(flags: Sequence[Flags]) -> int:
    return sum(int(chosen.sum()) for chosen in flags)
