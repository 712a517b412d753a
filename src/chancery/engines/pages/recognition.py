"""Text recognition of page pictures, English and Chinese, offline (RapidOCR, PP-OCR models in its wheel)."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_rec import TextRecInput
from rapidocr.utils.process_img import get_rotate_crop_image

from chancery.engines.pages.imaging import to_pdf
from chancery.engines.pages.inks import grey, without_colour, without_ghost
from chancery.engines.pages.order import reading_rows
from chancery.engines.pages.recognised import LOW_CONFIDENCE, Box, Line, RecognisedPage, RecognisedText, joined
from chancery.engines.pages.render import page_count, page_image, page_resolution
from chancery.engines.pages.turning import Quads, levelled, sides, skew_of, stands_on_end, turned_points
from chancery.engines.pages.values import ImagingRefused, Printable

__all__ = ["LOW_CONFIDENCE", "Line", "RecognisedText", "recognise", "recognise_page", "recognise_pdf", "recognise_scan"]

# Most lines and letters that a photograph's labels have; more is a page of text.
LABEL_LINES, LABEL_LETTERS = 20, 120
LEAST_DPI = 100
# Lines read to see whether a page stands on its head, and the confidence at which there is no doubt that it does not.
PROBES = 5
UPRIGHT = 0.93
# Below this a page is read again without what may shine through from its back.
DOUBTFUL = 0.93
# Longest side at which text is looked for, and read. Small letters are looked for once more at the larger size.
SEARCH_SIDE = 1280
READ_SIDE = 2600
SMALL_LETTERS = 11
# Small pictures are searched enlarged, up to this side and factor; narrow ones are widened by plain margin.
ENLARGED_SIDE = 900
ENLARGED = 2.5
NARROWEST = 12
# Longer or lower than this is a rule on the paper, not a line of text.
LONGEST_LINE = 400
LOWEST_LINE = 4
# A circle beside a Chinese numeral is the numeral nought.
_ZERO = re.compile("(?<=[一二三四五六七八九十〇])[○◯](?=[一二三四五六七八九十〇○◯年月日])")
_LOCK = threading.Lock()
Pixels = npt.NDArray[np.uint8]
_Text = tuple[str, float, float]
"""Words of a line, mean confidence of its letters, that of the least certain one."""


@cache
def _engine(threads: int) -> Any:
    logging.getLogger("RapidOCR").setLevel(logging.WARNING)
    cv2.setNumThreads(threads)
    made: Any = RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "warning",
            "Rec.rec_batch_num": 1,
            # Pictures come in the size that they are searched in; by itself the detector would blow up narrow ones.
            "Det.limit_type": "max",
            "Det.limit_side_len": READ_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    made._load_det_model()
    made._load_rec_model()
    return made


def recognise(*, image: bytes, threads: int = 1) -> list[Line]:
    """Return the lines of a picture (PNG, JPEG, WebP, TIFF …) in reading order; see ``recognise_page``."""
    page = recognise_page(image=image, threads=threads)
    return [page.lines[index] for row in page.rows for index in row]


def recognise_page(*, image: bytes, number: int = 1, dpi: int = 0, threads: int = 1) -> RecognisedPage:
    """Read one picture, whichever way it lies.

    number, dpi: entered in the result. threads: processor threads for one picture. Pages that lie on a side or on
    their head are turned, lines that rise or fall are put in order along their slope, and coloured ink over black
    print is looked through; boxes and quads are those of the picture as given. The direction classifier of the models
    is off: it turns long lines over.
    """
    pixels = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR) if image else None
    if pixels is None:
        raise ImagingRefused("The picture cannot be decoded.", code="corrupt")
    with _LOCK:
        sized, extent = _sized(pixels)
        read = partial(_read, extent=extent, number=number, dpi=dpi, engine=_engine(threads))
        page = read(grey(pixels=sized))
        if page.lines and page.confidence < DOUBTFUL and (bare := without_ghost(pixels=sized)) is not None:
            again = read(bare)
            if again.confidence > page.confidence:
                page = again if again.turn != page.turn else _joined(again, page, least=LOW_CONFIDENCE)
        if (black := without_colour(pixels=sized)) is not None:
            page = _joined(read(black), page)
        return page


def _joined(clear: RecognisedPage, whole: RecognisedPage, *, least: float = 0.0) -> RecognisedPage:
    """Return the lines read without an ink, and those of the whole page that lie where none of these does: the words of
    a stamp, words printed in colour or faintly.

    least: confidence of the lines that are added.
    """
    if clear.turn or whole.turn or not clear.lines:
        return whole
    places = [line.box for line in clear.lines]
    sure = [line for line in whole.lines if line.confidence >= least]
    added = [line for line in sure if not any(_overlaps(line.box, place) for place in places)]
    lines = (*clear.lines, *added)
    return replace(clear, lines=lines, rows=reading_rows(boxes=[line.box for line in lines]))


def _overlaps(one: Box, other: Box) -> bool:
    """Tell whether two boxes share a good part of the smaller one."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    least = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide > 0 and high > 0 and wide * high > 0.3 * least


