"""Resolve the tracked changes of a file: every story part, with the notes and comments that go with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from chancery.engines.comparison.names import (
    COMMENTREF,
    ENDREF,
    FOOTREF,
    ID,
    REVISIONS,
    Element,
    W,
)
from chancery.engines.comparison.package import Package, read_package, write_package, xml_bytes
from chancery.engines.comparison.resolving import Outcome, resolve_tree
from chancery.engines.comparison.revisions import Choice, Revision, revisions_of

STORIES: Final = ("footnotes", "endnotes", "comments", "header", "footer", "styles", "numbering", "glossaryDocument")
_NOTES: Final = ((FOOTREF, "footnotes", W + "footnote"), (ENDREF, "endnotes", W + "endnote"))


@dataclass(frozen=True, slots=True)
class Resolution:
    """A file with revisions resolved. resolved, remaining: numbers of revision elements. suffix: ending of its name."""

    data: bytes
    resolved: int
    remaining: int
    suffix: str
    by_author: dict[str, int]


def story_parts(package: Package) -> list[str]:
    """Return the names of the parts that can hold tracked changes, the main document first."""
    main = package.main()
    found = [main]
    for source in (main, package.related(main, "glossaryDocument")):
        if source is None:
            continue
        for relation in package.relations_of(source).values():
            if relation.kind in STORIES and not relation.external and relation.target in package.parts:
                found.append(relation.target)
    return list(dict.fromkeys(found))


def holds_revisions(package: Package) -> bool:
    """Whether a file holds tracked changes."""
    return any(package.revised(name) for name in story_parts(package))


def list_revisions(*, data: bytes) -> list[Revision]:
    """Return every tracked change of a file. Refused: what ``read_package`` refuses."""
    package = read_package(data=data)
    return [revision for name in story_parts(package) for revision in revisions_of(root=package.tree(name), part=name)]


def resolve(*, data: bytes, accept: bool, choice: Choice | None = None, name: str = "document") -> Resolution:
    """Accept or reject the chosen tracked changes of a file; without a choice, all of them.

    Parts without a chosen revision keep their bytes. A note or comment whose reference went with removed content goes
    too. Refused (``Unreadable``): what ``read_package`` refuses.
    """
    taken = choice or Choice()
    package = read_package(data=data, name=name)
    authors: Counter[str] = Counter()
    trees = {part: package.tree(part) for part in story_parts(package)}
    for root in trees.values():
        authors.update(node.get(W + "author", "") for node in root.iter(*REVISIONS) if taken.takes(node))
    resolved = resolve_trees(package=package, trees=trees, accept=accept, choice=taken)
    parts = dict(package.parts)
    for part in resolved.changed:
        parts[part] = xml_bytes(trees[part])
    remaining = sum(1 for root in trees.values() for _node in root.iter(*REVISIONS))
    written = data if not (resolved.changed or package.strict) else write_package(parts=parts)
    return Resolution(written, sum(authors.values()), remaining, package.suffix, dict(sorted(authors.items())))


@dataclass(frozen=True, slots=True)
class Changed:
    """The parts that a resolution altered."""

    changed: frozenset[str]


def resolve_trees(*, package: Package, trees: dict[str, Element], accept: bool, choice: Choice) -> Changed:
    """Resolve revisions in parsed parts, in place."""
    changed: set[str] = set()
    outcomes: list[Outcome] = []
    for part, root in trees.items():
        if next(_marks(root), None) is None:
            continue
        outcome = resolve_tree(root=root, accept=accept, picked=choice.takes)
        if outcome.resolved:
            changed.add(part)
            outcomes.append(outcome)
    main = package.main()
    for tag, kind, note in _NOTES:
        gone = _gone(tag, outcomes, trees.values())
        name = package.related(main, kind)
        if gone and name in trees:
            changed.update({name} if _remove(trees[name], note, gone) else ())
    gone = _gone(COMMENTREF, outcomes, trees.values())
    name = package.related(main, "comments")
    if gone and name in trees and _remove(trees[name], W + "comment", gone):
        changed.add(name)
        for part, root in trees.items():
            changed.update({part} if _remove(root, W + "commentRangeStart", gone) else ())
            changed.update({part} if _remove(root, W + "commentRangeEnd", gone) else ())
    return Changed(frozenset(changed))


def _marks(root: Element) -> Iterator[Element]:
    yield from root.iter(*REVISIONS)


def _gone(tag: str, outcomes: Iterable[Outcome], roots: Iterable[Element]) -> set[str]:
    """Return the ids whose references were removed and stand nowhere else."""
    dropped = {ident for outcome in outcomes for ident in outcome.dropped[tag]}
    return dropped - {node.get(ID, "") for root in roots for node in root.iter(tag)} if dropped else dropped


def _remove(root: Element, tag: str, idents: set[str]) -> bool:
    found = [node for node in root.iter(tag) if node.get(ID, "") in idents]
    for node in found:
        node.getparent().remove(node)
    return bool(found)
