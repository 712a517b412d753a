"""What a time entry says it was: activities, block billing, vagueness, in English and Chinese.

A narrative is looked at word by word against the lists in ``data/narrative_words.json``; nothing here guesses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from chancery.engines.billing.clauses import clauses, english_act, english_speaks, han_act, han_speaks
from chancery.foundation.evidence import Span

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
WORD = re.compile(r"[a-z]+(?:[-'][a-z]+)*")
CUT = re.compile(r"[;；。、，]|\.(?=\s|$)|,|\band\b|及|并|和|\n")
# Without any of these an entry is one clause.
SEVERAL = re.compile(r"[^\x00-\x7f]|[,;.!?&/()\n-]|\band\b|\bthen\b", re.IGNORECASE)
ENTRY_SUBJECTS: Final = ("clerical", "travel", "training", "billing", "research", "hearing", "inner")
COST_SUBJECTS: Final = ("first_class", "overhead", "markup")
SUBJECTS: Final = (*ENTRY_SUBJECTS, *COST_SUBJECTS)
# Work that is not paid, or not in full: what is written about such work is paid like any other.
UNPAID: Final = frozenset({"clerical", "travel", "training", "billing"})
FEWEST_TOKENS = 5
# An entry of one hour with two activities, or of any length with three, hides how the time was spent.
BLOCK_HOURS = Decimal("1.0")
BLOCK_ACTIVITIES, BLOCK_ACTIVITIES_ALWAYS = 2, 3
REMEMBERED = 50_000
NOT_LETTERS = {code: " " for code in range(128) if not chr(code).islower()}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words of a narrative show.

    tokens: words; three Han characters count as two. classes: kinds of activity, in order of appearance, each once.
    subjects: which of ``SUBJECTS`` it speaks of. vague: the stock phrase it uses. verb, subject_named: an activity
    and something it was done to are named. plain: one activity, nothing to ask about. most: no more activities than
    so many can be in it.
    """

    tokens: int
    classes: tuple[str, ...]
    subjects: frozenset[str]
    vague: str
    verb: bool
    subject_named: bool
    plain: bool
    most: int


@cache
def _lists() -> Mapping[str, Any]:
    text = (files("chancery.engines.billing") / "data" / "narrative_words.json").read_text("utf-8")
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


class _Word(NamedTuple):
    """What an English word shows. noun: a verb that is a noun as well; nominal: rather a noun. phrases: it begins."""

    kind: str
    noun: bool
    nominal: bool
    empty: bool
    subjects: frozenset[str]
    phrases: tuple[tuple[list[str], str, str], ...]


@cache
def _english() -> Mapping[str, _Word]:
    """Every English word of the lists."""
    lists = _lists()["english"]
    verbs = {word: kind for kind, words in lists["verbs"].items() for word in words.split()}
    nouns, nominal = set(lists["nouns_too"].split()), set(lists["nominal"].split())
    empty, phrases = set(lists["empty_words"].split()), _phrases()
    subjects: dict[str, frozenset[str]] = {}
    for subject in SUBJECTS:
        for word in lists.get(subject, "").split():
            subjects[word] = subjects.get(word, frozenset()) | {subject}
    return {
        word: _Word(
            verbs.get(word, ""),
            word in nouns,
            word in nominal,
            word in empty,
            subjects.get(word, frozenset()),
            phrases.get(word, ()),
        )
        for word in {*verbs, *empty, *subjects, *phrases}
    }


@cache
def _phrases() -> Mapping[str, tuple[tuple[list[str], str, str], ...]]:
    """First word → (all words, subject, phrase) of the English stock phrases of time entries."""
    found: dict[str, list[tuple[list[str], str, str]]] = {}
    for subject in (*ENTRY_SUBJECTS, "vague"):
        for phrase in _lists()["english"].get(f"{subject}_phrases", ()):
            words = WORD.findall(phrase)
            found.setdefault(words[0], []).append((words, subject, phrase))
    return {first: tuple(phrases) for first, phrases in found.items()}


