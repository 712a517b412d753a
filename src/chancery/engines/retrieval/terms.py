"""From one typed word or phrase to the patterns that stand side by side."""

from __future__ import annotations

import re
from typing import Final

from .characters import ONE, STAR, is_ideograph
from .figures import MOST
from .lexer import Piece, Stop
from .nodes import Pattern, Problem
from .segments import Token, tokens_of

MOST_EDITS: Final = 3
SHORT_WORD: Final = 5
"""Letters up to which ``word~`` means one edit; longer words mean two."""

_FUZZY = re.compile(r"(.+?)[~～](\d*)$")
_RANGE = re.compile(r"(\d{1,18})(?:\.\.|~~)(\d{1,18})$")
_ASKED_AT_END = re.compile(r"\?+(?=\W*(?:\s|$))")
STARRED_ADDRESS: Final = re.compile(r"[^\W_]\*@[^\W_]")
"""``anna*@acme.cn`` is meant to find anna.keller@acme.cn too, though a full stop ends a word."""
_CLOSING_MARKS = "\"'”’)]}.,;:，。；：、"


def patterns_of(piece: Piece, *, stem: bool) -> tuple[Pattern, ...]:
    """Return the patterns of a word or phrase; none if there is nothing in it to find. Raises Stop if it is wrong.

    stem: words that are not in quotation marks mean every word with their English stem.
    """
    text, quoted = piece.value, piece.kind == "phrase"
    if quoted:
        text = _ASKED_AT_END.sub(" ", text)
    else:
        found = _RANGE.match(text)
        if found:
            return (_between(piece, int(found.group(1)), int(found.group(2))),)
        if "~" in text or "～" in text:
            return (_fuzzy(piece),)
        if re.search(r"[^\W_]!$", text):
            text = f"{text[:-1]}*"
        if set(text) <= set("?？") or not re.search(r"[*＊]|[^\s]", text):
            return ()
    tokens = list(tokens_of(text.replace("*", STAR).replace("＊", STAR).replace("?", ONE)))
    if tokens and all(set(token.text) <= {STAR, ONE} for token in tokens):
        raise Stop(
            Problem(
                "wildcard_alone",
                "“%(word)s” at place %(place)d would match every word: write at least one letter beside the star.",
                piece.at,
                {"word": piece.value, "place": piece.at + 1},
            )
        )
    found_patterns = [
        pattern
        for at, token in enumerate(tokens)
        if (pattern := _pattern(piece, tokens, at, stem=stem and not quoted)) is not None
    ]
    return _trimmed(found_patterns)


def with_gaps(patterns: tuple[Pattern, ...]) -> tuple[tuple[Pattern, ...], ...]:
    """Return the readings of an address with a star before its ``@``: up to two more words may stand there."""
    at = next((place for place, each in enumerate(patterns) if each.kind == "glob" and each.text.endswith("*")), None)
    if at is None or at + 1 == len(patterns):
        return (patterns,)
    gap = Pattern("any", "*")
    return tuple((*patterns[: at + 1], *[gap] * more, *patterns[at + 1 :]) for more in range(3))


def _pattern(piece: Piece, tokens: list[Token], at: int, *, stem: bool) -> Pattern | None:
    token = tokens[at]
    if set(token.text) <= {STAR, ONE}:
        return _lone_wildcard(piece, tokens, at)
    if STAR in token.text or ONE in token.text:
        return Pattern("glob", token.text.replace(STAR, "*").replace(ONE, "?"))
    if stem and token.text.isascii() and token.text.isalpha():
        return Pattern("stem", token.text)
    return Pattern("exact", token.text, mark=token.mark)


def _lone_wildcard(piece: Piece, tokens: list[Token], at: int) -> Pattern | None:
    """A wildcard beside Han characters, or on its own in a phrase."""
    token = tokens[at]
    before = at > 0 and is_ideograph(tokens[at - 1].text) and tokens[at - 1].end == token.start
    after = at + 1 < len(tokens) and is_ideograph(tokens[at + 1].text) and tokens[at + 1].start == token.end
    if token.text == ONE and (before or after):
        return Pattern("any", "?")
    if before and after:
        raise Stop(
            Problem(
                "star_in_chinese",
                "A star cannot stand between Chinese characters (place %(place)d): "
                "write ? for one character, or use pre/n between the parts.",
                piece.at,
                {"place": piece.at + 1},
            )
        )
    if before or after:
        return None
    return Pattern("any", "*")


def _trimmed(patterns: list[Pattern]) -> tuple[Pattern, ...]:
    """Leave out stars that stand for any word at either end: they say nothing."""
    while patterns and patterns[0].kind == "any" and patterns[0].text == "*":
        patterns.pop(0)
    while patterns and patterns[-1].kind == "any" and patterns[-1].text == "*":
        patterns.pop()
    return tuple(patterns)


def _between(piece: Piece, low: int, high: int) -> Pattern:
    if high < low:
        raise Stop(
            Problem(
                "range_backwards",
                "The range at place %(place)d ends before it begins.",
                piece.at,
                {"place": piece.at + 1},
            )
        )
    return Pattern("between", low=low, high=min(high, MOST))


def _fuzzy(piece: Piece) -> Pattern:
    found = _FUZZY.match(piece.value.rstrip(_CLOSING_MARKS))
    tokens = list(tokens_of(found.group(1))) if found else []
    word = tokens[0].text if len(tokens) == 1 else ""
    if found is None or not word or is_ideograph(word) or "*" in found.group(1) or "?" in found.group(1):
        raise Stop(
            Problem(
                "fuzzy_wrong",
                "At place %(place)d: ~ may follow a single word of letters only, as in receive~ or receive~2. "
                "To look for the sign itself, leave it out.",
                piece.at,
                {"place": piece.at + 1},
            )
        )
    edits = int(found.group(2)) if found.group(2) else (1 if len(word) <= SHORT_WORD else 2)
    if not 1 <= edits <= MOST_EDITS or edits >= len(word):
        raise Stop(
            Problem(
                "fuzzy_wide",
                "At place %(place)d: at most %(limit)d letters may differ, and fewer than the word has.",
                piece.at,
                {"place": piece.at + 1, "limit": MOST_EDITS},
            )
        )
    return Pattern("fuzzy", word, edits=edits)
