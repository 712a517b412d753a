"""Compare two plain texts as word-processor files are compared, and show the difference without a word processor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from lxml import etree

from chancery.engines.comparison.alignment import Group, align, blocks_of, find_moves
from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.desk import Desk
from chancery.engines.comparison.diffing import Step
from chancery.engines.comparison.entries import steps_of
from chancery.engines.comparison.names import BODY, RUN, TEXT, P
from chancery.engines.comparison.package import Package
from chancery.foundation.errors import Refused

MAX_TEXT: Final = 16_000_000
_UNSAFE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SIGNS: Final = {
    "same": ("", ""),
    "deleted": ("[-", "-]"),
    "inserted": ("{+", "+}"),
    "moved_from": ("[<", "<]"),
    "moved_to": ("{>", ">}"),
}
_STYLE: Final = (
    "body{font:16px/1.6 serif;max-width:46em;margin:2em auto;padding:0 1em;color:#1a1a1a;background:#fff}"
    "del{color:#a4262c}ins{color:#0b5a2b}del.moved,ins.moved{color:#3a3a8c;text-decoration-style:double}"
    "p{margin:.4em 0;white-space:pre-wrap}"
)


class TextTooLarge(Refused):
    """A text beyond what is compared."""

    code = "too_large"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one kind: same, deleted, inserted, moved_from or moved_to."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class TextRedline:
    """Two texts as one: paragraphs of segments. Characters: those put in, taken out and moved."""

    paragraphs: tuple[tuple[Segment, ...], ...]

    def characters(self, kind: str) -> int:
        """Return the number of characters in segments of a kind, ends of paragraphs not counted."""
        return sum(
            len(segment.text.replace("\n", "")) for line in self.paragraphs for segment in line if segment.kind == kind
        )

    def side(self, *, accepted: bool) -> str:
        """Return the new text (accepted) or the old one, with one line feed behind every paragraph."""
        left = {"deleted", "moved_from"} if accepted else {"inserted", "moved_to"}
        return "".join(segment.text for line in self.paragraphs for segment in line if segment.kind not in left)


def compare_texts(*, old: str, new: str) -> TextRedline:
    """Compare two texts; every line is a paragraph. Refused (``too_large``): more than 16 million characters."""
    if max(len(old), len(new)) > MAX_TEXT:
        raise TextTooLarge("A text longer than %(limit)s characters is not compared.", limit=MAX_TEXT)
    canons = [Canon(Package({}), "") for _side in range(2)]
    desk = Desk(
        old=canons[0], new=canons[1], author="", at="", relation=lambda ident: ident, note=lambda _tag, ident: ident
    )
    sides = [blocks_of(nodes=list(_body(text)), canon=canon) for text, canon in zip((old, new), canons, strict=True)]
    groups = align(old=sides[0], new=sides[1], alphabet=desk.alphabet)
    find_moves(groups=groups, start=1)
    return TextRedline(tuple(line for group in groups for line in _lines(group, desk)))


def clean(text: str) -> str:
    """Return a text with line feeds only, one behind the last line, and no control characters."""
    lines = _UNSAFE.sub("\ufffd", text.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    return "".join(f"{line}\n" for line in lines)


def _body(text: str) -> etree._Element:
    """Return a text as paragraphs of one run."""
    body = etree.Element(BODY)
    for line in clean(text).split("\n")[:-1]:
        run = etree.SubElement(etree.SubElement(body, P), RUN)
        etree.SubElement(run, TEXT).text = line
    return body


def _lines(group: Group, desk: Desk) -> Iterator[tuple[Segment, ...]]:
    """Yield the paragraphs of a group."""
    if group.equal:
        text = "".join(group.new[0].node.itertext())
        yield (Segment("same", text + "\n"),)
        return
    line: list[tuple[str, str]] = []
    for step in steps_of(group=group, desk=desk):
        token = step.new if step.new is not None else step.old
        if token is None:
            continue
        kind = _kind(step, bool(group.move))
        line.append((kind, "\n" if token.mark is not None else token.key))
        if token.mark is not None:
            yield _joined(line)
            line = []


def _kind(step: Step, moved: bool) -> str:
    if step.old is not None and step.new is not None:
        return "same"
    if step.new is None:
        return "moved_from" if moved else "deleted"
    return "moved_to" if moved else "inserted"


def _joined(pieces: Sequence[tuple[str, str]]) -> tuple[Segment, ...]:
    made: list[Segment] = []
    for kind, text in pieces:
        if made and made[-1].kind == kind:
            made[-1] = Segment(kind, made[-1].text + text)
        else:
            made.append(Segment(kind, text))
    return tuple(made)


def marked(*, redline: TextRedline) -> str:
    """Return the redline as plain text: [-deleted-], {+inserted+}, [<moved away<], {>moved here>}, ¶ for line ends."""
    made: list[str] = []
    for line in redline.paragraphs:
        for segment in line:
            before, after = _SIGNS[segment.kind]
            text = segment.text if segment.kind == "same" else segment.text.replace("\n", "¶")
            made.append(f"{before}{text}{after}")
        if line and line[-1].kind != "same":
            made.append("\n")
    return "".join(made)


def as_html(*, redline: TextRedline, title: str) -> str:
    """Return the redline as one HTML page without scripts."""
    tags = {
        "same": ("", ""),
        "deleted": ("<del>", "</del>"),
        "inserted": ("<ins>", "</ins>"),
        "moved_from": ('<del class="moved">', "</del>"),
        "moved_to": ('<ins class="moved">', "</ins>"),
    }
    lines: list[str] = []
    for line in redline.paragraphs:
        inner = "".join(
            f"{tags[one.kind][0]}{escape(one.text.rstrip(chr(10)) or '¶' * (one.kind != 'same'))}{tags[one.kind][1]}"
            for one in line
        )
        lines.append(f"<p>{inner}</p>")
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>\n" + "\n".join(lines) + "\n</body></html>\n"
    )
