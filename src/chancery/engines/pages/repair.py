"""The repair queue: which lines and pages a person should look at, and what the person's answer does to the text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chancery.engines.pages.order import reading_rows
from chancery.engines.pages.recognised import LOW_CONFIDENCE, LOW_LETTER, NOISE_CONFIDENCE, Box, Line, RecognisedPage
from chancery.foundation.errors import Refused
from chancery.foundation.evidence import Reason


class RepairRefused(Refused):
    """A repair that does not fit the page. Codes: page_unknown, line_unknown, line_changed, box_invalid."""

    code = "repair_refused"


@dataclass(frozen=True, slots=True)
class RepairItem:
    """One thing to look at. line: index into the lines of the page, None for the page as a whole. cost: letters that
    may be wrong, (1 − confidence) × letters; the queue is ordered by it."""

    page: int
    line: int | None
    text: str
    confidence: float
    box: Box
    cost: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Repair:
    """What a person says a line reads. line: None adds a line at ``box``. read: the text that it replaces, so that a
    repair of a page that was read again is noticed. text: empty for a line that is no text. by, at: who and when."""

    page: int
    line: int | None
    read: str
    text: str
    by: str
    at: datetime
    box: Box = (0.0, 0.0, 1.0, 1.0)


def repair_queue(
    *,
    pages: Sequence[RecognisedPage],
    threshold: float = LOW_CONFIDENCE,
    letter_threshold: float = LOW_LETTER,
    page_share: float = 0.5,
) -> tuple[RepairItem, ...]:
    """Return what a person should look at, dearest first.

    threshold: lines below this confidence; letter_threshold: lines whose least certain letter is below this.
    page_share: a page on which at least this share of the lines, and four of them, lie below ``threshold`` is one item
    of its own and its lines are not listed singly; so is a page on which nothing was read. What a person has repaired
    is not asked again.
    """
    items: list[RepairItem] = []
    for page in pages:
        machine = [line for line in page.lines if line.text and line.read_by == "machine"]
        low = [line for line in machine if line.confidence < threshold]
        if not any(line.text for line in page.lines):
            reason = Reason("page_silent", "Nothing could be read on page %(page)s.", {"page": page.number})
            items.append(_whole(page, reason))
        elif len(low) >= 4 and len(low) >= page_share * len(machine):
            params = {"page": page.number, "low": len(low), "lines": len(machine)}
            reason = Reason("page_doubtful", "%(low)s of %(lines)s lines on page %(page)s are doubtful.", params)
            items.append(_whole(page, reason))
        else:
            for index, line in enumerate(page.lines):
                asked = line.confidence < threshold or line.least < letter_threshold
                if line.text and line.read_by == "machine" and asked:
                    items.append(_single(page, index, threshold))
    return tuple(sorted(items, key=lambda item: (-item.cost, item.page, item.line if item.line is not None else -1)))


def _whole(page: RecognisedPage, reason: Reason) -> RepairItem:
    cost = sum((1 - line.confidence) * max(1, len(line.text)) for line in page.lines) or 1.0
    return RepairItem(page.number, None, page.text, page.confidence, (0.0, 0.0, 1.0, 1.0), cost, reason)


def _single(page: RecognisedPage, index: int, threshold: float) -> RepairItem:
    line = page.lines[index]
    params = {"page": page.number, "confidence": f"{line.confidence:.2f}", "threshold": f"{threshold:.2f}"}
    if line.confidence < NOISE_CONFIDENCE:
        reason = Reason("line_noise", "A line on page %(page)s (%(confidence)s) was left out of the text.", params)
    elif line.confidence >= threshold:
        params["confidence"] = f"{line.least:.2f}"
        reason = Reason("letter_doubtful", "A letter on page %(page)s has only %(confidence)s.", params)
    else:
        reason = Reason("line_doubtful", "A line on page %(page)s has %(confidence)s, below %(threshold)s.", params)
    cost = (1 - line.confidence) * max(1, len(line.text))
    return RepairItem(page.number, index, line.text, line.confidence, line.box, cost, reason)


def merged(*, pages: Sequence[RecognisedPage], repairs: Iterable[Repair]) -> tuple[RecognisedPage, ...]:
    """Return the pages with a person's repairs: confidence 1, ``read_by`` person; other lines stay as they were.

    The same repairs again change nothing. Two different repairs of one line: the later ``at`` holds. Raises
    RepairRefused where a page or line is not there, or no longer reads what the person saw (line_changed).
    """
    held = {page.number: page for page in pages}
    for repair in sorted(repairs, key=lambda one: one.at):
        if repair.page not in held:
            raise RepairRefused("There is no page %(page)s.", code="page_unknown", page=repair.page)
        page = held[repair.page]
        held[repair.page] = _added(page, repair) if repair.line is None else _replaced(page, repair, repair.line)
    return tuple(held[page.number] for page in pages)


def _replaced(page: RecognisedPage, repair: Repair, index: int) -> RecognisedPage:
    if not 0 <= index < len(page.lines):
        raise RepairRefused("Page %(page)s has no line %(line)s.", code="line_unknown", page=page.number, line=index)
    line = page.lines[index]
    if line.read_by == "machine" and line.text != repair.read:
        raise RepairRefused(
            "Line %(line)s of page %(page)s no longer reads what was repaired.",
            code="line_changed",
            page=page.number,
            line=index,
        )
    fixed = replace(line, text=" ".join(repair.text.split()), confidence=1.0, least=1.0, read_by="person")
    return replace(page, lines=(*page.lines[:index], fixed, *page.lines[index + 1 :]))


def _added(page: RecognisedPage, repair: Repair) -> RecognisedPage:
    left, top, right, bottom = repair.box
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise RepairRefused("The place of a new line lies outside page %(page)s.", code="box_invalid", page=page.number)
    fresh = Line(" ".join(repair.text.split()), 1.0, repair.box, read_by="person")
    if fresh in page.lines:
        return page
    lines = (*page.lines, fresh)
    return replace(page, lines=lines, rows=_with_row(page, lines))


def _with_row(page: RecognisedPage, lines: tuple[Line, ...]) -> tuple[tuple[int, ...], ...]:
    """Place a new line: on an upright page in the order of reading, else at the end."""
    if page.turn or abs(page.skew) > 1:
        return (*page.rows, (len(lines) - 1,))
    return reading_rows(boxes=[line.box for line in lines])
