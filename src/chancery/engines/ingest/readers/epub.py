"""Electronic books."""

from __future__ import annotations

import posixpath
from typing import Any

from chancery.engines.ingest.markup import html_text
from chancery.engines.ingest.packages import Package, finish, local, open_package
from chancery.engines.ingest.reading import Content, Reading


def read(content: Content, key: str) -> Reading:
    """Return the pages in the order of the spine, then any page the spine does not name."""
    package = open_package(content=content)
    if "META-INF/encryption.xml" in package.names and "META-INF/rights.xml" in package.names:
        return Reading(exception="encrypted", detail="The book is protected by rights management.")
    pages, metadata = _spine(package)
    rest = [name for name in package.matching(r".+\.x?html?") if name not in pages]
    texts = [html_text(data=package.part(name))[0] for name in [*pages, *rest]]
    return finish(package=package, reading=Reading(text="\n\n".join(filter(None, texts)), metadata=metadata))


def _spine(package: Package) -> tuple[list[str], dict[str, Any]]:
    names = package.matching(r".+\.opf")
    if not names or (tree := package.tree(names[0])) is None:
        return [], {}
    folder = posixpath.dirname(names[0])
    files: dict[str, str] = {}
    order: list[str] = []
    metadata: dict[str, Any] = {}
    for node in tree.iter():
        tag = local(node.tag)
        if tag == "item" and node.get("href"):
            files[node.get("id", "")] = posixpath.normpath(posixpath.join(folder, node.get("href")))
        elif tag == "itemref":
            order.append(node.get("idref", ""))
        elif tag in ("title", "creator") and node.text:
            metadata.setdefault({"title": "title", "creator": "author"}[tag], node.text.strip())
    return [files[key] for key in order if files.get(key) in package.names], metadata
