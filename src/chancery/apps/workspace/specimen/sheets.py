"""Workbooks of a sample matter, hidden sheets included."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from .packing import repack_office


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet: its rows, the first of them the head. comments: cell name to remark."""

    name: str
    rows: Sequence[Sequence[str | int | float]]
    hidden: bool = False
    comments: tuple[tuple[str, str], ...] = ()


def write_workbook(*, sheets: Sequence[Sheet], title: str, author: str, at: datetime) -> bytes:
    """Return an .xlsx of the sheets, dated ``at`` (UTC)."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    workbook.properties.title, workbook.properties.creator = title, author
    workbook.properties.lastModifiedBy = author
    for sheet in sheets:
        page = workbook.create_sheet(sheet.name)
        for row in sheet.rows:
            page.append(list(row))
        for cell in page[1]:
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="D9E2EC")
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        for column in range(1, page.max_column + 1):
            values = [str(page.cell(row=r, column=column).value or "") for r in range(1, page.max_row + 1)]
            page.column_dimensions[get_column_letter(column)].width = min(44, 3 + max(map(len, values)))
        for place, remark in sheet.comments:
            page[place].comment = Comment(remark, author)
        page.freeze_panes = "A2"
        if sheet.hidden:
            page.sheet_state = "hidden"
    held = io.BytesIO()
    workbook.save(held)
    return repack_office(content=held.getvalue(), at=at)
