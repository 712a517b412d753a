"""Compound files and zip archives opened once for all who look into the same content."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from chancery.engines.ingest.loading import compound
from chancery.engines.ingest.reading import Content

if TYPE_CHECKING:
    from chancery.engines.ingest.compound import Compound


def ole_of(*, content: Content) -> Compound:
    """Return the open compound file; raises what the library raises for a damaged one, each time."""
    found: Compound | None = content.cache.get("ole")
    if found is None:
        found = content.cache["ole"] = compound()(content.stream())
    return found


def zip_of(*, content: Content) -> zipfile.ZipFile:
    """Return the open archive; raises what the library raises for a damaged one, each time."""
    found: zipfile.ZipFile | None = content.cache.get("zip")
    if found is None:
        found = content.cache["zip"] = zipfile.ZipFile(content.stream())
    return found
