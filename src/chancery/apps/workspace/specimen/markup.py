"""The small markup in which the authored papers are written, and its parser.

``# ``/``## `` headings, ``- `` list lines, ``| a | b |`` table rows, ``>> `` a line set to the right,
``---`` a page break, blank lines between paragraphs; inside a line ``**bold**``, ``{+inserted+}`` and
``{-deleted-}`` (tracked changes), ``~name~`` a signature; ``(seal)`` presses the house's seal over the lines above.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

SpanKind = Literal["plain", "bold", "inserted", "deleted", "signed"]
BlockKind = Literal["heading", "paragraph", "bullet", "table", "right", "break", "seal"]
_SPAN = re.compile(r"\*\*(.+?)\*\*|\{\+(.+?)\+\}|\{-(.+?)-\}|~(.+?)~", re.S)
_KINDS: tuple[SpanKind, ...] = ("bold", "inserted", "deleted", "signed")


@dataclass(frozen=True)
class Span:
    """A run of text with one appearance."""

    kind: SpanKind
    text: str


@dataclass(frozen=True)
class Block:
    """A paragraph-level piece of a paper. level: of a heading, 1 or 2. rows: of a table."""

    kind: BlockKind
    spans: tuple[Span, ...] = ()
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def parse_spans(*, line: str) -> tuple[Span, ...]:
    """Split one line into its runs."""
    spans: list[Span] = []
    place = 0
    for found in _SPAN.finditer(line):
        if found.start() > place:
            spans.append(Span("plain", line[place : found.start()]))
        index = next(i for i in (1, 2, 3, 4) if found.group(i) is not None)
        spans.append(Span(_KINDS[index - 1], found.group(index)))
        place = found.end()
    if place < len(line):
        spans.append(Span("plain", line[place:]))
    return tuple(spans)


def parse_blocks(*, text: str) -> tuple[Block, ...]:
    """Split a paper's text into blocks, in reading order."""
    blocks: list[Block] = []
    for piece in re.split(r"\n[ \t]*\n", text.strip("\n")):
        lines = [line.rstrip() for line in piece.splitlines() if line.strip()]
        if lines and all(line.startswith("|") for line in lines):
            rows = tuple(tuple(c.strip() for c in line.strip("|").split("|")) for line in lines)
            blocks.append(Block("table", rows=rows))
            continue
        flowing: list[str] = []
        for line in lines:
            special = _special(line=line)
            if special is None:
                flowing.append(line)
                continue
            blocks.extend(_paragraph(lines=flowing))
            flowing = []
            blocks.append(special)
        blocks.extend(_paragraph(lines=flowing))
    return tuple(blocks)


def plain_text(*, text: str) -> str:
    """Return the paper without markup, tracked insertions accepted and deletions dropped."""
    kept = re.sub(r"\{-.+?-\}", "", text, flags=re.S)
    kept = re.sub(r"\{\+(.+?)\+\}|\*\*(.+?)\*\*", lambda m: m.group(1) or m.group(2), kept, flags=re.S)
    return re.sub(r"^(#+|>>) ", "", kept, flags=re.M)


def _special(*, line: str) -> Block | None:
    if line == "---":
        return Block("break")
    if line == "(seal)":
        return Block("seal")
    for mark, level in (("## ", 2), ("# ", 1)):
        if line.startswith(mark):
            return Block("heading", parse_spans(line=line[len(mark) :]), level)
    if line.startswith("- "):
        return Block("bullet", parse_spans(line=line[2:]))
    if line.startswith(">> "):
        return Block("right", parse_spans(line=line[3:]))
    return None


def _paragraph(*, lines: list[str]) -> list[Block]:
    return [Block("paragraph", parse_spans(line="\n".join(lines)))] if lines else []
