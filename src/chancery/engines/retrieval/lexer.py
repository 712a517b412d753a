"""Cut a typed query into pieces: words, phrases, fields, brackets, operators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .fields import ALIASES, FIELDS, LITERAL_PREFIXES
from .nodes import Problem


class Stop(Exception):
    """Reading ends here: the problem says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a typed query and its place."""

    kind: str  # "word", "phrase", "field", "(", ")", "AND", "OR", "NOT", "near"
    value: str
    at: int


_QUOTES = {'"': '"', "“": "”", "„": "“", "”": "”", "「": "」", "『": "』", "＂": "＂", "«": "»"}
_CLOSING = frozenset('"“”„＂')
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_FIELD = re.compile(r"([^\W\d_]+)[:：]")
_NEAR = re.compile(
    r"""(?:NOT\s+)?(?:(?:w|within|near|pre)[/／][^\s()（）"“”„＂「」『』]*|[/／](?:\d+|[sp])(?=[\s()（）"“”„＂「」『』]|$))""",
    re.IGNORECASE,
)
_WORD = re.compile(r"""[^\s()（）"“”„＂「」『』«»　]+""")


def pieces_of(text: str) -> Iterator[Piece]:
    """Yield the pieces of a query; raises Stop where a quotation stays open or a field is unknown."""
    at = 0
    while at < len(text):
        character = text[at]
        if character.isspace() or character in "」』»":
            at += 1
        elif character in "(（":
            yield Piece("(", character, at)
            at += 1
        elif character in ")）":
            yield Piece(")", character, at)
            at += 1
        elif character in _QUOTES:
            end = _closing_quote(text, at)
            yield Piece("phrase", text[at + 1 : end], at)
            at = end + 1
        elif character == "-" and at + 1 < len(text) and not text[at + 1].isspace() and text[at + 1] not in "-.":
            yield Piece("NOT", "-", at)
            at += 1
        else:
            name = _field_name(text, at)
            if name is not None:
                yield Piece("field", name, at)
                at += len(name) + 1
                continue
            operator = _NEAR.match(text, at)
            if operator is not None:
                yield Piece("near", operator.group(), at)
                at = operator.end()
                continue
            found = _WORD.match(text, at)
            word = found.group() if found else character
            yield Piece(word if word in _OPERATORS else "word", word, at)
            at += len(word)


def _closing_quote(text: str, start: int) -> int:
    """Return the offset of the mark that closes the quotation opened at ``start``."""
    opening = text[start]
    closers = _CLOSING if opening in _CLOSING else frozenset({_QUOTES[opening]})
    for at in range(start + 1, len(text)):
        if text[at] in closers:
            return at
    raise Stop(
        Problem("quote_open", "The quotation mark at place %(place)d is not closed.", start, {"place": start + 1})
    )


def _field_name(text: str, at: int) -> str | None:
    """Return the field name typed at this place, None if it is a plain word; refuse unknown names."""
    found = _FIELD.match(text, at)
    if found is None:
        return None
    name = found.group(1)
    lowered = name.casefold()
    if lowered in ALIASES:
        return name
    if (
        len(name) == 1
        or lowered in LITERAL_PREFIXES
        or text[found.end() : found.end() + 1].strip() == ""
        or not name.isascii()
    ):
        return None
    raise Stop(
        Problem(
            "unknown_field",
            "There is no field %(name)s. Fields are %(fields)s. "
            "To look for the words themselves, put them in quotation marks.",
            at,
            {"name": name, "fields": ", ".join(FIELDS)},
        )
    )
