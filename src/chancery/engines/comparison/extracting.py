"""The text of a file for a comparison of texts: word-processor files, PDF files, plain text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from chancery.engines.comparison.names import BODY, DEL, MOVEFROM, TEXT, Element, P, W
from chancery.engines.comparison.package import MAX_FILE, Unreadable, kind_of, read_package
from chancery.engines.pages.render import page_texts
from chancery.engines.text.charset import decode

_ENDS: Final = re.compile(r"[.:;?!。：；？！”\"')）]$")
_STARTS: Final = re.compile(
    r"^(?:[(（]?(?:\d+|[a-zA-Z]|[ivxlc]+|[一二三四五六七八九十]+)[.)）、]|第.{1,6}[条章节款]|[•·▪–—-]\s|Article|Section)"
)
_CJK: Final = re.compile(r"[\u3400-\u9fff\uff00-\uffef]")
_DIGITS: Final = re.compile(r"\d+")


def text_of(*, data: bytes, name: str = "document") -> str:
    """Return the text of a file, a line for every paragraph.

    PDF lines are joined to paragraphs, running heads and page numbers left out. Refused: what the readers refuse, a
    PDF without text (``no_text``), a file above 256 MiB (``too_large``).
    """
    if len(data) > MAX_FILE:
        raise Unreadable("%(name)s is larger than %(limit)s MiB.", code="too_large", name=name, limit=MAX_FILE >> 20)
    kind = kind_of(data)
    if kind == "docx":
        package = read_package(data=data, name=name)
        body = package.look(package.main()).find(BODY)
        return "" if body is None else "\n".join(_paragraph(node) for node in body.iter(P))
    if kind == "pdf":
        text = reflowed(pages=page_texts(pdf=data))
        if not text.strip():
            raise Unreadable("%(name)s holds no text: recognise its pages first.", code="no_text", name=name)
        return text
    return decode(data=data).text


def _paragraph(node: Element) -> str:
    """Return the text of a paragraph as it reads with its changes accepted, text boxes left to their own paragraphs."""
    made: list[str] = []
    for part in node.iter(TEXT, W + "tab", W + "br", W + "noBreakHyphen"):
        near = next(part.iterancestors(P), None)
        if near is not node or next(part.iterancestors(DEL, MOVEFROM), None) is not None:
            continue
        if part.tag == TEXT:
            made.append(part.text or "")
        elif part.getparent().tag == W + "r":
            made.append("-" if part.tag == W + "noBreakHyphen" else "\t" if part.tag == W + "tab" else " ")
    return "".join(made).replace("\n", " ")


def reflowed(*, pages: Sequence[str]) -> str:
    """Return the pages of a PDF as paragraphs, one a line."""
    sheets = [[line.strip() for line in page.replace("\r", "").split("\n")] for page in pages]
    sheets = _without_heads([[line for line in sheet if line] for sheet in sheets])
    lines = [line for sheet in sheets for line in sheet]
    widths = sorted(len(line) for line in lines)
    usual = widths[int(0.8 * (len(widths) - 1))] if widths else 0
    made: list[str] = []
    open_line = False
    for line in lines:
        if open_line and not _STARTS.match(line):
            made[-1] = _glued(made[-1], line)
        else:
            made.append(line)
        open_line = len(line) >= 0.75 * usual and not (_ENDS.search(line) and len(line) < 0.9 * usual)
    return "".join(f"{line}\n" for line in made)


def _glued(before: str, line: str) -> str:
    if before.endswith(("-", "\u00ad", "\ufffe", "\x02")) and line[:1].islower():
        return before[:-1] + line
    if _CJK.match(before[-1:]) or _CJK.match(line[:1]):
        return before + line
    return f"{before} {line}"


def _without_heads(sheets: list[list[str]]) -> list[list[str]]:
    """Leave out first and last lines that are the same on most pages but for their numbers."""
    if len(sheets) < 3:
        return sheets
    for end in (0, -1):
        shapes = Counter(_DIGITS.sub("#", sheet[end]) for sheet in sheets if sheet)
        often = {shape for shape, count in shapes.items() if 2 * count > len(sheets)}
        sheets = [
            (sheet[1:] if end == 0 else sheet[:-1]) if sheet and _DIGITS.sub("#", sheet[end]) in often else sheet
            for sheet in sheets
        ]
    return sheets
