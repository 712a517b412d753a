"""Tracked changes in a tree: which there are, by whom, and which of them a choice takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from chancery.engines.comparison.names import (
    AUTHOR,
    CELLDEL,
    CELLINS,
    CELLMERGE,
    CHANGES,
    CUSTOM_RANGES,
    DATE,
    DEL,
    ID,
    INS,
    MARKERS,
    MOVE_RANGES,
    MOVEFROM,
    MOVETO,
    NUMBERINGCHANGE,
    REVISIONS,
    TRPR,
    Element,
    local,
)
from chancery.foundation.errors import Refused

KINDS: Final = {
    INS: "insertion",
    DEL: "deletion",
    MOVEFROM: "move_from",
    MOVETO: "move_to",
    CELLINS: "cell_insertion",
    CELLDEL: "cell_deletion",
    CELLMERGE: "cell_merge",
    NUMBERINGCHANGE: "numbering",
}
LIGHT: Final = MARKERS | MOVE_RANGES
Picked: TypeAlias = Callable[[Element], bool]


class BadChoice(Refused):
    """A choice of revisions that cannot be understood."""

    code = "bad_choice"


@dataclass(frozen=True, slots=True)
class Revision:
    """One tracked change. date: as the file has it, usually ISO 8601 in UTC; text: the first words it covers."""

    part: str
    kind: str
    id: str
    author: str
    date: str
    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Which revisions to resolve: all by default, else those that meet every given condition.

    authors: exact names. ids: ``w:id`` values. since, until: inclusive ISO 8601 days (YYYY-MM-DD) compared with the
    first ten characters of the revision's date; a revision without a date meets no limit of time.
    """

    authors: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    since: str = ""
    until: str = ""

    @property
    def everything(self) -> bool:
        """Whether no condition is set."""
        return not (self.authors or self.ids or self.since or self.until)

    def takes(self, node: Element) -> bool:
        """Whether the choice takes a revision element."""
        if self.authors and node.get(AUTHOR, "") not in self.authors:
            return False
        if self.ids and node.get(ID, "") not in self.ids:
            return False
        if self.since or self.until:
            day = node.get(DATE, "")[:10]
            return bool(day) and (not self.since or day >= self.since) and (not self.until or day <= self.until)
        return True


def kind_of(node: Element) -> str:
    """Return the plain word for a revision element."""
    if node.tag in CHANGES:
        return "format"
    if node.tag in CUSTOM_RANGES:
        return "content_control"
    parent = node.getparent()
    if parent is not None and parent.tag == TRPR:
        return "row_insertion" if node.tag == INS else "row_deletion"
    return KINDS[node.tag]


def range_of(node: Element) -> tuple[str, Element | None]:
    """Return whether the tags of a content control are tracked as inserted or deleted, and the mark that says so."""
    before = node.getprevious()
    while before is not None and before.tag in LIGHT:
        before = before.getprevious()
    if before is None or before.tag not in CUSTOM_RANGES or not before.tag.endswith("Start"):
        return "", None
    return ("ins" if "Ins" in before.tag or "MoveTo" in before.tag else "del"), before


def revisions_of(*, root: Element, part: str) -> Iterator[Revision]:
    """Yield the revisions of one part in document order."""
    for node in root.iter(*REVISIONS):
        text = "".join(inner.text or "" for inner in node.iter() if local(str(inner.tag)) in ("t", "delText"))
        yield Revision(
            part=part,
            kind=kind_of(node),
            id=node.get(ID, ""),
            author=node.get(AUTHOR, ""),
            date=node.get(DATE, ""),
            text=text[:80] if node.tag not in CHANGES else "",
        )
