"""The query language: words, "phrases", AND OR NOT ( ), w/n pre/n w/s w/p, fields, wildcards, ranges, Chinese.

Words beside each other must all occur. Nearness (``w/5``) binds tightest, then NOT, then AND, then OR; several
in a row are taken from the left. A run of Chinese characters, or a word with punctuation inside (an address, a
file name), is a phrase. Typed full-width brackets, colons and quotation marks mean the same as their Latin forms.
A query that cannot be read is never guessed at: it comes back as a problem with its place and a way out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .fields import SEVERAL, TEXT
from .habits import distance_typed
from .lexer import Piece, Stop, pieces_of
from .limits import field_meant, meant, words_field
from .nodes import AllOf, AnyOf, Near, Node, Operand, Problem, Without, Words, field_of
from .operators import with_small_operators
from .terms import STARRED_ADDRESS, patterns_of, with_gaps

LONGEST_QUERY = 2_000
MOST_TERMS = 200
DEEPEST_NESTING = 40
FARTHEST = 10_000
"""Words that w/n may reach over."""

_DISTANCE = re.compile(r"(NOT )?(w|within|near|pre)?/(\d{1,6}|[sp])$", re.IGNORECASE)
_OPERANDS = frozenset({"word", "phrase", "range", "(", "field"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query as understood: ``node`` is None when it is empty or has a fatal problem."""

    node: Node | None
    problems: tuple[Problem, ...] = ()

    @property
    def understood(self) -> bool:
        """True when no problem is fatal."""
        return not any(problem.fatal for problem in self.problems)


def parse(text: str, *, stem: bool = False) -> Parsed:
    """Read a query. Returns its meaning, or the problems that stand in the way; never raises.

    stem: words outside quotation marks mean every word with the same English stem.
    """
    if len(text) > LONGEST_QUERY:
        return Parsed(
            None,
            (
                Problem(
                    "too_long",
                    "A query may have at most %(limit)d characters.",
                    LONGEST_QUERY,
                    {"limit": LONGEST_QUERY},
                ),
            ),
        )
    try:
        pieces, notes = with_small_operators(list(pieces_of(text)))
        reader = _Reader(pieces, stem=stem)
        reader.notes += notes
        node = reader.whole()
    except Stop as stop:
        return Parsed(None, (stop.problem,))
    return Parsed(node, tuple(reader.notes))