@cache
def _costs() -> Mapping[str, re.Pattern[str]]:
    """Subject of an expense → English pattern."""
    english = _lists()["english"]
    terms = {
        subject: [*english.get(subject, "").split(), *english.get(f"{subject}_phrases", ())]
        for subject in COST_SUBJECTS
    }
    return {
        subject: re.compile(r"(?<![a-z])(?:" + "|".join(map(re.escape, words)) + r")(?![a-z])")
        for subject, words in terms.items()
    }


@lru_cache(maxsize=10_000)
def cost_subjects(*, text: str) -> frozenset[str]:
    """Which of ``COST_SUBJECTS`` the text of an expense speaks of. Texts repeat, so the last ones are remembered."""
    lowered = text.lower()
    found = {subject for subject, pattern in _costs().items() if pattern.search(lowered)}
    if not text.isascii():
        lists = _lists()["chinese"]
        found |= {subject for subject in COST_SUBJECTS if any(term in text for term in lists.get(subject, ()))}
    return frozenset(found)


@cache
def _chinese() -> tuple[re.Pattern[str], Mapping[str, tuple[str, frozenset[str], bool]]]:
    """One pattern over all Chinese terms: verb class, subjects, and whether the term names nothing."""
    lists = _lists()["chinese"]
    terms: dict[str, tuple[str, frozenset[str], bool]] = {}
    for kind, words in lists["verbs"].items():
        for word in words:
            terms[word] = (kind, frozenset(), False)
    for subject in (*SUBJECTS, "vague"):
        for word in lists.get(subject, ()):
            kind, before, empty = terms.get(word, ("", frozenset[str](), False))
            terms[word] = (kind, before | {subject}, empty or subject == "vague")
    for word in lists["empty"]:
        kind, before, _ = terms.get(word, ("", frozenset[str](), False))
        terms[word] = (kind, before, True)
    longest = sorted(terms, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest))), terms


_seen: dict[str, Reading] = {}


def read_narrative(*, text: str) -> Reading:
    """Read a narrative. Narratives repeat, so the last ones are remembered."""
    held = _seen.get(text)
    if held is None:
        if len(_seen) >= REMEMBERED:
            _seen.clear()
        held = _seen[text] = _read_chinese(text) if not text.isascii() and HAN.search(text) else _read_english(text)
    return held


def _read_english(text: str) -> Reading:
    known = _english()
    lowered = text.lower()
    quick = text.isascii() and "-" not in text and "'" not in text
    words = lowered.translate(NOT_LETTERS).split() if quick else WORD.findall(lowered)
    classes: dict[str, None] = {}
    about: set[str] = set()
    kinds: set[str] = set()
    named, vague = 0, ""
    for place, word in enumerate(words):
        info = known.get(word)
        if info is None:
            named += 1
            continue
        kind = info.kind
        if kind:
            kinds.add(kind)
            # "Draft motion": the verb. "Revise draft": after a verb the same word is the thing worked on.
            if info.noun and classes:
                named += 1
                if kind == "communicate":
                    classes[kind] = None
            else:
                classes[kind] = None
        elif not info.empty:
            named += 1
        if info.subjects:
            about |= info.subjects
        for wanted, subject, phrase in info.phrases:
            if words[place : place + len(wanted)] == wanted:
                if subject == "vague":
                    vague = vague or phrase
                else:
                    about.add(subject)
    # A stock phrase with a real object around it ("case management conference before Judge Roe") is not vague.
    if vague and named > FEWEST_TOKENS - 2:
        vague = ""
    about = {subject for subject in about if subject not in UNPAID or _english_speaks(lowered, subject)}
    return _reading(text, len(lowered.split()), tuple(classes), frozenset(about), vague, named > 0, len(kinds))


def _reading(
    text: str, tokens: int, classes: tuple[str, ...], subjects: frozenset[str], vague: str, named: bool, most: int
) -> Reading:
    plain = len(classes) == 1 and not subjects and not vague and named and tokens >= FEWEST_TOKENS
    if plain and most >= BLOCK_ACTIVITIES and SEVERAL.search(text) is not None:
        plain = len(activities_of(text=text)) < BLOCK_ACTIVITIES
    return Reading(tokens, classes, subjects, vague, bool(classes), named, plain, most)


