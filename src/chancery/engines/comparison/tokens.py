"""Paragraphs as tokens: words, numbers, Chinese characters, signs, objects, and the paragraph mark at the end.

A token never ends inside a word, even where the file cuts the word into runs; a token knows its format, the
revisions it stands in and the holders (hyperlink, content control …) around it.
"""

from __future__ import annotations

import copy
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from lxml import etree
from lxml.etree import tostring

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.markjoin import mark_signs
from chancery.engines.comparison.names import (
    CHANGES,
    COMMENTREF,
    CUSTOM_RANGES,
    DEL,
    DELINSTR,
    DELTEXT,
    ENDREF,
    FLDCHAR,
    FLDSIMPLE,
    FOOTREF,
    ID,
    INS,
    INSTRTEXT,
    MARKERS,
    MOVE_RANGES,
    MOVEFROM,
    MOVETO,
    NOISE,
    PPR,
    REVISIONS,
    RPR,
    RUN,
    RUN_MARKS,
    SDT,
    SDTCONTENT,
    SDTENDPR,
    SDTPR,
    SECTPR,
    SMARTTAG,
    TEXT,
    TXBX,
    WRAPPERS,
    Element,
    W,
    local,
)
from chancery.engines.comparison.resolving import resolve_tree

# Han, kana and compatibility ideographs, Hangul excluded: Korean sets spaces between words.
_CJK: Final = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_MARK: Final = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f"
    "\u0e31\u0e34-\u0e4e\u200c\u200d"
)
_LETTER: Final = rf"(?:[^\W_{_CJK}]|[{_MARK}])"
# The first two branches say nothing new: most words are ASCII letters before a sign, most signs single spaces.
_COMMON: Final = r"[A-Za-z]++(?=[\x00-&(-/:-@\[-`{-\x7f]|\Z)|\x20(?=[!-~])"
WORDS: Final = re.compile(
    rf"{_COMMON}|[{_CJK}]|\d+(?:[.,]\d+)+(?!{_LETTER})|{_LETTER}+(?:['’]{_LETTER}+)*|_+|\s+|.", re.DOTALL
)
_REFERENCES: Final = frozenset((FOOTREF, ENDREF))
_TEXTS: Final = frozenset((TEXT, DELTEXT))
_SILENT: Final = NOISE | MOVE_RANGES | CUSTOM_RANGES


@dataclass(slots=True)
class Piece:
    """A stretch of one format. node: what stands there, None for text. bare: the node stands outside a run.

    words: the words of its format as tokens, None when they cannot be told without their place.
    """

    properties: Element | None
    form: str
    text: str = ""
    node: Element | None = None
    bare: bool = False
    words: Words | None = None


def tracked(properties: Element | None) -> bool:
    """Whether properties carry a tracked change."""
    return properties is not None and len(properties) > 0 and properties[-1].tag in CHANGES


@dataclass(slots=True)
class Token:
    """The smallest thing that is compared. key: what must be equal; size: visible characters.

    parts: its pieces, not yet cut of a word with a run. inserted, deleted: the revision element around it, if any.
    path: holders from the outside in; place: their keys. mark: the paragraph, on its mark. run: the stretch that holds
    the word, when nothing is to be said of it: no holder, no revision, no marker, one format.
    """

    key: str
    size: int
    parts: list[Piece] | None
    path: tuple[Element, ...] = ()
    place: tuple[str, ...] = ()
    inserted: Element | None = None
    deleted: Element | None = None
    mark: Element | None = None
    markers: Sequence[Element] = ()
    run: Piece | None = None

    @property
    def pieces(self) -> list[Piece]:
        """Stretches of one format."""
        if self.parts is None:
            self.parts = [] if self.run is None else [Piece(self.run.properties, self.run.form, self.key)]
        return self.parts

    @property
    def form(self) -> str:
        """Formats of the pieces, one text."""
        if self.run is not None:
            return self.run.form
        if len(self.pieces) == 1:
            return self.pieces[0].form
        return "\x1f".join(f"{piece.form}\x1e{len(piece.text)}" for piece in self.pieces)


class Words(dict[str, Token]):
    """The words of one format as tokens: the same word in runs spelt alike is the same token.

    run: one of the runs. plain: whether its properties carry no tracked change.
    """

    def __init__(self, run: Piece) -> None:
        super().__init__()
        self.run = run
        self.plain = not tracked(run.properties)

    def __missing__(self, word: str) -> Token:
        found = self[word] = Token(word, len(word), None, run=self.run)
        return found


