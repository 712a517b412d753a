"""Old Word and PowerPoint files and rich text."""

from __future__ import annotations

import re

import olefile

from chancery.engines.ingest.longtail import extract
from chancery.engines.ingest.olefacts import summary
from chancery.engines.ingest.olefiles import embedded_objects
from chancery.engines.ingest.readers.locked import is_locked, read_decrypted
from chancery.engines.ingest.reading import Content, Reading, Unreadable
from chancery.engines.ingest.richtext import rich_text
from chancery.engines.ingest.scraping import scrape

_TYPES = {"doc": "application/msword", "ppt": "application/vnd.ms-powerpoint", "rtf": "application/rtf"}


def read(content: Content, key: str) -> Reading:
    """Return text, properties and embedded objects; the second reader steps in where the first gives
    nothing."""
    if key == "rtf":
        return _rich(content)
    if is_locked(content=content):
        return read_decrypted(content=content, key=key)
    return read_plain(content=content, key=key)


def read_plain(*, content: Content, key: str) -> Reading:
    """Read an old Office file that is not, or no longer, encrypted."""
    reading = Reading(metadata=summary(content=content))
    reading.text = extract(data=content.data(), media_type=_TYPES[key])
    if not (reading.text or "").strip():
        reading.text = scrape(data=content.data())
        if reading.text:
            reading.flag("partly_extracted", "The document could only be searched for readable runs of text.")
    reading.children = list(embedded_objects(content=content))
    if not reading.text and not content.head.startswith(olefile.MAGIC):
        raise Unreadable("The document is damaged and cannot be read.", code="corrupt")
    return reading


def _rich(content: Content) -> Reading:
    data = content.data()
    text = rich_text(data=data)
    if not text.strip():
        text = extract(data=data, media_type=_TYPES["rtf"]) or ""
    metadata = {}
    for name, ours in (("title", "title"), ("author", "author")):
        if match := re.search(rb"\\" + name.encode() + rb" ([^{}]{1,300})\}", data[:20000]):
            metadata[ours] = rich_text(data=b"{\\rtf1 " + match.group(1) + b"}")
    return Reading(text=text, metadata=metadata)
