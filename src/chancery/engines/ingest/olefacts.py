"""Facts in the property streams of old Office files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chancery.engines.ingest.reading import Content
from chancery.engines.ingest.storage import ole_of
from chancery.engines.text.charset import decode

_WANTED = {
    "title": "title",
    "author": "author",
    "subject": "subject",
    "last_saved_by": "last_saved_by",
    "create_time": "created",
    "last_saved_time": "modified",
    "last_printed": "printed",
    "company": "company",
    "num_pages": "pages",
    "creating_application": "application",
    "keywords": "keywords",
    "comments": "description",
    "category": "category",
}


def summary(*, content: Content) -> dict[str, Any]:
    """Return title, author and dates of an OLE file; an unreadable property stream gives nothing."""
    found: dict[str, Any] = {}
    try:
        facts = ole_of(content=content).get_metadata()
    except Exception:  # the library lets faults of many kinds out of damaged property streams
        return found
    for name, ours in _WANTED.items():
        value = getattr(facts, name, None)
        if isinstance(value, bytes):
            value = decode(data=value.rstrip(b"\x00")).text
        if isinstance(value, datetime):
            value = value.strftime("%Y-%m-%dT%H:%M:%SZ") if value.year > 1970 else None
        if value not in (None, "", 0):
            found[ours] = value
    return found
