"""Compare two tables: rows in order, cells in place, properties of table, grid, row and cell."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Final, Protocol

from lxml import etree
from rapidfuzz.distance import LCSseq

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.desk import Desk
from chancery.engines.comparison.diffing import blocks
from chancery.engines.comparison.names import (
    CELLDEL,
    CELLINS,
    CUSTOMXML,
    DEL,
    INS,
    SDT,
    SDTCONTENT,
    TBLGRID,
    TBLPR,
    TBLPREX,
    TC,
    TCPR,
    TEXT,
    TR,
    TRPR,
    Element,
    W,
    local,
)

_LIKE_ROW: Final = 0.25
_MOST_ROWS: Final = 40_000


class Weave(Protocol):
    """Compares two stories into a holder."""

    def __call__(self, *, old: Element, new: Element, made: Element, desk: Desk) -> None: ...


class Single(Protocol):
    """Marks all blocks of a story."""

    def __call__(self, *, nodes: Sequence[Element], desk: Desk, inserted: bool) -> list[Element]: ...


def write_table(*, old: Element, new: Element, desk: Desk, weave: Weave, single: Single) -> Element:
    """Return the redline of two tables; the node of the new one is changed in place."""
    rows_old, rows_new = _units(old, TR), _units(new, TR)
    steps = _rows(rows_old, rows_new, desk)
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
    made.extend(_single_unit(unit, desk, inserted, single) for unit in _units(node, TR))
    return made


def _units(node: Element, tag: str) -> list[Element]:
    """Return rows or cells, those inside a content control with it."""
    return [child for child in node if child.tag == tag or child.tag in (SDT, CUSTOMXML)]


def _outer(unit: Element, tag: str) -> list[Element]:
    """Return the rows or cells of a unit, none of tables inside them."""
    if unit.tag == tag:
        return [unit]
    content = unit.find(SDTCONTENT) if unit.tag == SDT else unit
    return [] if content is None else [found for inner in _units(content, tag) for found in _outer(inner, tag)]


def _shape(unit: Element, desk: Desk) -> tuple[str, ...]:
    """Return what must be equal for two rows with content controls to be paired."""
    controls = [node for node in unit.iter(SDT, CUSTOMXML) if next(node.iterancestors(TC), None) is None]
    return tuple(desk.new.attributes(node) + desk.new.control_properties(node) for node in controls)


def _inside(unit: Element, tag: str) -> Element | None:
    """Return the only row or cell of a unit, None when a content control holds several."""
    while unit is not None and unit.tag in (SDT, CUSTOMXML):
        content = unit.find(SDTCONTENT) if unit.tag == SDT else unit
        inner = [] if content is None else _units(content, tag)
        if len(inner) != 1:
            return None
        unit = inner[0]
    return unit


def _letter(unit: Element, canon: Canon, desk: Desk) -> str:
    """Return the character that stands for a row's canonical text."""
    return desk.alphabet.letter("row" + "\n".join(canon.rows([unit])))


def _rows(old: list[Element], new: list[Element], desk: Desk) -> list[tuple[Element | None, Element | None, bool]]:
    """Pair rows: equal ones first, then in each gap the likest in order, the rest alone."""
    spelt_old = "".join(_letter(unit, desk.old, desk) for unit in old)
    spelt_new = "".join(_letter(unit, desk.new, desk) for unit in new)
    pairs: list[tuple[Element | None, Element | None, bool]] = []
    at_old = at_new = 0
    for start_old, start_new, length in [*blocks(old=spelt_old, new=spelt_new), (len(old), len(new), 0)]:
        pairs += [(*pair, False) for pair in _row_gap(old[at_old:start_old], new[at_new:start_new], desk)]
        pairs += [(old[start_old + step], new[start_new + step], True) for step in range(length)]
        at_old, at_new = start_old + length, start_new + length
    return pairs


def _row_gap(old: list[Element], new: list[Element], desk: Desk) -> list[tuple[Element | None, Element | None]]:
    if not old or not new:
        return [(unit, None) for unit in old] + [(None, unit) for unit in new]
    words_old = [_words(unit, desk) for unit in old]
    words_new = [_words(unit, desk) for unit in new]
    shapes = [_shape(unit, desk) for unit in old], [_shape(unit, desk) for unit in new]
    if len(old) * len(new) > _MOST_ROWS:
        return _in_place(old, new, [a == b for a, b in zip(*shapes, strict=False)], words_old, words_new)
    table = {
        (at, to): weight
        for at in range(len(old))
        for to in range(len(new))
        if shapes[0][at] == shapes[1][to] and (weight := _like(old[at], new[to], words_old[at], words_new[to])) > 0
    }
    best = [[0.0] * (len(new) + 1) for _line in range(len(old) + 1)]
    for at in range(len(old) - 1, -1, -1):
        for to in range(len(new) - 1, -1, -1):
            met = table.get((at, to), 0.0)
            best[at][to] = max(best[at + 1][to], best[at][to + 1], best[at + 1][to + 1] + met if met else 0.0)
    pairs: list[tuple[Element | None, Element | None]] = []
    at = to = 0
    while at < len(old) and to < len(new):
        met = table.get((at, to), 0.0)
        if met and best[at][to] == best[at + 1][to + 1] + met:
            pairs.append((old[at], new[to]))
            at, to = at + 1, to + 1
        elif best[at][to] == best[at + 1][to]:
            pairs.append((old[at], None))
            at += 1
        else:
            pairs.append((None, new[to]))
            to += 1
    return pairs + [(unit, None) for unit in old[at:]] + [(None, unit) for unit in new[to:]]


