"""Paragraphs of the output: what each keeps, gains and loses, and whose mark ends it."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from chancery.engines.comparison.alignment import Block, Group
from chancery.engines.comparison.desk import Desk
from chancery.engines.comparison.diffing import Step, script
from chancery.engines.comparison.lines import Line
from chancery.engines.comparison.markjoin import followed
from chancery.engines.comparison.marks import move_range
from chancery.engines.comparison.names import (
    DEL,
    FLDCHAR,
    INS,
    MOVEFROM,
    MOVETO,
    PPR,
    RPR,
    SECTPR,
    Element,
    P,
    W,
)
from chancery.engines.comparison.states import State, state_of
from chancery.engines.comparison.tokens import Token, mark_token


@dataclass(slots=True)
class Entry:
    """One paragraph to write. block: the new paragraph, when it stays as it is. ending: the step of its mark, if cut.

    shape: whose properties it has in either file, when it is not those of its mark.
    """

    ending: Step | None = None
    steps: list[Step] = field(default_factory=list)
    block: Block | None = None
    equal: Group | None = None
    move: str = ""
    shape: Step | None = None

    @property
    def mark(self) -> Step:
        """The step of the paragraph's mark."""
        if self.ending is None:
            if self.equal is None:
                raise AssertionError("a paragraph ends with its mark")
            self.ending = Step(_mark(self.equal.old[0]), _mark(self.equal.new[0]))
        return self.ending


def entries_of(*, group: Group, desk: Desk) -> list[Entry]:
    """Return the paragraphs that a group of paragraphs becomes."""
    if group.equal:
        return [Entry(block=group.new[0], equal=group)]
    return _cut(steps_of(group=group, desk=desk), group.move)


def _mark(block: Block) -> Token:
    """Return the mark of a paragraph without cutting the paragraph."""
    if block.cut is not None:
        return block.cut[-1]
    return mark_token(block.node)


def _cut(steps: Sequence[Step], move: str = "") -> list[Entry]:
    """Cut steps into paragraphs after every mark."""
    made: list[Entry] = []
    start = 0
    ends = [at for at, (old, new, _held) in enumerate(steps) if (new or old).mark is not None]  # type: ignore[union-attr]
    for stop in ends:
        made.append(Entry(steps[stop], list(steps[start:stop]), move=move))
        start = stop + 1
    return made


def steps_of(*, group: Group, desk: Desk) -> list[Step]:
    """Return the steps of a group; kept coarse when a finer script would tear a holder apart."""
    old = [token for block in group.old for token in block.tokens]
    new = [token for block in group.new for token in block.tokens]
    steps = script(old=old, new=new, alphabet=desk.alphabet, coarse=group.coarse)
    fields = any(block.node.find(f".//{FLDCHAR}") is not None for block in (*group.old, *group.new))
    if (fields and _half_fields(steps)) or _torn(steps):
        steps = script(old=old, new=new, alphabet=desk.alphabet, coarse=True)
    return steps


def _torn(steps: Sequence[Step]) -> bool:
    """Whether a holder would be opened twice for one of the two files."""
    if not any(step.held for step in steps):
        return False
    opened: list[tuple[str, int]] = []
    number = 0
    seen: tuple[dict[tuple[str, ...], int], dict[tuple[str, ...], int]] = ({}, {})
    for step in steps:
        if (step.new or step.old).mark is not None:  # type: ignore[union-attr]
            opened = []
        depth = 0
        for (name, _turn), wanted in zip(opened, step.held, strict=False):
            if name != wanted:
                break
            depth += 1
        opened = opened[:depth]
        for name in step.held[depth:]:
            number += 1
            opened.append((name, number))
        for token, places in ((step.new, seen[0]), (step.old, seen[1])):
            if token is None:
                continue
            for level in range(len(opened)):
                path = step.held[: level + 1]
                if places.setdefault(path, opened[level][1]) != opened[level][1]:
                    return True
    return False


def _half_fields(steps: Sequence[Step]) -> bool:
    """Whether a field inside the group is kept at one end only."""
    for side in (0, 1):
        waiting: list[bool] = []
        for step in steps:
            token = step.old if side == 0 else step.new
            if token is None:
                continue
            kept = step.old is not None and step.new is not None
            if token.key.startswith("fld:begin") and not token.key.endswith("fld:end"):
                waiting.append(kept)
            elif token.key.startswith("end of ") and waiting and waiting.pop() != kept:
                return True
    return False


def settle_end(*, entries: list[Entry], desk: Desk) -> None:
    """Let the last paragraph of a story keep its mark, for the last mark of a story can neither come nor go.

    What was put in behind the last old paragraph takes over its mark, and the former last mark counts as put in;
    likewise for what was taken out. This is how word processors write it themselves.
    """
    if not entries:
        return
    last = entries[-1].mark
    if last.old is not None and last.new is not None:
        return
    lone_new = last.old is None
    at = len(entries) - 1
    while at >= 0 and (entries[at].mark.old if lone_new else entries[at].mark.new) is None:
        at -= 1
    if at < 0:
        return
    donor = entries[at].mark
    taken = (donor.old, last.new) if lone_new else (last.old, donor.new)
    if _plain(taken[0]) != _plain(taken[1]):
        return  # the end of a section can come and go with its paragraph only
    for place in range(at, len(entries)):
        _open(entries, place, desk)
    donor = entries[at].mark
    if lone_new:
        entries[-1].ending = Step(donor.old, last.new)
        rest = Step(None, donor.new)
    else:
        entries[-1].ending = Step(last.old, donor.new)
        rest = Step(donor.old, None)
    if rest.old is None and rest.new is None:
        following = entries[at + 1]
        following.steps[:0] = entries[at].steps
        del entries[at]
    else:
        entries[at].ending = rest


