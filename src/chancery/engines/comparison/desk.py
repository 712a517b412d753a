"""What every hand needs that writes a redline: author, ids, marks, what to do with nodes of the old file."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.diffing import Alphabet
from chancery.engines.comparison.names import (
    AUTHOR,
    CHANGES,
    COMMENTREF,
    DATE,
    DEL,
    ENDREF,
    FOOTREF,
    ID,
    INS,
    MARKERS,
    NUMID,
    PPR,
    RPR,
    RUN_MARKS,
    SECTPR,
    VAL,
    W14_URI,
    Element,
    R,
    W,
    local,
)

_PARAGRAPH_IDS: Final = (f"{{{W14_URI}}}paraId", f"{{{W14_URI}}}textId")
_COMMENT_IDS: Final = frozenset((COMMENTREF, W + "commentRangeStart", W + "commentRangeEnd"))
_PLACED_LATER: Final = frozenset((W + "headerReference", W + "footerReference"))
_OUTSIDE: Final = {
    PPR: frozenset((RPR, SECTPR)),
    SECTPR: frozenset((W + "headerReference", W + "footerReference")),
    W + "trPr": frozenset((INS, DEL)),
    W + "tcPr": frozenset((W + "cellIns", W + "cellDel", W + "cellMerge")),
    RPR: RUN_MARKS,
}


@dataclass(slots=True)
class Tally:
    """What was written. characters: visible ones inserted and deleted; kept, settled: revisions of others."""

    kinds: Counter[str] = field(default_factory=Counter)
    inserted_characters: int = 0
    deleted_characters: int = 0
    moved_characters: int = 0
    kept: int = 0
    settled: int = 0


@dataclass(slots=True)
class Desk:
    """State of one comparison.

    old, new: canonical readers of the two files. author, at: signature of the marks, time as ISO 8601 in UTC.
    relation: gives the id in the output for a relationship id of the old part at hand. numbers: list ids of the old
    file as the output has them. comments: likewise for comments. note: gives the output id of a note of the old file.
    """

    old: Canon
    new: Canon
    author: str
    at: str
    relation: Callable[[str], str]
    note: Callable[[str, str], str]
    numbers: dict[str, str] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    alphabet: Alphabet = field(default_factory=Alphabet)
    tally: Tally = field(default_factory=Tally)
    next_id: int = 1
    moves: int = 0
    paired_notes: list[tuple[str, str, str]] = field(default_factory=list)
    inserted_notes: list[tuple[str, str]] = field(default_factory=list)
    weave: Callable[[Element, Element], None] = lambda _old, _new: None
    paired_sections: list[tuple[Element | None, Element | None, Element]] = field(default_factory=list)
    known_ids: frozenset[str] = frozenset()
    kept_markers: frozenset[tuple[str, str]] = frozenset()
    bookmark_ids: dict[str, str] = field(default_factory=dict)

    def fresh(self) -> str:
        """Return an id that no revision or bookmark of either file has."""
        self.next_id += 1
        return str(self.next_id)

    def sign(self, node: Element, like: Element | None = None) -> Element:
        """Give a revision element its id, author and date; those of another revision when it carries on that one."""
        node.set(ID, self.fresh())
        if like is None:
            node.set(AUTHOR, self.author)
            node.set(DATE, self.at)
            self.tally.kinds[local(node.tag)] += 1
        else:
            node.set(AUTHOR, like.get(AUTHOR, ""))
            if like.get(DATE):
                node.set(DATE, like.get(DATE))
        return node

    def mark(self, tag: str, like: Element | None = None) -> Element:
        """Return a signed revision element."""
        return self.sign(etree.Element(tag), like)

    def bring(self, node: Element) -> Element:
        """Return a copy of a node of the old file that is at home in the output."""
        made = copy.deepcopy(node)
        made.tail = None
        self.adapt(made)
        return made

    def adapt(self, made: Element) -> None:
        """Lead the ids of a copied subtree to where they belong in the output."""
        for inner in made.iter():
            if not isinstance(inner.tag, str):
                continue
            if inner.tag in _PLACED_LATER:
                continue
            for name in list(inner.attrib):
                if name.startswith(R):
                    inner.set(name, self.relation(inner.get(name)))
                elif name in _PARAGRAPH_IDS and inner.get(name) in self.known_ids:
                    del inner.attrib[name]
            tag = inner.tag
            if tag == NUMID:
                inner.set(VAL, self.numbers.get(inner.get(VAL, ""), inner.get(VAL, "")))
            elif tag in (FOOTREF, ENDREF):
                inner.set(ID, self.note(tag, inner.get(ID, "")))
            elif tag in _COMMENT_IDS:
                inner.set(ID, self.comments.get(inner.get(ID, ""), inner.get(ID, "")))
            elif tag in MARKERS:
                inner.set(ID, self.bookmark_id(inner.get(ID, "")))

    def bookmark_id(self, ident: str) -> str:
        """Return the output id of a bookmark of the old file."""
        if ident not in self.bookmark_ids:
            self.bookmark_ids[ident] = self.fresh()
        return self.bookmark_ids[ident]

    def former(self, properties: Element | None) -> Element | None:
        """Return the properties as they were before the tracked change in them."""
        if properties is None:
            return None
        change = next((child for child in properties if child.tag in CHANGES), None)
        if change is None:
            return properties
        return change[0] if len(change) else etree.Element(properties.tag)

    def track(self, made: Element, old: Element | None, change: str) -> None:
        """Record in the properties of the output what they were in the old file.

        made: properties of the output, as in the new file. old: properties of the old file, None for none set.
        """
        existing = next((child for child in made if child.tag in CHANGES), None)
        now, then = self.new.properties(made), self.old.properties(self.former(old))
        if existing is not None:
            if self.new.properties(self.former(made)) == then:
                self.tally.kept += 1
                return
            made.remove(existing)
            self.tally.settled += 1
        if now == then:
            return
        theirs = None if old is None else next((child for child in old if child.tag in CHANGES), None)
        if theirs is not None and self.old.properties(old) == now:
            made.append(self.sign(self.bring(theirs), theirs))
            self.tally.kept += 1
            return
        made.append(self.change_of(old, made.tag, change))

    def change_of(self, old: Element | None, tag: str, change: str) -> Element:
        """Return a signed change element that holds the former properties of the old file."""
        node = etree.Element(change)
        if change != W + "tblGridChange":
            self.sign(node)
        else:
            node.set(ID, self.fresh())
            self.tally.kinds[local(change)] += 1
        inner = etree.SubElement(node, tag)
        former = self.former(old)
        if former is not None:
            left = _OUTSIDE.get(tag, frozenset())
            for child in former:
                if child.tag not in left and child.tag not in CHANGES:
                    inner.append(self.bring(child))
            for name, value in former.attrib.items():
                inner.set(name, value)
        return node

    def keep(self, *, old: Element, new: Element) -> None:
        """Note which sections end, and which notes are referred to, in blocks that stay as they are."""
        for one, two in zip(old.iter(SECTPR, FOOTREF, ENDREF), new.iter(SECTPR, FOOTREF, ENDREF), strict=False):
            if one.tag != SECTPR:
                self.paired_notes.append((one.tag, one.get(ID, ""), two.get(ID, "")))
            elif one.getparent() is not None and one.getparent().tag == PPR:
                self.paired_sections.append((one, two, two))
