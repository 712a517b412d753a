"""The languages of a text, stretch by stretch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chancery.engines.text.extraction.values import Entity
from chancery.engines.text.language import language_of

_LINE: Final = re.compile(r"[^\n]*[^\s][^\n]*")
_WIDE: Final = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_LEAST_LETTERS = 40


def find_languages(*, text: str) -> Iterator[Entity]:
    """Yield stretches of one language each, with its BCP 47 tag; neighbours of the same language are one stretch.

    Lines of one script are taken together: Chinese, Japanese and Korean signs on one side, all others on the other. A
    stretch of others with fewer than 40 letters names no language reliably and takes that of the stretch before it.
    Confidence grows with the letters seen: 0.6, 0.85 from 60 characters, 0.95 from 300.
    """
    held: list[tuple[str, int, int]] = []
    for start, end in _stretches(text):
        piece = text[start:end]
        letters = len(_LETTER.findall(piece[:2000]))
        tag = language_of(text=piece) if letters >= _LEAST_LETTERS or _WIDE.search(piece) else None
        tag = None if tag == "zxx" else tag
        if tag is None and not held:
            continue
        if held and tag in (None, held[-1][0]):
            held[-1] = (held[-1][0], held[-1][1], end)
        elif tag is not None:
            held.append((tag, start, end))
    for tag, start, end in held:
        confidence = 0.6 if end - start < 60 else 0.85 if end - start < 300 else 0.95
        yield Entity("language", tag, start, end, confidence, "language")


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Yield runs of lines of one script; a blank line changes nothing."""
    if text.isascii():
        if text.strip():
            yield len(text) - len(text.lstrip()), len(text.rstrip())
        return
    start = end = 0
    wide: bool | None = None
    for match in _LINE.finditer(text):
        signs = len(_WIDE.findall(match[0]))
        here = signs * 3 > len(_LETTER.findall(match[0])) - signs and signs > 0
        if wide is not None and here != wide:
            yield start, end
            wide = None
        if wide is None:
            start, wide = match.start(), here
        end = match.end()
    if wide is not None:
        yield start, end