def _in_place(
    old: list[Element], new: list[Element], same_shape: list[bool], words_old: list[str], words_new: list[str]
) -> list[tuple[Element | None, Element | None]]:
    """Pair rows by their place, where there are too many to look for the likest."""
    pairs: list[tuple[Element | None, Element | None]] = []
    for at, same in enumerate(same_shape):
        if same and _like(old[at], new[at], words_old[at], words_new[at]) > 0:
            pairs.append((old[at], new[at]))
        else:
            pairs += [(old[at], None), (None, new[at])]
    count = len(same_shape)
    return pairs + [(unit, None) for unit in old[count:]] + [(None, unit) for unit in new[count:]]


def _words(unit: Element, desk: Desk) -> str:
    return desk.alphabet.spell("".join(f"{node.text} " for node in unit.iter(TEXT) if node.text).split())


def _like(old: Element, new: Element, words_old: str, words_new: str) -> float:
    """Return how alike two rows are: above 0 when they may be paired."""
    one, two = _inside(old, TR), _inside(new, TR)
    if one is None or two is None or old.tag != new.tag:
        return 0.0
    same_shape = len(_units(one, TC)) == len(_units(two, TC))
    if not words_old or not words_new:
        return 0.1 if same_shape else 0.0
    share = 2 * LCSseq.similarity(words_old, words_new) / (len(words_old) + len(words_new))
    if share < _LIKE_ROW:
        return 0.05 if same_shape else 0.0
    return float(share) + (0.2 if same_shape else 0.0)


def _row(old: Element, new: Element, desk: Desk, weave: Weave, single: Single) -> Element:
    """Return the redline of two rows, the new one changed in place; both rows alone when their cells do not fit."""
    one, two = _inside(old, TR), _inside(new, TR)
    if one is None or two is None:
        raise AssertionError("only single rows are paired")
    cells = _cells(_units(one, TC), _units(two, TC), desk)
    _track_child(two, one, TBLPREX, W + "tblPrExChange", desk, 0)
    place = 1 if two.find(TBLPREX) is not None else 0
    _row_marks(one, two, desk, place)
    made: list[Element] = []
    for before, after in cells:
        if before is not None and after is not None:
            made.append(_cell(before, after, desk, weave))
        else:
            lone = after if after is not None else before
            made.append(_single_cell(lone, desk, after is not None, single, mark=True))
    for unit in _units(two, TC):
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


def _cells(old: list[Element], new: list[Element], desk: Desk) -> list[tuple[Element | None, Element | None]]:
    """Pair cells: in place when there are as many, else those alike in order, the rest taken out or put in."""
    if len(old) == len(new):
        return list(zip(old, new, strict=True))
    words_old = [_words(unit, desk) for unit in old]
    words_new = [_words(unit, desk) for unit in new]
    letter = desk.alphabet.letter
    same = blocks(
        old="".join(letter("cell" + words) for words in words_old),
        new="".join(letter("cell" + words) for words in words_new),
    )
    pairs: list[tuple[Element | None, Element | None]] = []
    at_old = at_new = 0
    for start_old, start_new, length in [*same, (len(old), len(new), 0)]:
        left, right = old[at_old:start_old], new[at_new:start_new]
        both = min(len(left), len(right))
        pairs += list(zip(left[:both], right[:both], strict=True))
        pairs += [(unit, None) for unit in left[both:]] + [(None, unit) for unit in right[both:]]
        pairs += [(old[start_old + step], new[start_new + step]) for step in range(length)]
        at_old, at_new = start_old + length, start_new + length
    return pairs


def _cell(old: Element, new: Element, desk: Desk, weave: Weave) -> Element:
    """Return the redline of two cells, the new one changed in place."""
    one, two = _inside(old, TC), _inside(new, TC)
    if one is None or two is None:
        return new
    _track_child(two, one, TCPR, W + "tcPrChange", desk, 0)
    weave(old=one, new=two, made=two, desk=desk)
    return new


def _single_unit(unit: Element, desk: Desk, inserted: bool, single: Single) -> Element:
    """Return a row, or a content control of rows, with every row marked."""
    made = copy.deepcopy(unit) if inserted else desk.bring(unit)
    made.tail = None
    for row, source in zip(_outer(made, TR), _outer(unit, TR), strict=True):
        properties = row.find(TRPR)
        if properties is None:
            properties = etree.Element(TRPR)
            row.insert(1 if row.find(TBLPREX) is not None else 0, properties)
        tag = INS if inserted else DEL
        if not any(child.tag == tag for child in properties):
            properties.insert(sum(1 for child in properties if child.tag != W + "trPrChange"), desk.mark(tag))
        for cell, origin in zip(_outer(row, TC), _outer(source, TC), strict=True):
            _fill(cell, origin, desk, inserted, single)
    return made


def _single_cell(unit: Element, desk: Desk, inserted: bool, single: Single, *, mark: bool) -> Element:
    """Return a cell that stands in one file only, marked as such."""
    made = copy.deepcopy(unit) if inserted else desk.bring(unit)
    made.tail = None
    for cell, origin in zip(_outer(made, TC), _outer(unit, TC), strict=True):
        if mark:
            properties = cell.find(TCPR)
            if properties is None:
                properties = etree.Element(TCPR)
                cell.insert(0, properties)
            place = sum(1 for child in properties if child.tag != W + "tcPrChange")
            properties.insert(place, desk.mark(CELLINS if inserted else CELLDEL))
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
