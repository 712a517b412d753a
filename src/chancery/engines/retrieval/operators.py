"""``and``, ``or`` and ``not`` in small letters: operators where they join two things to find, words everywhere else.

Lawyers type them so, and a query of theirs that looks for the word *or* in place of alternatives misses what it should
find. Beside an operator, a distance or nothing they are words, as are all in quotation marks.
"""

from __future__ import annotations

from collections.abc import Sequence

from .habits import CHINESE, between_problem, operator_of, read_as
from .lexer import Piece, Stop
from .nodes import Problem

_ENDS = frozenset({"word", "phrase", "range", ")"})
_BEGINS = frozenset({"word", "phrase", "range", "(", "field", "NOT"})
_SIMPLE = frozenset({"AND", "OR", "NOT"})


def with_small_operators(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Problem]]:
    """Return the pieces with such words, and operators as other systems write them, as operators; a note for each.

    Raises Stop where such an operator has no meaning here.
    """
    found: list[Piece] = []
    notes: list[Problem] = []
    for place, piece in enumerate(pieces):
        before = found[-1].kind if found else ""
        following = pieces[place + 1] if place + 1 < len(pieces) else None
        after = following.kind if following else ""
        if piece.kind != "word":
            found.append(piece)
            continue
        name = CHINESE.get(piece.value, piece.value.upper())
        if name in _SIMPLE and _joins(name, before, after):
            notes.append(read_as(piece.value, piece.at, name))
            piece = Piece(name, piece.value, piece.at)
        elif before in _ENDS and following and (after in _BEGINS):
            if name == "BUT" and following.value.upper() == "NOT":
                continue
            piece = _between(piece, following, notes)
        found.append(piece)
    return found, notes


def _between(piece: Piece, following: Piece, notes: list[Problem]) -> Piece:
    """Return a word between two things to find, as the operator it is in other systems if it is one."""
    problem = between_problem(piece.value, piece.at)
    if problem is not None and problem.fatal:
        raise Stop(problem)
    if problem is not None:
        notes.append(problem)
        return piece
    operator = operator_of(piece.value)
    if operator is None or (piece.value.startswith("+") and following.value.isdecimal()):
        return piece
    notes.append(read_as(piece.value, piece.at, operator))
    return Piece(operator, piece.value, piece.at) if operator == "OR" else Piece("near", operator, piece.at)


def _joins(name: str, before: str, after: str) -> bool:
    if name in ("AND", "OR"):
        return before in _ENDS and after in _BEGINS
    return name == "NOT" and before in _ENDS | {"AND", "OR"} and after in _BEGINS - {"NOT"}
