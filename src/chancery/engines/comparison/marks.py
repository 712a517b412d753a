"""Small pieces of the markup of tracked changes: text, brackets of moves and content controls, signs of fields."""

from __future__ import annotations

import copy
from typing import Final

from lxml import etree

from chancery.engines.comparison.desk import Desk
from chancery.engines.comparison.names import (
    DEL,
    DELINSTR,
    DELTEXT,
    FLDCHAR,
    ID,
    INSTRTEXT,
    MOVEFROM,
    MOVETO,
    NAME,
    RUN,
    SDT,
    SDTCONTENT,
    SDTENDPR,
    SDTPR,
    TEXT,
    XML_SPACE,
    Element,
    W,
    local,
)

_RANGE: Final = {MOVEFROM: W + "moveFromRange", MOVETO: W + "moveToRange"}


def write_text(run: Element, text: str, tag: str) -> None:
    """Add text to a run, joined with the text before it."""
    last: Element = run[-1] if len(run) else None
    if last is None or last.tag != tag:
        last = etree.SubElement(run, tag)
        last.text = ""
    last.text += text
    if last.text != last.text.strip():
        last.set(XML_SPACE, "preserve")


def bracket_control(node: Element, desk: Desk, *, inserted: bool, like: Element | None = None) -> None:
    """Mark the tags of a content control or custom XML, not its content, as inserted or deleted."""
    kind = "Ins" if inserted else "Del"
    parent = node.getparent()
    content = node.find(SDTCONTENT) if node.tag == SDT else node
    before, after = (desk.mark(f"{W}customXml{kind}RangeStart", like) for _end in range(2))
    ends = [etree.Element(f"{W}customXml{kind}RangeEnd") for _turn in range(2)]
    ends[0].set(ID, before.get(ID))
    ends[1].set(ID, after.get(ID))
    parent.insert(parent.index(node), before)
    content.insert(sum(1 for child in content if child.tag == W + "customXmlPr"), ends[0])
    content.append(after)
    parent.insert(parent.index(node) + 1, ends[1])


def unwrap_holder(node: Element) -> list[Element]:
    """Put the content of a content control or other holder in its place and return it."""
    content = node.find(SDTCONTENT) if node.tag == SDT else node
    inner = [] if content is None else [child for child in content if not local(str(child.tag)).endswith("Pr")]
    parent = node.getparent()
    if parent is not None:
        place = parent.index(node)
        parent.remove(node)
        for child in inner:
            parent.insert(place, child)
            place += 1
    return inner


def move_range(desk: Desk, tag: str, name: str) -> tuple[Element, Element]:
    """Return the two brackets of one end of a move."""
    start, end = desk.mark(_RANGE[tag] + "Start"), etree.Element(_RANGE[tag] + "End")
    start.set(NAME, name)
    end.set(ID, start.get(ID))
    return start, end


def shell(node: Element) -> Element:
    """Return a copy of a holder without its content."""
    made = etree.Element(node.tag, dict(node.attrib), nsmap=node.nsmap)
    if node.tag == SDT:
        made.extend(copy.deepcopy(child) for child in node if child.tag in (SDTPR, SDTENDPR))
        etree.SubElement(made, SDTCONTENT)
    else:
        made.extend(copy.deepcopy(child) for child in node if local(str(child.tag)) in ("customXmlPr", "fldData"))
    return made


def field_sign(kind: str) -> Element:
    """Return a run with one sign of a field."""
    run = etree.Element(RUN)
    etree.SubElement(run, FLDCHAR).set(W + "fldCharType", kind)
    return run


def field_code(code: str, deleted: bool) -> Element:
    """Return a run with the code of a field."""
    run = etree.Element(RUN)
    write_text(run, code, DELINSTR if deleted else INSTRTEXT)
    return run


def turn(node: Element, deleted: bool) -> None:
    """Keep all text of an object, that of its text boxes too, as deleted text exactly when it is deleted."""
    turns = {TEXT: DELTEXT, INSTRTEXT: DELINSTR} if deleted else {DELTEXT: TEXT, DELINSTR: INSTRTEXT}
    for inner in node.iter(*turns):
        if deleted or next(inner.iterancestors(DEL, MOVEFROM), None) is None:
            inner.tag = turns[inner.tag]
