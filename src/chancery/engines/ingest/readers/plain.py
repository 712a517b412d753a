"""Plain text, tables as text, JSON and XML: read as they stand, in any character set."""

from __future__ import annotations

from chancery.engines.ingest.markup import declared_charset
from chancery.engines.ingest.reading import Content, Reading
from chancery.engines.text.charset import decode


def read(content: Content, key: str) -> Reading:
    """Return the decoded text and the character set it was read in."""
    data = content.data()
    declared = declared_charset(data=data) if key == "xml" else None
    decoded = decode(data=data, declared=declared)
    reading = Reading(text=decoded.text, metadata={"charset": decoded.charset})
    if decoded.lossy:
        reading.metadata["undecoded_bytes"] = decoded.text.count("\ufffd")
    return reading
