"""Text recognition of page pictures, English and Chinese, offline (RapidOCR, PP-OCR models in its wheel)."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rapidocr import RapidOCR

from chancery.engines.pages.imaging import to_pdf
from chancery.engines.pages.render import page_count, page_image, page_resolution
from chancery.engines.pages.values import ImagingRefused, Printable

# Most lines that a photograph's labels have; more is a page of text.
LABEL_LINES = 20
LOW_CONFIDENCE = 0.80
LEAST_DPI = 100
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. confidence: 0 to 1. box: left, top, right, bottom as fractions of the picture."""

    text: str
    confidence: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class RecognisedText:
    """The text of a document; ``low_lines`` counts lines below a confidence of 0.80, ``pages`` all pages."""

    text: str
    pages: int
    mean_confidence: float
    low_lines: int


@cache
def _engine(threads: int) -> Any:
    logging.getLogger("RapidOCR").setLevel(logging.WARNING)
    return RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "warning",
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def recognise(*, image: bytes, threads: int = 1) -> list[Line]:
    """Return the lines of a picture (PNG, JPEG, WebP, TIFF …) in reading order.

    threads: processor threads for one picture. The direction classifier is off: it turns long lines over.
    """
    pixels = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise ImagingRefused("The picture cannot be decoded.", code="corrupt")
    height, width = pixels.shape[:2]
    with _LOCK:
        found = _engine(threads)(pixels)
    if found is None or found.boxes is None or not found.txts:
        return []
    return [
        Line(str(text), float(score), _bounds(corners, width, height))
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
    ]


def _bounds(corners: Any, width: int, height: int) -> tuple[float, float, float, float]:
    across = [float(corner[0]) / width for corner in corners]
    down = [float(corner[1]) / height for corner in corners]
    return min(across), min(down), max(across), max(down)


def recognise_scan(*, printable: Printable, pages: Path, dpi: int = 200, threads: int = 1) -> RecognisedText:
    """Make the pages of a scan or picture in ``pages`` and recognise them; refuses what ``to_pdf`` refuses.

    A picture is first read at half the resolution: a photograph with a label or two needs no more, while one that
    shows a page of text is read again at ``dpi``.
    """
    to_pdf(printable=printable, out=pages)
    if printable.kind == "image":
        glance = recognise_pdf(pdf=pages, dpi=dpi // 2, threads=threads)
        lines = sum(1 for line in glance.text.splitlines() if line.strip())
        if lines <= LABEL_LINES and not glance.low_lines:
            return glance
    return recognise_pdf(pdf=pages, dpi=dpi, threads=threads)


def recognise_pdf(*, pdf: Path, dpi: int = 200, threads: int = 1) -> RecognisedText:
    """Recognise every page of a PDF; pages are parted by form feeds.

    dpi: the most that is drawn; a scan of less is drawn as it was scanned, but never below 100.
    """
    count = page_count(pdf=pdf)
    texts: list[str] = []
    scores: list[float] = []
    for number in range(1, count + 1):
        held = page_resolution(pdf=pdf, page=number)
        drawn = min(dpi, max(LEAST_DPI, round(held))) if held else dpi
        lines = recognise(image=page_image(pdf=pdf, page=number, dpi=drawn, grey=True), threads=threads)
        texts.append("\n".join(line.text for line in lines))
        scores += [line.confidence for line in lines]
    mean = sum(scores) / len(scores) if scores else 0.0
    return RecognisedText("\f".join(texts), count, mean, sum(1 for score in scores if score < LOW_CONFIDENCE))
