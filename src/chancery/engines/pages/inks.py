"""Inks of a page told apart: stamps in colour over black print, and the back of the sheet showing through."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""Blue, green and red of a picture, shape (height, width, 3)."""

# Of 255: paper is at least this light in the median, print at most this light; what is coloured differs by this much.
PAPER = 170
PRINT = 110
COLOURED = 60
# Shares of a page: less colour is specks or a line, more is a picture; less print is no page of text.
LEAST_COLOUR, MOST_COLOUR = 0.0003, 0.10
LEAST_PRINT = 0.0005
# Of the way from print to paper: what is lighter is taken for the back of the sheet.
GHOST = 0.62


def grey(*, pixels: Pixels) -> Pixels:
    """Return a picture without its colours, as it is read first."""
    return _three(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY))


def without_colour(*, pixels: Pixels) -> Pixels | None:
    """Return a page as it would be without stamps and pens in colour, None where it has none over print.

    The largest of the three parts of a colour is that of the paper wherever the ink is coloured, and dark where it is
    black.
    """
    most, least = pixels.max(axis=2), pixels.min(axis=2)
    if np.median(most) < PAPER:
        return None
    colour = float(np.mean(most - least > COLOURED))
    if not LEAST_COLOUR < colour < MOST_COLOUR or float(np.mean(most < PRINT)) < LEAST_PRINT:
        return None
    return _three(most)


def without_ghost(*, pixels: Pixels) -> Pixels | None:
    """Return a page on which all that is nearer to the paper than to the print is paper, None without dark print."""
    light = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    paper, ink = float(np.median(light)), float(np.quantile(light, LEAST_PRINT))
    if paper < PAPER or ink > PRINT:
        return None
    return _three(np.where(light > ink + GHOST * (paper - ink), np.uint8(paper), light))


def _three(light: Any) -> Pixels:
    return np.asarray(cv2.cvtColor(np.asarray(light, np.uint8), cv2.COLOR_GRAY2BGR), np.uint8)
