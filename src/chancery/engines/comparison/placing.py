"""Bookmarks and comment ranges that stand between blocks: given a place inside a paragraph, or dropped when alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from chancery.engines.comparison.marks import turn
from chancery.engines.comparison.names import (
    BODY,
    CUSTOM_RANGES,
    DEL,
    ID,
    INS,
    MARKERS,
    MOVE_RANGES,
    MOVEFROM,
    MOVETO,
    NAME,
    PPR,
    REVISIONS,
    RUN_MARKS,
    SDT,
    SDTCONTENT,
    TBL,
    TC,
    TR,
    TXBX,
    Element,
    P,
    W,
    local,
)

FROM_START, TO_START = W + "moveFromRangeStart", W + "moveToRangeStart"
_BLOCKS: Final = frozenset((P, TBL, SDT))
_BETWEEN: Final = frozenset(
    (BODY, TC, TR, TBL, TXBX, W + "footnote", W + "endnote", W + "hdr", W + "ftr", W + "comment")
)


def ends_of_moves(*, root: Element) -> list[tuple[Element, Element]]:
    """Return the ends of moves that stand between blocks, each with the block it stands behind."""
    found = []
    for node in root.iter(*MOVE_RANGES):
        before = node.getprevious()
        while before is not None and before.tag in MARKERS | MOVE_RANGES:
            before = before.getprevious()
        if node.tag.endswith("End") and before is not None and before.tag in _BLOCKS:
            found.append((node, before))
    return found


def put_ends(*, ends: list[tuple[Element, Element]]) -> None:
    """Put ends of moves back behind their blocks; where a block is no more, the end goes too."""
    for node, before in reversed(ends):
        if before.getparent() is not None:
            before.addnext(node)
        elif node.getparent() is not None:
            node.getparent().remove(node)


def settle_markers(*, root: Element) -> None:
    """Move marks from between blocks to the start of the paragraph behind them, the last ones to the end before."""
    waiting: list[Element] = []
    last = None
    for node in list(root.iter(P, *MARKERS, *MOVE_RANGES)):
        if node.tag in MOVE_RANGES and node.tag.endswith("End"):
            continue
        if node.tag == P:
            place = 1 if len(node) and node[0].tag == PPR else 0
            for marker in waiting:
                marker.tail = None
                node.insert(place, marker)
                place += 1
            waiting = []
            last = node
            continue
        parent = node.getparent()
        if len(node):
            continue  # a sign holds nothing; what does is left where it is
        if parent.tag in _BETWEEN or (parent.tag == SDTCONTENT and any(child.tag in (P, TBL) for child in parent)):
            waiting.append(node)
    if last is not None:
        last.extend(waiting)


def drop_lone_markers(*, root: Element, idents: set[str]) -> None:
    """Remove marks of the old file, and brackets of moves, of which only one end found its place."""
    ends: Counter[tuple[str, str]] = Counter()
    nodes: list[tuple[tuple[str, str], Element]] = []
    for node in root.iter(*MARKERS, *MOVE_RANGES):
        if node.tag in MOVE_RANGES or node.get(ID, "") in idents:
            kind = local(node.tag).replace("Start", "").replace("End", "")
            key = (kind, node.get(ID, ""))
            ends[key] += 1
            nodes.append((key, node))
    for key, node in nodes:
        if ends[key] == 1:
            node.getparent().remove(node)


def lone_moves(*, root: Element) -> set[str]:
    """Return the names of moves that have one end only."""
    ends = [{node.get(NAME, "") for node in root.iter(tag)} for tag in (FROM_START, TO_START)]
    return ends[0] ^ ends[1]


def end_moves(*, root: Element, names: set[str]) -> None:
    """Make what remains of moves of which one end was rewritten insertions and deletions of the same author."""
    starts = [node for node in root.iter(FROM_START, TO_START) if node.get(NAME, "") in names]
    idents = {(node.tag.removesuffix("Start"), node.get(ID)) for node in starts}
    inside: set[tuple[str, str | None]] = set()
    for node in list(root.iter(*MOVE_RANGES, MOVEFROM, MOVETO)) if starts else ():
        if node.tag in RUN_MARKS:
            if inside:
                _plain(node)
        elif (key := (node.tag.removesuffix("Start").removesuffix("End"), node.get(ID))) in idents:
            (inside.add if node.tag.endswith("Start") else inside.discard)(key)
            node.getparent().remove(node)


def _plain(mark: Element) -> None:
    """Turn one mark of a move into a plain insertion or deletion."""
    gone = mark.tag == MOVEFROM
    mark.tag = DEL if gone else INS
    if gone:
        turn(mark, True)


def settle_ids(*, root: Element, fresh: Callable[[], str]) -> None:
    """Give revisions that share an id one of their own; brackets keep theirs, as their ends refer to it."""
    seen = {node.get(ID) for node in root.iter(*MOVE_RANGES, *CUSTOM_RANGES)}
    for node in root.iter(*(REVISIONS - CUSTOM_RANGES)):
        if node.get(ID) in seen:
            node.set(ID, fresh())
        seen.add(node.get(ID))
