"""What was read on a page: lines with confidence and place; light enough to use where nothing is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

LOW_CONFIDENCE = 0.80
# A line with a letter below this is more often wrong than right (bench/ocr.py).
LOW_LETTER = 0.70
# Below this a line is more likely noise than words: it stays with the page but not in its text.
NOISE_CONFIDENCE = 0.50

Box = tuple[float, float, float, float]
Quad = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. confidence: 0 to 1, mean over its letters; least: of its least certain letter. box: left, top,
    right, bottom as fractions of the picture as it lies. quad: its corners in the order of reading, from the top left
    of the first letter; empty for a line without a place. read_by: the machine, or a person who repaired it."""

    text: str
    confidence: float
    box: Box
    quad: Quad | tuple[()] = ()
    read_by: Literal["machine", "person"] = "machine"
    least: float = 1.0


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """One page. number: from 1. turn: degrees, 0, 90, 180 or 270, by which the page must be turned clockwise to stand
    upright. skew: degrees by which its lines still rise (positive) or fall. rows: indexes into ``lines`` in the order
    of reading, one tuple a row of the page. dpi: dots per inch at which it was read, 0 where unknown."""

    number: int
    lines: tuple[Line, ...]
    rows: tuple[tuple[int, ...], ...]
    turn: int = 0
    skew: float = 0.0
    dpi: int = 0

    @property
    def text(self) -> str:
        """The words of the page, a line a row; parts of a row that stand apart are parted by two spaces."""
        return "\n".join(filter(None, ("  ".join(self._words(row)) for row in self.rows)))

    @property
    def confidence(self) -> float:
        """Mean confidence of its lines, weighted by their letters; 0 for a page without any."""
        weights = [(line.confidence, max(1, len(line.text))) for line in self.lines if line.text]
        return sum(c * w for c, w in weights) / sum(w for _, w in weights) if weights else 0.0

    def _words(self, row: tuple[int, ...]) -> Iterator[str]:
        for index in row:
            line = self.lines[index]
            if line.text and line.confidence >= NOISE_CONFIDENCE:
                yield line.text


@dataclass(frozen=True, slots=True)
class RecognisedText:
    """The text of a document; ``low_lines`` counts lines of it below a confidence of 0.80, ``pages`` all pages.

    layout: its pages with their lines and places.
    """

    text: str
    pages: int
    mean_confidence: float
    low_lines: int
    layout: tuple[RecognisedPage, ...] = ()


def joined(*, pages: tuple[RecognisedPage, ...]) -> RecognisedText:
    """Put pages together: texts parted by form feeds, mean confidence over all lines that are text."""
    scores = [
        line.confidence for page in pages for line in page.lines if line.text and line.confidence >= NOISE_CONFIDENCE
    ]
    mean = sum(scores) / len(scores) if scores else 0.0
    low = sum(1 for score in scores if score < LOW_CONFIDENCE)
    return RecognisedText("\f".join(page.text for page in pages), len(pages), mean, low, pages)
