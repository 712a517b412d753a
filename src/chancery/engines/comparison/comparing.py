"""Compare two word-processor files and write the difference as tracked changes, with its proof."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from chancery.engines.comparison.alignment import blocks_of
from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.desk import Desk
from chancery.engines.comparison.headers import Headers, sections_of
from chancery.engines.comparison.joint import Joint, at_home
from chancery.engines.comparison.listing import Untracked, join_lists, join_styles, other_differences
from chancery.engines.comparison.names import BODY, ID, MOVE_RANGES, NAME, REVISIONS, SECTPR, W14_URI, Element, P, W
from chancery.engines.comparison.package import Package, Unreadable, read_package
from chancery.engines.comparison.placing import (
    drop_lone_markers,
    end_moves,
    ends_of_moves,
    lone_moves,
    put_ends,
    settle_ids,
    settle_markers,
)
from chancery.engines.comparison.proof import Proof, prove_packages
from chancery.engines.comparison.remarks import Notes, join_comments, load_notes, name_notes
from chancery.engines.comparison.resolution import holds_revisions, story_parts
from chancery.engines.comparison.sameness import name_blocks
from chancery.engines.comparison.stories import block_nodes, weave_blocks, weave_into
from chancery.foundation.errors import Refused

_PARA: Final = f"{{{W14_URI}}}paraId"
_NUMBERED: Final = re.compile(r"move[0-9]{1,9}")
_BAD: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class BadSignature(Refused):
    """The author or time of the marks cannot be written."""

    code = "bad_author"


@dataclass(frozen=True, slots=True)
class Redline:
    """A comparison written as tracked changes.

    kinds: how many revision elements of each kind. Characters: visible ones. kept: marks of others that go on;
    settled: marks of others that the two files resolve. untracked: differences no revision can express.
    left_out: parts with macros, which no redline has. strict: which of the files, old and new, were in the strict
    dialect; the redline is in the transitional one.
    """

    data: bytes
    proof: Proof
    kinds: dict[str, int]
    inserted_characters: int
    deleted_characters: int
    moved_characters: int
    kept: int
    settled: int
    untracked: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    strict: tuple[str, ...] = ()

    @property
    def revisions(self) -> int:
        """Number of revision elements of ours."""
        return sum(self.kinds.values())


def compare(*, old: bytes, new: bytes, author: str, at: datetime) -> Redline:
    """Compare two files and return the redline with its proof; a proof that fails is reported, not raised.

    author: name on the marks, at most 255 characters. at: time on the marks, with its zone, written in UTC.
    Revisions already in a file go on under their author. Refused: what ``read_package`` refuses; a difference that
    no tracked change can express (``untrackable``); nesting beyond all use (``too_deep``).
    """
    if not author.strip() or len(author) > 255 or _BAD.search(author):
        raise BadSignature("An author has 1 to 255 characters, none of them a control character.")
    if at.tzinfo is None:
        raise BadSignature("The time of the marks needs its zone.", code="bad_time")
    before, after = read_package(data=old, name="old"), read_package(data=new, name="new")
    try:
        return _compare(before, after, author, at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    except RecursionError as fault:
        raise Unreadable("The files are nested too deeply to be compared.", code="too_deep") from fault
    except ValueError as fault:
        if "namespace URI" not in str(fault):
            raise
        raise Unreadable("A file declares a namespace that is no valid address.", code="broken") from fault


def _compare(old: Package, new: Package, author: str, at: str) -> Redline:
    shared: dict[bytes, str] = {}
    new.seen = old.seen
    canons = _canons(old, new, shared)
    joint = Joint(old=canons[0], new=canons[1])
    notes = Notes(joint)
    main_old, main_new = old.main(), new.main()
    desk = Desk(
        old=canons[0],
        new=canons[1],
        author=author,
        at=at,
        relation=lambda ident: joint.lead(source=main_old, part=main_new, ident=ident),
        note=notes.deleted,
    )
    desk.weave = lambda box, made: weave_into(old=box, new=made, made=made, desk=desk)
    roots = old.look(main_old), new.tree(main_new)
    _prepare(desk, joint, roots)
    untracked = Untracked()
    join_styles(joint=joint, desk=desk, untracked=untracked)
    sections = sections_of(roots[0]), sections_of(roots[1])
    touched = _body(desk, roots)
    Headers(joint=joint, desk=desk).write(old=sections[0], new=sections[1], pairs=desk.paired_sections)
    joint.old.part, joint.new.part = main_old, main_new
    if touched or _headers_moved(joint, main_new):
        drop_lone_markers(root=roots[1], idents={*desk.bookmark_ids.values(), *desk.comments.values()})
        had = [lone_moves(root=package.look(part)) for package, part in ((old, main_old), (new, main_new))]
        end_moves(root=roots[1], names=lone_moves(root=roots[1]).difference(*had))
        settle_ids(root=roots[1], fresh=desk.fresh)
        joint.parts[main_new] = at_home(root=roots[1], homes=[(new, main_new), (old, main_old)])
    notes.write(desk=desk, document=roots[1])
    other_differences(joint=joint, stories={*story_parts(old), *story_parts(new)}, untracked=untracked)
    left_out = joint.plain()
    data = joint.write()
    made = read_package(data=data, name="redline")
    made.seen = new.seen
    proof = prove_packages(redline=made, old=old, new=new, shared=shared)
    tally = desk.tally
    return Redline(
        data=data,
        proof=proof,
        kinds={kind: count for kind, count in sorted(tally.kinds.items()) if count},
        inserted_characters=tally.inserted_characters,
        deleted_characters=tally.deleted_characters,
        moved_characters=tally.moved_characters,
        kept=tally.kept,
        settled=tally.settled,
        untracked=tuple(untracked.names),
        left_out=left_out,
        strict=tuple(name for name, package in (("old", old), ("new", new)) if package.strict),
    )


def _canons(old: Package, new: Package, shared: dict[bytes, str]) -> tuple[Canon, Canon]:
    """Return readers of the two files that tell tracked changes apart and know their notes."""
    before, after = (
        Canon(package, package.main(), shared=shared, inline=False, strict=holds_revisions(package))
        for package in (old, new)
    )
    for canon in (before, after):
        load_notes(canon=canon)
    name_notes(old=before, new=after)
    return before, after


def _headers_moved(joint: Joint, main: str) -> bool:
    return main in joint.relations and joint.relations[main] != joint.new.package.relations_of(main)


def _prepare(desk: Desk, joint: Joint, roots: tuple[Element, Element]) -> None:
    """Join lists and comments, and note which ids are taken."""
    packages = joint.old.package, joint.new.package
    trees = [[package.look(part) for part in story_parts(package)] for package in packages]
    desk.numbers = join_lists(joint=joint, roots=trees[0])
    joint.old.numbers = dict(desk.numbers)
    desk.comments, only = join_comments(joint=joint)
    idents = [
        int(node.get(ID))
        for side in trees
        for root in side
        for node in root.iter(*REVISIONS, W + "bookmarkStart", W + "bookmarkEnd")
        if (node.get(ID) or "").lstrip("-").isdigit()
    ]
    moves = [node.get(NAME, "") for side in trees for root in side for node in root.iter(*MOVE_RANGES)]
    desk.moves = max([0, *(int(name[4:]) for name in moves if _NUMBERED.fullmatch(name))])
    desk.next_id = min(max([900, *idents]), 2_000_000_000)
    desk.known_ids = frozenset(ident for root in trees[1] for node in root.iter(P) if (ident := node.get(_PARA)))
    names = {node.get(NAME) for root in trees[1] for node in root.iter(W + "bookmarkStart")}
    kept = {
        ("bookmark", node.get(ID, "")) for node in roots[0].iter(W + "bookmarkStart") if node.get(NAME) not in names
    }
    desk.kept_markers = frozenset(kept | {("comment", ident) for ident in only})


def _body(desk: Desk, roots: tuple[Element, Element]) -> bool:
    """Write the redline of the bodies into the new tree; returns whether they differ."""
    before, after = roots[0].find(BODY), roots[1].find(BODY)
    if before is None or after is None:
        raise Unreadable("A file holds no body.", code="broken")
    last = before.find(SECTPR), after.find(SECTPR)
    sides = [
        blocks_of(
            nodes=block_nodes(body), canon=canon, raws=dict(zip(body, canon.package.blocks(canon.part), strict=True))
        )
        for body, canon in ((before, desk.old), (after, desk.new))
    ]
    same_end = desk.old.shape(last[0]) == desk.new.shape(last[1])
    name_blocks(old=sides[0], new=sides[1])
    if same_end and [block.sign for block in sides[0]] == [block.sign for block in sides[1]]:
        for one, two in zip(*sides, strict=True):
            if two.noted:
                desk.keep(old=one.node, new=two.node)
        if last[1] is not None or last[0] is not None:
            _last_section(after, last, desk, track=False)
        return False
    ends = ends_of_moves(root=after)
    settle_markers(root=after)
    blocks = weave_blocks(old=sides[0], new=sides[1], desk=desk)
    kept = {id(block) for block in blocks}
    for child in list(after):
        if id(child) not in kept:
            after.remove(child)
    after.extend(blocks)
    put_ends(ends=ends)
    if last[1] is not None:
        after.append(last[1])
    _last_section(after, last, desk, track=True)
    return True


def _last_section(body: Element, last: tuple[Element | None, Element | None], desk: Desk, *, track: bool) -> None:
    """Track the last section of a document, which stands behind its blocks."""
    former, section = last
    if former is None and section is None:
        return
    made = section
    if made is None:
        made = etree.SubElement(body, SECTPR)
    if track:
        desk.track(made, former, W + "sectPrChange")
    desk.paired_sections.append((former, section, made))
