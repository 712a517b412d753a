"""From a document to its pages: one door for mail, text, web pages, PDF and pictures."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf

from chancery.engines.pages.cleaning import clean_copy
from chancery.engines.pages.pictures import picture_pages
from chancery.engines.pages.typesetting import typeset
from chancery.engines.pages.values import ImagingRefused, Printable
from chancery.engines.pages.webtext import decode_markup, web_text

NO_BODY = "[This message has no body text. / 本邮件无正文。]"
NO_TEXT = "[This document has no text. / 本文件无文字内容。]"


def to_pdf(*, printable: Printable, out: Path) -> int:
    """Write the pages of a document as PDF to ``out`` and return their number.

    The same document gives the same bytes anywhere, on any day. All text is printed, however long; text is
    set as data, never read as markup; nothing is fetched. Raises ImagingRefused with its code.
    """
    data = pdf_bytes(printable=printable)
    with pikepdf.Pdf.open(io.BytesIO(data)) as pdf:
        pages = len(pdf.pages)
    out.write_bytes(data)
    return pages


def pdf_bytes(*, printable: Printable) -> bytes:
    """Return the pages of a document as PDF; see ``to_pdf``."""
    if printable.kind == "pdf":
        return clean_copy(source=_native(printable))
    if printable.kind == "image":
        return picture_pages(source=_native(printable))
    text = printable.text
    if printable.kind == "html" and text is None:
        text = web_text(markup=decode_markup(data=_native(printable).read_bytes()))
    if not (text or "").strip():
        text = NO_BODY if printable.kind == "mail" else NO_TEXT
    style = "mono" if printable.kind == "text" else "serif"
    return typeset(style=style, title=printable.title, header=printable.header, text=text or "")


def _native(printable: Printable) -> Path:
    if printable.native is None or printable.native.stat().st_size == 0:
        raise ImagingRefused("The document has no content.", code="empty")
    return printable.native
