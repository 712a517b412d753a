"""Flat XML documents: Word 2003, OpenDocument in one file, drawings in SVG."""

from __future__ import annotations

from typing import Any

from chancery.engines.ingest.packages import local, parse_xml
from chancery.engines.ingest.readers.odf import body_of, facts_of, margins_of
from chancery.engines.ingest.readers.odfmarks import marks_of
from chancery.engines.ingest.reading import Content, Reading


def read(content: Content, key: str) -> Reading:
    """Return the text of the document tree."""
    tree = parse_xml(content.data())
    reading = _flat(tree) if key in ("fodt", "fods", "fodp") else _plain(tree)
    if not content.data().rstrip(b"\x00 \t\r\n").endswith(b">"):
        reading.flag("truncated", "The document ends before its last element is closed; what stood before it was read.")
    return reading


def _plain(tree: Any) -> Reading:
    out: list[str] = []
    for node in tree.iter():
        tag = local(node.tag)
        if tag in ("t", "delText", "text", "tspan", "title", "desc") and node.text:
            out.append(node.text)
        elif tag in ("p", "text", "tr", "br") and out and out[-1] != "\n":
            out.append("\n")
        elif tag == "tab":
            out.append("\t")
    return Reading(text="".join(out))


def _flat(tree: Any) -> Reading:
    """Return what an OpenDocument file of one piece says: body, headers and footers, facts."""
    texts = (body_of(tree=tree), margins_of(tree=tree))
    facts = next((node for node in tree if local(node.tag) == "meta"), None)
    return Reading(
        text="\n\n".join(text for text in texts if text.strip()),
        metadata={**facts_of(tree=facts), **marks_of(tree=tree)},
    )
