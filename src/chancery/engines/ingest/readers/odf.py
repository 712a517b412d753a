"""OpenDocument texts, sheets and slides."""

from __future__ import annotations

from typing import Any

from chancery.engines.ingest.odflock import unlocked
from chancery.engines.ingest.packages import Package, finish, local, open_package
from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable

_META = {
    "title": "title",
    "creator": "author",
    "initial-creator": "author",
    "date": "modified",
    "creation-date": "created",
    "subject": "subject",
    "generator": "application",
}
_CUT = frozenset({"p", "h", "table-row", "list-item"})
_HIDDEN = ("}string-value", "}string-value-if-true", "}string-value-if-false")


def read(content: Content, key: str) -> Reading:
    """Return the text with headers and footers, annotations and tracked deletions, and embedded objects."""
    package = open_package(content=content)
    opened = False
    if "META-INF/manifest.xml" in package.names and b"encryption-data" in package.part("META-INF/manifest.xml"):
        package, opened = unlocked(package=package, passwords=content.passwords), True
    if "content.xml" not in package.names:
        raise Unreadable("The document holds no content part.", code="corrupt")
    counts: dict[str, Any] = {}
    texts = [_text(package, name, counts) for name in ["content.xml", *package.matching(r"Object [^/]+/content\.xml")]]
    if "styles.xml" in package.names:
        texts.append(_margins(package))
    metadata = {**_facts(package), **counts}
    if opened:
        metadata["opened_with_password"] = True
    if package.matching(r"(?:Basic|Scripts)/.+") and not package.matching(r"Basic/script-lc\.xml$"):
        metadata["macros"] = True
    children = [
        Child(name.rpartition("/")[2], package.part(name))
        for name in (package.matching(r"Pictures/.+") if content.decisions.embedded_images else [])
    ]
    pictures = len(package.matching(r"Pictures/.+"))
    if pictures:
        metadata["embedded_images"] = pictures
    text = "\n\n".join(text for text in texts if text.strip())
    return finish(package=package, reading=Reading(text=text, metadata=metadata, children=children))


def _facts(package: Package) -> dict[str, Any]:
    found: dict[str, Any] = {}
    tree = package.tree("meta.xml") if "meta.xml" in package.names else None
    for node in tree.iter() if tree is not None else ():
        name = _META.get(local(node.tag))
        if name and node.text and node.text.strip():
            found.setdefault(name, node.text.strip())
    return found


def _text(package: Package, name: str, counts: dict[str, Any]) -> str:
    tree = package.tree(name)
    if tree is None:
        return ""
    body = next((node for node in tree if local(node.tag) == "body"), tree)
    return text_of(tree=body, counts=counts)


def _margins(package: Package) -> str:
    tree = package.tree("styles.xml")
    nodes = tree.iter() if tree is not None else ()
    found = [text_of(tree=node, counts={}) for node in nodes if local(node.tag) == "master-page"]
    return "\n".join(text for text in dict.fromkeys(found) if text)


def text_of(*, tree: Any, counts: dict[str, Any]) -> str:
    """Return the text of an OpenDocument tree and count its tracked changes and annotations."""
    out: list[str] = []
    stack: list[tuple[Any, bool]] = [(tree, False)]
    while stack:
        node, closing = stack.pop()
        tag = local(node.tag)
        if closing:
            out.append("\n" if tag in _CUT else "\t" if tag == "table-cell" else "")
            parent = node.getparent()
            out.append(_said(node.tail, inside=parent is not None and node is not tree and _in_paragraph(parent)))
            continue
        if tag in ("tracked-changes", "annotation"):
            name = "tracked_changes" if tag == "tracked-changes" else "comments"
            counts[name] = counts.get(name, 0) + (node.tag.find("math") < 0)
        if tag in ("tab", "line-break", "s"):
            out.append({"tab": "\t", "line-break": "\n", "s": " "}[tag])
        if tag in ("hidden-text", "hidden-paragraph", "conditional-text"):
            out += [value for name, value in node.attrib.items() if name.endswith(_HIDDEN)]
        out.append(_said(node.text, inside=_in_paragraph(node)) if tag else "")
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))
    return "".join(out).strip()


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
