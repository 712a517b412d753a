"""The list of exceptions: one row for every line with a code."""

from __future__ import annotations

from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
EXCEPTION_COLUMNS = ("path", "id", "parent_id", "media_type", "size", "sha256", "status", "exception", "detail")


def exception_row(*, line: dict[str, Any]) -> list[Any]:
    """Return the row of ``exceptions.csv`` for a line with a code; cells that a spreadsheet would run as a formula
    get an apostrophe."""
    row = [line[name] if line[name] is not None else "" for name in EXCEPTION_COLUMNS[:-1]]
    row.append(line["metadata"]["exception_detail"] or "")
    return [f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in row]
