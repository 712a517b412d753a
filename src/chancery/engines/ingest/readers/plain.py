"""Plain text, tables as text, JSON and XML: read as they stand, in any character set."""

from __future__ import annotations

from chancery.engines.ingest.markup import declared_charset
from chancery.engines.ingest.reading import Content, Reading
from chancery.engines.text.charset import decode

_WHOLE = 64 * 1024**2


def _beginning(content: Content) -> bytes:
    """Return the first 64 MiB, cut at a line end."""
    with content.stream() as stream:
        data = stream.read(_WHOLE)
    at = data.rfind(b"\n")
    return data[: at + 1] if at > 0 else data


def read(content: Content, key: str) -> Reading:
    """Return the decoded text and the character set it was read in."""
    data = content.data() if content.size <= _WHOLE else _beginning(content)
    declared = declared_charset(data=data) if key == "xml" else None
    decoded = decode(data=data, declared=declared)
    reading = Reading(text=decoded.text, metadata={"charset": decoded.charset})
    if content.size > len(data):
        reading.flag("partly_extracted", "The text is longer than 64 MiB; its beginning was read.")
    if decoded.lossy:
        reading.metadata["undecoded_bytes"] = decoded.text.count("\ufffd")
    return reading
