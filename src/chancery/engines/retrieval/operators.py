"""``and``, ``or`` and ``not`` in small letters: operators where they join two things to find, words everywhere else.

Lawyers type them so, and a query of theirs that looks for the word *or* in place of alternatives misses what it should
find. Beside an operator, a distance or nothing they are words, as are all in quotation marks.
"""

from __future__ import annotations

from collections.abc import Sequence

from .lexer import Piece
from .nodes import Problem

_ENDS = frozenset({"word", "phrase", ")"})
_BEGINS = frozenset({"word", "phrase", "(", "field", "NOT"})
_SENTENCE = (
    "“%(word)s” at place %(place)d was read as %(operator)s. To look for the word itself, put it in quotation marks."
)


def with_small_operators(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Problem]]:
    """Return the pieces with such words as operators, and a note for each."""
    found: list[Piece] = []
    notes: list[Problem] = []
    for place, piece in enumerate(pieces):
        name = piece.value.upper()
        before = found[-1].kind if found else ""
        after = pieces[place + 1].kind if place + 1 < len(pieces) else ""
        if piece.kind == "word" and _joins(name, before, after):
            params = {"word": piece.value, "operator": name, "place": piece.at + 1}
            notes.append(Problem("operator_in_small_letters", _SENTENCE, piece.at, params, fatal=False))
            piece = Piece(name, piece.value, piece.at)
        found.append(piece)
    return found, notes


def _joins(name: str, before: str, after: str) -> bool:
    if name in ("AND", "OR"):
        return before in _ENDS and after in _BEGINS
    return name == "NOT" and before in _ENDS | {"AND", "OR"} and after in _BEGINS - {"NOT"}