def _sized(pixels: Any) -> tuple[Pixels, tuple[int, int]]:
    """Make a picture no larger than the models can use, and no narrower than they need; returns also its width and
    height without the margin that was added."""
    longest = max(pixels.shape[:2])
    if longest > READ_SIDE:
        scale = READ_SIDE / longest
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    high, wide = pixels.shape[:2]
    below, beside = max(32, wide // NARROWEST) - high, max(32, high // NARROWEST) - wide
    if below > 0 or beside > 0:
        pixels = cv2.copyMakeBorder(pixels, 0, max(0, below), 0, max(0, beside), cv2.BORDER_REPLICATE)
    return np.asarray(pixels, np.uint8), (wide, high)


def _read(pixels: Pixels, extent: tuple[int, int], number: int, dpi: int, engine: Any) -> RecognisedPage:
    height, width = pixels.shape[:2]
    quads = _found(pixels, engine)
    turn = 0
    if stands_on_end(quads):
        turn = 90
        pixels = np.ascontiguousarray(np.rot90(pixels, -1))
        quads = _found(pixels, engine)
    if len(quads) and _upside_down(pixels, quads, engine):
        turn += 180
        pixels = np.ascontiguousarray(np.rot90(pixels, 2))
        quads = _found(pixels, engine)
    texts = _texts(_crops(pixels, quads), engine)
    kept = [place for place, (text, _, _) in enumerate(texts) if text.strip()]
    skew = skew_of(quads)
    original = turned_points(quads, turn=turn, width=width, height=height)
    level = levelled(quads, skew=skew)
    lines = tuple(_line(texts[place], original[place], *extent) for place in kept)
    scale = np.array([1 / pixels.shape[1], 1 / pixels.shape[0]])
    rows = reading_rows(boxes=[_bounds(level[place] * scale) for place in kept])
    return RecognisedPage(number, lines, rows, turn, round(skew, 2), dpi)


def _found(pixels: Pixels, engine: Any) -> Quads:
    """Find lines of text; where their letters come out very small, look again at the full size."""
    longest = max(pixels.shape[:2])
    scale = min(1.0, SEARCH_SIDE / longest) if longest >= ENLARGED_SIDE else min(ENLARGED, ENLARGED_SIDE / longest)
    quads = _found_at(pixels, scale, engine)
    if len(quads) and longest > SEARCH_SIDE:
        heights = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1) * (SEARCH_SIDE / longest)
        if float(np.median(heights)) < SMALL_LETTERS:
            return _found_at(pixels, 1.0, engine)
    return quads


