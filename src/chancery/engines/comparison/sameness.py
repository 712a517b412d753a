"""Blocks told apart by their bytes where bytes are enough: canonical lines are made for the others only.

Markup of the same bytes, with the same lists behind its list ids, has the same canonical line, unless it leads out of
its file or holds what is tracked (then ``Canon.key`` is None). A text that stands in one spelling only needs no
canonical line to be found again: no other spelling can be the same as it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, Protocol

from lxml.etree import tostring

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.names import Element

_WORDS: Final = re.compile(rb"<w:(?:t|delText)(?: [^>]*[^/>])?>([^<]+)")
_SIGN: Final = "\x1d"


class Named(Protocol):
    """A block that can be named: its node, its reader, and what stands for it, empty when that is not known yet."""

    node: Element
    canon: Canon
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
        raw: bytes = tostring(block.node, with_tail=False)
        spellings[b"\0".join(_WORDS.findall(raw))][block.canon.key(raw)].append(block)
    for number, found in enumerate(spellings.values()):
        lone = len(found) == 1 and None not in found
        for blocks in found.values():
            for block in blocks:
                block.sign = f"{_SIGN}{number}" if lone else f" {block.line}"


def same_blocks(*, old: Sequence[Element], new: Sequence[Element], readers: tuple[Canon, Canon]) -> bool:
    """Whether two stories have the same number of blocks and every block is as the one in its place."""
    one, two = readers
    alike = one.numbers == two.numbers and one.package.odd == two.package.odd
    return len(old) == len(new) and all(
        _same(before, after, one, two, alike) for before, after in zip(old, new, strict=True)
    )


def _same(before: Element, after: Element, one: Canon, two: Canon, alike: bool) -> bool:
    raw, other = tostring(before, with_tail=False), tostring(after, with_tail=False)
    if raw == other:
        key = one.key(raw)
        if key is not None and (alike or key == two.key(other)):
            return True
    return one.story([before]) == two.story([after])
