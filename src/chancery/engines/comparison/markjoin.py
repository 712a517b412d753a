"""Paragraph marks under revision: what remains of a paragraph whose mark goes joins the next one."""

from __future__ import annotations

from typing import Final, Protocol

from chancery.engines.comparison.names import (
    DEL,
    INS,
    MARKERS,
    MOVE_RANGES,
    MOVEFROM,
    MOVETO,
    NOISE,
    PPR,
    RPR,
    RUN,
    RUN_MARKS,
    SECTPR,
    TC,
    TCPR,
    Element,
    P,
    W,
)
from chancery.engines.comparison.revisions import Picked

_LIGHT: Final = MARKERS | MOVE_RANGES | NOISE


class Counting(Protocol):
    """Where resolved marks are counted."""

    resolved: int


def mark_signs(paragraph: Element) -> list[Element]:
    """Return the revision signs on the mark of a paragraph."""
    properties = paragraph.find(PPR)
    signs = None if properties is None else properties.find(RPR)
    return [] if signs is None else [child for child in signs if child.tag in RUN_MARKS]


def join_paragraphs(*, root: Element, accept: bool, picked: Picked, outcome: Counting) -> None:
    """Resolve the picked paragraph marks below a root, in place."""
    marked = {sign.getparent().getparent().getparent(): True for sign in root.iter(*RUN_MARKS) if _on_mark(sign)}
    for paragraph in marked:
        gone = False
        for sign in mark_signs(paragraph):
            if not picked(sign):
                continue
            outcome.resolved += 1
            gone = gone or (sign.tag in (DEL, MOVEFROM)) == accept
            sign.getparent().remove(sign)
        if gone:
            _give_up(paragraph)
    for lone in list(root.iter(INS, DEL, MOVEFROM, MOVETO)):
        # Signs on marks of list items and the like that stand in no paragraph, as in styles.
        holder = lone.getparent()
        if (
            holder is not None
            and holder.tag == RPR
            and len(lone) == 0
            and holder.getparent().tag != PPR
            and picked(lone)
        ):
            holder.remove(lone)


def _on_mark(sign: Element) -> bool:
    """Whether a revision sign stands on the mark of a paragraph."""
    holder = sign.getparent()
    above = holder.getparent() if holder is not None and holder.tag == RPR else None
    return above is not None and above.tag == PPR and above.getparent() is not None and above.getparent().tag == P


def _give_up(paragraph: Element) -> None:
    """Remove a paragraph; its content goes before that of the next paragraph, whose properties stay."""
    parent = paragraph.getparent()
    content = [child for child in paragraph if child.tag != PPR]
    full = any(child.tag not in _LIGHT and not _hollow(child) for child in content)
    following = paragraph.getnext()
    between: list[Element] = []
    while following is not None and following.tag in _LIGHT:
        between.append(following)
        following = following.getnext()
    if following is not None and following.tag == P:
        first = following.find(PPR)
        place = 0 if first is None else 1
        for child in [*content, *between]:
            following.insert(place, child)
            place += 1
        parent.remove(paragraph)
        return
    if full or _needed(paragraph, following):
        return
    place = parent.index(paragraph)
    for child in content:
        parent.insert(place, child)
        place += 1
    parent.remove(paragraph)


def followed(paragraph: Element) -> bool:
    """Whether a paragraph stands right behind a paragraph."""
    following = paragraph.getnext()
    while following is not None and following.tag in _LIGHT:
        following = following.getnext()
    return following is not None and following.tag == P


def _hollow(node: Element) -> bool:
    """Whether a node is a run that holds nothing but its format."""
    return bool(node.tag == RUN and all(child.tag == RPR for child in node))


def _needed(paragraph: Element, following: Element | None) -> bool:
    """Whether a paragraph has to stay though it is empty: the only one of its story, or the end of a cell."""
    parent = paragraph.getparent()
    others = [child for child in parent if child is not paragraph and child.tag not in (*_LIGHT, SECTPR, TCPR)]
    if not others:
        return bool(parent.tag != W + "body")
    return bool(parent.tag == TC and following is None and others[-1].tag != P)
