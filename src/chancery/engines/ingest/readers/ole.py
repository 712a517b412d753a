"""OLE storages that are no document of a known kind, such as objects embedded in Office files."""

from __future__ import annotations

from chancery.engines.ingest.olefiles import embedded_objects
from chancery.engines.ingest.reading import Content, Reading
from chancery.engines.ingest.scraping import scrape


def read(content: Content, key: str) -> Reading:
    """Return the embedded files as children, or the readable runs of text; neither is ``unsupported``."""
    children = list(embedded_objects(content=content))
    text = scrape(data=content.data()) if not children else None
    if not children and not text:
        return Reading(exception="unsupported", detail="No reader exists for this type of file.")
    reading = Reading(text=text, children=children, container=bool(children))
    if not children:
        reading.flag("partly_extracted", "This type of file can only be searched for readable runs of text.")
    return reading