def _found_at(pixels: Pixels, scale: float, engine: Any) -> Quads:
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = pixels if scale == 1 else cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=method)
    boxes = engine.text_det(small).boxes
    if boxes is None or not len(boxes):
        return np.empty((0, 4, 2), np.float32)
    quads = (np.asarray(boxes, np.float32) / scale).astype(np.float32)
    along, down = sides(quads)
    least = np.minimum(along, down)
    kept: Quads = quads[(least >= LOWEST_LINE) & (np.maximum(along, down) <= LONGEST_LINE * least)]
    return kept


def _crops(pixels: Pixels, quads: Quads) -> list[Pixels]:
    return [get_rotate_crop_image(pixels, quad.copy()) for quad in quads]


def _texts(crops: Sequence[Pixels], engine: Any) -> list[_Text]:
    if not crops:
        return []
    read = engine.text_rec(TextRecInput(img=list(crops), return_word_box=True))
    return [
        (str(text), float(score), _least(str(text), word.confs, float(score)))
        for text, score, word in zip(read.txts, read.scores, read.word_results, strict=True)
    ]


def _least(text: str, scores: Sequence[float] | None, mean: float) -> float:
    """Return the confidence of the least certain letter or digit; spaces and stops are often faint and matter less."""
    if scores is None or len(scores) != len(text):
        return mean
    return float(min((score for sign, score in zip(text, scores, strict=True) if sign.isalnum()), default=mean))


def _upside_down(pixels: Pixels, quads: Quads, engine: Any) -> bool:
    """Read a few lines as they stand; where that is not convincing, also on their head, and compare."""
    along = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    down = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    ratio = along / np.maximum(down, 1)
    order = np.argsort(np.abs(ratio - 10))
    crops = _crops(pixels, quads[order[:PROBES]])
    standing = _weighed(_texts(crops, engine))
    if standing >= UPRIGHT:
        return False
    turned = _weighed(_texts([np.ascontiguousarray(np.rot90(crop, 2)) for crop in crops], engine))
    return turned > standing + 0.03


def _weighed(texts: Sequence[_Text]) -> float:
    """Mean confidence by letters."""
    letters = [max(1, len(text)) for text, _, _ in texts]
    return sum(score * count for (_, score, _), count in zip(texts, letters, strict=True)) / max(1, sum(letters))


def _line(text: _Text, quad: Quads, width: int, height: int) -> Line:
    corners = np.clip(quad / np.array([width, height]), 0.0, 1.0)
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return Line(_ZERO.sub("〇", text[0].strip()), text[1], _bounds(corners), (a, b, c, d), least=text[2])


def _bounds(corners: Any) -> Box:
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def recognise_scan(*, printable: Printable, pages: Path, dpi: int = 200, threads: int = 1) -> RecognisedText:
    """Make the pages of a scan or picture in ``pages`` and recognise them; refuses what ``to_pdf`` refuses.

    A picture is first read at half the resolution: a photograph with a label or two needs no more, while one that
    shows a page of text is read again at ``dpi``.
    """
    to_pdf(printable=printable, out=pages)
    if printable.kind == "image":
        glance = recognise_pdf(pdf=pages, dpi=dpi // 2, threads=threads)
        lines = sum(1 for line in glance.text.splitlines() if line.strip())
        if lines <= LABEL_LINES and len(glance.text) <= LABEL_LETTERS and not glance.low_lines:
            return glance
    return recognise_pdf(pdf=pages, dpi=dpi, threads=threads)


def recognise_pdf(*, pdf: Path, dpi: int = 200, threads: int = 1) -> RecognisedText:
    """Recognise every page of a PDF; pages are parted by form feeds.

    dpi: the most that is drawn; a scan of less is drawn as it was scanned, but never below 100.
    """
    read = []
    for number in range(1, page_count(pdf=pdf) + 1):
        held = page_resolution(pdf=pdf, page=number)
        drawn = min(dpi, max(LEAST_DPI, round(held))) if held else dpi
        image = page_image(pdf=pdf, page=number, dpi=drawn)
        read.append(recognise_page(image=image, number=number, dpi=drawn, threads=threads))
    return joined(pages=tuple(read))
