"""Do two names mean the same person or company: English and Chinese, across scripts and spellings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz

from chancery.engines.screening.parts import (
    han_forms,
    han_generic,
    latin_forms,
    name_parts,
    simplified,
    words,
)
from chancery.engines.screening.pinyin import person_keys, word_keys
from chancery.foundation.evidence import Reason

Level = Literal["exact", "strong", "review"]
RANK: dict[Level, int] = {"exact": 0, "strong": 1, "review": 2}
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
BRACKETS = re.compile(r"[（(【\[][^）)】\]]*[）)】\]]")
STRONG_RATIO, REVIEW_RATIO, TOKEN_RATIO = 92, 84, 80


@dataclass(frozen=True, slots=True)
class NameMatch:
    """One name that may mean the same.

    level: exact, the same name; strong, the same but for legal form, place or order; review: a person looks.
    score: 0 to 1, comparable only within this engine. reasons: what agreed.
    """

    other_id: str
    level: Level
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A name taken apart. Latin parts are lower-case words; Chinese parts are simplified characters.

    tokens: words without legal form and honorifics. placeless: tokens without places. core: also without
    generic words.
    han: the whole Chinese name without brackets. han_core: without place and legal form; han_kernel: also
    without industry words. company: whether the form of the name says so.
    """

    tokens: tuple[str, ...] = ()
    placeless: tuple[str, ...] = ()
    core: tuple[str, ...] = ()
    form: str = ""
    han: str = ""
    han_core: str = ""
    han_kernel: str = ""
    company: bool = False


def match(*, name: str, others: Iterable[tuple[str, str]]) -> list[NameMatch]:
    """Compare a name with others, given as (id, name); an id may come with several names.

    Returns at most one match per id, best first: exact, strong, review, then score, then id. Same characters
    weigh more than the same pinyin, which for a person is never more than a reason to look. No match says
    nothing about different people of the same name. Authority: none; tiers follow common conflict practice.
    """
    mine = anatomy(name=name)
    best: dict[str, NameMatch] = {}
    for other_id, other in others:
        found = _compare(mine, anatomy(name=other))
        if found is None:
            continue
        level, score, reason = found
        held = best.get(other_id)
        if held is None or (RANK[level], -score) < (RANK[held.level], -held.score):
            best[other_id] = NameMatch(other_id, level, score, (reason,))
    return sorted(best.values(), key=lambda one: (RANK[one.level], -one.score, one.other_id))


@lru_cache(maxsize=262144)
def _anatomy(name: str) -> Anatomy:
    text = simplified(text=unicodedata.normalize("NFKC", name)).strip()
    outside = BRACKETS.sub(" ", text)
    han = "".join(HAN.findall(outside)) or "".join(HAN.findall(text))
    tokens, form = _latin_tokens(HAN.sub(" ", text))
    placeless = tuple(token for token in tokens if token not in words(table="latin_places")) or tokens
    core = tuple(token for token in placeless if token not in words(table="latin_generic")) or placeless
    han, han_core, kernel, han_company = _han_parts(han)
    return Anatomy(tokens, placeless, core, form, han, han_core, kernel, han_company or bool(form))


def anatomy(*, name: str) -> Anatomy:
    """Take a name apart: scripts, legal form, place, industry words, honorifics."""
    return _anatomy(name)


def _latin_tokens(text: str) -> tuple[tuple[str, ...], str]:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    if plain.count(",") == 1:
        last, first = plain.split(",")
        if not _ends_with_form(first):
            plain = f"{first} {last}"
    cleaned = re.sub(r"['’`´]", "", plain.lower().replace("&", " and "))
    cleaned = re.sub(r"\bhong kong\b", "hongkong", cleaned)
    tokens = [token for token in re.split(r"[^0-9a-zßæøœłđ]+", cleaned) if token]
    tokens = [token for token in tokens if token not in name_parts()["honorifics"]["latin"]]
    form = ""
    for spelling, stands_for in latin_forms():
        size = len(spelling)
        if len(tokens) > size and tuple(tokens[-size:]) == spelling:
            tokens, form = tokens[:-size], stands_for
            break
    if tokens and tokens[0] == "the" and len(tokens) > 1:
        tokens = tokens[1:]
    return tuple(tokens), form


def _ends_with_form(text: str) -> bool:
    tokens = tuple(token for token in re.split(r"[^0-9a-z]+", text.lower()) if token)
    return any(tokens == spelling for spelling, _ in latin_forms())


def _han_parts(han: str) -> tuple[str, str, str, bool]:
    for title in name_parts()["honorifics"]["han"]:
        if han.endswith(title) and len(han) - len(title) >= 2:
            han = han[: -len(title)]
    form = next((form for form in han_forms() if han.endswith(form) and len(han) > len(form)), "")
    company = bool(form) or len(han) > 4
    if not company:
        return han, han, han, False
    core = _without_place(han[: len(han) - len(form)])
    kernel = core
    trimmed = True
    while trimmed:
        trimmed = False
        for word in han_generic():
            if kernel.endswith(word) and len(kernel) - len(word) >= 2:
                kernel, trimmed = kernel[: -len(word)], True
                break
    return han, core, kernel, True


def _without_place(core: str) -> str:
    """Drop leading places with their suffixes while at least two characters remain."""
    places = sorted(name_parts()["han_places"], key=len, reverse=True)
    while True:
        place = next((one for one in places if core.startswith(one) and len(core) - len(one) >= 2), "")
        if not place:
            return core
        rest = core[len(place) :]
        suffix = next((one for one in name_parts()["han_place_suffixes"] if rest.startswith(one)), "")
        core = rest[len(suffix) :] if len(rest) - len(suffix) >= 2 else rest


