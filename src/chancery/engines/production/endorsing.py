"""Endorsements: the Bates number at the bottom right of every page, the legend at the bottom left."""

from __future__ import annotations

import io
import string
from decimal import Decimal
from functools import cache
from typing import Any

import pikepdf

from chancery.engines.pages.typesetting import typeset
from chancery.foundation.identifiers import BatesNumber

SIZE = 9.0
EDGE = 24.0
LETTER_SIDE = 612.0
# Widths of Helvetica-Bold, thousandths of the size (Adobe Core 14 AFM, 1997); others measure as an em.
_WIDTHS = {" ": 278, "-": 333, ".": 278, "_": 556} | dict.fromkeys("0123456789", 556)
_CAPITALS = "722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 667 667 611"
_SMALL = "556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500"
_LETTERS = zip(string.ascii_uppercase + string.ascii_lowercase, f"{_CAPITALS} {_SMALL}".split(), strict=True)
_ADVANCE = _WIDTHS | {letter: int(width) for letter, width in _LETTERS}


def endorse(*, source: bytes, first: BatesNumber, legend: str = "") -> tuple[bytes, int]:
    """Return a copy with every page numbered from ``first`` and marked with ``legend``; and its page count.

    The marks stand upright at the bottom of the page as a reader sees it, whatever its rotation and crop box,
    above the content; they grow and shrink with the page. The content itself is enclosed, so that a state it
    leaves behind cannot move them. Same input, same bytes.
    """
    with pikepdf.Pdf.open(io.BytesIO(source)) as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name("/Helvetica-Bold"),
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
        )
        mark = _legend_form(pdf, legend) if legend else None
        for index, page in enumerate(pdf.pages):
            _endorse_page(pdf, page, str(first.plus(index)), font, mark)
        pages = len(pdf.pages)
        out = io.BytesIO()
        pdf.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
            recompress_flate=False,
        )
    return out.getvalue(), pages


def width_of(*, text: str, size: float) -> float:
    """Return the width of a text in Helvetica-Bold, in points."""
    return sum(_ADVANCE.get(letter, 1000) for letter in text) * size / 1000


@cache
def _legend_page(legend: str) -> bytes:
    return typeset(style="legend", title=legend, size=SIZE)


def _legend_form(pdf: pikepdf.Pdf, legend: str) -> tuple[Any, float, float]:
    """Return the legend as a form with its width and height; fonts are embedded, Chinese included."""
    with pikepdf.Pdf.open(io.BytesIO(_legend_page(legend))) as made:
        box = _corners(made.pages[0].mediabox)
        form = pdf.copy_foreign(_enclosed(made, made.pages[0], box))
    return form, box[2] - box[0], box[3] - box[1]


def _endorse_page(
    pdf: pikepdf.Pdf, page: pikepdf.Page, number: str, font: Any, mark: tuple[Any, float, float] | None
) -> None:
    left, low, right, top = _shown(page)
    box = pikepdf.Array([Decimal(_number(value)) for value in (left, low, right, top)])
    page.obj["/CropBox"] = box
    turn = int(page.obj.get("/Rotate", 0) or _inherited(page, "/Rotate") or 0) % 360
    wide, high = (top - low, right - left) if turn in (90, 270) else (right - left, top - low)
    placed = {
        90: (0, 1, -1, 0, right, low),
        180: (-1, 0, 0, -1, right, top),
        270: (0, -1, 1, 0, left, top),
    }.get(turn, (1, 0, 0, 1, left, low))
    scale = min(max(min(wide, high) / LETTER_SIDE, 0.05), 8.0)
    taken = width_of(text=number, size=SIZE) + (mark[1] + SIZE if mark else 0)
    scale = min(scale, max(wide - 2 * EDGE * scale, wide / 2) / taken)
    size, edge = SIZE * scale, EDGE * scale
    across = wide - edge - width_of(text=number, size=size)
    drawn = [
        "q 0 g 0 G",
        " ".join(_number(value) for value in placed) + " cm",
        f"BT /ChB {_number(size)} Tf 0 Tr {_number(across)} {_number(edge)} Td ({number}) Tj ET",
    ]
    forms = pikepdf.Dictionary(ChContent=_enclosed(pdf, page, (left, low, right, top)))
    if mark:
        lift = _number(edge - 0.2 * mark[2] * scale)
        drawn.append(f"q {_number(scale)} 0 0 {_number(scale)} {_number(edge)} {lift} cm /ChLegend Do Q")
        forms["/ChLegend"] = mark[0]
    stream = "q /ChContent Do Q\n" + "\n".join([*drawn, "Q"])
    page.obj["/Resources"] = pikepdf.Dictionary(XObject=forms, Font=pikepdf.Dictionary(ChB=font))
    page.obj["/Contents"] = pdf.make_indirect(pikepdf.Stream(pdf, stream.encode("ascii")))


def _enclosed(pdf: pikepdf.Pdf, page: pikepdf.Page, box: tuple[float, float, float, float]) -> Any:
    """Return the content of a page as a form: whatever state it leaves behind ends with it."""
    page.contents_coalesce()
    content = page.obj.get("/Contents")
    form = pikepdf.Stream(pdf, content.read_bytes() if isinstance(content, pikepdf.Stream) else b"")
    form["/Type"], form["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Form
    form["/BBox"] = pikepdf.Array([Decimal(_number(value)) for value in box])
    resources = page.obj.get("/Resources", _inherited(page, "/Resources"))
    form["/Resources"] = pikepdf.Dictionary() if resources is None else resources
    if "/Group" in page.obj:
        form["/Group"] = page.obj["/Group"]
    return pdf.make_indirect(form)


def _inherited(page: pikepdf.Page, key: str) -> Any:
    node = page.obj.get("/Parent")
    for _ in range(50):
        if node is None:
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _shown(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """Return the part of the page that is shown, in its own coordinates, corners in order."""
    media = _corners(page.mediabox)
    crop = _corners(page.cropbox)
    both = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    return both if both[2] - both[0] > 1 and both[3] - both[1] > 1 else media


def _corners(box: Any) -> tuple[float, float, float, float]:
    a, b, c, d = (float(value) for value in box)
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
