"""The proof of a redline: accepted it is the new file, rejected the old one, in every story; what else was compared.

Four levels, each reported: all changes accepted = new file; all rejected = old file; parts equal in both files keep
their bytes; the markup is valid. Both sides are read from bytes again, nothing of the comparison is trusted. Where an
input holds tracked changes itself, accepting or rejecting all of the redline is measured against doing so with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.headers import header_lines, sections_of, shown
from chancery.engines.comparison.listing import style_lines
from chancery.engines.comparison.names import BODY, COMMENTREF, ENDREF, FOOTREF, ID, Element, W, local
from chancery.engines.comparison.numbering import number_labels
from chancery.engines.comparison.package import TYPES, Package, read_package
from chancery.engines.comparison.prints import special
from chancery.engines.comparison.resolution import resolve_trees, story_parts
from chancery.engines.comparison.revisions import Choice
from chancery.engines.comparison.sameness import Body, same_blocks
from chancery.engines.comparison.validity import Defect, defects_of

SHOWN: Final = 5
_NOTES: Final = (
    (FOOTREF, "footnotes", W + "footnote"),
    (ENDREF, "endnotes", W + "endnote"),
    (COMMENTREF, "comments", W + "comment"),
)


_ASIDE: Final = frozenset(
    (
        "styles",
        "settings",
        "theme",
        "fontTable",
        "webSettings",
        "footnotes",
        "endnotes",
        "header",
        "footer",
        "customXml",
    )
)
_SEPARATORS: Final = ("footnote ", "endnote ")


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where a resolved redline is not what it should be. line: number of the block, from 1."""

    side: str
    story: str
    line: int
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Result of a proof.

    accepted, rejected: whether all stories agree. bytes_kept: parts equal in both files have their bytes.
    differences: the first five a side. changed_parts: parts that should have kept their bytes.
    """

    accepted: bool
    rejected: bool
    bytes_kept: bool
    valid: bool
    differences: tuple[Difference, ...] = ()
    changed_parts: tuple[str, ...] = ()
    defects: tuple[Defect, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all four levels hold."""
        return self.accepted and self.rejected and self.bytes_kept and self.valid


def prove(*, redline: bytes, old: bytes, new: bytes) -> Proof:
    """Prove a redline against the two files it was made from. Refused: what ``read_package`` refuses."""
    packages = [read_package(data=data, name=name) for data, name in ((redline, "redline"), (old, "old"), (new, "new"))]
    return prove_packages(redline=packages[0], old=packages[1], new=packages[2], shared={})


def prove_packages(*, redline: Package, old: Package, new: Package, shared: dict[bytes, str]) -> Proof:
    """Prove a redline of parsed packages; faults that an input has itself do not count.

    shared: canonical lines known by the bytes of their paragraph.
    """
    changed = tuple(_changed_parts(redline, old, new))
    defects = tuple(defects_of(package=redline))
    main = redline.parts[redline.main()]
    spent = None if main in (old.parts[old.main()], new.parts[new.main()]) else main
    differences: list[Difference] = []
    for side, wanted, accept, last in (("accept", new, True, None), ("reject", old, False, spent)):
        same = {_styles_of(wanted)} & {_styles_of(redline)}
        found = _resolved(redline, accept, shared, same, last)
        differences += _compare(side, _resolved(wanted, accept, shared, same), found)
    if defects:
        only = frozenset(found.part for found in defects)
        inherited = {(one.part, one.rule) for side in (new, old) for one in defects_of(package=side, only=only)}
        defects = tuple(one for one in defects if (one.part, one.rule) not in inherited)
    sides = {difference.side for difference in differences}
    return Proof(
        accepted="accept" not in sides,
        rejected="reject" not in sides,
        bytes_kept=not changed,
        valid=not defects,
        differences=tuple(differences),
        changed_parts=changed,
        defects=defects,
    )


def _changed_parts(redline: Package, old: Package, new: Package) -> Iterable[str]:
    """Yield parts equal in both files, in bytes and in what they lead to, that have other bytes in the redline."""
    macros = new.macros()
    for name, data in new.parts.items():
        binding = name == TYPES or name.endswith(".rels") or (name in macros and name not in redline.parts)
        if binding or old.parts.get(name) != data or redline.parts.get(name) == data or _shared(name, new):
            continue
        if _leads(old, name) == _leads(new, name) and not (b"numId" in data and _lists(old) != _lists(new)):
            yield name


def _lists(package: Package) -> bytes:
    """Return the part that says what a list id means."""
    return package.parts.get(package.related(package.main(), "numbering") or "", b"")


def _leads(package: Package, name: str) -> dict[str, str]:
    """Return what a part shows of other parts: pictures, links, lists, comments, by relationship id."""
    canon = Canon(package, name)
    return {
        ident: canon.fingerprint_of(ident)
        for ident, relation in package.relations_of(name).items()
        if relation.kind not in _ASIDE
    }


