"""Which row and which cell of the old table became which of the new one; a content control of rows is a unit."""

from __future__ import annotations

from typing import Final

from rapidfuzz.distance import LCSseq

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.desk import Desk
from chancery.engines.comparison.diffing import blocks
from chancery.engines.comparison.names import CUSTOMXML, SDT, SDTCONTENT, TC, TEXT, TR, Element

_LIKE_ROW: Final = 0.25
_MOST_ROWS: Final = 40_000


def units(node: Element, tag: str) -> list[Element]:
    """Return rows or cells, those inside a content control with it."""
    return [child for child in node if child.tag == tag or child.tag in (SDT, CUSTOMXML)]


def outer(unit: Element, tag: str) -> list[Element]:
    """Return the rows or cells of a unit, none of tables inside them."""
    if unit.tag == tag:
        return [unit]
    content = unit.find(SDTCONTENT) if unit.tag == SDT else unit
    return [] if content is None else [found for inner in units(content, tag) for found in outer(inner, tag)]


def _shape(unit: Element, desk: Desk) -> tuple[str, ...]:
    """Return what must be equal for two rows with content controls to be paired."""
    controls = [node for node in unit.iter(SDT, CUSTOMXML) if next(node.iterancestors(TC), None) is None]
    return tuple(desk.new.attributes(node) + desk.new.control_properties(node) for node in controls)


def inside(unit: Element, tag: str) -> Element | None:
    """Return the only row or cell of a unit, None when a content control holds several."""
    while unit is not None and unit.tag in (SDT, CUSTOMXML):
        content = unit.find(SDTCONTENT) if unit.tag == SDT else unit
        inner = [] if content is None else units(content, tag)
        if len(inner) != 1:
            return None
        unit = inner[0]
    return unit


def _letter(unit: Element, canon: Canon, desk: Desk) -> str:
    """Return the character that stands for a row's canonical text."""
    return desk.alphabet.letter("row" + "\n".join(canon.rows([unit])))


def pair_rows(old: list[Element], new: list[Element], desk: Desk) -> list[tuple[Element | None, Element | None, bool]]:
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
    one, two = inside(old, TR), inside(new, TR)
    if one is None or two is None or old.tag != new.tag:
        return 0.0
    same_shape = len(units(one, TC)) == len(units(two, TC))
    if not words_old or not words_new:
        return 0.1 if same_shape else 0.0
    share = 2 * LCSseq.similarity(words_old, words_new) / (len(words_old) + len(words_new))
    if share < _LIKE_ROW:
        return 0.05 if same_shape else 0.0
    return float(share) + (0.2 if same_shape else 0.0)


def pair_cells(old: list[Element], new: list[Element], desk: Desk) -> list[tuple[Element | None, Element | None]]:
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
