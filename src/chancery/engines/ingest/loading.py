"""Load the reader of a format when the first file of that format is met: the one place that does so by
name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from chancery.engines.ingest.formats import Format
from chancery.engines.ingest.reading import Content, Reading

Reader = Callable[..., Reading]


@cache
def reader_of(*, module: str) -> Callable[[Content, str], Reading]:
    """Return ``read(content, key)`` of the adapter ``readers.<module>``."""
    return cast("Callable[[Content, str], Reading]", import_module(f"chancery.engines.ingest.readers.{module}").read)


def read(*, content: Content, form: Format) -> Reading:
    """Read the content with the reader of its format; a format without reader is coded ``unsupported``."""
    if form.key == "pgp":
        return Reading(exception="encrypted", detail="The message is encrypted for a recipient whose key is not here.")
    if not form.reader:
        return Reading(exception="unsupported", detail=_UNSUPPORTED.get(form.key, _UNSUPPORTED[""]))
    return reader_of(module=form.reader)(content, form.key)


@cache
def _last_resort() -> Callable[..., str | None]:
    return cast("Callable[..., str | None]", import_module("chancery.engines.ingest.longtail").extract)


def extract(*, data: bytes, media_type: str) -> str | None:
    """Return the text that the reader of last resort finds, None for none; it takes most of a second to load."""
    return _last_resort()(data=data, media_type=media_type)


@cache
def entities_of() -> Callable[..., dict[str, list[dict[str, Any]]]]:
    """Return ``naming.entities_of``, whose rules take their time to load."""
    return cast(
        "Callable[..., dict[str, list[dict[str, Any]]]]", import_module("chancery.engines.ingest.naming").entities_of
    )


@cache
def members_of() -> Callable[..., str]:
    """Return ``naming.Names.members`` of the one memory this process has."""
    return cast("Callable[..., str]", import_module("chancery.engines.ingest.naming").Names().members)


@cache
def main_of_child() -> Callable[[Path], int]:
    """Return ``worker.main`` with what nearly every child process needs, to be loaded once before it is forked."""
    reader_of(module="mail")
    entities_of()
    return cast("Callable[[Path], int]", import_module("chancery.engines.ingest.worker").main)


@cache
def finish_of() -> Callable[..., dict[str, Any]]:
    """Return ``finishing.finish``, which the command needs only after its children have read everything."""
    return cast("Callable[..., dict[str, Any]]", import_module("chancery.engines.ingest.finishing").finish)


@cache
def compound() -> Callable[..., Any]:
    """Return ``compound.Compound``, whose library few collections need at once."""
    return cast("Callable[..., Any]", import_module("chancery.engines.ingest.compound").Compound)


@cache
def magic_of() -> Callable[..., str]:
    """Return ``guessing.guessed``, whose library few files need."""
    return cast("Callable[..., str]", import_module("chancery.engines.ingest.guessing").guessed)


_UNSUPPORTED = {"": "No reader exists for this type of file."}
