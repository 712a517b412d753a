"""HTML pages."""

from __future__ import annotations

from chancery.engines.ingest.markup import declared_charset, text_of_html
from chancery.engines.ingest.reading import Content, Reading
from chancery.engines.text.charset import decode


def read(content: Content, key: str) -> Reading:
    """Return the visible text; scripts and styles are left out."""
    data = content.data()
    decoded = decode(data=data, declared=declared_charset(data=data))
    text, metadata = text_of_html(html=decoded.text)
    return Reading(text=text, metadata={**metadata, "charset": decoded.charset})
