"""The order in which the lines of a page are read: rows from the top, columns from the left."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from chancery.engines.pages.recognised import Box

_LEAST_COLUMN_LINES = 5
_LEAST_COLUMN_WIDTH = 0.22


def reading_rows(*, boxes: Sequence[Box]) -> tuple[tuple[int, ...], ...]:
    """Return indexes of the boxes row by row, in the order of reading.

    boxes: left, top, right, bottom of upright lines, as fractions. Two columns of running text are read one after the
    other; short entries that stand side by side (forms, tables) stay in one row.
    """
    return tuple(tuple(row) for row in _rows(list(range(len(boxes))), boxes))


def _rows(indexes: list[int], boxes: Sequence[Box]) -> list[list[int]]:
    if not indexes:
        return []
    for part in (_across, _columns):
        pieces = part(indexes, boxes)
        if pieces:
            return [row for piece in pieces for row in _rows(piece, boxes)]
    return _plain_rows(indexes, boxes)


def _across(indexes: list[int], boxes: Sequence[Box]) -> list[list[int]] | None:
    """Cut above the first and below the last line of a part with two columns, so that headings stay outside."""
    cut = _gutter(indexes, boxes)
    if cut is None:
        return None
    wide = {index for index in indexes if boxes[index][0] < cut - 0.01 and boxes[index][2] > cut + 0.01}
    if not wide:
        return None
    pieces: list[list[int]] = []
    for index in sorted(indexes, key=lambda one: boxes[one][1]):
        if not pieces or (index in wide) != (pieces[-1][-1] in wide):
            pieces.append([])
        pieces[-1].append(index)
    return pieces if len(pieces) > 1 else None


def _columns(indexes: list[int], boxes: Sequence[Box]) -> list[list[int]] | None:
    cut = _gutter(indexes, boxes)
    if cut is None:
        return None
    left = [index for index in indexes if (boxes[index][0] + boxes[index][2]) / 2 < cut]
    right = [index for index in indexes if (boxes[index][0] + boxes[index][2]) / 2 >= cut]
    return [left, right] if left and right else None


def _gutter(indexes: list[int], boxes: Sequence[Box]) -> float | None:
    """Find the line between two columns of running text: few boxes cross it and both sides are full of long lines."""
    if len(indexes) < 2 * _LEAST_COLUMN_LINES:
        return None
    best: tuple[int, float] | None = None
    for step in range(25, 76):
        cut = step / 100
        left = [boxes[index] for index in indexes if boxes[index][2] <= cut]
        right = [boxes[index] for index in indexes if boxes[index][0] >= cut]
        crossing = len(indexes) - len(left) - len(right)
        if min(len(left), len(right)) < _LEAST_COLUMN_LINES or crossing > 0.2 * len(indexes):
            continue
        if min(_width(left), _width(right)) < _LEAST_COLUMN_WIDTH or not _side_by_side(left, right):
            continue
        if best is None or crossing < best[0]:
            best = (crossing, cut)
    return best[1] if best else None


def _width(boxes: list[Box]) -> float:
    return statistics.median(box[2] - box[0] for box in boxes)


def _side_by_side(left: list[Box], right: list[Box]) -> bool:
    """Tell whether two groups of lines share most of their height."""
    top = max(min(box[1] for box in left), min(box[1] for box in right))
    bottom = min(max(box[3] for box in left), max(box[3] for box in right))
    shorter = min(max(box[3] for box in group) - min(box[1] for box in group) for group in (left, right))
    return bottom - top > 0.6 * shorter


def _plain_rows(indexes: list[int], boxes: Sequence[Box]) -> list[list[int]]:
    """Gather boxes whose middles lie within half a line height of each other."""
    rows: list[list[int]] = []
    middle = height = 0.0
    for index in sorted(indexes, key=lambda one: (boxes[one][1] + boxes[one][3]) / 2):
        here, tall = (boxes[index][1] + boxes[index][3]) / 2, boxes[index][3] - boxes[index][1]
        if rows and here - middle <= 0.5 * min(height, tall):
            rows[-1].append(index)
        else:
            rows.append([index])
            middle, height = here, tall
    return [sorted(row, key=lambda one: boxes[one][0]) for row in rows]
