"""Compare two tables: rows in order, cells in place, properties of table, grid, row and cell."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Protocol

from lxml import etree

from chancery.engines.comparison.desk import Desk
from chancery.engines.comparison.names import (
    CELLDEL,
    CELLINS,
    DEL,
    INS,
    TBLGRID,
    TBLPR,
    TBLPREX,
    TC,
    TCPR,
    TR,
    TRPR,
    VAL,
    Element,
    W,
    local,
)
from chancery.engines.comparison.row_pairs import inside, outer, pair_cells, pair_rows, units

TCW, GRIDSPAN = W + "tcW", W + "gridSpan"


class Weave(Protocol):
    """Compares two stories into a holder."""

    def __call__(self, *, old: Element, new: Element, made: Element, desk: Desk) -> None: ...


class Single(Protocol):
    """Marks all blocks of a story."""

    def __call__(self, *, nodes: Sequence[Element], desk: Desk, inserted: bool) -> list[Element]: ...


def write_table(*, old: Element, new: Element, desk: Desk, weave: Weave, single: Single) -> Element:
    """Return the redline of two tables; the node of the new one is changed in place."""
    rows_old, rows_new = units(old, TR), units(new, TR)
    steps = pair_rows(rows_old, rows_new, desk)
    _track_child(new, old, TBLPR, W + "tblPrChange", desk, 0)
    _grid(new, old, desk)
    made: list[Element] = []
    for one, two, equal in steps:
        if equal:
            desk.keep(old=one, new=two)
            made.append(two)
        elif one is not None and two is not None:
            made.append(_row(one, two, desk, weave, single))
        else:
            lone = two if two is not None else one
            made.append(_single_unit(lone, desk, two is not None, single))
    for child in list(new):
        if child.tag not in (TBLPR, TBLGRID):
            new.remove(child)
    new.extend(made)
    return new


def single_table(*, node: Element, desk: Desk, inserted: bool, single: Single) -> Element:
    """Return a table that stands in one file only: every row marked."""
    made = copy.deepcopy(node) if inserted else desk.bring(node)
    made.tail = None
    for child in list(made):
        if child.tag not in (TBLPR, TBLGRID):
            made.remove(child)
    made.extend(_single_unit(unit, desk, inserted, single) for unit in units(node, TR))
    return made


def _row(old: Element, new: Element, desk: Desk, weave: Weave, single: Single) -> Element:
    """Return the redline of two rows, the new one changed in place; both rows alone when their cells do not fit."""
    one, two = inside(old, TR), inside(new, TR)
    if one is None or two is None:
        raise AssertionError("only single rows are paired")
    cells = pair_cells(units(one, TC), units(two, TC), desk)
    _track_child(two, one, TBLPREX, W + "tblPrExChange", desk, 0)
    place = 1 if two.find(TBLPREX) is not None else 0
    _row_marks(one, two, desk, place)
    made: list[Element] = []
    for before, after in cells:
        if before is not None and after is not None:
            made += _cell(before, after, desk, weave)
            continue
        lone = _lone_cell(before, after, desk, single)
        if lone and after is None:
            _fix_span(made[-1] if made else None)
        made += lone
    for unit in units(two, TC):
        two.remove(unit)
    two.extend(made)
    return new


def _row_marks(old: Element, new: Element, desk: Desk, place: int) -> None:
    """Track the properties of a row and carry on the marks of others on it."""
    former = old.find(TRPR)
    marks_old = {} if former is None else {child.tag: child for child in former if child.tag in (INS, DEL)}
    properties = new.find(TRPR)
    marks_new = {} if properties is None else {child.tag: child for child in properties if child.tag in (INS, DEL)}
    for mark in marks_new.values():
        mark.getparent().remove(mark)
    _track_child(new, old, TRPR, W + "trPrChange", desk, place)
    accepted, rejected = DEL not in marks_new, INS not in marks_old
    wanted = []
    if not rejected:
        wanted.append((INS, marks_new.get(INS, marks_old.get(INS))))
    if not accepted:
        wanted.append((DEL, marks_new.get(DEL)))
    for tag, by in wanted:
        properties = new.find(TRPR)
        if properties is None:
            properties = etree.Element(TRPR)
            new.insert(place, properties)
        properties.insert(sum(1 for child in properties if child.tag != W + "trPrChange"), desk.mark(tag, by))


def _cell(old: Element, new: Element, desk: Desk, weave: Weave) -> list[Element]:
    """Return the redline of two cells, the new one changed in place; nothing when neither side shows it."""
    one, two = inside(old, TC), inside(new, TC)
    if one is None or two is None:
        return [new]
    former, later = cell_mark(one), cell_mark(two)
    accepted, rejected = later is None or later.tag != CELLDEL, former is None or former.tag != CELLINS
    if not accepted and not rejected:
        desk.tally.settled += 1
        return []
    if later is not None:
        later.getparent().remove(later)
    _track_child(two, one, TCPR, W + "tcPrChange", desk, 0)
    if accepted != rejected:
        tag = CELLINS if accepted else CELLDEL
        _mark_cell(two, desk.mark(tag, next((mark for mark in (later, former) if _is(mark, tag)), None)))
    weave(old=one, new=two, made=two, desk=desk)
    return [new]


def cell_mark(cell: Element) -> Element | None:
    """Return the mark of a cell that is tracked as put in or taken out."""
    properties = cell.find(TCPR)
    return None if properties is None else next((one for one in properties if one.tag in (CELLINS, CELLDEL)), None)


def _is(mark: Element | None, tag: str) -> bool:
    return mark is not None and mark.tag == tag


def _mark_cell(cell: Element, mark: Element) -> None:
    properties = cell.find(TCPR)
    if properties is None:
        properties = etree.Element(TCPR)
        cell.insert(0, properties)
    properties.insert(sum(1 for child in properties if child.tag != W + "tcPrChange"), mark)


def _fix_span(unit: Element | None) -> None:
    """Say of the cell before a deleted one how many columns it takes, so that nobody has to guess it from its width."""
    cell = None if unit is None else inside(unit, TC)
    properties = None if cell is None else cell.find(TCPR)
    if properties is None or properties.find(TCW) is None or properties.find(GRIDSPAN) is not None:
        return
    span = etree.Element(GRIDSPAN)
    span.set(VAL, "1")
    properties.find(TCW).addnext(span)


def _lone_cell(old: Element | None, new: Element | None, desk: Desk, single: Single) -> list[Element]:
    """Return a cell that one file only has: marked by us, by those who marked it, or left out when nobody shows it."""
    unit, inserted = (new, True) if new is not None else (old, False)
    marks = [cell_mark(cell) for cell in outer(unit, TC)]
    if marks and all(_is(mark, CELLDEL if inserted else CELLINS) for mark in marks):
        desk.tally.settled += len(marks)
        return []
    own = not (marks and all(_is(mark, CELLINS if inserted else CELLDEL) for mark in marks))
    desk.tally.kept += 0 if own else len(marks)
    return [_single_cell(unit, desk, inserted, single, mark=own)]


def _single_unit(unit: Element, desk: Desk, inserted: bool, single: Single) -> Element:
    """Return a row, or a content control of rows, with every row marked."""
    made = copy.deepcopy(unit) if inserted else desk.bring(unit)
    made.tail = None
    for row, source in zip(outer(made, TR), outer(unit, TR), strict=True):
        properties = row.find(TRPR)
        if properties is None:
            properties = etree.Element(TRPR)
            row.insert(1 if row.find(TBLPREX) is not None else 0, properties)
        tag = INS if inserted else DEL
        if not any(child.tag == tag for child in properties):
            properties.insert(sum(1 for child in properties if child.tag != W + "trPrChange"), desk.mark(tag))
        for cell, origin in zip(outer(row, TC), outer(source, TC), strict=True):
            _fill(cell, origin, desk, inserted, single)
    return made


def _single_cell(unit: Element, desk: Desk, inserted: bool, single: Single, *, mark: bool) -> Element:
    """Return a cell that stands in one file only, marked as such."""
    made = copy.deepcopy(unit) if inserted else desk.bring(unit)
    made.tail = None
    for cell, origin in zip(outer(made, TC), outer(unit, TC), strict=True):
        if mark:
            _mark_cell(cell, desk.mark(CELLINS if inserted else CELLDEL))
        _fill(cell, origin, desk, inserted, single)
    return made


def _fill(cell: Element, origin: Element, desk: Desk, inserted: bool, single: Single) -> None:
    """Mark the content of a cell."""
    nodes = [
        child for child in origin if child.tag != TCPR and local(str(child.tag)) in ("p", "tbl", "sdt", "customXml")
    ]
    for child in list(cell):
        if child.tag != TCPR:
            cell.remove(child)
    cell.extend(single(nodes=nodes, desk=desk, inserted=inserted))


def _track_child(new: Element, old: Element, tag: str, change: str, desk: Desk, place: int) -> None:
    """Track one property element of the new node against that of the old; made when only the old one has it."""
    properties, former = new.find(tag), old.find(tag)
    if properties is None:
        if desk.old.properties(desk.former(former)) == "":
            return
        properties = etree.Element(tag)
        new.insert(place, properties)
    desk.track(properties, former, change)
    if len(properties) == 0 and not properties.attrib and tag not in (TBLPR, TCPR):
        new.remove(properties)


def _grid(new: Element, old: Element, desk: Desk) -> None:
    """Track the columns of the grid."""
    grid, former = new.find(TBLGRID), old.find(TBLGRID)
    if grid is None and former is None:
        return
    if grid is None:
        grid = etree.Element(TBLGRID)
        new.insert(1 if new.find(TBLPR) is not None else 0, grid)
    widths = [_widths(grid), _widths(desk.former(former))]
    existing = grid.find(W + "tblGridChange")
    if existing is not None:
        if _widths(desk.former(grid)) == widths[1]:
            desk.tally.kept += 1
            return
        grid.remove(existing)
        desk.tally.settled += 1
    if widths[0] != widths[1]:
        grid.append(desk.change_of(former, TBLGRID, W + "tblGridChange"))


def _widths(grid: Element | None) -> list[str]:
    """Return the widths of the columns of a grid."""
    return [] if grid is None else [col.get(W + "w", "") for col in grid.iter(W + "gridCol") if col.getparent() is grid]
