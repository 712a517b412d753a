"""Cut a typed query into pieces: words, phrases, fields, brackets, operators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .fields import ALIASES, FIELDS, INSTEAD, LITERAL_PREFIXES
from .habits import field_compared, narrow, phrase_distance, word_problem
from .nodes import Problem


class Stop(Exception):
    """Reading ends here: the problem says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a typed query and its place."""

    kind: str  # "word", "phrase", "range", "field", "(", ")", "AND", "OR", "NOT", "near"
    value: str
    at: int


_QUOTES = {'"': '"', "“": "”", "„": "“", "”": "”", "「": "」", "『": "』", "＂": "＂", "«": "»"}
_CLOSING = frozenset('"“”„＂')
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_FIELD = re.compile(r"([^\W\d_](?:[-_]?[^\W_])*)[:：]")
_SINGLE = re.compile(r"'([^'\n]+?)'(?=[\s()（）]|$)|‘([^‘\n]+?)’(?=[\s()（）]|$)")
_BEHIND = re.compile(r"~+\d*(?:\.\d+)?")
_RANGE = re.compile(r"([\[{])\s*(\S+)\s+TO\s+(\S+?)\s*([\]}])", re.IGNORECASE)
_NEAR = re.compile(
    r"""(?:NOT\s+)?(?:(?:w|within|near|pre)[/／][^\s()（）"“”„＂「」『』]+"""
    r"""|(?:(?:w|within|near|pre)\s*)?[/／\\]\s*(?:\d+|s|p|sentence|sent|paragraph|para)(?=[\s()（）"“”„＂「」『』]|$)"""
    r"""|within\s+\d+\s+words?\s+of(?=\s)|(?:w|within|near|pre)[/／](?=[\s()（）"“”„＂「」『』]|$))"""
    r"""|(?:NOT|nw)[/／](?:\d+|[sp])(?=[\s()（）"“”„＂「」『』]|$)""",
    re.IGNORECASE,
)
_WORD = re.compile(r"""[^\s()（）"“”„＂「」『』«»　]+""")


def pieces_of(text: str) -> Iterator[Piece]:
    """Yield the pieces of a query; raises Stop where a quotation stays open or a field is unknown."""
    text = narrow(text)
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
            if behind := _BEHIND.match(text, end + 1):
                raise Stop(phrase_distance(text[at + 1 : end], behind[0], at))
            yield Piece("phrase", text[at + 1 : end], at)
            at = end + 1
        elif character in "'‘" and (single := _SINGLE.match(text, at)):
            yield Piece("phrase", single[1] or single[2], at)
            at = single.end()
        elif character in "[{" and (span := _RANGE.match(text, at)):
            yield from _range(span)
            at = span.end()
        elif character == "!" and text[at + 1 : at + 2] not in ("", "!", "="):
            yield Piece("NOT", "!", at)
            at += 1
        elif character == "-" and at + 1 < len(text) and not text[at + 1].isspace() and text[at + 1] not in "-.":
            yield Piece("NOT", "-", at)
            at += 1
        else:
            piece, at = _word(text, at)
            yield piece


def _word(text: str, at: int) -> tuple[Piece, int]:
    """Return the field, distance, operator or word at a place, and where it ends."""
    if (name := _field_name(text, at)) is not None:
        return Piece("field", name, at), at + len(name) + 1
    if (name := field_compared(text, at)) is not None:
        return Piece("field", name, at), at + len(name) + (text[at + len(name)] == "=")
    operator = _NEAR.match(text, at)
    if operator is not None:
        return Piece("near", operator.group(), at), operator.end()
    found = _WORD.match(text, at)
    word = found.group() if found else text[at]
    end = at + len(word)
    problem = word_problem(word, at, before_bracket=text[end : end + 1] in ("(", "（"))
    if problem is not None:
        raise Stop(problem)
    return Piece(word if word in _OPERATORS else "word", word, at), end


def _range(span: re.Match[str]) -> Iterator[Piece]:
    """Yield ``[a TO b]`` as a range, with ``{`` or ``}`` as two limits; a star leaves an end open."""
    first, last = ("" if end == "*" else end.strip("\"'") for end in (span[2], span[3]))
    if span[1] == "[" and span[4] == "]":
        yield Piece("range", f"{first}..{last}", span.start())
        return
    limits = [f"{'>=' if span[1] == '[' else '>'}{first}"] if first else []
    limits += [f"{'<=' if span[4] == ']' else '<'}{last}"] if last else []
    yield Piece("(", "(", span.start())
    for limit in limits or [".."]:
        yield Piece("range", limit, span.start())
    yield Piece(")", ")", span.end() - 1)


def field_named(name: str) -> str:
    """Return a field name as compared: ``File-Type`` and ``file_type`` are ``filetype``."""
    return name.casefold().replace("-", "").replace("_", "")


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
    lowered = field_named(name)
    if lowered in ALIASES:
        return name
    if lowered in INSTEAD and text[found.end() : found.end() + 1].strip():
        raise Stop(
            Problem(
                "unknown_field",
                "There is no field %(name)s: write %(instead)s. "
                "To look for the words themselves, put them in quotation marks.",
                at,
                {"name": name, "instead": INSTEAD[lowered]},
            )
        )
    if not name.isalpha():
        return None
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
