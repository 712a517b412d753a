"""OpenDocument texts, sheets and slides."""

from __future__ import annotations

from typing import Any

from chancery.engines.ingest.odflock import unlocked
from chancery.engines.ingest.olefiles import objects_in
from chancery.engines.ingest.packages import Package, finish, local, open_package
from chancery.engines.ingest.readers.odfmarks import marks_of
from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable

_META = {
    "title": "title",
    "creator": "author",
    "initial-creator": "author",
    "date": "modified",
    "creation-date": "created",
    "subject": "subject",
    "description": "description",
    "generator": "application",
}
_CUT = frozenset({"p", "h", "table-row", "list-item", "annotation", "note"})
_WORDS = frozenset({"creator", "date", "date-string", "creator-initials", "note-citation"})
_BEGUN = {"tab": "\t", "line-break": "\n", "s": " ", "annotation": "\n", "note": "\n"}
_HIDDEN = ("}string-value", "}string-value-if-true", "}string-value-if-false")


def read(content: Content, key: str) -> Reading:
    """Return the text with headers and footers, annotations and tracked deletions, and embedded objects."""
    package = open_package(content=content)
    opened = False
    if "META-INF/manifest.xml" in package.names and b"encryption-data" in package.part("META-INF/manifest.xml"):
        package, opened = unlocked(package=package, passwords=content.passwords), True
    if "content.xml" not in package.names:
        raise Unreadable("The document holds no content part.", code="corrupt")
    main = package.tree("content.xml")
    counts = marks_of(tree=main) if main is not None else {}
    texts = [body_of(tree=main) if main is not None else ""]
    texts += [_text(package, name) for name in package.matching(r"Object [^/]+/content\.xml")]
    if "styles.xml" in package.names:
        texts.append(margins_of(tree=package.tree("styles.xml")))
    facts = facts_of(tree=package.tree("meta.xml") if "meta.xml" in package.names else None)
    metadata = {**facts, **counts}
    if opened:
        metadata["opened_with_password"] = True
    if package.matching(r"(?:Basic|Scripts)/.+") and not package.matching(r"Basic/script-lc\.xml$"):
        metadata["macros"] = True
    children = [
        Child(name.rpartition("/")[2], package.part(name))
        for name in (package.matching(r"Pictures/.+") if content.decisions.embedded_images else [])
    ]
    objects = enumerate(package.matching(r"Obj(?:ect ?)?\d+"), start=1)
    children += [child for number, name in objects for child in objects_in(data=package.part(name), number=number)]
    pictures = len(package.matching(r"Pictures/.+"))
    if pictures:
        metadata["embedded_images"] = pictures
    text = "\n\n".join(text for text in texts if text.strip())
    return finish(package=package, reading=Reading(text=text, metadata=metadata, children=children))


def facts_of(*, tree: Any) -> dict[str, Any]:
    """Return title, author, dates and subject of a tree that holds the facts of a document, None holds none."""
    found: dict[str, Any] = {}
    for node in tree.iter() if tree is not None else ():
        name = _META.get(local(node.tag))
        words = (node.text or "").strip() if isinstance(node.tag, str) else ""
        if name and words:
            found.setdefault(name, words)
        elif words and local(node.tag) == "keyword":
            found["keywords"] = "; ".join(filter(None, (found.get("keywords"), words)))
        elif words and local(node.tag) == "user-defined":
            label = next((value for key, value in node.attrib.items() if key.endswith("}name")), "")
            found.setdefault("custom_properties", {})[label] = words
    return found


def _text(package: Package, name: str) -> str:
    tree = package.tree(name)
    return body_of(tree=tree) if tree is not None else ""


def body_of(*, tree: Any) -> str:
    """Return the text of the body of a document tree, of the whole tree where it has none."""
    body = next((node for node in tree if local(node.tag) == "body"), tree)
    return text_of(tree=body)


def margins_of(*, tree: Any) -> str:
    """Return the headers and footers of a document tree, each text once."""
    nodes = tree.iter() if tree is not None else ()
    found = [text_of(tree=node) for node in nodes if local(node.tag) == "master-page"]
    return "\n".join(text for text in dict.fromkeys(found) if text)


def text_of(*, tree: Any) -> str:
    """Return the text of an OpenDocument tree: cells with tabs between them, comments and notes on lines of their own,
    names of sheets above their rows."""
    out: list[str] = []
    stack: list[tuple[Any, bool]] = [(tree, False)]
    while stack:
        node, closing = stack.pop()
        tag = local(node.tag)
        if closing:
            _end(tag, out)
            parent = node.getparent()
            out.append(_said(node.tail, inside=parent is not None and node is not tree and _in_paragraph(parent)))
            continue
        if tag in _BEGUN:
            out.append(_BEGUN[tag])
        if tag == "table" and local(node.getparent().tag if node.getparent() is not None else "") == "spreadsheet":
            out += [next((value for name, value in node.attrib.items() if name.endswith("}name")), ""), "\n"]
        if tag in ("hidden-text", "hidden-paragraph", "conditional-text"):
            out += [value for name, value in node.attrib.items() if name.endswith(_HIDDEN)]
        out.append(_said(node.text, inside=_in_paragraph(node)) if tag else "")
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))
    return "".join(out).strip()


def _end(tag: str, out: list[str]) -> None:
    """Write what separates an element from the next; the last line of a cell ends with the cell."""
    if tag == "table-cell":
        while out and not out[-1].strip("\n"):
            out.pop()
        out.append("\t")
    elif tag in _CUT:
        out.append("\n")
    elif tag in _WORDS:
        out.append(" ")


def _said(text: str | None, *, inside: bool) -> str:
    """Return text as it stands inside a paragraph; between elements the white space is only layout of the
    XML."""
    if not text:
        return ""
    return text if inside or text.strip() else ""


def _in_paragraph(node: Any) -> bool:
    while node is not None:
        if local(node.tag) in ("p", "h"):
            return True
        node = node.getparent()
    return False
