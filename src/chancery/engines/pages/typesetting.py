"""Typeset pages from words: mail, plain text, web text, slip sheets and legends."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import typst

from chancery.engines.pages.lettering import font_folder, plain

TEMPLATE = Path(__file__).parent / "data" / "page.typ"
PIECE_CHARS = 4_000
BATCH_CHARS = 200_000


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(font_folder())])
    return typst.Compiler(str(TEMPLATE), font_paths=fonts, ignore_system_fonts=True)


def typeset(
    *,
    style: str,
    title: str = "",
    subtitle: str = "",
    header: tuple[tuple[str, str], ...] = (),
    text: str = "",
    size: float = 0,
) -> bytes:
    """Return a PDF of the words given; the same words give the same bytes on any machine and day.

    style: ``serif`` for mail and web text, ``mono`` for plain text (columns keep their place), ``slip`` for a
    slip sheet with title and subtitle, ``legend`` for one line in ``size`` points on a page of its own size.
    Long texts are set in batches of pages and joined; none of it is cut.
    """
    sheet = {
        "style": style,
        "title": plain(text=title),
        "subtitle": plain(text=subtitle),
        "header": [[plain(text=label), plain(text=value)] for label, value in header],
        "size": size,
    }
    batches = list(_batches(plain(text=text)))
    parts = [_compiled({**sheet, "pieces": batches[0] if batches else []})]
    parts += [_compiled({**sheet, "title": "", "header": [], "pieces": batch}) for batch in batches[1:]]
    return parts[0] if len(parts) == 1 else _joined(parts)


def _compiled(sheet: dict[str, Any]) -> bytes:
    made = _compiler().compile(
        sys_inputs={"data": json.dumps(sheet, ensure_ascii=False)}, format="pdf", timestamp=0, pdf_tags=False
    )
    if not isinstance(made, bytes):
        raise TypeError("the typesetter returned no document")
    return made


def _batches(text: str) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for piece in _pieces(text):
        batch.append(piece)
        size += len(piece)
        if size >= BATCH_CHARS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _pieces(text: str) -> Iterator[str]:
    """Yield paragraphs: runs of lines between blank lines; over-long ones are cut between lines or words."""
    for paragraph in text.split("\n\n"):
        rest = paragraph.strip("\n")
        while len(rest) > PIECE_CHARS:
            cut = rest.rfind("\n", 1, PIECE_CHARS)
            if cut < 1:
                cut = rest.rfind(" ", 1, PIECE_CHARS)
            if cut < 1:
                cut = PIECE_CHARS
            yield rest[:cut].rstrip("\n")
            rest = rest[cut:].removeprefix("\n")
        if rest.strip():
            yield rest


def _joined(parts: list[bytes]) -> bytes:
    out = io.BytesIO()
    with pikepdf.Pdf.open(io.BytesIO(parts[0])) as whole:
        for part in parts[1:]:
            with pikepdf.Pdf.open(io.BytesIO(part)) as more:
                whole.pages.extend(more.pages)
        whole.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()