@dataclass(slots=True)
class _State:
    path: tuple[Element, ...] = ()
    place: tuple[str, ...] = ()
    inserted: Element | None = None
    deleted: Element | None = None


def mark_token(paragraph: Element) -> Token:
    """Return the mark of a paragraph as a token; the mark that ends a section has a key of its own."""
    properties = paragraph.find(PPR)
    section = properties is not None and properties.find(SECTPR) is not None
    signs = mark_signs(paragraph)
    return Token(
        key="¶§" if section else "¶",
        size=0,
        parts=[],
        inserted=next((sign for sign in signs if sign.tag in (INS, MOVETO)), None),
        deleted=next((sign for sign in signs if sign.tag in (DEL, MOVEFROM)), None),
        mark=paragraph,
    )


class Tokeniser:
    """Cuts one paragraph."""

    def __init__(self, canon: Canon) -> None:
        self.canon = canon
        self.tokens: list[Token] = []
        self.markers: list[Element] = []
        self.text: list[Piece] = []
        self.state = _State()
        self.fields = False

    def cut(self, paragraph: Element) -> list[Token]:
        """Return the tokens of a paragraph, its mark last."""
        self._children(paragraph, _State())
        self._flush()
        tokens = _fields(self.tokens) if self.fields else self.tokens
        tokens.append(mark_token(paragraph))
        tokens[-1].markers = self.markers
        return tokens

    def _children(self, node: Iterable[Element], state: _State) -> None:
        for child in node:
            tag = child.tag
            if tag == RUN:
                self._run(child, state)
            elif tag in RUN_MARKS:
                inside = child if tag in (INS, MOVETO) else state.inserted
                gone = child if tag in (DEL, MOVEFROM) else state.deleted
                self._children(child, _State(state.path, state.place, inside, gone))
            elif tag in WRAPPERS:
                self._wrapper(child, state)
            elif tag in MARKERS:
                self._flush()
                self.markers.append(child)
            elif tag in (PPR, SDTPR, SDTENDPR) or tag in _SILENT or not isinstance(tag, str):
                continue
            else:
                self._node(child, None, "", state, bare=True)

    def _wrapper(self, node: Element, state: _State) -> None:
        if node.tag == SMARTTAG:
            self._children(node, state)
            return
        own = f"{local(node.tag)}{self.canon.attributes(node)}{self.canon.control_properties(node)}"
        inner = _State((*state.path, node), (*state.place, own), state.inserted, state.deleted)
        self._flush()
        before = len(self.tokens)
        content = node.find(SDTCONTENT) if node.tag == SDT else node
        self._children(() if content is None else content, inner)
        self._flush()
        if len(self.tokens) == before and node.tag in (SDT, FLDSIMPLE):
            self._add(Token("∅", 0, []), inner)

    def _run(self, run: Element, state: _State) -> None:
        children = list(run)
        properties = next((child for child in children if child.tag == RPR), None)
        raw = b"" if properties is None else tostring(properties, with_tail=False)
        words = self.canon.words.get(raw)
        if words is None:
            form = "" if properties is None else self.canon.form(properties, raw)
            words = self.canon.words[raw] = Words(Piece(properties, form))
        form = words.run.form
        known = words if words.plain else None
        for child in children:
            tag = child.tag
            if tag in _TEXTS:
                text = child.text
                if text:
                    if state is not self.state:
                        self._flush()
                        self.state = state
                    self.text.append(Piece(properties, form, text, words=known))
            elif tag != RPR and tag not in _SILENT and isinstance(tag, str):
                self._node(child, properties, form, state)

    def _node(self, node: Element, properties: Element | None, form: str, state: _State, bare: bool = False) -> None:
        self._flush()
        tag = node.tag
        if tag == FLDCHAR:
            key = f"fld:{node.get(W + 'fldCharType')}"
            self.fields = True
        elif tag in (INSTRTEXT, DELINSTR):
            key = f"instr:{(node.text or '').strip()}"
        elif tag in _REFERENCES:
            key = local(tag) + self.canon.note_keys.get((tag, node.get(ID, "")), "")
        elif tag == COMMENTREF:
            key = self.canon.note(node)
        elif next(node.iter(TXBX), None) is not None:
            key = _frame(node, self.canon)
        elif next(node.iter(*REVISIONS), None) is not None:
            key = self.canon.element(settled(node, accept=False))
        else:
            key = self.canon.element(node)
        self._add(
            Token(key, 0 if tag in (FLDCHAR, INSTRTEXT) else 1, [Piece(properties, form, node=node, bare=bare)]), state
        )

    def _add(self, token: Token, state: _State) -> None:
        token.path, token.place = state.path, state.place
        token.inserted, token.deleted = state.inserted, state.deleted
        token.markers, self.markers = self.markers, []
        self.tokens.append(token)

    def _flush(self) -> None:
        """Cut the gathered text into words across its runs."""
        if not self.text:
            return
        gathered, self.text = self.text, []
        state, tokens = self.state, self.tokens
        free = not state.path and state.inserted is None and state.deleted is None
        ends, total = [], 0
        for piece in gathered:
            total += len(piece.text)
            ends.append(total)
        words = WORDS.findall(gathered[0].text if len(gathered) == 1 else "".join(piece.text for piece in gathered))
        stops = list(accumulate(map(len, words)))
        at = place = start = 0
        while place < len(words):
            known = gathered[at].words if free and not self.markers else None
            whole = place if known is None else bisect_right(stops, ends[at], place)
            if known is not None and whole > place:
                tokens += map(known.__getitem__, words[place:whole])
                place = whole
            else:
                pieces, at = _cut(words[place], start, gathered, ends, at)
                self._add(Token(words[place], len(words[place]), pieces), state)
                place += 1
            start = stops[place - 1]
            while start == ends[at] and at + 1 < len(ends):
                at += 1


