"""Cut text into searchable tokens: Latin words whole, one token per Han character.

A phrase of single-character tokens finds exactly the places where those characters stand beside each
other, so Chinese needs no dictionary and loses nothing. Punctuation between two Han characters becomes a
token of its own: without it ``上海。关于`` would be found by ``海关``. White space never separates Han
characters, because mail and page text is wrapped in the middle of sentences.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Han (all planes), ideographic numbers and marks, kana, bopomofo, Hangul syllables, half-width kana.
_IDEOGRAPH = (
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u3096\u3099-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
# Marks that belong to the letter before them, and invisible characters that editors leave inside words.
_INNER = (
    "\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f"
    "\u0670\u06d6-\u06dc\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff"
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]")
_TOKEN = re.compile(
    rf"(?P<han>[{_IDEOGRAPH}])|(?P<word>[^\W_{_IDEOGRAPH}][^\W_{_IDEOGRAPH}{_INNER}]*"
    rf"(?:[{_INNER}]+[^\W_{_IDEOGRAPH}]*)*)"
)
_SPACES = re.compile(rf"[\s{_INNER}]+")

BREAK = "\u241e"
"""Token that stands between two values of one field, so that no phrase runs from one into the next."""

LONGEST_TOKEN = 200
"""Characters; longer runs (encoded data, not words) are cut so that the index can hold them."""


@dataclass(frozen=True, slots=True)
class Token:
    """One searchable token and the place it came from: character offsets, end exclusive."""

    text: str
    start: int
    end: int


def fold(word: str) -> str:
    """Return the searchable form of one word: compatibility forms, case and accents folded."""
    if word.isascii():
        return word.lower()
    composed = unicodedata.normalize("NFKC", _INVISIBLE.sub("", word)).casefold()
    plain = "".join(c for c in unicodedata.normalize("NFKD", composed) if not unicodedata.combining(c))
    return "".join(unicodedata.normalize("NFKC", plain).split())


def tokens_of(text: str) -> Iterator[Token]:
    """Yield the tokens of a text in order, with character offsets into the text as given."""
    after_han = -1
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        if found.lastgroup == "han":
            if 0 <= after_han < start:
                between = _punctuation(text[after_han:start])
                if between:
                    yield Token(between, after_han, start)
            after_han = end
            yield Token(_fold_ideograph(found.group()), start, end)
            continue
        after_han = -1
        word = fold(found.group())[:LONGEST_TOKEN]
        if word:
            yield Token(word, start, end)


def segment(text: str) -> str:
    """Return the tokens of a text joined by blanks: the form the index stores."""
    return " ".join(token.text for token in tokens_of(text))


def segment_values(values: Iterable[str]) -> str:
    """Return the tokens of several values of one field, kept apart so that no phrase spans two values."""
    return f" {BREAK} ".join(part for part in (segment(value) for value in values if value) if part)


def words_of(text: str) -> tuple[str, ...]:
    """Return the folded tokens of a short text, as a query compares them."""
    return tuple(token.text for token in tokens_of(text))


def is_ideograph(token: str) -> bool:
    """Say whether a token is a single Han, kana or Hangul character (punctuation tokens are not)."""
    found = _TOKEN.fullmatch(token)
    return found is not None and found.lastgroup == "han"


def _fold_ideograph(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character)
    return folded if folded.strip() else character


def _punctuation(between: str) -> str:
    if between.isspace():
        return ""
    marks = _SPACES.sub("", unicodedata.normalize("NFKC", between))
    return "".join(marks.split())[:LONGEST_TOKEN]
