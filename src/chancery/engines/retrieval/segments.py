"""Cut text into searchable tokens: words of letters and digits whole, one token per Han character.

A word is an unbroken run of letters and digits. Every other character ends it: hyphen, apostrophe, full stop,
``@``, slash, underscore. What is typed with such a character inside (``li.wei@acme.cn``, ``don't``, ``1,500``)
is the phrase of its parts. Case, width (ｆｕｌｌ), ligatures and accents are folded away.

White space never separates Han characters, because mail and page text is wrapped in the middle of sentences;
punctuation does: it takes no place of its own, but no phrase runs across it unless it is typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .arrays import distinct
from .boundaries import paragraph_ends, sentence_ends
from .characters import (
    HAN,
    INNER,
    MARK,
    WORD,
    Codes,
    Kinds,
    codes_of,
    finished,
    fold,
    folded_of,
    is_ideograph,
    kinds_of,
)

__all__ = ["Cut", "Token", "cut", "fold", "is_ideograph", "tokens_of", "words_of"]

SEPARATOR = "\f"
"""Stands between two texts cut together; itself the end of a page and a paragraph."""

LONGEST_MARK = 40
_LETTER_BEFORE_BLANK = re.compile(r"[^\W_](?=(?:[ \t]+|[ \t]*\n[ \t]*)\S)")

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Token:
    """One searchable token and the place it came from: character offsets, end exclusive.

    mark: the punctuation between this Han character and the one before it, folded; empty if there is none.
    """

    text: str
    start: int
    end: int
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """Several texts cut into tokens, numbered through from 0.

    starts, ends: character offsets in the texts joined by one separator each.
    letters: the folded characters, among which the words stand from ``begins`` to ``finishes``;
    han: which tokens are Han characters; codes: their code points, 0 for words.
    marked: numbers of the Han characters that punctuation parts from the one before; marks: that punctuation.
    firsts: number of the first token of each text. sentences, paragraphs: numbers of tokens that begin one.
    """

    starts: Whole
    ends: Whole
    letters: Codes
    begins: Whole
    finishes: Whole
    han: NDArray[np.bool_]
    codes: NDArray[np.uint32]
    marked: Whole
    marks: list[str]
    firsts: Whole
    sentences: Whole
    paragraphs: Whole

    @property
    def words(self) -> list[str]:
        """Return the folded words in order."""
        whole = self.letters.tobytes()
        text = whole.decode("ascii") if self.letters.dtype == np.uint8 else whole.decode("utf-32-le", "surrogatepass")
        places = zip(self.begins.tolist(), self.finishes.tolist(), strict=True)
        return [finished(text[begin:end]) for begin, end in places]


def cut(texts: Sequence[str], *, passages: bool = True) -> Cut:
    """Cut texts into tokens. passages: also find where sentences and paragraphs begin."""
    codes = codes_of(SEPARATOR.join(texts))
    kinds = kinds_of(codes)
    inner = kinds == INNER
    kept = np.flatnonzero(~inner) if inner.any() else None
    seen, kind = (codes, kinds) if kept is None else (codes[kept], kinds[kept])
    word, han = kind == WORD, kind == HAN
    first, last = _edges(word, han)
    starts, ends = np.flatnonzero(first), np.flatnonzero(last) + 1
    is_han = han[starts]
    letters = folded_of(seen)
    own = np.zeros(len(starts), dtype=np.uint32)
    own[is_han] = letters[starts[is_han]]
    words, finishes = starts[~is_han], ends[~is_han]
    marked, marks = _marks(seen, kind, starts, ends, is_han)
    if kept is not None:
        starts, ends = kept[starts], kept[ends - 1] + 1
    lengths = np.fromiter((len(text) for text in texts), dtype=np.int64, count=len(texts)) + 1
    offsets = np.concatenate(([0], np.cumsum(lengths)[:-1])) if len(texts) else np.zeros(0, dtype=np.int64)
    firsts = np.searchsorted(starts, offsets)
    none = np.zeros(0, dtype=np.int64)
    sentences = paragraphs = none
    if passages and len(starts):
        broken = paragraph_ends(codes, kinds)
        paragraphs = _beginning(starts, broken, offsets)
        ended = sentence_ends(codes, kinds, starts, ends)
        sentences = _beginning(starts, np.concatenate((ended, broken)), offsets)
    return Cut(starts, ends, letters, words, finishes, is_han, own, marked, marks, firsts, sentences, paragraphs)


def pieces_of_text(text: str, longest: int) -> Iterator[tuple[str, bool]]:
    """Yield a long text in pieces, and whether a piece goes on with the sentence of the one before.

    It is cut at a blank line if there is one in the last half of a piece, else after a letter before a blank
    or the end of a line.
    """
    start = 0
    continued = False
    while len(text) - start > longest:
        end = text.rfind("\n\n", start + longest // 2, start + longest)
        within = end < 0
        if within:
            found = list(
                _LETTER_BEFORE_BLANK.finditer(text, start + longest - min(longest // 2, 10_000), start + longest)
            )
            end = found[-1].end() if found else start + longest
        yield text[start:end], continued
        start, continued = end, within
    yield text[start:], continued


def tokens_of(text: str) -> Iterator[Token]:
    """Yield the tokens of a text in order, with character offsets into the text as given."""
    found = cut([text], passages=False)
    words = iter(found.words)
    marks = dict(zip(found.marked.tolist(), found.marks, strict=True))
    for number, (start, end, code) in enumerate(
        zip(found.starts.tolist(), found.ends.tolist(), found.codes.tolist(), strict=True)
    ):
        yield Token(chr(code) if code else next(words), start, end, marks.get(number, ""))


def words_of(text: str) -> tuple[str, ...]:
    """Return the folded tokens of a short text."""
    return tuple(token.text for token in tokens_of(text))


def _edges(word: NDArray[np.bool_], han: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return at which characters a token begins and with which it ends."""
    begins, finishes = word.copy(), word.copy()
    begins[1:] &= ~word[:-1]
    finishes[:-1] &= ~word[1:]
    begins |= han
    finishes |= han
    return begins, finishes


def _marks(codes: Codes, kind: Kinds, starts: Whole, ends: Whole, han: NDArray[np.bool_]) -> tuple[Whole, list[str]]:
    """Return which Han characters are parted from the one before by punctuation, and by which."""
    beside = np.flatnonzero(han[1:] & han[:-1] & (starts[1:] > ends[:-1])) + 1
    places = np.flatnonzero(kind & MARK)
    low = np.searchsorted(places, ends[beside - 1])
    count = np.searchsorted(places, starts[beside]) - low
    beside, low, count = beside[count > 0], low[count > 0], count[count > 0]
    texts = [_mark(code) for code in codes[places[low]].tolist()] if len(beside) else []
    for at in np.flatnonzero(count > 1).tolist():
        several = codes[places[low[at] : low[at] + count[at]]].tolist()
        texts[at] = "".join(map(_mark, several))[:LONGEST_MARK]
    return beside, texts


@lru_cache(maxsize=4096)
def _mark(code: int) -> str:
    """Return the searchable form of one mark; width is folded as for letters."""
    return "".join(unicodedata.normalize("NFKC", chr(code)).split()) or chr(code)


def _beginning(starts: Whole, ended: Whole, offsets: Whole) -> Whole:
    """Return the numbers of the tokens that follow an end, and of the first token of each text."""
    numbers = np.searchsorted(starts, np.concatenate((ended, offsets)))
    return distinct(numbers[numbers < len(starts)])
