"""Clauses of a time entry: which activity each of them begins with, and what is only the object of another.

"Review meeting minutes and correspondence" is one activity on two things; "review minutes and correspond with
counsel" is two activities. A word of the lists counts where it begins a clause, alone or after words that lead to it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

WORD = re.compile(r"[a-z]+(?:[-'][a-z]+)*")
CLAUSE_ENDS = re.compile(r"([;!?\n()]|\.(?=\s|$)| [-–—]+ |,|/|&|\band\b|\bthen\b)")
STRONG_ENDS = frozenset(";!?\n()")
HAN_ENDS = re.compile(
    r"([；;。！？!?\n，,：（）()]|、|以及|及(?!时|其)|并(?!购|列|存|表|案)|和(?!解|平)|随后|然后|后(?!续|果|勤|期|备)|同时|且)"
)
HAN_LISTS = frozenset({"、", "以及", "及", "和"})
HAN_STRONG = frozenset("；;。！？!?\n，,：（）()")
HAN_LEADS = re.compile(r"(?:与|向|就|跟|同|为|赴|协助|继续|再|另|电话|对(?!方))")


class Clause(NamedTuple):
    """A piece of a narrative. strong: what is before it ends a thought; listed: it is one more thing of a list."""

    strong: bool
    listed: bool
    text: str


@cache
def _words(name: str) -> frozenset[str]:
    """One list of the words that shape clauses."""
    text = (files("chancery.engines.billing") / "data" / "narrative_words.json").read_text("utf-8")
    return frozenset(json.loads(text)["clauses"][name].split())


# A word or term → its kind of activity, "" for none.
KindOf = Callable[[str], str]


def clauses(*, text: str, han: bool) -> Iterator[Clause]:
    """The clauses of a narrative in lower case, in their order."""
    ends, stops = (HAN_ENDS, HAN_STRONG) if han else (CLAUSE_ENDS, STRONG_ENDS)
    strong, listed = True, False
    for place, piece in enumerate(ends.split(text)):
        if place % 2:
            listed = piece in HAN_LISTS
            strong = strong or piece.strip()[:1] in stops or piece.strip() in (".", "-", "–", "—", "--")
        elif piece.strip():
            yield Clause(strong, listed, piece.strip())
            strong = False


def english_act(*, clause: Clause, kind_of: KindOf, noun: Callable[[str], bool]) -> str:
    """The kind of activity a clause begins with, or "".

    noun: whether a word rather names a thing ("correspondence"); in the middle of a list it tells an act only when
    somebody or something follows ("correspondence with counsel").
    """
    words = WORD.findall(clause.text)
    place = 0
    while place < len(words) and words[place] in _words("leading") and not kind_of(words[place]):
        place += 1
    if clause.strong:
        for word in words[place : place + 4]:
            if kind_of(word):
                return kind_of(word)
            if word in _words("prepositions"):
                break
        return ""
    kind = kind_of(words[place]) if place < len(words) else ""
    if not kind or (words[place].endswith("ed") and words[place + 1 : place + 2] == ["by"]):
        return ""
    if noun(words[place]):
        while place < len(words) and kind_of(words[place]) == kind:
            place += 1
        return kind if place < len(words) and words[place] in _words("towards") else ""
    return kind


def han_act(*, clause: Clause, terms: re.Pattern[str], kind_of: KindOf) -> str:
    """The kind of activity a Chinese clause begins with, or "". A verb before 的 only describes a thing."""
    for match in terms.finditer(clause.text):
        kind = kind_of(match[0])
        if not kind:
            continue
        after = clause.text[match.end() :]
        if clause.strong:
            if after.startswith("的"):
                continue
            return kind
        if match.start() and not HAN_LEADS.match(clause.text):
            return ""
        if after.startswith("的"):
            return ""
        if match[0] in _words("han_nouns") and not match.start() and after:
            following = terms.match(after)
            return kind if following and kind_of(following[0]) == kind else ""
        return kind
    return ""


def english_speaks(*, text: str, subject: str, subjects_at: Callable[[list[str], int], bool], kind_of: KindOf) -> bool:
    """Tell whether an entry itself is work of a subject, or only works on papers about it ("review travel records").

    subjects_at: whether the words from a place on speak of it.
    """
    head = ""
    for clause in clauses(text=text, han=False):
        words, before = WORD.findall(clause.text), "" if clause.strong else head
        head = ""
        for place, word in enumerate(words):
            # "Review training manuals and travel records": the thing of a list belongs to the verb before it.
            verb = head or (before if subject == "travel" or not kind_of(word) else "")
            if subjects_at(words, place) and _own(subject, words, place, verb, kind_of):
                return True
            head = head or kind_of(word)
        head = head or before
    return False


def _own(subject: str, words: list[str], place: int, head: str, kind_of: KindOf) -> bool:
    """Tell whether a word of a subject is the work itself. head: the kind of activity it is an object of."""
    word, follows = words[place], words[place + 1] if place + 1 < len(words) else ""
    if subject == "billing" and (word in _words("own_bills") or (follows == "invoice" and words[place + 2 :][:1])):
        return word in _words("own_bills") or words[place + 2] not in _words("others")
    if subject == "travel" and (word in _words("journeys") or follows in _words("ways")):
        return True
    if subject == "clerical" and head == "plan" and not kind_of(word):
        return True
    return head in ("", "manage") or (subject == "training" and head == "attend")


def han_speaks(*, text: str, terms: re.Pattern[str], speaks: Callable[[str], bool], kind_of: KindOf) -> bool:
    """The same for Chinese: a term after another verb of its clause, or of the list before it, is its object."""
    head = ""
    for clause in clauses(text=text, han=True):
        head = head if clause.listed else ""
        for match in terms.finditer(clause.text):
            if speaks(match[0]) and head in ("", "attend", "manage", "travel"):
                return True
            head = head or kind_of(match[0])
    return False
