"""Write one paragraph of the redline from its steps: holders, marks, runs, properties."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from chancery.engines.comparison.desk import Desk
from chancery.engines.comparison.diffing import Step
from chancery.engines.comparison.marks import (
    bracket_control,
    field_code,
    field_sign,
    shell,
    turn,
    unwrap_holder,
    write_text,
)
from chancery.engines.comparison.names import (
    DEL,
    DELTEXT,
    ENDREF,
    FLDSIMPLE,
    FOOTREF,
    ID,
    INS,
    MOVEFROM,
    MOVETO,
    REVISIONS,
    RPR,
    RUN,
    SDT,
    SDTCONTENT,
    TEXT,
    TXBX,
    Element,
    W,
    local,
)
from chancery.engines.comparison.revisions import range_of
from chancery.engines.comparison.states import COME, GONE, PLAIN, State, state_of
from chancery.engines.comparison.tokens import Piece, settled, tracked

PLAIN_KEY: Final = PLAIN.key
_UNCHANGED: Final = (None, 0, 0)
_SIMPLE: Final = (PLAIN, COME, GONE)


@dataclass(slots=True)
class _Open:
    """A holder that is being filled. accepted, rejected: whether the new file, the old file has it."""

    name: str
    node: Element
    inner: Element
    accepted: bool = False
    rejected: bool = False
    like: Element | None = None


class Line:
    """Fills one paragraph; ``move`` makes deletions and insertions of ours the two ends of a move."""

    def __init__(self, desk: Desk, paragraph: Element, move: str = "") -> None:
        self.desk = desk
        self.paragraph = paragraph
        self.move = move
        self.stack: list[_Open] = []
        self.mark: Element = None
        self.mark_key: tuple[object, ...] = ()
        self.run: Element = None
        self.run_key: tuple[object, ...] = ()
        self.going: tuple[State, str] | None = None
        self.words: list[str] = []
        self.word_tag = TEXT

    def fill(self, steps: Sequence[Step]) -> None:
        """Write the tokens of a paragraph."""
        at = 0
        while at < len(steps):
            at = self._go_on(steps, at)
            if at < len(steps):
                self.put(steps[at])
                at += 1

    def put(self, step: Step) -> None:
        """Write one token."""
        state = state_of(step, self.desk)
        self._hold(step)
        self._markers(step)
        token = step.new if step.new is not None else step.old
        if token is None or not token.pieces:
            return
        self._count(token.size, state)
        self._enter(state)
        if step.new is None:
            for piece in token.pieces:
                self._piece(piece, None, state, theirs=True)
        elif step.old is None or step.old.form == token.form:
            former = step.old.pieces if step.old is not None else []
            for at, piece in enumerate(token.pieces):
                self._piece(piece, former[at] if at < len(former) else None, state)
        else:
            for piece, former_piece in _common(step.old.pieces, token.pieces):
                self._piece(piece, former_piece, state)

    def _go_on(self, steps: Sequence[Step], at: int) -> int:
        """Write the words that go on like the one before, by far the most frequent case; returns where they end."""
        if self.going is None or self.stack:
            return at
        state, form = self.going
        start, stop, size, add = at, len(steps), 0, self.words.append
        seen: Piece | None = None
        while at < stop:
            old, new, _held = steps[at]
            token = new if new is not None else old
            if token is None or token.run is None or (token.run is not seen and token.run.form != form):
                break
            seen = token.run
            if old is None or new is None:
                if state is not (COME if old is None else GONE):
                    break
                size += token.size
            elif state is not PLAIN or old.run is None or (old.run.form is not form and old.run.form != form):
                break
            add(token.key)
            at += 1
        if at > start:
            self._count(size, state)
        return at

    def close(self) -> None:
        """Close all holders."""
        self._leave(0)
        self._spell()

    def _spell(self) -> None:
        """Write the words gathered for the run at hand."""
        if self.words:
            write_text(self.run, "".join(self.words), self.word_tag)
            self.words = []

    def _stop(self) -> None:
        """End the run at hand."""
        self._spell()
        self.run = None
        self.going = None

    def _count(self, size: int, state: State) -> None:
        """Count the visible characters of what is written."""
        tally = self.desk.tally
        if state is PLAIN and not self.move:
            return
        if self.move:
            tally.moved_characters += size
        elif state.inserted and state.inserted_by is None:
            tally.inserted_characters += size
        elif state.deleted and state.deleted_by is None:
            tally.deleted_characters += size

    # holders

    def _hold(self, step: Step) -> None:
        """Open and close holders until those of the step are open."""
        depth = 0
        for opened, name in zip(self.stack, step.held, strict=False):
            if opened.name != name:
                break
            depth += 1
        self._leave(depth)
        source = step.new if step.new is not None else step.old
        for at in range(depth, len(step.held)):
            made = shell(source.path[at]) if source is not None else etree.Element(SDT)
            if step.new is None:
                self.desk.adapt(made)
            self._inner().append(made)
            inner = made.find(SDTCONTENT) if made.tag == SDT else made
            self.stack.append(_Open(step.held[at], made, inner))
            self._stop()
            self.mark = None
        for at, opened in enumerate(self.stack):
            for token, gone in ((step.new, "del"), (step.old, "ins")):
                if token is None:
                    continue
                kind, mark = range_of(token.path[at])
                opened.like = mark if opened.like is None else opened.like
                opened.accepted = opened.accepted or (token is step.new and kind != gone)
                opened.rejected = opened.rejected or (token is step.old and kind != gone)

    def _leave(self, depth: int) -> None:
        while len(self.stack) > depth:
            opened = self.stack.pop()
            self._stop()
            self.mark = None
            if opened.accepted and opened.rejected:
                continue
            if not (opened.accepted or opened.rejected):
                unwrap_holder(opened.node)
                self.desk.tally.settled += 1
                continue
            if opened.node.tag == SDT:
                bracket_control(opened.node, self.desk, inserted=opened.accepted, like=opened.like)
            elif opened.node.tag == FLDSIMPLE:
                self._complex(opened)

    def _inner(self) -> Element:
        return self.stack[-1].inner if self.stack else self.paragraph

    def _complex(self, opened: _Open) -> None:
        """Write a simple field as a complex one: only its signs can be inserted or deleted."""
        node = opened.node
        parent = node.getparent()
        place = parent.index(node)
        deleted = not opened.accepted
        code = field_code(node.get(W + "instr", ""), deleted)
        before, after = (self.desk.mark(DEL if deleted else INS) for _end in range(2))
        before.extend((field_sign("begin"), code, field_sign("separate")))
        after.append(field_sign("end"))
        for piece in (before, *node, after):
            parent.insert(place, piece)
            place += 1
        parent.remove(node)

    # marks and runs

    def _enter(self, state: State) -> None:
        """Open the marks of a state."""
        key = PLAIN_KEY if state is PLAIN else state.key
        if self.mark is not None and key == self.mark_key:
            return
        self._stop()
        self.mark_key = key
        self.mark = self._inner()
        for tag, wanted, by in ((INS, state.inserted, state.inserted_by), (DEL, state.deleted, state.deleted_by)):
            if wanted:
                moved = {INS: MOVETO, DEL: MOVEFROM}[tag] if self.move and by is None else tag
                mark = self.desk.mark(moved, by)
                self.mark.append(mark)
                self.mark = mark

    def _piece(self, piece: Piece, former: Piece | None, state: State, theirs: bool = False) -> None:
        """Write one stretch of one format."""
        desk = self.desk
        node = None
        if piece.node is not None:
            source = piece.node
            if (state.inserted or state.deleted) and next(source.iter(*REVISIONS), None) is not None:
                source = settled(source, accept=not theirs)
                desk.tally.settled += 1
            node = desk.bring(source) if theirs else copy.deepcopy(source)
            node.tail = None
            if not theirs:
                self._inside(node, piece, former)
            turn(node, state.deleted and not self.move)
            if piece.bare:
                self._stop()
                self.mark.append(node)
                return
        changed = former is not None and former.form != piece.form
        key = (
            piece.form,
            former.form if former is not None and changed else None,
            id(piece.properties) if tracked(piece.properties) else 0,
            id(former.properties) if former is not None and tracked(former.properties) else 0,
            theirs,
        )
        if self.run is None or key != self.run_key:
            self._new_run(piece, former, theirs)
            self.run_key = key
            self.word_tag = DELTEXT if state.deleted and not self.move else TEXT
            simple = key[1:4] == _UNCHANGED and theirs == (state is GONE) and state in _SIMPLE
            self.going = (state, piece.form) if simple else None
        if node is not None:
            self._spell()
            self.run.append(node)
        elif piece.text:
            self.words.append(piece.text)

    def _new_run(self, piece: Piece, former: Piece | None, theirs: bool) -> None:
        desk = self.desk
        self._spell()
        self.run = etree.SubElement(self.mark, RUN)
        made = None
        if piece.properties is not None:
            made = desk.bring(piece.properties) if theirs else copy.deepcopy(piece.properties)
            made.tail = None
        if former is not None and (former.form != piece.form or tracked(made) or tracked(former.properties)):
            made = etree.Element(RPR) if made is None else made
            desk.track(made, former.properties, W + "rPrChange")
        if made is not None and (len(made) or made.attrib):
            self.run.insert(0, made)

    def _inside(self, node: Element, piece: Piece, former: Piece | None) -> None:
        """Compare what stands inside a kept object: text boxes; notes are compared later."""
        desk = self.desk
        if node.tag in (FOOTREF, ENDREF):
            if former is not None and former.node is not None:
                desk.paired_notes.append((node.tag, former.node.get(ID, ""), node.get(ID, "")))
            else:
                desk.inserted_notes.append((node.tag, node.get(ID, "")))
        elif former is not None and former.node is not None:
            boxes = list(piece.node.iter(TXBX)) if piece.node is not None else []
            if not boxes or desk.new.element(piece.node) == desk.old.element(former.node):
                desk.keep(old=former.node, new=node)
            else:
                for old_box, made_box in zip(list(former.node.iter(TXBX)), list(node.iter(TXBX)), strict=True):
                    if not any(up.tag == TXBX for up in made_box.iterancestors()):
                        desk.weave(old_box, made_box)

    def _markers(self, step: Step) -> None:
        """Write bookmark and comment range ends: those of the new file, and of the old what only it has."""
        made: list[Element] = []
        if step.new is not None:
            made += [copy.deepcopy(marker) for marker in step.new.markers]
        if step.old is not None:
            for marker in step.old.markers:
                kind = (
                    local(marker.tag)
                    .replace("RangeStart", "")
                    .replace("RangeEnd", "")
                    .replace("Start", "")
                    .replace("End", "")
                )
                if (kind, marker.get(ID, "")) in self.desk.kept_markers:
                    made.append(self.desk.bring(marker))
        for marker in made:
            marker.tail = None
            self._stop()
            self._inner().append(marker)
            self.mark = None


def _common(old: list[Piece], new: list[Piece]) -> Iterator[tuple[Piece, Piece | None]]:
    """Yield the new pieces, cut where the old format changes, each with the old piece of its place."""
    if any(piece.node is not None for piece in (*old, *new)):
        for at, piece in enumerate(new):
            yield piece, old[at] if at < len(old) else None
        return
    at_old = used = 0
    for piece in new:
        done = 0
        while done < len(piece.text):
            source = old[at_old]
            take = min(len(piece.text) - done, len(source.text) - used)
            yield Piece(piece.properties, piece.form, piece.text[done : done + take]), source
            done += take
            used += take
            if used == len(source.text) and at_old + 1 < len(old):
                at_old, used = at_old + 1, 0