def _shared(name: str, package: Package) -> bool:
    """Whether a part may grow although it is the same in both files: headers shown elsewhere, notes, lists."""
    kind = package.type_of(name)
    return any(word in kind for word in ("header+xml", "footer+xml", "footnotes+xml", "endnotes+xml"))


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A file with its revisions accepted or rejected: its body, and the canonical lines of its other stories."""

    body: Body
    others: dict[str, list[str]]

    def lines(self) -> dict[str, list[str]]:
        """Return the canonical lines of all stories."""
        return {"document": self.body.canon.story(self.body.nodes), **self.others}


def stories(*, package: Package, accept: bool, shared: dict[bytes, str]) -> dict[str, list[str]]:
    """Return the canonical lines of all stories of a file with its revisions accepted or rejected."""
    return _resolved(package, accept, shared).lines()


def _styles_of(package: Package) -> bytes:
    """Return the part of the styles."""
    return package.parts.get(package.related(package.main(), "styles") or "", b"")


def _resolved(
    package: Package,
    accept: bool,
    shared: dict[bytes, str],
    same: AbstractSet[bytes] = frozenset(),
    spent: bytes | None = None,
) -> _Resolved:
    """Return a file with its revisions resolved.

    same: parts of styles that need no comparison. spent: the main part, when its tree is not asked for any more.
    """
    trees = _trees(package, accept, spent)
    main = package.main()
    canon = Canon(package, main, shared=shared)
    numbering = package.related(main, "numbering")
    for tag, kind, name in _NOTES:
        part = package.related(main, kind)
        if part is None or part not in trees:
            continue
        for note in trees[part].iter(name):
            canon.notes[tag, note.get(ID, "")] = (part, note)
    styles = package.related(main, "styles")
    order = [trees[main], *(trees[name] for name in trees if name not in (main, styles, numbering))]
    if numbering is not None:
        canon.numbers = number_labels(package=package, roots=order)
    body = trees[main].find(BODY)
    found = _headers(canon, trees, main)
    for (tag, _ident), (part, note) in canon.notes.items():
        if tag != COMMENTREF and special(note):
            canon.part = part
            found.setdefault(f"{local(tag).removesuffix('Reference')} {special(note)}", []).extend(canon.story(note))
    canon.part = main
    if styles is not None and styles in trees and not (_plain(data := package.parts[styles]) and data in same):
        found |= _styles(canon, trees[styles], data, shared)
    kept = trees[main] is package.look(main) and not package.revised(main)
    return _Resolved(Body(canon, () if body is None else tuple(body), package.blocks(main) if kept else None), found)


def _trees(package: Package, accept: bool, spent: bytes | None) -> dict[str, Element]:
    """Return the roots of the story parts with all revisions resolved; those without any are not to be changed."""
    trees = {name: package.look(name) for name in story_parts(package)}
    marked = [name for name in trees if package.revised(name)]
    if marked:
        notes = [package.related(package.main(), kind) for _tag, kind, _name in _NOTES]
        touched = {name for name in (package.main(), *notes, *marked) if name is not None}
        trees |= {name: package.tree(name) for name in touched if package.parts[name] != spent}
        resolve_trees(package=package, trees=trees, accept=accept, choice=Choice())
    return trees


def _plain(data: bytes) -> bool:
    """Whether the bytes of a part of styles alone decide its canonical lines."""
    return b"numId" not in data and b"Change" not in data


def _styles(canon: Canon, root: Element, data: bytes, shared: dict[bytes, str]) -> dict[str, list[str]]:
    """Return the canonical lines of the styles, remembered by the bytes of their part when only those count."""
    plain = _plain(data)
    key = b"styles " + data
    if not plain or key not in shared:
        lines = style_lines(canon=canon, root=root)
        text = "\x1e".join(f"{name}\x1f{line}" for name, line in lines.items())
        if plain:
            shared[key] = text
    else:
        text = shared[key]
    pairs = (entry.partition("\x1f") for entry in text.split("\x1e") if entry)
    return {f"style {name}": [line] for name, _sign, line in pairs}


def _headers(canon: Canon, trees: dict[str, Element], main: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    sections = sections_of(trees[main])
    for number, what in enumerate(shown(canon=canon, sections=sections, part=main), 1):
        for (tag, kind), part in what.items():
            lines = header_lines(canon=canon, part=part, root=trees.get(part))
            if lines:
                found[f"{kind} {local(tag).removesuffix('Reference')} of section {number}"] = lines
    return found


def _compare(side: str, wanted_file: _Resolved, found_file: _Resolved) -> list[Difference]:
    """Return the first differences; styles that only the redline has are none, nor separators that one file lacks."""
    made: list[Difference] = []
    expected, found = wanted_file.others, found_file.others
    if not same_blocks(old=wanted_file.body, new=found_file.body):
        expected, found = wanted_file.lines(), found_file.lines()
    names = [*expected, *(name for name in found if name not in expected and not name.startswith("style "))]
    for name in names:
        wanted, there = expected.get(name, []), found.get(name, [])
        if wanted == there or (name.startswith(_SEPARATORS) and not (wanted and there)):
            continue
        for tag, start, stop, begin, end in SequenceMatcher(None, wanted, there, autojunk=False).get_opcodes():
            if tag != "equal" and len(made) < SHOWN:
                made.append(
                    Difference(
                        side,
                        name,
                        start + 1,
                        _first(wanted[start:stop], there[begin:end]),
                        _first(there[begin:end], wanted[start:stop]),
                    )
                )
    return made


def _first(lines: list[str], other: list[str]) -> str:
    """Return the start of what differs in the first of some lines."""
    if not lines:
        return ""
    line, against = lines[0], other[0] if other else ""
    at = next((place for place, (one, two) in enumerate(zip(line, against, strict=False)) if one != two), 0)
    return line[max(0, at - 60) : at + 140]
