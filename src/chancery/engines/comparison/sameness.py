"""Blocks told apart by their bytes where bytes are enough: canonical lines are made for the others only.

Markup of the same bytes, with the same lists behind its list ids, has the same canonical line, unless it leads out of
its file or holds what is tracked (then ``Canon.key`` is None). A text that stands in one spelling only needs no
canonical line to be found again: no other spelling can be the same as it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from lxml.etree import tostring

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.names import Element

_WORDS: Final = re.compile(rb"<w:(?:t|delText)(?: [^>]*[^/>])?>([^<]+)")
_SIGN: Final = "\x1d"
_LIGHT: Final = re.compile(rb"<w:(?:bookmarkStart|bookmarkEnd|proofErr|lastRenderedPageBreak)(?: [^>]*)?/>")
_EMPTY: Final = (b"<w:t/>", b'<w:t xml:space="preserve"/>', b"<w:rPr/>", b"<w:r/>")


class Named(Protocol):
    """A block that can be named: its node and reader, its serialised markup and what stands for it once known."""

    node: Element
    canon: Canon
    raw: bytes
    sign: str

    @property
    def line(self) -> str:
        """Canonical text of the block."""
        ...


def name_blocks(*, old: Sequence[Named], new: Sequence[Named]) -> None:
    """Give every block of two stories a sign, the same exactly where their canonical lines are the same.

    Blocks that have a sign are left alone: it is that of an earlier call with the same two stories.
    """
    if all(block.sign for block in (*old, *new)):
        return
    spellings: dict[bytes, dict[bytes | None, list[Named]]] = defaultdict(lambda: defaultdict(list))
    texts: dict[bytes, bytes] = {}
    for block in (*old, *new):
        raw = block.raw = block.raw or tostring(block.node, with_tail=False)
        text = texts.get(raw)
        if text is None:
            text = texts[raw] = b"".join(_WORDS.findall(raw))
        spellings[text][block.canon.key(raw)].append(block)
    for number, found in enumerate(spellings.values()):
        lone = len(found) == 1 and None not in found
        for blocks in found.values():
            for block in blocks:
                block.sign = f"{_SIGN}{number}" if lone else f" {block.line}"


@dataclass(frozen=True, slots=True)
class Body:
    """What stands in the body of a file: its nodes, and their markup where it is serialised already."""

    canon: Canon
    nodes: tuple[Element, ...]
    raws: tuple[bytes, ...] | None


def same_blocks(*, old: Body, new: Body) -> bool:
    """Whether two bodies have the same number of blocks and every block is as the one in its place."""
    one, two = old.canon, new.canon
    alike = one.numbers == two.numbers and one.package.odd == two.package.odd
    if len(old.nodes) != len(new.nodes):
        return False
    pairs = zip(old.nodes, new.nodes, _raws(old), _raws(new), strict=True)
    for before, after, raw, other in pairs:
        if raw == other:
            key = one.key(raw)
            if key is not None and (alike or key == two.key(other)):
                continue
        elif (
            (alike or b"numId" not in raw)
            and (said := _said(raw)) is not None
            and said == _said(other)
            and not (one.key(raw) is None or two.key(other) is None)
        ):
            continue
        if one.block(before, raw) != two.block(after, other):
            return False
    return True


def _said(raw: bytes) -> bytes | None:
    """Return the properties of a paragraph and what its runs of one format hold, one behind the other.

    None for any other block and for a paragraph that holds more than runs. Two paragraphs of one context for which it
    is the same have the same canonical line, for that is blind to what is left out here.
    """
    if not raw.startswith((b"<w:p ", b"<w:p>")):
        return None
    inner = _LIGHT.sub(b"", raw).partition(b">")[2]
    for empty in _EMPTY:
        inner = inner.replace(empty, b"")
    inner = inner.replace(b'<w:t xml:space="preserve">', b"<w:t>")
    properties = b""
    if inner.startswith(b"<w:pPr>"):
        properties, _end, inner = inner.partition(b"</w:pPr>")
    *runs, last = inner.split(b"</w:r>")
    found = [properties]
    former = None
    for run in runs:
        head, _end, content = run.partition(b">")
        if head != b"<w:r" and not head.startswith(b"<w:r w:rsid"):
            return None
        form = b""
        if content.startswith(b"<w:rPr>"):
            form, _end, content = content.partition(b"</w:rPr>")
        if b"<w:rPr" in content:
            return None
        if content and form != former:
            found += (b"\0", form, b"\1")
            former = form
        found.append(content)
    return b"".join(found).replace(b"</w:t><w:t>", b"") if last == b"</w:p>" else None


def _raws(body: Body) -> Iterable[bytes]:
    """Return the markup of the blocks of a body."""
    return body.raws if body.raws is not None else (tostring(node, with_tail=False) for node in body.nodes)
