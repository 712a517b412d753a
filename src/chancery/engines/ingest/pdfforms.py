"""Forms, notes and bookmarks of PDF files: what was filled in, remarked and named beside the text layer."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from chancery.engines.ingest.markup import text_of_html

MOST_NOTES = 2000
_REMARKS = frozenset(
    {
        raw.FPDF_ANNOT_TEXT,
        raw.FPDF_ANNOT_FREETEXT,
        raw.FPDF_ANNOT_HIGHLIGHT,
        raw.FPDF_ANNOT_UNDERLINE,
        raw.FPDF_ANNOT_SQUIGGLY,
        raw.FPDF_ANNOT_STRIKEOUT,
        raw.FPDF_ANNOT_STAMP,
        raw.FPDF_ANNOT_CARET,
        raw.FPDF_ANNOT_INK,
    }
)
_TAG = re.compile("<[a-zA-Z!?/]")


def open_forms(*, document: Any) -> None:
    """Open the forms of a document that has any, before its first page is; the values of fields are then known
    wherever in the tree of fields they stand."""
    if raw.FPDF_GetFormType(document) == raw.FORMTYPE_ACRO_FORM:
        with suppress(pypdfium2.PdfiumError):
            document.init_forms()


def words_of(*, annotation: Any, document: Any) -> list[str]:
    """Return the words of a note, or the value of a form field."""
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    words = [_string(annotation, b"Contents"), _string(annotation, b"V")]
    if kind == raw.FPDF_ANNOT_WIDGET and document.formenv is not None and not words[1]:
        words[1] = _read(lambda *room: raw.FPDFAnnot_GetFormFieldValue(document.formenv, annotation, *room))
    elif not words[0] and (rich := _string(annotation, b"RC")):
        words[0] = text_of_html(html=rich)[0] if _TAG.search(rich) else rich
    return [word for word in words if word]


def author_of(*, annotation: Any) -> str | None:
    """Return who made a remark, "" when it does not say, None for what is no remark."""
    if raw.FPDFAnnot_GetSubtype(annotation) not in _REMARKS:
        return None
    return _string(annotation, b"T")


def bookmarks(*, document: Any) -> list[str]:
    """Return the titles of the outline, in order; a damaged one ends early."""
    found: list[str] = []
    try:
        for entry in document.get_toc(max_depth=20):
            title = entry.get_title().strip()
            if title:
                found.append(title)
            if len(found) >= MOST_NOTES:
                break
    except (pypdfium2.PdfiumError, ValueError, AttributeError):
        return found
    return found


def _string(annotation: Any, key: bytes) -> str:
    return _read(lambda *room: raw.FPDFAnnot_GetStringValue(annotation, key, *room))


def _read(ask: Callable[..., int]) -> str:
    """Return the string a function of the library writes: asked for its length in bytes first."""
    size = ask(None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    ask(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace").strip()
