"""Compound files and zip archives opened once for all who look into the same content."""

from __future__ import annotations

import zipfile
from typing import Any

import olefile

from chancery.engines.ingest.reading import Content

olefile.olefile.log.debug = lambda *told, **named: None  # it speaks of every sector it reads


def ole_of(*, content: Content) -> Any:
    """Return the open compound file; raises what the library raises for a damaged one, each time."""
    found = content.cache.get("ole")
    if found is None:
        found = content.cache["ole"] = olefile.OleFileIO(content.stream())
    return found


def zip_of(*, content: Content) -> zipfile.ZipFile:
    """Return the open archive; raises what the library raises for a damaged one, each time."""
    found = content.cache.get("zip")
    if found is None:
        found = content.cache["zip"] = zipfile.ZipFile(content.stream())
    return found
