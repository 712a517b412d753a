"""dBASE tables."""

from __future__ import annotations

import struct

from chancery.engines.ingest.reading import Content, Reading, Unreadable
from chancery.engines.text.charset import decode


def read(content: Content, key: str) -> Reading:
    """Return the field names and rows, tabs between cells; deleted rows are marked with an asterisk."""
    data = content.data()
    if len(data) < 32:
        raise Unreadable("The table is damaged.", code="corrupt")
    count, header, width = struct.unpack("<IHH", data[4:12])
    fields = []
    at = 32
    while at + 32 <= min(len(data), header) and data[at] != 0x0D:
        name = data[at : at + 11].split(b"\x00")[0].decode("ascii", "replace")
        fields.append((name, data[at + 16]))
        at += 32
    if not fields or width == 0:
        raise Unreadable("The table is damaged.", code="corrupt")
    rows = []
    for number in range(count):
        row = data[header + number * width : header + (number + 1) * width]
        if len(row) < width:
            break
        cells, start = [], 1
        for _, size in fields:
            cells.append(row[start : start + size].strip(b" \x00"))
            start += size
        rows.append(row[:1].strip() + b"\t".join(cells))
    reading = Reading(metadata={"rows": len(rows)})
    decoded = decode(data=b"\n".join(rows))
    reading.text = "\t".join(name for name, _ in fields) + "\n" + decoded.text
    reading.metadata["charset"] = decoded.charset
    if len(rows) < count:
        reading.flag("truncated", "The table ends before the number of rows it announces.")
    return reading
