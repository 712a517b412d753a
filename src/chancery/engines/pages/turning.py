"""Which way a page lies: geometry of the quads that text detection finds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Quads = npt.NDArray[np.float32]
"""Corners of text lines, shape (n, 4, 2): top left, top right, bottom right, bottom left as they are read."""


def sides(quads: Quads) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return length along the top and along the left side of each quad, in pixels."""
    along = np.linalg.norm((quads[:, 1] - quads[:, 0]).astype(np.float64), axis=1)
    down = np.linalg.norm((quads[:, 3] - quads[:, 0]).astype(np.float64), axis=1)
    return along, down


def stands_on_end(quads: Quads) -> bool:
    """Tell whether most of the text, by length of line, runs up or down the picture."""
    if not len(quads):
        return False
    along, down = sides(quads)
    longer = np.maximum(along, down)
    return bool(longer[down > 1.5 * along].sum() > 0.6 * longer.sum())


def skew_of(quads: Quads) -> float:
    """Return the angle of the lines in degrees, positive where they rise to the right; 0 where too few are long.

    The median of the angles of lines at least five times as long as high, weighted by their length.
    """
    along, down = sides(quads)
    long = along > 5 * np.maximum(down, 1)
    if int(long.sum()) < 3:
        return 0.0
    edge = ((quads[:, 1] - quads[:, 0]) + (quads[:, 2] - quads[:, 3]))[long].astype(np.float64)
    angles = np.degrees(np.arctan2(-edge[:, 1], edge[:, 0]))
    order = np.argsort(angles)
    reach = np.cumsum(along[long][order])
    return float(angles[order][int(np.searchsorted(reach, reach[-1] / 2))])


def turned_points(points: Quads, *, turn: int, width: int, height: int) -> Quads:
    """Map points of a picture that was turned clockwise by ``turn`` back to the picture as it lay (width × height)."""
    x, y = points[..., 0], points[..., 1]
    if turn == 90:
        return np.stack([y, height - x], axis=-1).astype(np.float32)
    if turn == 180:
        return np.stack([width - x, height - y], axis=-1).astype(np.float32)
    if turn == 270:
        return np.stack([width - y, x], axis=-1).astype(np.float32)
    return points


def levelled(points: Quads, *, skew: float) -> Quads:
    """Turn points by the skew so that their lines lie level; used for the order of reading only."""
    angle = np.radians(skew)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned: Quads = (points.astype(np.float64) @ matrix.T).astype(np.float32)
    return turned
