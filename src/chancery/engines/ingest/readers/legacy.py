"""Old Word and PowerPoint files and rich text."""

from __future__ import annotations

import re

import olefile

from chancery.engines.ingest.loading import extract
from chancery.engines.ingest.oldslides import is_whole, slide_text, stored_objects
from chancery.engines.ingest.olefacts import summary
from chancery.engines.ingest.olefiles import embedded_objects, has_macros, objects_in, streams_of
from chancery.engines.ingest.readers.locked import is_locked, read_decrypted
from chancery.engines.ingest.reading import Content, Reading, Unreadable
from chancery.engines.ingest.richobjects import rich_objects
from chancery.engines.ingest.richtext import rich_marks, rich_text, whole_text
from chancery.engines.ingest.scraping import scrape
from chancery.engines.ingest.worddoc import word_text
from chancery.engines.ingest.wordmarks import word_marks

_WANTED = ("WordDocument", "0Table", "1Table", "PowerPoint Document")
_INFORMATION = {
    "title": "title",
    "author": "author",
    "subject": "subject",
    "keywords": "keywords",
    "doccomm": "description",
    "operator": "last_saved_by",
    "company": "company",
}
_TYPES = {"doc": "application/msword", "ppt": "application/vnd.ms-powerpoint"}


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
    streams = streams_of(content=content, wanted=_WANTED)
    reading.text = _word(streams, reading) if key == "doc" else _slides(streams, reading)
    if not (reading.text or "").strip() and not _is_blank(streams, key):
        reading.text = extract(data=content.data(), media_type=_TYPES[key])
        if not (reading.text or "").strip():
            reading.text = scrape(data=content.data())
            if reading.text:
                reading.flag("partly_extracted", "The document could only be searched for readable runs of text.")
    if has_macros(content=content):
        reading.metadata["macros"] = True
    reading.children = list(embedded_objects(content=content))
    if key == "ppt":
        stored = enumerate(stored_objects(stream=streams.get("PowerPoint Document", b"")), start=1)
        reading.children += [child for number, data in stored for child in objects_in(data=data, number=number)]
    if not reading.text and not content.head.startswith(olefile.MAGIC):
        raise Unreadable("The document is damaged and cannot be read.", code="corrupt")
    return reading


def _word(streams: dict[str, bytes], reading: Reading) -> str | None:
    found = word_text(stream=streams.get("WordDocument", b""), tables=streams)
    if found is None:
        return None
    for name in ("comments", "footnotes", "endnotes", "headers", "text_boxes"):
        if name in found.parts:
            reading.metadata[name] = True
    reading.metadata.update(word_marks(stream=streams.get("WordDocument", b""), tables=streams))
    return found.whole()


def _is_blank(streams: dict[str, bytes], key: str) -> bool:
    """Tell whether the records of a file could be followed to their end and hold no text."""
    if key == "ppt":
        return is_whole(stream=streams.get("PowerPoint Document", b""))
    found = word_text(stream=streams.get("WordDocument", b""), tables=streams)
    return found is not None and not found.encrypted


def _slides(streams: dict[str, bytes], reading: Reading) -> str:
    found = slide_text(stream=streams.get("PowerPoint Document", b""))
    if found.hidden:
        reading.metadata["hidden_slides"] = found.hidden
    if found.macros:
        reading.metadata["macros"] = True
    for name in ("notes", "comments"):
        if found.texts[name]:
            reading.metadata[name] = len(found.texts[name])
    return found.whole()


def _rich(content: Content) -> Reading:
    data = content.data()
    text, whole = whole_text(data=data)
    metadata: dict[str, object] = dict(rich_marks(data=data))
    for name, ours in _INFORMATION.items():
        if match := re.search(rb"\\" + name.encode() + rb" ([^{}]{1,300})\}", data[:20000]):
            metadata[ours] = rich_text(data=b"{\\rtf1 " + match.group(1) + b"}")
    children = list(rich_objects(data=data)) if b"\\objdata" in data else []
    reading = Reading(text=text, metadata=metadata, children=children)
    if not whole:
        reading.flag("truncated", "The document ends before its last group is closed; what stood before it was read.")
    return reading
