"""How a command of an engine answers: JSON, refusals with status 2, files that appear whole or not at all."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import IO, Any, NoReturn

import typer
from rich.console import Console

from chancery.foundation.errors import Refused

out = Console()
err = Console(stderr=True)


class BadOutput(Refused):
    """The output cannot be written where it was asked for."""

    code = "bad_output"


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: dataclasses as objects, Decimal and dates as text, sets sorted."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(plain(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(inner) for inner in value), key=str)
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (Decimal, Path)):
        return str(value)
    return value


def print_json(value: Any) -> None:
    """Write one JSON document to standard output; halves of characters, which UTF-8 cannot hold, as JSON escapes."""
    text = json.dumps(plain(value), ensure_ascii=False)
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")
    sys.stdout.flush()


def refuse(refusal: Refused, *, as_json: bool = False) -> NoReturn:
    """End with the refusal's sentence on standard error and status 2; with --json also as an object."""
    if as_json:
        print_json({"status": "refused", "code": refusal.code, "message": str(refusal), "where": refusal.params})
    err.print(_sentence(refusal), highlight=False, markup=False)
    raise typer.Exit(2)


def _sentence(refusal: Refused) -> str:
    """Return the line for people; halves of characters, which UTF-8 cannot hold, as escapes."""
    return f"{refusal} ({refusal.code})".encode("utf-8", "backslashreplace").decode("utf-8")


@contextmanager
def whole_file(path: Path, *, mode: str = "wb") -> Iterator[IO[Any]]:
    """Open a file that takes its name only when it was written to the end; on an error nothing is left."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, mode, encoding=None if "b" in mode else "utf-8") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise


def run(app: typer.Typer) -> None:
    """Run a command line; an expected refusal ends with its sentence and status 2."""
    try:
        app()
    except Refused as refusal:
        err.print(_sentence(refusal), highlight=False, markup=False)
        sys.exit(2)