def _cut(word: str, start: int, gathered: Sequence[Piece], ends: Sequence[int], at: int) -> tuple[list[Piece], int]:
    """Return the pieces of a word that begins at a place of the gathered text, and in which piece it ends."""
    stop = start + len(word)
    pieces: list[Piece] = []
    while start < stop:
        here = min(stop, ends[at])
        part = word[len(word) - (stop - start) : len(word) - (stop - here)]
        source = gathered[at]
        if (
            pieces
            and pieces[-1].form == source.form
            and not (tracked(pieces[-1].properties) or tracked(source.properties))
        ):
            pieces[-1].text += part
        elif part:
            pieces.append(Piece(source.properties, source.form, text=part))
        start = here
        if start == ends[at] and at + 1 < len(ends):
            at += 1
    return pieces, at


def _fields(tokens: list[Token]) -> list[Token]:
    """Join what opens a field (begin, code, separator) into one token and name its end after it."""
    made: list[Token] = []
    opened: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.key != "fld:begin":
            if token.key == "fld:end" and opened:
                token.key = f"end of {opened.pop()}"
            made.append(token)
            at += 1
            continue
        stop, closed = _head(tokens, at)
        head = tokens[at:stop]
        joined = all(
            (one.path, one.inserted, one.deleted) == (token.path, token.inserted, token.deleted) for one in head
        )
        name = "".join(one.key for one in head)
        if joined and stop > at + 1:
            token.key = name
            token.parts = [piece for one in head for piece in one.pieces]
            token.markers = [marker for one in head for marker in one.markers]
            made.append(token)
        else:
            made.extend(head)
        if not closed:
            opened.append(name)
        at = stop
    return made


def _head(tokens: list[Token], at: int) -> tuple[int, bool]:
    """Return where the head of a field ends, and whether the field ends with it."""
    depth = 0
    for place in range(at, len(tokens)):
        key = tokens[place].key
        if key == "fld:begin":
            depth += 1
        elif key == "fld:end":
            depth -= 1
            if depth == 0:
                return place + 1, True
        elif key == "fld:separate" and depth == 1:
            return place + 1, False
    return at + 1, False


def _frame(node: Element, canon: Canon) -> str:
    """Return the canonical text of a drawing without what stands in its text boxes."""
    bare = copy.deepcopy(node)
    for box in list(bare.iter(TXBX)):
        for child in list(box):
            box.remove(child)
    return "FRAME" + canon.element(bare)


def settled(node: Element, *, accept: bool) -> Element:
    """Return a copy of an object with the revisions inside it resolved."""
    holder = etree.Element("holder")
    holder.append(copy.deepcopy(node))
    resolve_tree(root=holder, accept=accept, picked=lambda _mark: True)
    return holder[0] if len(holder) else etree.Element(node.tag)


def tokenise(*, paragraph: Element, canon: Canon) -> list[Token]:
    """Cut a paragraph into tokens, its mark last."""
    return Tokeniser(canon).cut(paragraph)
