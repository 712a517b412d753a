"""What an OpenDocument file hides or marks: styles that hide, tracked changes, comments, hidden sheets and slides."""

from __future__ import annotations

from typing import Any

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TEXT, _STYLE, _TABLE = _OASIS % "text", _OASIS % "style", _OASIS % "table"
_DRAW, _OFFICE, _SHOWN = _OASIS % "drawing", _OASIS % "office", _OASIS % "presentation"
_MOST = 100_000


def marks_of(*, tree: Any) -> dict[str, Any]:
    """Return the marks of a document tree by name, those it has: counts, names of ``sheets`` and ``hidden_sheets``.

    hidden_text, hidden_rows, hidden_columns, hidden_slides, tracked_changes, comments.
    """
    text, sheets, slides = _hiding_styles(tree)
    found: dict[str, Any] = {
        "tracked_changes": _count(tree, f"{_TEXT}changed-region"),
        "comments": _count(tree, f"{_OFFICE}annotation"),
        "hidden_text": sum(node.get(f"{_TEXT}style-name") in text for node in tree.iter(f"{_TEXT}*")) if text else 0,
        "hidden_slides": sum(node.get(f"{_DRAW}style-name") in slides for node in tree.iter(f"{_DRAW}page")),
    }
    tables = [node for book in tree.iter(f"{_OFFICE}spreadsheet") for node in book.iterchildren(f"{_TABLE}table")]
    if tables:
        found["sheets"] = [str(node.get(f"{_TABLE}name")) for node in tables]
        hidden = [node for node in tables if node.get(f"{_TABLE}style-name") in sheets]
        found["hidden_sheets"] = [str(node.get(f"{_TABLE}name")) for node in hidden]
        found["hidden_rows"] = _collapsed(tables, "row")
        found["hidden_columns"] = _collapsed(tables, "column")
    return {name: value for name, value in found.items() if value}


def _hiding_styles(tree: Any) -> tuple[set[str], set[str], set[str]]:
    """Return the names of the styles that hide text, sheets and slides."""
    text: set[str] = set()
    sheets: set[str] = set()
    slides: set[str] = set()
    for style in tree.iter(f"{_STYLE}style"):
        name = style.get(f"{_STYLE}name")
        for each in style:
            if each.tag == f"{_STYLE}text-properties" and each.get(f"{_TEXT}display") == "none":
                text.add(name)
            elif each.tag == f"{_STYLE}table-properties" and each.get(f"{_TABLE}display") == "false":
                sheets.add(name)
            elif each.tag == f"{_STYLE}drawing-page-properties" and each.get(f"{_SHOWN}visibility") == "hidden":
                slides.add(name)
    return text, sheets, slides


def _count(tree: Any, tag: str) -> int:
    return sum(1 for _ in tree.iter(tag))


def _collapsed(tables: list[Any], what: str) -> int:
    """Count hidden rows or columns; one element may stand for many."""
    count = 0
    for table in tables:
        for node in table.iter(f"{_TABLE}table-{what}"):
            if node.get(f"{_TABLE}visibility") in ("collapse", "filter"):
                times = node.get(f"{_TABLE}number-{what}s-repeated", "1")
                count += int(times) if times.isdecimal() and len(times) < 8 else 1
    return min(count, _MOST)
