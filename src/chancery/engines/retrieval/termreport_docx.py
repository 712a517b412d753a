"""A search-term report as a Word document: the adapter of python-docx."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from .termreport import TermReport


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of the document in the reader's language; heads: of the eight columns, in the order of the table."""

    title: str
    intro: str
    heads: Sequence[str]
    together: str
    notes: Sequence[str]


ENGLISH = Wording(
    "Search-term report",
    "{searched} documents were searched on {at}.",
    ("Term", "Documents", "With family", "Families", "Unique documents", "Unique families", "Occurrences", "Read as"),
    "All terms together",
    (
        "With family: the documents found and every other member of their families.",
        "Unique documents: found by this term and by no other of the list. Unique families: families in which only "
        "this term finds anything.",
    ),
)


def as_docx(
    report: TermReport, *, at: datetime, wording: Wording = ENGLISH, problems: Sequence[str] | None = None
) -> bytes:
    """Return the report as a .docx file. at: when it was made; the same report and time give the same words.

    problems: a sentence for each line that could not be read, in the reader's language; empty for the others.
    """
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(1.8)
    _asian_letters(document)
    document.core_properties.title = wording.title
    document.core_properties.created = document.core_properties.modified = at.replace(tzinfo=None)
    document.core_properties.author = ""
    document.add_heading(wording.title, level=1)
    stamp = at.strftime("%Y-%m-%d %H:%M %Z").strip()
    document.add_paragraph(wording.intro.format(searched=f"{report.searched:,}", at=stamp))
    table = document.add_table(rows=1, cols=len(wording.heads))
    table.style = "Light Grid Accent 1"
    for cell, head in zip(table.rows[0].cells, wording.heads, strict=True):
        cell.text = head
    _repeat_head(table.rows[0])
    for number, line in enumerate(report.lines):
        problem = problems[number] if problems is not None else (line.problem.text() if line.problem else "")
        figures = (
            line.documents, line.documents_with_family, line.families, line.unique_documents, line.unique_families,
            line.occurrences,
        )  # fmt: skip
        _row(table, line.term, figures, problem or line.understood)
    _row(
        table, wording.together,
        (report.documents, report.documents_with_family, report.families, None, None, None), "",
    )  # fmt: skip
    for note in wording.notes:
        document.add_paragraph(note).runs[0].font.size = Pt(9)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _row(table: Any, first: str, figures: Sequence[int | None], last: str) -> None:
    cells = table.add_row().cells
    cells[0].text = _printable(first)
    for cell, value in zip(cells[1:-1], figures, strict=True):
        cell.text = "" if value is None else f"{value:,}"
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    cells[-1].text = _printable(last)


def _printable(text: str) -> str:
    """Leave out characters that XML does not allow."""
    return "".join(c for c in text if c in "\t\n" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe" or c > "\uffff")


def _repeat_head(row: Any) -> None:
    """Have the head repeated on every page, and read as a head by assistive technology."""
    properties = row._tr.get_or_add_trPr()
    mark = properties.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"})
    properties.append(mark)


def _asian_letters(document: Any) -> None:
    style = document.styles["Normal"]
    style.font.name = "Calibri"
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "Microsoft YaHei")
