"""Formats without a reader of their own that hold their text in the clear: Visio, Publisher, Project,
Access."""

from __future__ import annotations

from chancery.engines.ingest.olefacts import summary
from chancery.engines.ingest.reading import Content, Reading
from chancery.engines.ingest.scraping import scrape


def read(content: Content, key: str) -> Reading:
    """Return the readable runs of text, always coded ``partly_extracted``; nothing readable is
    ``unsupported``."""
    text = scrape(data=content.data(), narrow=key in ("mdb", "pub"))
    metadata = summary(content=content) if key in ("vsd", "pub", "mpp") else {}
    if not text:
        return Reading(metadata=metadata, exception="unsupported", detail="No reader exists for this type of file.")
    detail = "This type of file can only be searched for readable runs of text; parts may be missing."
    return Reading(text=text, metadata=metadata, exception="partly_extracted", detail=detail)