Found = tuple[Level, float, Reason]


def _compare(mine: Anatomy, other: Anatomy) -> Found | None:
    found: list[Found | None] = []
    if mine.han and other.han:
        found.append(_compare_han(mine, other))
    if mine.tokens and other.tokens:
        found.append(_compare_latin(mine, other))
    if mine.han and other.tokens and not other.han:
        found.append(_compare_scripts(mine, other))
    if other.han and mine.tokens and not mine.han:
        found.append(_compare_scripts(other, mine))
    held = [one for one in found if one is not None]
    return min(held, key=lambda one: (RANK[one[0]], -one[1])) if held else None


def _compare_han(mine: Anatomy, other: Anatomy) -> Found | None:
    if mine.han == other.han:
        return "exact", 1.0, Reason("same_characters", "The same characters.")
    if mine.company and other.company:
        if mine.han_core == other.han_core:
            return "strong", 0.92, Reason("same_core", "The same but for place or legal form.")
        if mine.han_kernel == other.han_kernel and len(mine.han_kernel) >= 2:
            return (
                "review",
                0.75,
                Reason("same_kernel", "The same distinctive word, another industry or place."),
            )
        if min(len(mine.han_core), len(other.han_core)) >= 4:
            ratio = fuzz.ratio(mine.han_core, other.han_core)
            if ratio >= REVIEW_RATIO:
                return "review", ratio / 100 * 0.85, Reason("similar", "Nearly the same characters.")
        return None
    if mine.company or other.company:
        return None
    if len(mine.han) == len(other.han) and person_keys(mine.han) & person_keys(other.han):
        return "review", 0.6, Reason("homophone", "Other characters that sound the same.")
    return None


def _compare_latin(mine: Anatomy, other: Anatomy) -> Found | None:
    same_form = mine.form == other.form
    if mine.tokens == other.tokens:
        if same_form:
            return "exact", 1.0, Reason("same_name", "The same name.")
        return "strong", 0.95, Reason("other_form", "The same name with another legal form.")
    if sorted(mine.tokens) == sorted(other.tokens):
        return "strong", 0.95, Reason("word_order", "The same words in another order.")
    if _rotations(mine.tokens) & _rotations(other.tokens):
        return "strong", 0.92, Reason("word_breaks", "The same letters with other word breaks.")
    if mine.placeless == other.placeless and (mine.company or other.company):
        return "strong", 0.92, Reason("same_core", "The same but for place or legal form.")
    return _similar_latin(mine, other)


def _similar_latin(mine: Anatomy, other: Anatomy) -> Found | None:
    left, right = sorted((mine.tokens, other.tokens), key=len)
    ratio = fuzz.token_sort_ratio(" ".join(left), " ".join(right))
    close = len(left) == len(right) and min(len("".join(left)), len("".join(right))) >= 6
    if close and all(max(fuzz.ratio(token, one) for one in right) >= TOKEN_RATIO for token in left):
        if ratio >= STRONG_RATIO and len("".join(left)) >= 10:
            return "strong", ratio / 100 * 0.95, Reason("similar", "Nearly the same letters.")
        if ratio >= REVIEW_RATIO:
            return "review", ratio / 100 * 0.85, Reason("similar", "Nearly the same letters.")
    if not (mine.company or other.company) and _initials(mine.tokens, other.tokens):
        return "review", 0.65, Reason("initials", "The same surname, and initials that fit.")
    mine_core, other_core = set(mine.core), set(other.core)
    company = mine.company or other.company
    placed = mine.placeless != mine.tokens or other.placeless != other.tokens
    if mine_core == other_core and (company or not placed):
        return "review", 0.8, Reason("same_kernel", "The same distinctive words, another industry or place.")
    shared = mine_core & other_core
    smaller = min(mine_core, other_core, key=len)
    if shared == smaller and ((company and len("".join(shared)) >= 4) or len(shared) >= 2):
        return "review", 0.7, Reason("contained", "All distinctive words of one stand in the other.")
    return None


def _rotations(tokens: tuple[str, ...]) -> set[str]:
    """The joined name with any number of leading words moved to the end; only for names of several words."""
    return {"".join(tokens[cut:] + tokens[:cut]) for cut in range(len(tokens))}


def _initials(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Tell whether one name abbreviates given names of the other: J. Smith and John Smith."""
    if len(left) < 2 or len(right) < 2 or left[-1] != right[-1] or len(left[-1]) < 2:
        return False
    pairs = list(zip(left[:-1], right[:-1], strict=False))
    fits = all(one == two or (min(len(one), len(two)) == 1 and one[0] == two[0]) for one, two in pairs)
    return fits and any(one != two or len(left) != len(right) for one, two in pairs)


def _compare_scripts(han: Anatomy, latin: Anatomy) -> Found | None:
    """Compare a Chinese name with a Latin one by pinyin."""
    if han.company:
        if "".join(latin.core) in word_keys(han.han_kernel) or "".join(latin.tokens) in word_keys(han.han_core):
            return "review", 0.78, Reason("pinyin_company", "The distinctive word in pinyin.")
        return None
    if latin.company:
        return None
    if _rotations(latin.tokens) & person_keys(han.han):
        return "review", 0.75, Reason("pinyin", "The same name in pinyin; many people share it.")
    return None