def settle_chain(*, entries: list[Entry]) -> None:
    """Give the last paragraph before a table, control or end the properties of one whose mark others removed.

    With the marks behind it gone too, its content comes to stand in that last paragraph.
    """
    if not entries:
        return
    last = entries[-1].mark
    old, new = last.old, last.new
    if not _plain(old if old is not None else new):
        return
    for entry in reversed(entries[:-1]):
        if new is not None or (entry.mark.new is not None and entry.mark.new.deleted is None):
            break
        new = entry.mark.new
    for entry in reversed(entries[:-1]):
        if old is not None or (entry.mark.old is not None and entry.mark.old.inserted is None):
            break
        old = entry.mark.old
    if (old is not last.old and _plain(old)) or (new is not last.new and _plain(new)):
        entries[-1].shape = Step(old, new)
        entries[-1].move = ""


def _plain(token: Token | None) -> bool:
    return token is not None and token.key == "¶"


def _open(entries: list[Entry], place: int, desk: Desk) -> None:
    """Turn a paragraph that stays as it is, or moves, into its steps."""
    entry = entries[place]
    entry.move = ""
    if entry.equal is None:
        return
    group = Group(entry.equal.old, entry.equal.new)
    opened = _cut(steps_of(group=group, desk=desk))
    if len(opened) == 1:
        entries[place] = opened[0]


def write_entry(*, entry: Entry, desk: Desk) -> list[Element]:
    """Return the paragraph of an entry, with the bracket of a move behind it."""
    if entry.block is not None:
        if entry.equal is not None and entry.block.noted:
            desk.keep(old=entry.equal.old[0].node, new=entry.block.node)
        return [entry.block.node]
    source = entry.mark.new if entry.mark.new is not None else entry.mark.old
    mark = None if source is None else source.mark
    if mark is None:
        raise AssertionError("a paragraph ends with its mark")
    theirs = entry.mark.new is None
    paragraph = etree.Element(P, dict(mark.attrib), nsmap=mark.nsmap)
    if theirs:
        desk.adapt(paragraph)
    state = state_of(_standing(entry, desk), desk)
    properties = _properties(entry.shape or entry.mark, state, desk, entry.move)
    if properties is not None:
        paragraph.append(properties)
    line = Line(desk, paragraph, entry.move)
    end = None
    if entry.move:
        start, end = move_range(desk, MOVEFROM if theirs else MOVETO, entry.move)
        paragraph.append(start)
    line.fill(entry.steps)
    line.put(Step(_markers_of(entry.mark.old), _markers_of(entry.mark.new)))
    line.close()
    return [paragraph] if end is None else [paragraph, end]


def _standing(entry: Entry, desk: Desk) -> Step:
    """Return the step of a mark that one file only has, without a sign of others that cannot take the paragraph away.

    No paragraph follows in its file that its content could join, so it stays there whatever becomes of the sign.
    """
    old, new, held = entry.mark
    token = new if new is not None else old
    if token is None or (old is not None and new is not None) or followed(token.mark):
        return entry.mark
    former = [step.old for step in entry.steps if step.old is not None]
    later = [step.new for step in entry.steps if step.new is not None]
    if token is old and token.inserted is not None and any(one.inserted is None for one in former):
        desk.tally.settled += 1
        return Step(replace(token, inserted=None), None, held)
    if token is new and token.deleted is not None and any(one.deleted is None for one in later):
        desk.tally.settled += 1
        return Step(None, replace(token, deleted=None), held)
    return entry.mark


def _markers_of(token: Token | None) -> Token | None:
    return None if token is None else Token(key="", size=0, parts=[], markers=token.markers)


def _properties(step: Step, state: State, desk: Desk, move: str) -> Element | None:
    """Return the properties of a paragraph with the marks on its mark and what changed in them."""
    old = None if step.old is None or step.old.mark is None else step.old.mark.find(PPR)
    new = None if step.new is None or step.new.mark is None else step.new.mark.find(PPR)
    theirs = step.new is None
    if theirs:
        made = etree.Element(PPR) if old is None else desk.bring(old)
    else:
        made = etree.Element(PPR) if new is None else copy.deepcopy(new)
        made.tail = None
    signs = made.find(RPR)
    if signs is None:
        signs = etree.Element(RPR)
        made.insert(sum(1 for child in made if child.tag not in (SECTPR, W + "pPrChange")), signs)
    for sign in [child for child in signs if child.tag in (INS, DEL, MOVEFROM, MOVETO)]:
        signs.remove(sign)
    if step.old is not None and step.new is not None:
        desk.track(signs, None if old is None else old.find(RPR), W + "rPrChange")
        _section(made, old, new, desk)
        desk.track(made, old, W + "pPrChange")
    elif made.find(SECTPR) is not None:
        sources = (None if old is None else old.find(SECTPR), None if new is None else new.find(SECTPR))
        desk.paired_sections.append((*sources, made.find(SECTPR)))
    marks = ((INS, state.inserted, state.inserted_by), (DEL, state.deleted, state.deleted_by))
    for place, (tag, wanted, by) in enumerate(marks):
        if wanted:
            moved = {INS: MOVETO, DEL: MOVEFROM}[tag] if move and by is None else tag
            signs.insert(min(place, len(signs)), desk.mark(moved, by))
    if len(signs) == 0:
        made.remove(signs)
    return made if len(made) or made.attrib else None


def _section(made: Element, old: Element | None, new: Element | None, desk: Desk) -> None:
    """Track the change of the section that a paragraph ends."""
    section = made.find(SECTPR)
    former = None if old is None else old.find(SECTPR)
    if section is not None:
        desk.track(section, former, W + "sectPrChange")
        desk.paired_sections.append((former, None if new is None else new.find(SECTPR), section))
