"""Word documents of a sample matter, with tracked changes where the paper has them."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from .markup import Block, Span, parse_blocks, parse_spans
from .packing import repack_office

_TABLES = ("TableNormal", "TableGrid")


def write_word(*, text: str, title: str, author: str, at: datetime) -> bytes:
    """Return a .docx of the paper, its tracked changes made by ``author`` at ``at`` (UTC)."""
    document = Document()
    _lighten(document=document)
    style = document.styles["Normal"]
    style.font.name = "Times New Roman"
    style.font.size = Pt(11)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "SimSun")
    core = document.core_properties
    core.title, core.author, core.last_modified_by = title, author, author
    core.created = core.modified = at.replace(tzinfo=None)
    core.comments = ""
    for block in parse_blocks(text=text):
        _add_block(document=document, block=block, author=author, at=at)
    held = io.BytesIO()
    document.save(held)
    return repack_office(content=held.getvalue(), at=at)


def _lighten(*, document: Any) -> None:
    """Drop what the template carries and the papers never use: parts are stored, so size counts."""
    for relation in [one for one in document.part.rels.values() if one.reltype.endswith("stylesWithEffects")]:
        document.part.rels.pop(relation.rId)
    package = document.part.package
    for relation in [one for one in package.rels.values() if one.reltype.endswith("thumbnail")]:
        package.rels.pop(relation.rId)
    styles = document.styles.element
    for style in list(styles):
        table = style.get(qn("w:type")) == "table" and style.get(qn("w:styleId")) not in _TABLES
        if style.tag == qn("w:latentStyles") or table:
            styles.remove(style)
    for element in styles.iter():
        element.text = element.text if element.text and element.text.strip() else None
        element.tail = None


def _add_block(*, document: Any, block: Block, author: str, at: datetime) -> None:
    if block.kind == "table":
        table = document.add_table(rows=0, cols=max(len(row) for row in block.rows))
        table.style = "Table Grid"
        for row in block.rows:
            for cell, value in zip(table.add_row().cells, row, strict=False):
                for span in parse_spans(line=value):
                    _add_span(paragraph=cell.paragraphs[0], span=span, author=author, at=at)
        return
    if block.kind == "seal":
        return
    if block.kind == "break":
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        return
    if block.kind == "heading":
        paragraph = document.add_paragraph(style=f"Heading {block.level}")
        if block.level == 1:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    else:
        paragraph = document.add_paragraph(style="List Bullet" if block.kind == "bullet" else None)
    if block.kind == "right":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for span in block.spans:
        _add_span(paragraph=paragraph, span=span, author=author, at=at)


def _add_span(*, paragraph: Any, span: Span, author: str, at: datetime) -> None:
    run = paragraph.add_run(span.text)
    run.bold = True if span.kind == "bold" else None
    run.italic = True if span.kind == "signed" else None
    if span.kind not in ("inserted", "deleted"):
        return
    change = OxmlElement("w:ins" if span.kind == "inserted" else "w:del")
    change.set(qn("w:id"), str(100 + len(paragraph._p)))
    change.set(qn("w:author"), author)
    change.set(qn("w:date"), at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    run._r.addprevious(change)
    change.append(run._r)
    if span.kind == "deleted":
        for part in run._r.findall(qn("w:t")):
            part.tag = qn("w:delText")
            part.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
