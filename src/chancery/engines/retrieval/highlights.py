"""Where a query's words stand in a text, and the passages worth showing.

Offsets are characters of the text as given, so Chinese marks land on the right characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .building import StreamBuilder
from .evaluation import hits_of
from .fields import BODY, TEXT
from .nodes import Node, Term, field_of, terms_in
from .segments import cut
from .streams import Stream


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a term of the query stands: character offsets, end exclusive.

    term: position of the term among the query's different positive terms (0, 1, …), for its colour.
    """

    start: int
    end: int
    term: int


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a passage; ``term`` is None outside hits."""

    text: str
    term: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A short extract around hits; ``start`` is its character offset in the text."""

    start: int
    parts: tuple[Part, ...]
    before: bool
    after: bool


def marked_terms(node: Node | None, *, fields: Iterable[str]) -> tuple[Term, ...]:
    """Return the different positive terms of a query that look into one of the fields (``text``: also the body)."""
    wanted = frozenset(fields)
    if TEXT in wanted:
        wanted |= {BODY}
    return tuple(dict.fromkeys(term for term in terms_in(node) if field_of(term) in wanted))


def hits_in(text: str, terms: Sequence[Term], *, limit: int = 10_000) -> tuple[Hit, ...]:
    """Return every place where a term stands, in order; a longer hit wins over one inside it.

    The text is cut and asked just as the index is, so what made the document answer is what is marked: the words
    that a wildcard or ``~`` meant, and of near words those that are near each other.
    limit: hits after which the search ends, so that one letter in a large file cannot fill a page.
    """
    if not terms or not text:
        return ()
    builder = StreamBuilder()
    builder.add(documents=[0], texts=[text])
    if not builder.tokens:
        return ()
    stream = Stream(builder.arrays())
    tokens = cut([text], passages=False)
    found: list[Hit] = []
    for number, term in enumerate(terms):
        for spans in hits_of(stream, term):
            starts, ends = tokens.starts[spans.begin].tolist(), tokens.ends[spans.end].tolist()
            found += [Hit(start, end, number) for start, end in zip(starts, ends, strict=True)]
    found.sort(key=lambda hit: (hit.start, -hit.end, hit.term))
    kept: list[Hit] = []
    reached = -1
    for hit in found:
        if hit.start >= reached:
            kept.append(hit)
            reached = hit.end
            if len(kept) >= limit:
                break
    return tuple(kept)


def passages_of(text: str, hits: Sequence[Hit], *, width: int = 160, most: int = 3) -> tuple[Passage, ...]:
    """Return up to ``most`` extracts of about ``width`` characters around hits, those with most terms first.

    The extracts come back in the order of the text and do not overlap. White space is shown as single blanks.
    """
    windows = _windows(text, hits, width)
    best = sorted(windows, key=lambda window: (-len({hit.term for hit in window[2]}), -len(window[2]), window[0]))
    chosen = sorted(best[:most], key=lambda window: window[0])
    return tuple(_passage(text, start, end, inside) for start, end, inside in chosen)


def marked(text: str, hits: Sequence[Hit]) -> tuple[Part, ...]:
    """Return the whole text cut at its hits, nothing lost: the parts joined are the text again."""
    parts: list[Part] = []
    at = 0
    for hit in hits:
        if hit.start > at:
            parts.append(Part(text[at : hit.start]))
        parts.append(Part(text[hit.start : hit.end], hit.term))
        at = hit.end
    if at < len(text):
        parts.append(Part(text[at:]))
    return tuple(parts)


def _windows(text: str, hits: Sequence[Hit], width: int) -> list[tuple[int, int, list[Hit]]]:
    windows: list[tuple[int, int, list[Hit]]] = []
    for hit in hits:
        if windows and hit.end <= windows[-1][1]:
            windows[-1][2].append(hit)
            continue
        floor = windows[-1][1] if windows else 0
        start = max(floor, hit.start - width // 4)
        end = max(min(len(text), start + width), hit.end)
        windows.append((_word_start(text, start, floor, hit.start), _word_end(text, end), [hit]))
    return windows


def _word_start(text: str, at: int, floor: int, ceiling: int) -> int:
    """Move a cut to the right, to the next beginning of a word, but not past the hit."""
    if at <= floor:
        return at
    moved = at
    while moved < ceiling and moved - at < 24 and text[moved - 1].isascii() and not text[moved - 1].isspace():
        moved += 1
    return moved


def _word_end(text: str, at: int) -> int:
    moved = at
    while moved < len(text) and moved - at < 24 and text[moved].isascii() and not text[moved].isspace():
        moved += 1
    return moved


def _passage(text: str, start: int, end: int, hits: Sequence[Hit]) -> Passage:
    parts: list[Part] = []
    at = start
    for hit in hits:
        if hit.start > at:
            parts.append(Part(_plain(text[at : hit.start])))
        parts.append(Part(_plain(text[hit.start : min(hit.end, end)]), hit.term))
        at = min(hit.end, end)
    if at < end:
        parts.append(Part(_plain(text[at:end])))
    return Passage(start, tuple(parts), before=start > 0, after=end < len(text))


def _plain(piece: str) -> str:
    words = " ".join(piece.split())
    lead = " " if piece[:1].isspace() and words else ""
    tail = " " if piece[-1:].isspace() and words else ""
    return f"{lead}{words}{tail}" if words else (" " if piece else "")
