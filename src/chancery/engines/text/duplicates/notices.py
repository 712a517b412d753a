"""Notices that a system appended to every mail: found by their repetition, left out of comparisons.

An archive adds its licence, a gateway its disclaimer. What the mails end with is taken for a notice when it is long,
stands under different texts from different senders, and is frequent; nothing is known of any one archive.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from chancery.engines.text.normalise import without_white

_LINES = 30  # of a notice, blank ones not counted
_LEAST_CHARS = 80
_LEAST_SENDERS = 3
_LEAST_MAILS = 5
_LEAST_SHARE = 0.01
_SAME = 0.95  # a longer notice is taken for the whole when it is nearly as frequent as its end
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(slots=True)
class _Ending:
    chars: int = 0
    mails: int = 0
    heads: set[int] = field(default_factory=set)
    senders: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice; plain: without white space; letters: its letters and digits alone, in small letters."""

    words: tuple[str, ...]
    plain: str
    letters: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Notices:
    """The notices of one collection, longest first."""

    all: tuple[Notice, ...] = ()

    def without(self, text: str) -> str:
        """Return the text without its notices, wherever they stand."""
        for notice in self.all:
            if max(notice.words, key=len) in text:
                text = notice.pattern.sub("", text)
        return text

    def plain(self, text: str) -> str:
        """Return the text without notices and without any white space: what two bodies are compared by."""
        found = without_white(text=text)
        for notice in self.all:
            found = found.replace(notice.plain, "")
        return found

    def letters(self, letters: str) -> str:
        """Return text that was already reduced to letters and digits without the notices in it."""
        for notice in self.all:
            letters = letters.replace(notice.letters, "")
        return letters


def learn(*, mails: Iterable[tuple[str, str]]) -> Notices:
    """Return the notices in a sample of mails, given as sender and text.

    A notice is the same last lines, at least 80 characters, under at least 3 different texts of at least 3
    senders, in at least 5 mails and 1 % of the sample.
    """
    endings: dict[tuple[int, int], _Ending] = defaultdict(_Ending)
    shown: dict[tuple[int, int], tuple[str, ...]] = {}
    total = 0
    for sender, text in mails:
        total += 1
        lines = [line for raw in text[-8000:].splitlines() if (line := " ".join(raw.split()))]
        value, chars = 0, 0
        for length in range(1, min(_LINES, len(lines)) + 1):
            line = lines[-length]
            value, chars = hash((value, line)), chars + len(line)
            ending = endings[length, value]
            ending.chars, ending.mails = chars, ending.mails + 1
            if length < len(lines) and len(ending.heads) < _LEAST_SENDERS:
                ending.heads.add(hash(lines[-length - 1]))
            if len(ending.senders) < _LEAST_SENDERS:
                ending.senders.add(hash(sender))
            if ending.mails == _LEAST_MAILS:
                shown[length, value] = tuple(lines[-length:])
    least = max(_LEAST_MAILS, int(total * _LEAST_SHARE))
    frequent = {shown[key]: each for key, each in endings.items() if key in shown and _is_notice(each, least)}
    return Notices(tuple(sorted(map(_notice, _whole(frequent)), key=lambda each: -len(each.plain))))


def _is_notice(ending: _Ending, least: int) -> bool:
    return (
        ending.mails >= least
        and ending.chars >= _LEAST_CHARS
        and len(ending.heads) >= _LEAST_SENDERS
        and len(ending.senders) >= _LEAST_SENDERS
    )


def _whole(frequent: dict[tuple[str, ...], _Ending]) -> list[tuple[str, ...]]:
    """Return each notice from its true first line: the longest ending nearly as frequent as its own end."""
    found: list[tuple[str, ...]] = []
    for lines in sorted(frequent, key=lambda each: (len(each), each)):
        inner = next((each for each in found if lines[-len(each) :] == each), None)
        if inner is None:
            found.append(lines)
        elif frequent[lines].mails >= _SAME * frequent[inner].mails:
            found[found.index(inner)] = lines
    return found


def _notice(lines: tuple[str, ...]) -> Notice:
    words = tuple(" ".join(lines).split())
    joined = "".join(words)
    return Notice(
        words=words,
        plain=joined,
        letters=_NOT_LETTERS.sub("", joined).casefold(),
        pattern=re.compile(r"\s+".join(map(re.escape, words))),
    )