def _read_chinese(text: str) -> Reading:
    pattern, terms = _chinese()
    classes: dict[str, None] = {}
    about: set[str] = set()
    vague, covered = "", 0
    for match in pattern.finditer(text):
        kind, found, empty = terms[match[0]]
        if kind:
            classes[kind] = None
        if "vague" in found:
            vague = vague or match[0]
        about |= found - {"vague"}
        if kind or empty:
            covered += len(match[0])
    han = len(HAN.findall(text))
    other = len(WORD.findall(text.lower())) + sum(letter.isdigit() for letter in text)
    left = han - covered
    if vague and left > FEWEST_TOKENS - 1:
        vague = ""
    about = {subject for subject in about if subject not in UNPAID or _han_speaks(text, subject)}
    named = left + other >= 2
    return _reading(text, han * 2 // 3 + other, tuple(classes), frozenset(about), vague, named, len(text))


@lru_cache(maxsize=REMEMBERED)
def activities_of(*, text: str) -> tuple[str, ...]:
    """The kinds of activity that the clauses of an entry begin with, in order of appearance, each once.

    A verb within a clause is not counted ("prepare responses to interrogatories served by Acme" is one activity),
    a noun at the head of one is ("draft answer; call with client" are two).
    """
    han = not text.isascii() and HAN.search(text) is not None
    found: dict[str, None] = {}
    for clause in clauses(text=text.lower(), han=han):
        if han:
            act = han_act(clause=clause, terms=_chinese()[0], kind_of=_han_kind)
        else:
            act = english_act(clause=clause, kind_of=_english_kind, noun=_nominal)
        if act:
            found[act] = None
    return tuple(found)


def _english_kind(word: str) -> str:
    info = _english().get(word)
    return info.kind if info is not None else ""


def _nominal(word: str) -> bool:
    info = _english().get(word)
    return info is not None and info.nominal


def _han_kind(term: str) -> str:
    return _chinese()[1][term][0]


def _english_speaks(lowered: str, subject: str) -> bool:
    known = _english()

    def at(words: list[str], place: int) -> bool:
        info = known.get(words[place])
        if info is None:
            return False
        phrases = (wanted for wanted, about, _ in info.phrases if about == subject)
        return subject in info.subjects or any(words[place : place + len(wanted)] == wanted for wanted in phrases)

    return english_speaks(text=lowered, subject=subject, subjects_at=at, kind_of=_english_kind)


def _han_speaks(text: str, subject: str) -> bool:
    pattern, terms = _chinese()
    return han_speaks(text=text, terms=pattern, speaks=lambda term: subject in terms[term][1], kind_of=_han_kind)


def is_block(*, classes: int, hours: Decimal) -> bool:
    """Tell whether so many kinds of activity in one entry of so many hours are block billing.

    Two kinds in an hour or more, or three in any time; the threshold is that of the rules in the guide.
    """
    return classes >= BLOCK_ACTIVITIES_ALWAYS or (classes >= BLOCK_ACTIVITIES and hours >= BLOCK_HOURS)


def parts_of(*, text: str) -> tuple[tuple[Span, str], ...]:
    """The parts of an entry that each name an activity: where they stand, and its kind."""
    found = []
    begin = 0
    for end, after in [*((match.start(), match.end()) for match in CUT.finditer(text)), (len(text), len(text))]:
        part = text[begin:end]
        classes = read_narrative(text=part).classes
        if classes:
            lead = len(part) - len(part.lstrip())
            found.append((Span(begin + lead, begin + len(part.rstrip())), classes[0]))
        begin = after
    return tuple(found)


def vagueness(*, reading: Reading) -> str:
    """Why a narrative is vague: "empty", "phrase", "short", "no_object", or "" when it is not."""
    if not reading.tokens:
        return "empty"
    if reading.vague:
        return "phrase"
    if reading.tokens < FEWEST_TOKENS:
        return "short"
    return "" if reading.subject_named else "no_object"
