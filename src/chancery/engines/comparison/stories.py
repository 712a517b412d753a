"""Compare two stories block by block and write the redline of them: body, cell, note, header, text box."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from lxml import etree

from chancery.engines.comparison.alignment import Block, Group, align, blocks_of, find_moves
from chancery.engines.comparison.desk import Desk
from chancery.engines.comparison.entries import Entry, entries_of, settle_chain, settle_end, write_entry
from chancery.engines.comparison.marks import bracket_control, unwrap_holder
from chancery.engines.comparison.names import (
    CUSTOM_RANGES,
    MARKERS,
    MOVE_RANGES,
    NOISE,
    SDT,
    SDTCONTENT,
    SECTPR,
    Element,
    P,
    local,
)
from chancery.engines.comparison.revisions import range_of
from chancery.engines.comparison.tables import single_table, write_table
from chancery.foundation.errors import Refused

_SILENT = MARKERS | MOVE_RANGES | NOISE | CUSTOM_RANGES


class Untrackable(Refused):
    """A difference that no tracked change can express."""

    code = "untrackable"


def block_nodes(node: Element) -> list[Element]:
    """Return the blocks of a story without its properties and zero-width signs."""
    return [
        child
        for child in node
        if isinstance(child.tag, str)
        and child.tag not in _SILENT
        and child.tag != SECTPR
        and not local(child.tag).endswith("Pr")
    ]


def weave(*, old: Sequence[Element], new: Sequence[Element], desk: Desk) -> list[Element]:
    """Return the blocks of the redline of two stories. Nodes of the new story are moved, of the old one copied."""
    return weave_blocks(old=blocks_of(nodes=old, canon=desk.old), new=blocks_of(nodes=new, canon=desk.new), desk=desk)


def weave_blocks(*, old: Sequence[Block], new: Sequence[Block], desk: Desk) -> list[Element]:
    """Return the blocks of the redline of two stories cut into blocks."""
    groups = align(old=old, new=new, alphabet=desk.alphabet)
    ends = bool(old) and bool(new) and old[-1].kind == new[-1].kind == "p"
    settled = len(groups)
    while ends and settled and not (groups[settled - 1].old and groups[settled - 1].new):
        settled -= 1
    desk.moves += find_moves(groups=groups[:settled], start=desk.moves + 1)
    return _write(groups, desk, ends)


def _write(groups: Sequence[Group], desk: Desk, ends: bool) -> list[Element]:
    made: list[Element] = []
    entries: list[Entry] = []
    last = len(groups) - 1
    for at, group in enumerate(groups):
        kind = (group.old or group.new)[0].kind
        if kind == "p":
            entries += entries_of(group=group, desk=desk)
            if at < last:
                continue
        if at == last and ends:
            settle_end(entries=entries, desk=desk)
        settle_chain(entries=entries)
        for entry in entries:
            made += write_entry(entry=entry, desk=desk)
            entry.steps = []
        entries = []
        if kind != "p":
            made += _other(group, desk)
    return made


def single(*, nodes: Sequence[Element], desk: Desk, inserted: bool) -> list[Element]:
    """Return blocks that stand in one of the two files only, all marked."""
    blocks = blocks_of(nodes=nodes, canon=desk.new if inserted else desk.old)
    return _write([Group([], [block]) if inserted else Group([block]) for block in blocks], desk, ends=False)


def _other(group: Group, desk: Desk) -> list[Element]:
    """Write a table, a content control or an object that stands between paragraphs."""
    old = group.old[0] if group.old else None
    new = group.new[0] if group.new else None
    if group.equal and old is not None and new is not None:
        desk.keep(old=old.node, new=new.node)
        if new.kind != "sdt":
            return [new.node]
        kind, _mark = range_of(new.node)
        content = _content(new.node)
        for mark in [content[0], content[-1]] if kind and len(content) > 1 else []:
            if mark.tag in CUSTOM_RANGES:
                content.remove(mark)
        return _bracketed(old.node, new.node, new.node, desk)
    kind = (old or new).kind  # type: ignore[union-attr]
    if kind == "tbl":
        if old is not None and new is not None:
            return [write_table(old=old.node, new=new.node, desk=desk, weave=weave_into, single=single)]
        lone = (old or new).node  # type: ignore[union-attr]
        return [single_table(node=lone, desk=desk, inserted=new is not None, single=single)]
    if kind == "sdt":
        return _control(old, new, desk)
    source = (new or old).node  # type: ignore[union-attr]
    raise Untrackable(
        "The files differ in an object that no tracked change can express: %(object)s.", object=local(source.tag)
    )


def _control(old: Block | None, new: Block | None, desk: Desk) -> list[Element]:
    """Write a content control: its content compared, or both of its tags and all content marked."""
    if old is not None and new is not None:
        content = _content(new.node)
        content[:] = weave(old=block_nodes(_content(old.node)), new=block_nodes(content), desk=desk)
        return _bracketed(old.node, new.node, new.node, desk)
    lone = (new or old).node  # type: ignore[union-attr]
    inserted = new is not None
    made = copy.deepcopy(lone) if inserted else desk.bring(lone)
    made.tail = None
    content = _content(made)
    for child in list(content):
        if not local(str(child.tag)).endswith("Pr"):
            content.remove(child)
    content.extend(single(nodes=block_nodes(_content(lone)), desk=desk, inserted=inserted))
    return _bracketed(None if inserted else lone, lone if inserted else None, made, desk)


def _bracketed(old: Element | None, new: Element | None, made: Element, desk: Desk) -> list[Element]:
    """Return a content control with the marks on its tags: ours, or those of others that go on."""
    kinds = [("", None) if node is None else range_of(node) for node in (old, new)]
    accepted = new is not None and kinds[1][0] != "del"
    rejected = old is not None and kinds[0][0] != "ins"
    if accepted and rejected:
        return [made]
    if not (accepted or rejected):
        desk.tally.settled += 1
        return unwrap_holder(made)
    holder = etree.Element(P)
    holder.append(made)
    like = kinds[1][1] if kinds[1][1] is not None else kinds[0][1]
    bracket_control(made, desk, inserted=accepted, like=like)
    return list(holder)


def _content(node: Element) -> Element:
    found = node.find(SDTCONTENT) if node.tag == SDT else node
    return etree.SubElement(node, SDTCONTENT) if found is None else found


def weave_into(*, old: Element, new: Element, made: Element, desk: Desk) -> None:
    """Compare two stories and put the result in place of the blocks of ``made``, behind its properties."""
    before, after = block_nodes(old), block_nodes(new)
    blocks = weave(old=before, new=after, desk=desk)
    for child in list(made):
        if child.tag != SECTPR and not local(str(child.tag)).endswith("Pr"):
            made.remove(child)
    place = sum(1 for child in made if child.tag != SECTPR)
    for block in blocks:
        made.insert(place, block)
        place += 1
