"""Flat XML documents: Word 2003, OpenDocument in one file, drawings in SVG."""

from __future__ import annotations

from chancery.engines.ingest.packages import local, parse_xml
from chancery.engines.ingest.readers.odf import text_of
from chancery.engines.ingest.reading import Content, Reading


def read(content: Content, key: str) -> Reading:
    """Return the text of the document tree."""
    tree = parse_xml(content.data())
    if key == "fodt":
        return Reading(text=text_of(tree=tree, counts={}))
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
