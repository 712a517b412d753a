"""Terms that are no words: days, figures, what is true of a document."""

from __future__ import annotations

from .dates import DateNotUnderstood, parse_range
from .fields import ALIASES, ASKED, MARK, MARKS, NO, NUMBERS, YES
from .figures import FigureNotUnderstood, parse_figures
from .lexer import Piece, Stop, field_named
from .nodes import Days, Node, Numbers, Pattern, Problem, Without, Words


def meant(piece: Piece, field_name: str) -> Node | None:
    """Return what a term after a field of days, figures or marks means; None after a field of words."""
    if field_name == "date":
        return _days(piece)
    if field_name in ASKED:
        return _answer(piece, ASKED[field_name])
    if field_name in MARKS:
        return _mark(piece, field_name)
    if field_name == "attachments" and not any(character.isdigit() for character in piece.value):
        return None
    if field_name in NUMBERS:
        return _figures(piece, field_name)
    if piece.kind == "range":
        first, dots, last = piece.value.partition("..")
        if dots and first.isdecimal() and last.isdecimal():
            return None
        raise Stop(
            Problem(
                "range_of_words",
                "The range at place %(place)d needs whole numbers at both ends, or a field of dates or figures before "
                "it, as in date:[2024-01 TO 2024-06].",
                piece.at,
                {"place": piece.at + 1},
            )
        )
    return None


def words_field(name: str) -> str:
    """Return the field in which the words after a field are looked for."""
    return "attachment" if name == "attachments" else name


def field_meant(typed: str) -> str:
    """Return the field a typed name means."""
    return ALIASES[field_named(typed)]


def _figures(piece: Piece, field_name: str) -> Numbers:
    try:
        return Numbers(field_name, *parse_figures(piece.value))
    except FigureNotUnderstood:
        raise Stop(
            Problem(
                "figure_not_understood",
                "“%(word)s” is not a whole number. Write a number such as 500, a range such as 10..20, "
                "or a limit such as >1mb.",
                piece.at,
                {"word": piece.value},
            )
        ) from None


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


def _mark(piece: Piece, field_name: str) -> Words:
    known = MARKS[field_name]
    typed = piece.value.strip().casefold()
    value = known.get(typed)
    if value is None and any(typed in each.values() for each in MARKS.values()):  # as it is written out
        value = typed
    if value is None:
        raise Stop(
            Problem(
                "mark_unknown",
                "“%(word)s” is nothing a document can have here. After %(field)s may stand %(values)s.",
                piece.at,
                {"word": piece.value, "field": f"{field_name}:", "values": ", ".join(known)},
            )
        )
    return Words(MARK, (Pattern("exact", value),))


def _answer(piece: Piece, mark: str) -> Node:
    answer = piece.value.strip().casefold()
    node = Words(MARK, (Pattern("exact", mark),))
    if answer in YES:
        return node
    if answer in NO:
        return Without(node)
    raise Stop(
        Problem(
            "mark_unknown",
            "“%(word)s” is nothing a document can have here. After %(field)s may stand %(values)s.",
            piece.at,
            {"word": piece.value, "field": "", "values": "true, false"},
        )
    )
