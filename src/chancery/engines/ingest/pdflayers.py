"""The text layer of PDF pages: what stands on the page, and what stands outside it or was cropped away."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable
from typing import Any

import pypdfium2.raw as raw

_NO_SIGNS = re.compile("[\\s\\x00-\\x1f\\xad\ufffe]+")
_MOST_LINES = 2000
_FAR = 100_000.0


def layer_text(*, page: Any, layer: Any) -> str:
    """Return the text of a page inside its box."""
    return _within(layer, *_box(page))


def _within(layer: Any, left: float, top: float, right: float, bottom: float) -> str:
    """Return the text inside a rectangle, asked for once with room enough, where the library first asks how long it is.
    A closing zero is counted with it (fpdf_text.h)."""
    count = layer.count_chars()
    if count <= 0:
        return ""
    room = 2 * count + 64
    buffer = (ctypes.c_ushort * room)()
    got = raw.FPDFText_GetBoundedText(layer, left, top, right, bottom, buffer, room)
    if got >= room:
        return str(layer.get_text_bounded(left, bottom, right, top))
    return _decoded(buffer, got)


def _decoded(buffer: Any, got: int) -> str:
    return bytes(memoryview(buffer).cast("B")[: 2 * max(0, got - 1)]).decode("utf-16-le", "ignore")


def _box(page: Any) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the box of a page."""
    left, bottom, right, top = page.get_bbox()
    return left, top, right, bottom


def text_outside(*, page: Any, layer: Any, shown: str) -> str:
    """Return the text of a layer that lies above, below, left and right of its page, "" when there is none."""
    count = layer.count_chars()
    if count <= len(shown):
        return ""
    buffer = (ctypes.c_ushort * (count + 2))()
    whole = _decoded(buffer, raw.FPDFText_GetText(layer, 0, count, buffer))
    if len(_bare(whole)) <= len(_bare(shown)):
        return ""
    left, top, right, bottom = _box(page)
    around = (
        (left, _FAR, right, top),
        (-_FAR, _FAR, left, -_FAR),
        (right, _FAR, _FAR, -_FAR),
        (left, bottom, right, -_FAR),
    )
    return "\n".join(filter(None, (_within(layer, *box) for box in around)))


def only_outside(*, layers: Iterable[str], shown: str) -> list[str]:
    """Return the lines outside of pages that no page of the document shows, each once.

    A part of a larger sheet that another page shows is no loss, so the whole document is asked.
    """
    known, found = _bare(shown), dict[str, None]()
    for line in [line.strip() for layer in layers for line in layer.splitlines()][:_MOST_LINES]:
        if (bare := _bare(line)) and bare not in known:
            found.setdefault(line)
    return list(found)


def _bare(text: str) -> str:
    return _NO_SIGNS.sub("", text)
