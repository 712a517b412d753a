"""Notices that a system appended to every mail: found by their repetition, left out of comparisons.

An archive adds its licence, a gateway its disclaimer. What the mails end with is taken for a notice when it is long,
stands under different texts from different senders, and is frequent; nothing is known of any one archive.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from chancery.engines.text.normalise import without_white

_LINES = 30  # of a notice, blank ones not counted
_TAIL = 8000  # characters at the end of a mail that are looked at
_LEAST_CHARS = 80
_LEAST_SENDERS = 3
_LEAST_MAILS = 5
_LEAST_SHARE = 0.01
_SAME = 0.95  # a longer notice is taken for the whole when it is nearly as frequent as its end
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(slots=True)
class _Ending:
    """The last lines that many mails share, with the lines above them and the senders."""

    lines: tuple[str, ...]
    mails: int
    heads: set[str] = field(default_factory=set)
    senders: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice; longest: of its words; plain: without white space; letters: its letters and digits alone, in small
    letters."""

    words: tuple[str, ...]
    longest: str
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
            if notice.longest in text:
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
    listed: list[tuple[str, list[str], list[int]]] = []
    counts: Counter[tuple[int, int]] = Counter()
    for sender, text in mails:
        filled = (line for raw in reversed(text[-_TAIL:].splitlines()) if (line := " ".join(raw.split())))
        lines = list(islice(filled, _LINES + 1))[::-1]
        hashes, value = [], 0
        for line in reversed(lines[-_LINES:]):
            value = hash((value, line))
            hashes.append(value)
        counts.update(enumerate(hashes, 1))
        listed.append((sender, lines, hashes))
    least = max(_LEAST_MAILS, int(len(listed) * _LEAST_SHARE))
    endings: dict[tuple[int, int], _Ending] = {}
    for sender, lines, hashes in listed:
        for key in enumerate(hashes, 1):
            if counts[key] < least:  # a longer ending is not more frequent
                break
            ending = endings.get(key)
            if ending is None:
                ending = endings[key] = _Ending(tuple(lines[-key[0] :]), counts[key])
            ending.heads.update(lines[-key[0] - 1 : -key[0]])
            ending.senders.add(sender)
    frequent = {each.lines: each.mails for each in endings.values() if _is_notice(each)}
    return Notices(tuple(sorted(map(_notice, _whole(frequent)), key=lambda each: -len(each.plain))))


def _is_notice(ending: _Ending) -> bool:
    return (
        sum(map(len, ending.lines)) >= _LEAST_CHARS
        and len(ending.heads) >= _LEAST_SENDERS
        and len(ending.senders) >= _LEAST_SENDERS
    )


def _whole(frequent: Mapping[tuple[str, ...], int]) -> list[tuple[str, ...]]:
    """Return each notice from its true first line: the longest ending nearly as frequent as its own end."""
    found: list[tuple[str, ...]] = []
    for lines in sorted(frequent, key=lambda each: (len(each), each)):
        inner = next((each for each in found if lines[-len(each) :] == each), None)
        if inner is None:
            found.append(lines)
        elif frequent[lines] >= _SAME * frequent[inner]:
            found[found.index(inner)] = lines
    return found


def _notice(lines: tuple[str, ...]) -> Notice:
    words = tuple(" ".join(lines).split())
    joined = "".join(words)
    return Notice(
        words=words,
        longest=max(words, key=len),
        plain=joined,
        letters=_NOT_LETTERS.sub("", joined).casefold(),
        pattern=re.compile(r"\s+".join(map(re.escape, words))),
    )
