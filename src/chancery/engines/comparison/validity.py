"""Validity of tracked changes in a file, where word processors refuse or repair it otherwise."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from typing import Any, Final

from lxml import etree

from chancery.engines.comparison.names import (
    DEL,
    DELTEXT,
    ID,
    INS,
    MC,
    MOVE_RANGES,
    MOVEFROM,
    MOVETO,
    NAME,
    R_URI,
    REVISIONS,
    RPR,
    RUN,
    RUN_MARKS,
    TBL,
    TC,
    TCPR,
    TEXT,
    TR,
    TXBX,
    Element,
    P,
    W,
    local,
)
from chancery.engines.comparison.package import Package
from chancery.engines.comparison.resolution import story_parts

_NAMED: Final = re.compile(rb"""\w+\s*=\s*["']([^"'<]*)["']""")
_LINKS: Final = etree.XPath("//@*[namespace-uri() = $space]", smart_strings=False)
_REMOVED: Final = frozenset((DEL, MOVEFROM))
_ADDED: Final = frozenset((INS, MOVETO))


@dataclass(frozen=True, slots=True)
class Defect:
    """A fault in the markup of one part. rule: stable word; count: how often."""

    part: str
    rule: str
    count: int


def defects_of(*, package: Package, only: frozenset[str] | None = None) -> Iterator[Defect]:
    """Yield the faults of the markup of all story parts, or of some."""
    for part in story_parts(package):
        if only is not None and part not in only:
            continue
        root = package.look(part)
        found: Counter[str] = Counter()
        _marks(root, found)
        _tables(root, found)
        _ranges(root, found)
        _relations(package, part, root, found)
        for rule, count in sorted(found.items()):
            yield Defect(part, rule, count)


def _marks(root: Element, found: Counter[str]) -> None:
    """Text kept as deleted text exactly in deletions; no mark inside one of its kind; ids used once."""
    idents: Counter[str] = Counter()
    for node in root.iter(*REVISIONS):
        if node.tag not in MOVE_RANGES and node.get(ID) is not None:
            idents[node.get(ID)] += 1
    found["revision_id_repeated"] += sum(1 for count in idents.values() if count > 1)
    for mark in root.iter(*RUN_MARKS):
        if mark.getparent().tag == RPR or len(mark) == 0:
            continue
        group = _REMOVED if mark.tag in _REMOVED else _ADDED
        for up in mark.iterancestors():
            if up.tag in (P, TXBX):
                break
            if up.tag in group:
                found["mark_in_mark"] += 1
        if mark.tag == DEL:
            for run in mark.iter(RUN):
                inside = next(run.iterancestors(DEL, TXBX), None)
                if inside is not None and inside.tag == DEL and run.find(TEXT) is not None:
                    found["text_in_deletion"] += 1
    for text in root.iter(DELTEXT):
        if next(text.iterancestors(DEL), None) is None:
            found["deleted_text_outside"] += 1
    found += Counter()
    for rule in [rule for rule, count in found.items() if not count]:
        del found[rule]


def _tables(root: Element, found: Counter[str]) -> None:
    for table in root.iter(TBL):
        if next(table.iter(TR), None) is None:
            found["table_without_row"] += 1
    for cell in root.iter(TC):
        last = next(
            (
                child
                for child in reversed(cell)
                if local(str(child.tag)) not in ("bookmarkEnd", "moveFromRangeEnd", "moveToRangeEnd")
            ),
            None,
        )
        if last is None or last.tag in (TCPR, TBL):
            found["cell_without_paragraph"] += 1


def _ranges(root: Element, found: Counter[str]) -> None:
    """Starts and ends of moves and bookmarks meet; a move has both ends under one name."""
    names: dict[str, set[str]] = {"moveFrom": set(), "moveTo": set()}
    for kind in ("moveFromRange", "moveToRange", "bookmark", "commentRange"):
        starts = Counter(node.get(ID) for node in root.iter(f"{W}{kind}Start"))
        ends = Counter(node.get(ID) for node in root.iter(f"{W}{kind}End"))
        if kind.startswith("move") and starts != ends:
            found["move_range_unpaired"] += 1
        shown = Counter(node.get(ID) for node in root.iter(f"{W}{kind}Start") if _shown(node))
        if kind == "bookmark" and any(count > 1 for count in shown.values()):
            found["bookmark_id_repeated"] += 1
    for kind, seen in names.items():
        seen.update(node.get(NAME, "") for node in root.iter(f"{W}{kind}RangeStart"))
    if names["moveFrom"] != names["moveTo"]:
        found["move_without_partner"] += 1


def _shown(node: Element) -> bool:
    """Whether a node is not the second form of an object, which repeats the ids of the first."""
    return next(node.iterancestors(f"{MC}Fallback"), None) is None


def _named(data: bytes) -> Iterator[bytes]:
    """Yield the values of the attributes that lead to a relationship, as they are spelt."""
    for before, after in pairwise(data.split(b"r:")):
        found = _NAMED.match(after) if before[-1:].isspace() else None
        if found is not None:
            yield found[1]


def _relations(package: Package, part: str, root: Element, found: Counter[str]) -> None:
    known = package.relations_of(part)
    links: Any = _LINKS(root, space=R_URI) if package.odd else _named(package.parts[part])
    for value in links:
        relation = known.get(unescape(value if isinstance(value, str) else value.decode("utf-8", "replace")))
        if value and (relation is None or not (relation.external or relation.target in package.parts)):
            found["relation_missing"] += 1
