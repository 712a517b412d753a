"""What the cell reader leaves out of old workbooks: comments, text boxes, words of charts, printed margins, what is
hidden.

Authority: MS-XLS 2.4 (records): Note, TxO, Continue, SeriesText, Header, Footer, Row, ColInfo, FilePass; OpenOffice's
description of the Excel file format for BIFF2 to BIFF4 (cells of files that are one bare stream).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_CONTINUE, _TXO, _HEADER, _FOOTER, _ROW, _COLUMN, _NOTE = 0x3C, 0x1B6, 0x14, 0x15, 0x208, 0x7D, 0x1C
_CHART_TEXT = 0x100D
_LABELS = {0x04, 0x204}
_NUMBERS = {0x03, 0x203}
_STRINGS = {0x07, 0x207}
_SST_ITEM = 19
_MOST = 2_000_000


@dataclass(slots=True)
class Extras:
    """texts: of comments and boxes, in order. charts: titles and names in charts, each once. comments:
    how many notes. hidden: rows and columns. margins: printed."""

    texts: list[str] = field(default_factory=list)
    margins: list[str] = field(default_factory=list)
    charts: dict[str, None] = field(default_factory=dict)
    comments: int = 0
    hidden_rows: int = 0
    hidden_columns: int = 0


def extras(*, stream: bytes) -> Extras:
    """Return what stands beside the cells of a ``Workbook`` stream (BIFF8); damage ends the search early."""
    found = Extras()
    waiting: int | None = None
    for kind, data in _records(stream):
        if kind == _CONTINUE and waiting is not None and data:
            text = data[1:].decode("utf-16-le" if data[0] & 1 else "latin-1", "replace")[:waiting]
            if text.strip():
                found.texts.append(text)
            waiting = None
        elif kind == _TXO and len(data) >= 12:
            (waiting,) = struct.unpack_from("<H", data, 10)
            waiting = waiting or None
        elif kind == _NOTE:
            found.comments += 1
        elif kind in (_HEADER, _FOOTER) and len(data) > 3:
            found.margins.append(_margin(data))
        elif kind == _CHART_TEXT and len(data) > 4:
            text = data[4:].decode("utf-16-le" if data[3] & 1 else "latin-1", "replace")[: data[2]]
            found.charts.setdefault(text.strip())
        elif kind == _ROW and len(data) >= 16:
            found.hidden_rows += bool(struct.unpack_from("<H", data, 12)[0] & 0x20)
        elif kind == _COLUMN and len(data) >= 10:
            first, last, _, _, flags = struct.unpack_from("<5H", data, 0)
            found.hidden_columns += (last - first + 1) if flags & 1 and last >= first else 0
    return found


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(_MOST):
        if at + 4 > len(stream):
            return
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _margin(data: bytes) -> str:
    (count,) = struct.unpack_from("<H", data, 0)
    text = data[3:].decode("utf-16-le" if data[2] & 1 else "latin-1", "replace")[:count]
    for code in ("&L", "&C", "&R"):
        text = text.replace(code, " ")
    return text.strip()


def is_bare(*, head: bytes) -> bool:
    """Tell whether bytes begin a workbook of Excel 2 to 4, which is one bare stream of records."""
    if len(head) < 8:
        return False
    kind, size = struct.unpack_from("<HH", head, 0)
    return kind in (0x0009, 0x0209, 0x0409) and size in (4, 6, 8)


def bare_text(*, data: bytes) -> str:
    """Return the cells of a workbook of Excel 2 to 4: rows as lines, cells parted by tabs."""
    rows: dict[int, dict[int, str]] = {}
    place: tuple[int, int] | None = None
    for kind, body in _records(data):
        if len(body) < 7 and kind not in _STRINGS:
            continue
        if kind in _LABELS:
            row, column = struct.unpack_from("<HH", body, 0)
            text = body[8:] if kind == 0x04 else body[8 : 8 + struct.unpack_from("<H", body, 6)[0]]
            rows.setdefault(row, {})[column] = text.decode("cp1252", "replace")
        elif kind in _NUMBERS and len(body) >= 14:
            row, column = struct.unpack_from("<HH", body, 0)
            (value,) = struct.unpack_from("<d", body, len(body) - 8)
            rows.setdefault(row, {})[column] = f"{value:.15g}"
        elif kind in (0x06, 0x206, 0x406) and len(body) >= 16:
            place = struct.unpack_from("<HH", body, 0)
            (value,) = struct.unpack_from("<d", body, 6 if kind != 0x06 else 7)
            rows.setdefault(place[0], {})[place[1]] = f"{value:.15g}"
        elif kind in _STRINGS and place is not None and body:
            rows[place[0]][place[1]] = body[1 if kind == 0x07 else 2 :].decode("cp1252", "replace")
    return "\n".join("\t".join(cells[column] for column in sorted(cells)) for _, cells in sorted(rows.items()))


def binary_strings(*, data: bytes) -> str:
    """Return the shared strings of a binary workbook (MS-XLSB 2.4.826, SSTItem), one a line; damage ends them."""
    found, at = [], 0
    while at < len(data):
        kind, at = _number(data, at, 2)
        size, at = _number(data, at, 4)
        if kind == _SST_ITEM and size >= 5:
            (count,) = struct.unpack_from("<I", data, at + 1) if at + 5 <= len(data) else (0,)
            found.append(data[at + 5 : at + 5 + min(2 * count, size)].decode("utf-16-le", "replace"))
        at += size
    return "\n".join(text for text in found if text.strip())


def _number(data: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number of up to so many bytes of seven bits, and where it ends."""
    value = 0
    for place in range(most):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            break
    return value, at
