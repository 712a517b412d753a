"""Word documents: every part, with tracked changes, comments, notes, hidden text and text boxes."""

from __future__ import annotations

from typing import Any

from lxml import etree

from chancery.engines.ingest.packages import Package, described, embedded, finish, local, open_package, properties
from chancery.engines.ingest.reading import Child, Content, Reading

_ORDER = (
    r"word/header\d*\.xml",
    r"word/document\d*\.xml",
    r"word/footer\d*\.xml",
    r"word/footnotes\d*\.xml",
    r"word/endnotes\d*\.xml",
    r"word/comments\d*\.xml",
    r"word/charts/chart.*\.xml",
    r"word/diagrams/data.*\.xml",
    r"word/glossary/document.*\.xml",
)
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_MARKS = {
    "del": "tracked_changes",
    "ins": "tracked_changes",
    "moveFrom": "tracked_changes",
    "vanish": "hidden_text",
    "comment": "comments",
    "txbxContent": "text_boxes",
}
_CUT = frozenset({"p", "tr", "comment", "footnote", "endnote"})
_DESCRIBED = {"docPr": ("title", "descr"), "shape": ("alt",), "textpath": ("string",)}
"""What is said of a picture or shape, or drawn as an ornament, stands in attributes."""
_BY = {"comments": "commented_by", "tracked_changes": "changed_by"}
_TAGS = ("t", "delText", "v", "sym", "tc", "AlternateContent", *_DESCRIBED, *_BREAKS, *_MARKS, *_CUT)
_TOLD = tuple(f"{{*}}{tag}" for tag in _TAGS)


def read(content: Content, key: str) -> Reading:
    """Return the text of all parts in reading order, properties, and embedded files as children."""
    package = open_package(content=content)
    counts: dict[str, Any] = {}
    texts = [_part_text(package, name, counts) for pattern in _ORDER for name in package.matching(pattern)]
    if not any(texts):
        others = [n for n in package.names if n.lower().endswith(".xml") and "document" in n.lower()]
        texts = [_part_text(package, name, counts) for name in others]
    metadata: dict[str, Any] = {**properties(package=package), **counts}
    pictures = len(package.matching(r"word/media/.+"))
    if pictures:
        metadata["embedded_images"] = pictures
    children = [*embedded(package=package, folder="word", images=content.decisions.embedded_images), *_chunks(package)]
    text = "\n\n".join(text for text in texts if text.strip())
    if package.matching(r"word/vbaProject\.bin"):
        metadata["macros"] = True
    return finish(package=package, reading=Reading(text=text, metadata=metadata, children=children))


def _chunks(package: Package) -> list[Child]:
    """Return foreign documents that were inserted whole (altChunk)."""
    names = package.matching(r"word/afchunk.*|word/.+\.(?:mht|html?|rtf|docx)")
    return [Child(name.rpartition("/")[2], package.part(name)) for name in names]


def _part_text(package: Package, name: str, counts: dict[str, Any]) -> str:
    tree = package.tree(name)
    out: list[str] = []
    if tree is not None:
        _walk(tree, out, counts)
    return "".join(out).strip("\n")


def _walk(node: Any, out: list[str], counts: dict[str, Any]) -> None:
    """Append the text below a node; only what says something is looked at, the rest is passed by in compiled code.

    Calls itself for the alternatives, which nest no deeper than the 256 levels the parser allows.
    """
    steps = etree.iterwalk(node, events=("start", "end"), tag=_TOLD)
    for event, current in steps:
        tag = local(current.tag)
        if event == "end":
            if tag in _CUT or tag == "tc":
                out.append("\t" if tag == "tc" else "\n")
            continue
        if tag in ("t", "delText", "v"):
            if current.text:
                out.append(current.text if tag != "v" else f"{current.text}\n")
        elif tag in _BREAKS:
            if local(current.getparent().tag if current.getparent() is not None else "") == "r":
                out.append(_BREAKS[tag])
        elif tag in _DESCRIBED:
            out += [f"{said}\n" for said in described(node=current, names=_DESCRIBED[tag])]
        elif tag == "sym":
            out.append(_symbol(current))
        elif tag == "AlternateContent":
            steps.skip_subtree()
            for branch in _chosen(current):
                _walk(branch, out, counts)
        if tag in _MARKS:
            _count(current, _MARKS[tag], counts)


def _count(node: Any, mark: str, counts: dict[str, Any]) -> None:
    """Count a mark, and name who made it where it says so."""
    counts[mark] = counts.get(mark, 0) + 1
    author = next((value for name, value in node.attrib.items() if name.endswith("}author")), "").strip()
    if author and mark in _BY and author not in (names := counts.setdefault(_BY[mark], [])):
        names.append(author)


def _chosen(alternate: Any) -> list[Any]:
    """Take the first of several renderings of the same thing that holds text."""
    for branch in alternate:
        if any(local(node.tag) in ("t", "delText") and node.text for node in branch.iter()):
            return [branch]
    return list(alternate)[:1]


def _symbol(node: Any) -> str:
    code = next((value for name, value in node.attrib.items() if name.endswith("}char")), "")
    try:
        point = int(code, 16)
    except ValueError:
        return ""
    return chr(point - 0xF000) if 0xF020 <= point <= 0xF0FF else chr(point)
