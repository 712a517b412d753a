"""Reads small tables handed to a command: CSV or JSON, with a refusal that says what is wrong and where."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, Final

from chancery.foundation.errors import Refused

LIMIT: Final = 256 * 1024 * 1024


class FileRefused(Refused):
    """A file that cannot be read as the command needs it."""

    code = "file_refused"


def read_text(path: Path) -> str:
    """Return a text file. Refuses: file_missing, file_too_large (256 MiB), not_text (UTF-8, with or without mark)."""
    try:
        if not path.is_file():
            raise FileRefused("There is no file %(file)s.", code="file_missing", file=str(path))
        if path.stat().st_size > LIMIT:
            raise FileRefused("%(file)s is larger than 256 MiB.", code="file_too_large", file=str(path))
        raw = path.read_bytes()
    except OSError as error:
        raise FileRefused(
            "%(file)s cannot be read: %(why)s.", code="file_unreadable", file=str(path), why=error.strerror or ""
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused(
            "%(file)s is not UTF-8 text at byte %(offset)s.", code="not_text", file=str(path), offset=error.start
        ) from None
    if "\x00" in text:
        raise FileRefused(
            "%(file)s is not UTF-8 text at byte %(offset)s.", code="not_text", file=str(path), offset=raw.index(0)
        )
    return text


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def read_json(path: Path) -> Any:
    """Return a JSON document; NaN and Infinity are refused. Refuses: not_json, and as ``read_text``."""
    try:
        return json.loads(read_text(path), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FileRefused(
            "%(file)s is not JSON: %(why)s.", code="not_json", file=str(path), why=str(error)[:200]
        ) from None


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table, every value as text: CSV with a head (commas, semicolons or tabs), or a JSON list.

    Refuses: no_rows, row_ragged with its line, head_repeated, and as ``read_text`` and ``read_json``.
    """
    if path.suffix.lower() == ".json":
        held = read_json(path)
        if not isinstance(held, list) or not all(isinstance(row, dict) for row in held):
            raise FileRefused("%(file)s is not a list of objects.", code="not_rows", file=str(path))
        rows = [{str(key): "" if value is None else str(value) for key, value in row.items()} for row in held]
    else:
        rows = _csv_rows(path)
    if not rows:
        raise FileRefused("%(file)s holds no rows.", code="no_rows", file=str(path))
    return rows


def _separator(text: str) -> str:
    """Return comma, semicolon or tabulator, whichever stands in the head most often."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=head.count)


def _csv_rows(path: Path) -> list[dict[str, str]]:
    text = read_text(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=_separator(text))
    try:
        head = [name.strip() for name in next(reader, [])]
        if len(set(head)) != len(head) or not any(head):
            raise FileRefused("The head of %(file)s has no or repeated names.", code="head_invalid", file=str(path))
        rows = []
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(head):
                raise FileRefused(
                    "Line %(line)s of %(file)s has %(count)s columns instead of %(wanted)s.",
                    code="row_ragged", file=str(path), line=reader.line_num, count=len(row), wanted=len(head),
                )  # fmt: skip
            rows.append(dict(zip(head, (cell.strip() for cell in row), strict=True)))
    except csv.Error as error:
        raise FileRefused(
            "Line %(line)s of %(file)s is not CSV: %(why)s.",
            code="not_csv", file=str(path), line=reader.line_num, why=str(error),
        ) from None  # fmt: skip
    return rows
