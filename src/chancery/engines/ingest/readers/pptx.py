"""PowerPoint presentations: slides, hidden ones too, notes, comments, charts and diagrams."""

from __future__ import annotations

import re
from typing import Any

from chancery.engines.ingest.packages import (
    Package,
    described,
    embedded,
    finish,
    local,
    open_package,
    parse_xml,
    properties,
)
from chancery.engines.ingest.reading import Content, Reading

_SAYS = re.compile(rb"<(?:\w+:)?(?:t|text|v)[\s/>]")


def read(content: Content, key: str) -> Reading:
    """Return the text slide by slide with its notes, then comments, charts and diagrams, then fixed master
    text."""
    package = open_package(content=content)
    texts: list[str] = []
    hidden = 0
    notes = set(package.matching(r"ppt/notesSlides/notesSlide\d*\.xml"))
    for name in package.matching(r"ppt/slides/slide\d*\.xml"):
        tree = package.tree(name)
        if tree is None:
            continue
        hidden += tree.get("show") in ("0", "false")
        texts.append(_text(tree))
        note = _note_of(package, name)
        if note in notes:
            notes.discard(note)
            texts.append(_of(package, note))
    texts += [_of(package, name) for name in sorted(notes)]
    for pattern in (r"ppt/comments/.+\.xml", r"ppt/charts/chart.*\.xml", r"ppt/diagrams/data.*\.xml"):
        texts += [_of(package, name) for name in package.matching(pattern)]
    for pattern in (r"ppt/slideMasters/[^/]+\.xml", r"ppt/slideLayouts/[^/]+\.xml"):
        texts += [_fixed(package.part(name)) for name in package.matching(pattern)]
    metadata: dict[str, Any] = {
        **properties(package=package),
        "embedded_images": len(package.matching("ppt/media/.+")),
    }
    slides = len(package.matching(r"ppt/slides/slide\d*\.xml"))
    if slides:
        metadata["slides"] = slides
    if hidden:
        metadata["hidden_slides"] = hidden
    text = "\n\n".join(text for text in dict.fromkeys(texts) if text.strip())
    children = list(embedded(package=package, folder="ppt", images=content.decisions.embedded_images))
    if package.matching(r"ppt/vbaProject\.bin"):
        metadata["macros"] = True
    return finish(package=package, reading=Reading(text=text, metadata=metadata, children=children))


def _note_of(package: Package, slide: str) -> str:
    """Return the part name of the notes of a slide, "" if it has none."""
    folder, _, base = slide.rpartition("/")
    relations = f"{folder}/_rels/{base}.rels"
    if relations not in package.names:
        return ""
    tree = package.tree(relations)
    for node in tree if tree is not None else ():
        if str(node.get("Type", "")).endswith("/notesSlide"):
            return "ppt/notesSlides/" + str(node.get("Target", "")).rpartition("/")[2]
    return ""


def _of(package: Package, name: str) -> str:
    tree = package.tree(name)
    return _text(tree) if tree is not None else ""


def _fixed(data: bytes) -> str:
    """Return what a master or layout prints on its slides; most hold instructions alone and are not parsed for that.

    Without text outside the shapes that are placeholders there is nothing to print: seen in the bytes where they are
    plain enough, with the usual prefix and without comments.
    """
    if not data.strip():
        return ""
    if (
        b"<p:sld" in data
        and b"<!" not in data
        and data.count(b"sp>") == 2 * data.count(b"</p:sp>") == 2 * data.count(b"<p:sp>")
    ):
        shapes = [piece.partition(b"<p:sp>") for piece in data.split(b"</p:sp>")]
        rest = [before if b"<p:ph" in shape else before + shape for before, _, shape in shapes]
        if not _SAYS.search(b"".join(rest)):
            return ""
    tree = parse_xml(data)
    return _text(tree, fixed=True) if tree is not None else ""


def _text(tree: Any, *, fixed: bool = False) -> str:
    """Return the text of the paragraphs; ``fixed`` leaves out placeholders, which only hold instructions."""
    out: list[str] = []
    for node in tree.iter("{*}t", "{*}text", "{*}v", "{*}br", "{*}p", "{*}cNvPr"):
        tag = local(node.tag)
        if tag == "cNvPr" and not fixed:
            out += [f"\n{said}\n" for said in described(node=node)]
        if tag in ("t", "text", "v") and node.text and not (fixed and _in_placeholder(node)):
            out.append(node.text)
            if tag != "t":
                out.append("\n")
        elif tag == "br" or (tag == "p" and out and out[-1] != "\n"):
            out.append("\n")
    return "".join(out).strip()


def _in_placeholder(node: Any) -> bool:
    for parent in node.iterancestors():
        if local(parent.tag) == "sp":
            return any(local(each.tag) == "ph" for each in parent.iter())
    return False