class _Reader:
    """Recursive descent over the pieces of one query."""

    def __init__(self, pieces: list[Piece], *, stem: bool) -> None:
        self.pieces = pieces
        self.stem = stem
        self.next = 0
        self.depth = 0
        self.terms = 0
        self.notes: list[Problem] = []

    def whole(self) -> Node | None:
        if not self.pieces:
            return None
        node = self._any(TEXT)
        left = self._peek()
        if left is not None:
            raise Stop(
                Problem(
                    "bracket_extra",
                    "The closing bracket at place %(place)d has no opening one.",
                    left.at,
                    {"place": left.at + 1},
                )
            )
        if node is None:
            raise Stop(Problem("nothing_to_find", "There are no letters, figures or characters to look for.", 0))
        return node

    def _peek(self) -> Piece | None:
        return self.pieces[self.next] if self.next < len(self.pieces) else None

    def _any(self, field_name: str) -> Node | None:
        parts = [self._all(field_name)]
        while (piece := self._peek()) is not None and piece.kind == "OR":
            self._need_operand(piece, first=parts[-1] is None and len(parts) == 1 and self.next == 0)
            self.next += 1
            parts.append(self._all(field_name))
        kept = tuple(part for part in parts if part is not None)
        return _joined(kept, AnyOf)

    def _all(self, field_name: str) -> Node | None:
        parts: list[Node] = []
        while (piece := self._peek()) is not None and piece.kind not in (")", "OR"):
            if piece.kind == "AND":
                self._need_operand(piece, first=not parts)
                self.next += 1
                continue
            part = self._one(field_name)
            if part is not None:
                parts.append(part)
        return _joined(tuple(parts), AllOf)

    def _one(self, field_name: str) -> Node | None:
        piece = self.pieces[self.next]
        if piece.kind == "NOT":
            self.next += 1
            return self._negated(piece, field_name)
        node = self._primary(field_name)
        while (following := self._peek()) is not None and following.kind == "near":
            node = self._near(following, node, field_name)
        return node

    def _near(self, piece: Piece, left: Node | None, field_name: str) -> Near:
        """Read the operator at hand and its right side."""
        found = _distance(piece)
        self.next += 1
        following = self._peek()
        if following is None or following.kind not in _OPERANDS:
            raise _alone(piece)
        right = self._primary(field_name)
        reach = found.group(3).lower()
        unit = {"s": "sentence", "p": "paragraph"}.get(reach, "words")
        number = int(reach) if reach.isdecimal() else 0
        first, second = _operand(piece, left), _operand(piece, right)
        if field_of(first) is None or field_of(first) != field_of(second):
            raise Stop(
                Problem(
                    "near_fields",
                    "Both sides of %(word)s at place %(place)d must look into the same field: "
                    "write the field before brackets, as in subject:(late w/5 delivery).",
                    piece.at,
                    {"word": piece.value, "place": piece.at + 1},
                )
            )
        ordered = (found.group(2) or "").lower() == "pre"
        return Near(first, second, unit, number, ordered, negated=bool(found.group(1)))  # type: ignore[arg-type]

    def _need_operand(self, piece: Piece, *, first: bool) -> None:
        before = self.pieces[self.next - 1].kind if self.next else ""
        after = self.pieces[self.next + 1].kind if self.next + 1 < len(self.pieces) else ""
        if (
            (first and before in ("", "("))
            or before in ("", "(", "AND", "OR", "NOT", "field", "near")
            or after in ("", ")", "AND", "OR", "near")
        ):
            raise _alone(piece)

    def _primary(self, field_name: str) -> Node | None:
        piece = self.pieces[self.next]
        if piece.kind == "near":
            _distance(piece)
            raise _alone(piece)
        self.next += 1
        if piece.kind == "(":
            return self._bracket(piece, field_name)
        if piece.kind == "field":
            return self._in_field(piece)
        return self._term(piece, field_name)

    def _negated(self, piece: Piece, field_name: str) -> Node | None:
        following = self._peek()
        if following is None or following.kind in (")", "AND", "OR", "near"):
            raise Stop(
                Problem(
                    "not_alone",
                    "%(word)s at place %(place)d needs something after it that must not occur.",
                    piece.at,
                    {"word": piece.value, "place": piece.at + 1},
                )
            )
        self._deeper(piece)
        part = self._one(field_name)
        self.depth -= 1
        return None if part is None else Without(part)

    def _bracket(self, piece: Piece, field_name: str) -> Node | None:
        self._deeper(piece)
        node = self._any(field_name)
        closing = self._peek()
        if closing is None:
            raise Stop(
                Problem(
                    "bracket_open",
                    "The bracket at place %(place)d is not closed.",
                    piece.at,
                    {"place": piece.at + 1},
                )
            )
        self.next += 1
        self.depth -= 1
        if node is None:
            raise Stop(
                Problem(
                    "bracket_empty",
                    "There is nothing to find in the brackets at place %(place)d.",
                    piece.at,
                    {"place": piece.at + 1},
                )
            )
        return node

    def _in_field(self, piece: Piece) -> Node | None:
        following = self._peek()
        if following is None or following.kind not in ("word", "phrase", "range", "("):
            raise Stop(
                Problem(
                    "field_empty",
                    "Write what to look for directly after %(name)s.",
                    piece.at,
                    {"name": f"{piece.value}:"},
                )
            )
        name = field_meant(piece.value)
        begin, terms, found = self.next, self.terms, []
        for each in SEVERAL.get(name, (name,)):
            self.next, self.terms = begin, terms
            found.append(self._primary(each))
        return _joined(tuple(part for part in found if part is not None), AnyOf)

    def _deeper(self, piece: Piece) -> None:
        self.depth += 1
        if self.depth > DEEPEST_NESTING:
            raise Stop(
                Problem(
                    "too_deep",
                    "Brackets may be nested at most %(limit)d deep.",
                    piece.at,
                    {"limit": DEEPEST_NESTING},
                )
            )

    def _term(self, piece: Piece, field_name: str) -> Node | None:
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise Stop(
                Problem("too_many", "A query may have at most %(limit)d terms.", piece.at, {"limit": MOST_TERMS})
            )
        node = meant(piece, field_name)
        if node is not None:
            return node
        patterns = patterns_of(piece, stem=self.stem)
        if not patterns:
            self.notes.append(
                Problem(
                    "left_out",
                    "“%(word)s” was left out: it has no letters, figures or characters to find.",
                    piece.at,
                    {"word": piece.value},
                    False,
                )
            )
            return None
        readings = with_gaps(patterns) if piece.kind == "word" and STARRED_ADDRESS.search(piece.value) else (patterns,)
        return _joined(tuple(Words(words_field(field_name), reading) for reading in readings), AnyOf)


def _distance(piece: Piece) -> re.Match[str]:
    """Return the parts of a nearness operator; refuses what is no distance."""
    found = _DISTANCE.match(distance_typed(piece.value))
    if found is None or (found.group(3).isdecimal() and not 1 <= int(found.group(3)) <= FARTHEST):
        raise Stop(
            Problem(
                "distance_wrong",
                "“%(word)s” at place %(place)d is not a distance: write w/5 or pre/5 with a number from 1 to "
                "%(limit)d, w/s for the same sentence, w/p for the same paragraph. "
                "To look for the text itself, put it in quotation marks.",
                piece.at,
                {"word": piece.value, "place": piece.at + 1, "limit": FARTHEST},
            )
        )
    return found


def _alone(piece: Piece) -> Stop:
    return Stop(
        Problem(
            "operator_alone",
            "%(word)s at place %(place)d needs something to find on both sides. "
            "To look for the word itself, write it in lower case or in quotation marks.",
            piece.at,
            {"word": piece.value, "place": piece.at + 1},
        )
    )


def _operand(piece: Piece, node: Node | None) -> Operand:
    """Return one side of a nearness; only words, phrases, alternatives of them and nearness can stand there."""
    if isinstance(node, Words | Near):
        return node
    if isinstance(node, AnyOf):
        for part in node.parts:
            _operand(piece, part)
        return node
    raise Stop(
        Problem(
            "near_operand",
            "Beside %(word)s at place %(place)d may stand words, phrases, alternatives with OR and other distances, "
            "but not AND, NOT, dates or figures.",
            piece.at,
            {"word": piece.value, "place": piece.at + 1},
        )
    )


def _joined(parts: tuple[Node, ...], kind: type[AllOf] | type[AnyOf]) -> Node | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else kind(parts)
