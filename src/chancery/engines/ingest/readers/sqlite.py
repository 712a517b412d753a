"""SQLite databases: every table as text, opened read-only and never changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import quote

from chancery.engines.ingest.reading import Content, Reading, Unreadable

_ROWS = 100_000
_CHARACTERS = 20_000_000
_CELL = 4000


def read(content: Content, key: str) -> Reading:
    """Return table names, columns and rows, tabs between cells; long tables are cut and coded."""
    reading = Reading()
    place = quote(str(content.location))
    try:
        with closing(sqlite3.connect(f"file:{place}?mode=ro&immutable=1", uri=True)) as base:
            base.text_factory = lambda raw: raw.decode("utf-8", "replace")
            base.execute("PRAGMA trusted_schema=OFF")
            names = [
                name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")
            ]
            reading.metadata["tables"] = names[:1000]
            reading.text = "\n\n".join(_table(base, name, reading) for name in names)
    except sqlite3.DatabaseError as fault:
        raise Unreadable("The database is damaged and cannot be read.", code="corrupt") from fault
    if not reading.text:
        reading.flag("no_text", "The database holds no tables.")
    return reading


def _table(base: sqlite3.Connection, name: str, reading: Reading) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    lines, size = [name], 0
    try:
        rows = base.execute(f"SELECT * FROM {quoted}")  # noqa: S608  (a table name of the file itself, quoted)
        lines.append("\t".join(column[0] for column in rows.description))
        for number, row in enumerate(rows):
            line = "\t".join(_shown(cell) for cell in row)
            size += len(line)
            if number >= _ROWS or size > _CHARACTERS:
                reading.flag("partly_extracted", "A table of the database is longer than can be read.")
                break
            lines.append(line)
    except sqlite3.DatabaseError:
        reading.flag("partly_extracted", "A table of the database could not be read.")
    return "\n".join(lines)


def _shown(cell: Any) -> str:
    if isinstance(cell, bytes):
        return f"({len(cell)} bytes)"
    return "" if cell is None else str(cell)[:_CELL]
