"""A mail body cut into what its author wrote and what he quoted, one segment for each mail in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from chancery.engines.text.threads.headers import QuotedHeader, read_attribution, read_header
from chancery.engines.text.threads.labels import (
    ATTRIBUTION_LINES,
    ATTRIBUTION_WORDS,
    BLOCK,
    CANDIDATE,
    COLON_AT_END,
    NOTES,
    NOTES_LINES,
    NUMERIC_DATE,
    QUOTED_LINE,
    SEPARATOR,
    WIDE_COLON_AT_END,
    WROTE,
)
from chancery.engines.text.threads.marks import groupwise, rare_marks
from chancery.foundation.evidence import Span

_DEEPEST = 20  # levels of quotation marks told apart
_LETTERS = re.compile(r"[^\W_]+")
_NOBODY = QuotedHeader()
_SMALL = bytes(range(256)).lower()
_NO_LETTERS = bytes(each for each in range(128) if not chr(each).isalnum())


@dataclass(frozen=True, slots=True)
class Segment:
    """One mail inside a body; the first is the author's own, the others are quoted, newest first.

    text: without quotation marks. spans: where it stands in the body. header: None for the author's own and
    where the quotation names nobody.
    """

    text: str
    spans: tuple[Span, ...]
    header: QuotedHeader | None = None

    def letters(self) -> str:
        """Return the text as compared: its letters and digits alone, in small letters."""
        return letters_of(self.text)


@dataclass(slots=True)
class _Draft:
    header: QuotedHeader | None
    pieces: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Boundary:
    """The lines that mark a quoted mail, from start to end, and what they say of it."""

    start: int
    end: int
    header: QuotedHeader
    by_attribution: bool


@dataclass(frozen=True, slots=True)
class _View:
    """A text made of pieces of the body: where each piece begins in the one and in the other."""

    text: str
    starts: tuple[int, ...] = (0,)
    origins: tuple[int, ...] = (0,)

    def spans(self, start: int, end: int) -> list[Span]:
        """Return where the characters from start to end stand in the body."""
        starts, place = self.starts, max(0, bisect_right(self.starts, start) - 1)
        if place + 1 == len(starts) or end <= starts[place + 1]:  # in one piece, as nearly always
            moved = self.origins[place] - starts[place]
            end = min(end, len(self.text))
            return [Span(start + moved, end + moved)] if start < end else []
        found = []
        for here in range(place, len(starts)):
            begin = starts[here]
            if begin >= end:
                break
            stop = starts[here + 1] if here + 1 < len(starts) else len(self.text)
            first, last = max(start, begin), min(end, stop)
            if first < last:
                moved = self.origins[here] - begin
                found.append(Span(first + moved, last + moved))
        return found


def letters_of(text: str) -> str:
    """Return letters and digits alone, in small letters: wrapping, marks and white space do not count."""
    if text.isascii():
        return text.encode().translate(_SMALL, _NO_LETTERS).decode()
    return "".join(_LETTERS.findall(text)).casefold()


def segments_of(*, text: str) -> tuple[Segment, ...]:
    """Return the segments of a mail body; there is at least one, and it may be empty.

    Known are separator lines, header blocks of Outlook and Notes, lines of attribution and quotation marks, in
    English, Chinese and some other languages. Any text will do.
    """
    drafts: list[_Draft] = []
    _cut(_View(text), None, drafts, 0)
    return tuple(
        Segment("".join(each.pieces), tuple(each.spans), each.header)
        for place, each in enumerate(drafts)
        if place == 0 or each.header is not None or any(_LETTERS.search(piece) for piece in each.pieces)
    )


def _cut(view: _View, header: QuotedHeader | None, drafts: list[_Draft], depth: int) -> None:
    """Append the segments of a view; the first one has the header given."""
    here = _Draft(header)
    drafts.append(here)
    at = 0
    attributed: QuotedHeader | None = None
    for mark in [*_boundaries(view.text), _Boundary(len(view.text), len(view.text), _NOBODY, False)]:
        quoted = _own(view, at, mark.start, here, every=depth >= _DEEPEST)
        if quoted.text:
            _cut(quoted, attributed, drafts, depth + 1)
        at, attributed = mark.end, None
        if mark.by_attribution and QUOTED_LINE.match(view.text, _first_line(view.text, at)):
            attributed = mark.header
        elif mark.header is not _NOBODY:
            here = _Draft(mark.header)
            drafts.append(here)


def _own(view: _View, start: int, end: int, here: _Draft, *, every: bool) -> _View:
    """Add the unquoted lines of a region, or every line, to the segment; return the others with one mark less."""
    if every or ">" not in view.text[start:end]:
        _add(view, start, end, here)
        return _View("")
    pieces: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    length, at = 0, start
    moved = view.origins[0] - view.starts[0] if len(view.starts) == 1 else None
    for line in QUOTED_LINE.finditer(view.text, start, end):
        begin = line.start()
        if at < begin:
            _add(view, at, begin, here)
        inner, at = line.span(1)
        if moved is None:
            for span in view.spans(inner, at):
                starts.append(length)
                origins.append(span.start)
                length += span.end - span.start
        elif inner < at:
            starts.append(length)
            origins.append(inner + moved)
            length += at - inner
        pieces.append(line[1])
    _add(view, at, end, here)
    return _View("".join(pieces), tuple(starts), tuple(origins))


def _add(view: _View, start: int, end: int, here: _Draft) -> None:
    if start < end and not (piece := view.text[start:end]).isspace():
        here.pieces.append(piece)
        here.spans += view.spans(start, end)


def _first_line(text: str, at: int) -> int:
    """Return the start of the first line at or after a place that is not blank."""
    while at < len(text):
        end = text.find("\n", at)
        if end < 0 or (end > at and not text[at:end].isspace()):
            return at
        at = end + 1
    return at


def _boundaries(text: str) -> list[_Boundary]:
    """Return where quoted mails begin, in order; marking lines that follow each other are one boundary."""
    found: list[_Boundary] = []
    for start, is_wrote in _candidates(text):
        if found and start < found[-1].end:
            continue
        if is_wrote:
            here = _attribution(text, start)
        else:
            marked = SEPARATOR.match(text, start)
            after = marked.end() if marked else start
            header, end = read_header(text=text, at=after)
            if end <= start:
                continue
            here = _Boundary(start, end, header, False)
        previous = found[-1] if found else None
        if previous and not _LETTERS.search(text, previous.end, here.start):
            found[-1] = _Boundary(
                previous.start,
                here.end,
                here.header.or_else(previous.header),
                here.by_attribution or previous.by_attribution,
            )
        else:
            found.append(here)
    return found


def _attribution(text: str, start: int) -> _Boundary:
    """Return the boundary that a line of attribution is."""
    if wise := groupwise(text, start):
        return _Boundary(start, wise[1], wise[0], True)
    wrote = WROTE.match(text, start)
    end = wrote.end() if wrote else start
    return _Boundary(start, end, read_attribution(line=text[start:end]), True)


def _candidates(text: str) -> list[tuple[int, bool]]:
    """Return the lines at which a boundary may begin, and whether as a line of attribution."""
    found: set[tuple[int, bool]] = set(rare_marks(text))
    led = "\n" + text  # a pattern that begins with a line end is searched for several times as fast
    for match in CANDIDATE.finditer(led):
        start = match.start()
        if match["dashes"]:
            if SEPARATOR.match(text, start):
                found.add((start, False))
        elif match["sender"] and BLOCK.match(text, start):
            found.add((start, False))
        else:
            lines = list(_lines_above(text, start, NOTES_LINES))
            if lines and NUMERIC_DATE.search(text, lines[-1], start):
                above = next((line for line in lines if _notes_to(text, line, start)), None)
                if above is not None:
                    found.add((above, False))
    for start in _attributed(text):
        lines = [start, *_lines_above(text, start, ATTRIBUTION_LINES - 1)]
        above = next((line for line in lines if (wrote := WROTE.match(text, line)) and wrote.end() > start), None)
        if above is not None:
            found.add((above, True))
    return sorted(found)


def _attributed(text: str) -> Iterator[int]:
    """Yield the starts of lines with a word of attribution that end in a colon."""
    for pattern in (COLON_AT_END,) if text.isascii() else (COLON_AT_END, WIDE_COLON_AT_END):
        for match in pattern.finditer(text):
            start = text.rfind("\n", 0, match.start()) + 1
            line = text[start : match.start()]
            for word in ATTRIBUTION_WORDS:
                if word in line:
                    yield start
                    break


def _notes_to(text: str, line: int, to: int) -> bool:
    """Tell whether a Notes header begins at a line and has its first label at the other."""
    match = NOTES.match(text, line)
    return match is not None and to < match.end() and "\n" not in text[to : match.end()]


def _lines_above(text: str, start: int, most: int) -> Iterator[int]:
    """Yield the starts of the lines above one, nearest first."""
    for _ in range(most):
        if start <= 0:
            return
        start = text.rfind("\n", 0, start - 1) + 1
        yield start
