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
    for block in (*old, *new):
        block.raw = block.raw or tostring(block.node, with_tail=False)
        spellings[b"".join(_WORDS.findall(block.raw))][block.canon.key(block.raw)].append(block)
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
        if one.block(before, raw) != two.block(after, other):
            return False
    return True


def _raws(body: Body) -> Iterable[bytes]:
    """Return the markup of the blocks of a body."""
    return body.raws if body.raws is not None else (tostring(node, with_tail=False) for node in body.nodes)
