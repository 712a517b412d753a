"""The query language: words, "phrases", AND OR NOT ( ), fields, prefix*, days, Chinese as exact substrings.

Words beside each other must all occur. NOT binds tighter than AND, AND tighter than OR. A run of Chinese
characters, or a word with punctuation inside (an address, a file name), is a phrase. Typed full-width
brackets, colons and quotation marks mean the same as their Latin forms.
A query that cannot be read is never guessed at: it comes back as a problem with its place and a way out.
"""

from __future__ import annotations

from dataclasses import dataclass

from .dates import DateNotUnderstood, parse_range
from .fields import ALIASES, TEXT
from .lexer import Piece, Stop, pieces_of
from .nodes import AllOf, AnyOf, Days, Node, Problem, Without, Words
from .segments import is_ideograph, words_of

LONGEST_QUERY = 2_000
MOST_TERMS = 200
DEEPEST_NESTING = 40
SHORTEST_PREFIX = 2


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query as understood: ``node`` is None when it is empty or has a fatal problem."""

    node: Node | None
    problems: tuple[Problem, ...] = ()

    @property
    def understood(self) -> bool:
        """True when no problem is fatal."""
        return not any(problem.fatal for problem in self.problems)


def parse(text: str) -> Parsed:
    """Read a query. Returns its meaning, or the problems that stand in the way; never raises."""
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
        pieces = list(pieces_of(text))
        reader = _Reader(pieces, len(text))
        node = reader.whole()
    except Stop as stop:
        return Parsed(None, (stop.problem,))
    return Parsed(node, tuple(reader.notes))


class _Reader:
    """Recursive descent over the pieces of one query."""

    def __init__(self, pieces: list[Piece], length: int) -> None:
        self.pieces = pieces
        self.length = length
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

    def _need_operand(self, piece: Piece, *, first: bool) -> None:
        before = self.pieces[self.next - 1].kind if self.next else ""
        after = self.pieces[self.next + 1].kind if self.next + 1 < len(self.pieces) else ""
        if (
            (first and before in ("", "("))
            or before in ("", "(", "AND", "OR", "NOT", "field")
            or after in ("", ")", "AND", "OR")
        ):
            raise Stop(
                Problem(
                    "operator_alone",
                    "%(word)s at place %(place)d needs something to find on both sides. "
                    "To look for the word itself, write it in lower case or in quotation marks.",
                    piece.at,
                    {"word": piece.value, "place": piece.at + 1},
                )
            )

    def _one(self, field_name: str) -> Node | None:
        piece = self.pieces[self.next]
        self.next += 1
        if piece.kind == "NOT":
            return self._negated(piece, field_name)
        if piece.kind == "(":
            return self._bracket(piece, field_name)
        if piece.kind == "field":
            return self._in_field(piece)
        return self._term(piece, field_name)

    def _negated(self, piece: Piece, field_name: str) -> Node | None:
        following = self._peek()
        if following is None or following.kind in (")", "AND", "OR"):
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
        if following is None or following.kind not in ("word", "phrase", "("):
            raise Stop(
                Problem(
                    "field_empty",
                    "Write what to look for directly after %(name)s.",
                    piece.at,
                    {"name": f"{piece.value}:"},
                )
            )
        return self._one(ALIASES[piece.value.casefold()])

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
        if field_name == "date":
            return _days(piece)
        starred = piece.value.endswith(("*", "＊"))
        body = piece.value.rstrip("*＊")
        _refuse_stars(piece, body)
        tokens = words_of(body)
        if not tokens:
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
        if not starred or (words_of(body[-1]) == tokens[-1:] and len(body[-1]) == 1 and is_ideograph(tokens[-1])):
            return Words(field_name, tokens)
        if len(tokens) > 1:
            raise Stop(
                Problem(
                    "star_in_phrase",
                    "A star may follow a single word only, not a phrase or a word with punctuation inside.",
                    piece.at,
                )
            )
        if len(tokens[0]) < SHORTEST_PREFIX:
            raise Stop(
                Problem(
                    "prefix_short",
                    "Write at least %(limit)d letters before the star.",
                    piece.at,
                    {"limit": SHORTEST_PREFIX},
                )
            )
        return Words(field_name, tokens, prefix=True)


def _refuse_stars(piece: Piece, body: str) -> None:
    if "*" in body or "＊" in body or (piece.value.strip("*＊") == "" and piece.value):
        raise Stop(
            Problem(
                "star_inside",
                "A star may only stand at the end of a word: write the beginning of the word, then the star.",
                piece.at,
            )
        )


def _days(piece: Piece) -> Days:
    try:
        return Days(*parse_range(piece.value))
    except DateNotUnderstood:
        raise Stop(
            Problem(
                "date_not_understood",
                "“%(word)s” is not a date. Write a year, month or day such as 2024, 2024-03 "
                "or 2024-03-05, or a range such as 2024-01..2024-06.",
                piece.at,
                {"word": piece.value},
            )
        ) from None


def _joined(parts: tuple[Node, ...], kind: type[AllOf] | type[AnyOf]) -> Node | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else kind(parts)
