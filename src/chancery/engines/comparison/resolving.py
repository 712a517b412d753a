"""Accept or reject tracked changes in one tree: runs, marks, rows, cells, properties, content controls.

Order of work: properties, content controls, rows and cells, runs, paragraph marks, then what became empty.
Authority: ECMA-376-1:2016, 17.13.5 (revisions); a removed paragraph mark gives its content to the next paragraph,
whose properties stay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from chancery.engines.comparison.emptied import drop_empty_tables, end_cells
from chancery.engines.comparison.markjoin import join_paragraphs
from chancery.engines.comparison.names import (
    BDO,
    CELLDEL,
    CELLINS,
    CELLMERGE,
    CHANGES,
    COMMENTREF,
    CUSTOM_RANGES,
    CUSTOMXML,
    DEL,
    DELINSTR,
    DELTEXT,
    DIR,
    ENDREF,
    FLDCHAR,
    FLDSIMPLE,
    FOOTREF,
    HYPERLINK,
    ID,
    INS,
    INSTRTEXT,
    MARKERS,
    MOVE_RANGES,
    MOVEFROM,
    MOVETO,
    NUMBERINGCHANGE,
    NUMPR,
    RPR,
    RUN,
    RUN_MARKS,
    SDT,
    SDTCONTENT,
    SMARTTAG,
    TBL,
    TBLGRID,
    TC,
    TCPR,
    TEXT,
    TRPR,
    VAL,
    Element,
    M,
    W,
)
from chancery.engines.comparison.revisions import Picked

_KEPT: Final = {
    W + "pPrChange": frozenset((RPR, W + "sectPr")),
    W + "sectPrChange": frozenset((W + "headerReference", W + "footerReference")),
    W + "rPrChange": RUN_MARKS,
    W + "trPrChange": frozenset((INS, DEL)),
    W + "tcPrChange": frozenset((CELLINS, CELLDEL, CELLMERGE)),
}
_NOTED: Final = MARKERS | {FOOTREF, ENDREF, COMMENTREF, FLDCHAR}
_HOLLOW: Final = frozenset((HYPERLINK, FLDSIMPLE, SMARTTAG, CUSTOMXML, DIR, BDO, M + "r"))
_ARGUMENTS: Final = frozenset(M + name for name in ("e", "num", "den", "sub", "sup", "deg", "fName", "lim"))


@dataclass(slots=True)
class Outcome:
    """What a resolution did. Ids of the notes and comments whose reference went with removed content."""

    resolved: int = 0
    dropped: dict[str, set[str]] = field(default_factory=lambda: {FOOTREF: set(), ENDREF: set(), COMMENTREF: set()})
    fields: bool = False
    hollow: list[Element] = field(default_factory=list)
    markers: list[Element] = field(default_factory=list)

    def drop(self, node: Element) -> None:
        """Remove an element with its content; signs that mark a place outside it stay."""
        parent = node.getparent()
        markers = []
        for found in node.iter(*_NOTED):
            if found.tag == FLDCHAR:
                self.fields = True
            elif found.tag in self.dropped:
                self.dropped[found.tag].add(found.get(ID, ""))
            else:
                markers.append(found)
        for marker in markers:
            marker.tail = None
            node.addprevious(marker)
        self.markers += markers
        parent.remove(node)
        if parent.tag in _HOLLOW:
            self.hollow.append(parent)


def resolve_tree(*, root: Element, accept: bool, picked: Picked) -> Outcome:
    """Resolve the picked revisions of a tree in place."""
    outcome = Outcome()
    nodes = [node for node in root.iter(*CHANGES, NUMBERINGCHANGE, CELLINS, CELLDEL, CELLMERGE) if picked(node)]
    _properties([node for node in nodes if node.tag in CHANGES or node.tag == NUMBERINGCHANGE], accept, outcome)
    _numbering(root, accept, picked, outcome)
    _controls(root, accept, picked, outcome)
    _cells([node for node in nodes if node.tag in (CELLINS, CELLDEL, CELLMERGE)], accept, outcome)
    _rows(root, accept, picked, outcome)
    _moves(root, picked)
    _runs(root, accept, picked, outcome)
    if outcome.fields:
        _lost_codes(root)
    _hollow(outcome)
    drop_empty_tables(root=root)
    join_paragraphs(root=root, accept=accept, picked=picked, outcome=outcome)
    end_cells(root=root)
    _lone_markers(outcome)
    return outcome


def stays(node: Element, accept: bool) -> bool:
    """Whether what a mark covers stays when it is resolved."""
    return (node.tag in (INS, MOVETO, CELLINS)) == accept


def unwrap(node: Element) -> None:
    """Put the children of an element in its place."""
    parent = node.getparent()
    place = parent.index(node)
    for child in list(node):
        parent.insert(place, child)
        place += 1
    parent.remove(node)


def _properties(nodes: list[Element], accept: bool, outcome: Outcome) -> None:
    for node in nodes:
        holder = node.getparent()
        if holder is None or any(up.tag in CHANGES for up in node.iterancestors()):
            continue
        outcome.resolved += 1
        holder.remove(node)
        if accept or node.tag == NUMBERINGCHANGE:
            continue
        kept = _KEPT.get(node.tag, frozenset())
        former = node[0] if len(node) else None
        for child in list(holder):
            if child.tag not in kept:
                holder.remove(child)
        if former is not None:
            heads = [child for child in former if child.tag not in kept and child.tag not in CHANGES]
            if node.tag in (W + "pPrChange", W + "trPrChange", W + "tcPrChange"):
                for place, child in enumerate(heads):
                    holder.insert(place, child)
            else:
                holder.extend(heads)
            for name, value in former.attrib.items():
                holder.set(name, value)


def _numbering(root: Element, accept: bool, picked: Picked, outcome: Outcome) -> None:
    for numbers in list(root.iter(NUMPR)):
        for mark in [child for child in numbers if child.tag in (INS, DEL) and picked(child)]:
            outcome.resolved += 1
            if stays(mark, accept):
                numbers.remove(mark)
            elif numbers.getparent() is not None:
                numbers.getparent().remove(numbers)


def _controls(root: Element, accept: bool, picked: Picked, outcome: Outcome) -> None:
    """Content controls and custom XML whose tags lie in an insertion, deletion or move range."""
    open_ranges: dict[str, Element] = {}
    removed: list[Element] = []
    for node in root.iter(*CUSTOM_RANGES, SDT, CUSTOMXML, SMARTTAG):
        if node.tag in CUSTOM_RANGES:
            ident = node.get(ID, "")
            if node.tag.endswith("Start"):
                if picked(node):
                    open_ranges[ident] = node
                    outcome.resolved += 1
                    removed.append(node)
            elif open_ranges.pop(ident, None) is not None:
                removed.append(node)
        elif open_ranges:
            start = next(reversed(open_ranges.values()))
            inserted = "Ins" in start.tag or "MoveTo" in start.tag
            if inserted != accept:
                removed.append(node)
    for node in removed:
        if node.tag in CUSTOM_RANGES:
            node.getparent().remove(node)
            continue
        content = node.find(SDTCONTENT) if node.tag == SDT else None
        for child in list(node):
            if (node.tag == SDT and child is not content) or child.tag.endswith("Pr"):
                node.remove(child)
        if content is not None:
            unwrap(content)
        unwrap(node)


def _cells(nodes: list[Element], accept: bool, outcome: Outcome) -> None:
    spans: dict[Element, bool] = {}
    for node in nodes:
        holder = node.getparent()
        cell = holder.getparent() if holder is not None else None
        if holder is None or holder.tag != TCPR or cell is None or cell.tag != TC:
            continue
        outcome.resolved += 1
        holder.remove(node)
        if node.tag == CELLMERGE:
            value = node.get(W + "vMerge" if accept else W + "vMergeOrig")
            for old in holder.findall(W + "vMerge"):
                holder.remove(old)
            if value:
                merge = holder.makeelement(W + "vMerge")
                merge.set(VAL, "restart" if value == "rest" else "continue")
                _after(holder, merge, (W + "cnfStyle", W + "tcW", W + "gridSpan", W + "hMerge"))
        elif not stays(node, accept) and cell.getparent() is not None:
            left = cell.getprevious()
            row = cell.getparent()
            outcome.drop(cell)
            if node.tag == CELLDEL and left is not None and not spans.setdefault(left, _stated(left)):
                _widen(row, left, _span(cell))


def _span(cell: Element) -> int:
    """Return how many columns of the grid a cell takes."""
    found = cell.find(f"{TCPR}/{W}gridSpan")
    value = "1" if found is None else found.get(VAL, "1")
    return int(value) if value.isdigit() else 1


def _stated(cell: Element) -> bool:
    """Whether a cell says itself how many columns it takes."""
    return cell.find(f"{TCPR}/{W}gridSpan") is not None


def _widen(row: Element, left: Element, columns: int) -> None:
    """Let the cell before a removed one span its columns, when its width says that it took their place.

    A word processor that merges cells under tracking removes the others and widens the first, without a span.
    """
    table = next(row.iterancestors(TBL), None)
    grid = None if table is None else table.find(TBLGRID)
    holder = left.find(TCPR)
    width = None if holder is None else holder.find(W + "tcW")
    if grid is None or left.tag != TC or holder is None or width is None:
        return
    widths = [_whole(col.get(W + "w")) for col in grid if col.tag == W + "gridCol"]
    first = sum(_span(cell) for cell in row.iterchildren(TC) if row.index(cell) < row.index(left))
    span = _span(left)
    wanted = sum(widths[first : first + span + columns])
    before = sum(widths[first : first + span])
    if width.get(W + "type") != "dxa" or 2 * _whole(width.get(W + "w")) <= before + wanted:
        return
    for old in holder.findall(W + "gridSpan"):
        holder.remove(old)
    made = holder.makeelement(W + "gridSpan")
    made.set(VAL, str(span + columns))
    _after(holder, made, (W + "cnfStyle", W + "tcW"))


def _whole(value: str | None) -> int:
    return int(value) if value and value.isdigit() else 0


def _after(holder: Element, node: Element, before: tuple[str, ...]) -> None:
    """Insert a child after those that the schema puts before it."""
    place = sum(1 for child in holder if child.tag in before)
    holder.insert(place, node)


def _rows(root: Element, accept: bool, picked: Picked, outcome: Outcome) -> None:
    for properties in list(root.iter(TRPR)):
        row = properties.getparent()
        gone = False
        for mark in [child for child in properties if child.tag in (INS, DEL) and picked(child)]:
            outcome.resolved += 1
            properties.remove(mark)
            gone = gone or not stays(mark, accept)
        if gone and row is not None and row.getparent() is not None:
            outcome.drop(row)


def _moves(root: Element, picked: Picked) -> None:
    """Remove the brackets of moves that are resolved; an end has no author, it follows its start."""
    taken: set[str] = set()
    for node in list(root.iter(*MOVE_RANGES)):
        ident = node.get(ID, "")
        if node.tag.endswith("Start"):
            if not picked(node):
                continue
            taken.add(ident)
        elif ident not in taken and not _all(picked, node):
            continue
        node.getparent().remove(node)


def _all(picked: Picked, node: Element) -> bool:
    """Whether an element without author, date and id of a revision is taken: only when everything is."""
    return picked(node.makeelement(node.tag))


def _runs(root: Element, accept: bool, picked: Picked, outcome: Outcome) -> None:
    for node in reversed(list(root.iter(*RUN_MARKS))):
        parent = node.getparent()
        if parent is None or parent.tag in (RPR, TRPR, NUMPR) or not picked(node):
            continue
        outcome.resolved += 1
        if parent.tag == M + "ctrlPr":
            _control_sign(node, stays(node, accept))
            continue
        if not stays(node, accept):
            outcome.drop(node)
            continue
        if node.tag in (DEL, MOVEFROM):
            for text in list(node.iter(DELTEXT, DELINSTR)):
                text.tag = TEXT if text.tag == DELTEXT else INSTRTEXT
        if len(node) == 0 and parent.tag in _HOLLOW:
            outcome.hollow.append(parent)
        unwrap(node)


def _control_sign(node: Element, kept: bool) -> None:
    """Resolve the mark on the sign that makes a fraction, root, script … of its arguments."""
    shape = node.getparent().getparent()
    shape = shape.getparent() if shape is not None else None
    unwrap(node)
    if kept or shape is None or shape.getparent() is None:
        return
    for child in list(shape):
        if child.tag in _ARGUMENTS:
            unwrap(child)
        else:
            shape.remove(child)
    unwrap(shape)


def _lost_codes(root: Element) -> None:
    """Remove field codes that stand in no field any more: Word shows nothing of them."""
    depth = 0
    for node in list(root.iter(FLDCHAR, INSTRTEXT)):
        if node.tag == FLDCHAR:
            kind = node.get(W + "fldCharType")
            depth = max(0, depth + {"begin": 1, "end": -1}.get(kind, 0))
        elif depth == 0 and node.getparent().tag == RUN:
            run = node.getparent()
            run.remove(node)
            if not any(child.tag != RPR for child in run) and run.getparent() is not None:
                run.getparent().remove(run)


def _hollow(outcome: Outcome) -> None:
    """Remove holders of runs that lost all of them."""
    for node in outcome.hollow:
        while node is not None and node.tag in _HOLLOW and node.getparent() is not None:
            if any(child.tag not in MARKERS and not str(child.tag).endswith("Pr") for child in node):
                break
            above = node.getparent()
            for marker in list(node.iter(*MARKERS)):
                above.insert(above.index(node), marker)
            above.remove(node)
            node = above


def _lone_markers(outcome: Outcome) -> None:
    """Remove bookmarks and ranges of which both ends stood in removed content."""
    places: dict[tuple[str, str], list[Element]] = {}
    for marker in outcome.markers:
        kind = marker.tag.replace("RangeStart", "").replace("RangeEnd", "").replace("Start", "").replace("End", "")
        places.setdefault((kind, marker.get(ID, "")), []).append(marker)
    for pair in places.values():
        if len(pair) > 1:
            for marker in pair:
                if marker.getparent() is not None:
                    marker.getparent().remove(marker)
