"""Pages on the screen: size, picture and word positions of a PDF page."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from chancery.engines.pages.values import ImagingRefused

MAXIMUM_SIDE = 6_000
_LOCK = threading.RLock()


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box as fractions of the page, from the top left corner of the page as shown."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


@contextmanager
def _opened(pdf: Path | bytes) -> Iterator[pdfium.PdfDocument]:
    """Open a document under the lock: the renderer must not be used by two threads at once."""
    with _LOCK:
        try:
            document = pdfium.PdfDocument(pdf)
        except (pdfium.PdfiumError, FileNotFoundError) as fault:
            raise ImagingRefused("The PDF cannot be opened.", code="corrupt") from fault
        try:
            yield document
        finally:
            document.close()


@contextmanager
def _page(pdf: Path | bytes, number: int) -> Iterator[pdfium.PdfPage]:
    with _opened(pdf) as document:
        if not 1 <= number <= len(document):
            raise ImagingRefused("The PDF has no page %(page)s.", code="no_such_page", page=number)
        try:
            yield document[number - 1]
        except pdfium.PdfiumError as fault:
            raise ImagingRefused("The page cannot be read.", code="corrupt") from fault


def page_count(*, pdf: Path | bytes) -> int:
    """Return the number of pages; refuses what is no readable PDF."""
    with _opened(pdf) as document:
        return len(document)


def page_resolution(*, pdf: Path | bytes, page: int) -> float:
    """Return the resolution in dots per inch of the largest picture on a page (from 1); 0 where there is none.

    A scan holds no more than that: drawing it finer costs time and shows nothing new.
    """
    with _page(pdf, page) as sheet:
        found = 0.0
        area = 0.0
        for item in sheet.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
            left, bottom, right, top = item.get_bounds()
            wide, high = abs(right - left), abs(top - bottom)
            if wide > 0 and high > 0 and wide * high > area:
                pixels = item.get_px_size()
                area, found = wide * high, 72.0 * max(pixels) / max(wide, high)
        return found


def page_image(*, pdf: Path | bytes, page: int, dpi: int = 110, grey: bool = False) -> bytes:
    """Return one page (from 1) as a WebP picture, a PNG where that is smaller.

    dpi: 20 to 600; pages that would exceed 6,000 pixels on a side are drawn smaller.
    """
    if not 20 <= dpi <= 600:
        raise ValueError("a page is drawn at 20 to 600 dots per inch")
    with _page(pdf, page) as sheet:
        scale = min(dpi / 72, MAXIMUM_SIDE / max(*sheet.get_size(), 1.0))
        picture = sheet.render(scale=scale, grayscale=grey).to_pil()
    return _packed(picture.convert("L" if grey else "RGB"))


def _packed(picture: object) -> bytes:
    from_lossless, from_lossy = io.BytesIO(), io.BytesIO()
    picture.save(from_lossless, "PNG", compress_level=6)  # type: ignore[attr-defined]
    if from_lossless.tell() <= 60_000:
        return from_lossless.getvalue()
    picture.save(from_lossy, "WEBP", quality=70, method=2)  # type: ignore[attr-defined]
    return min(from_lossless.getvalue(), from_lossy.getvalue(), key=len)


def page_texts(*, pdf: Path | bytes) -> list[str]:
    """Return the text layer of every page, in order."""
    texts: list[str] = []
    with _opened(pdf) as document:
        for number in range(len(document)):
            try:
                layer = document[number].get_textpage()
            except pdfium.PdfiumError as fault:
                raise ImagingRefused("The page cannot be read.", code="corrupt") from fault
            texts.append(layer.get_text_range())
            layer.close()
    return texts


def page_words(*, pdf: Path | bytes, page: int) -> list[Word]:
    """Return the words of the text layer of one page (from 1) with their boxes; Chinese comes in runs."""
    with _page(pdf, page) as sheet:
        layer = sheet.get_textpage()
        try:
            letters = [
                (layer.get_text_range(i, 1), layer.get_charbox(i, loose=True)) for i in range(layer.count_chars())
            ]
        finally:
            layer.close()
        box = _shown_box(sheet)
        turn = sheet.get_rotation()
    return [_word(run, box, turn) for run in _runs(letters)]


_Letter = tuple[str, tuple[float, float, float, float]]


def _runs(letters: list[_Letter]) -> Iterator[list[_Letter]]:
    run: list[_Letter] = []
    for letter in letters:
        if letter[0].strip():
            if run and abs(letter[1][1] - run[-1][1][1]) > 2 * max(run[-1][1][3] - run[-1][1][1], 1):
                yield run
                run = []
            run.append(letter)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _shown_box(sheet: pdfium.PdfPage) -> tuple[float, float, float, float]:
    media, crop = _corners(sheet.get_mediabox()), _corners(sheet.get_cropbox())
    left, low = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    return (left, low, right, top) if right > left and top > low else media


def _corners(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    return min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])


def _word(run: list[_Letter], box: tuple[float, float, float, float], turn: int) -> Word:
    width, height = box[2] - box[0], box[3] - box[1]
    x0 = (min(b[0] for _, b in run) - box[0]) / width
    x1 = (max(b[2] for _, b in run) - box[0]) / width
    y0 = (box[3] - max(b[3] for _, b in run)) / height
    y1 = (box[3] - min(b[1] for _, b in run)) / height
    for _ in range(turn // 90 % 4):
        x0, y0, x1, y1 = 1 - y1, x0, 1 - y0, x1
    return Word("".join(text for text, _ in run), x0, y0, x1, y1)
