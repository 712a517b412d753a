"""Latin spellings of Chinese names: every reading, surname readings, both name orders."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, pinyin

from chancery.engines.screening.parts import surnames

MOST_READINGS = 96


def _spellings(syllable: str) -> list[str]:
    """A syllable with ü in all the ways people write it: v, lyu and nyu, yu, u."""
    plain = syllable.replace("ü", "v")
    if "v" not in plain:
        return [plain]
    return [plain, plain.replace("v", "yu"), plain.replace("v", "u")]


@lru_cache(maxsize=65536)
def readings(character: str) -> tuple[str, ...]:
    """All readings of one character without tones."""
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    syllables = [spelling for syllable in (found[0] if found else []) for spelling in _spellings(syllable)]
    return tuple(dict.fromkeys(syllables))


def _joined(characters: str) -> list[str]:
    choices = [readings(character) or ("",) for character in characters]
    return ["".join(parts) for parts in islice(product(*choices), MOST_READINGS)]


def surname_length(name: str) -> int:
    """2 for a double surname followed by a given name, otherwise 1."""
    return 2 if len(name) > 2 and name[:2] in surnames()["double"] else 1


def surname_readings(surname: str) -> tuple[str, ...]:
    """Readings of a surname: those of the surname table first, then the usual ones."""
    if len(surname) == 2:
        return (str(surnames()["double"][surname]),)
    special = surnames()["readings"].get(surname)
    return tuple(special) if special else readings(surname)


@lru_cache(maxsize=65536)
def person_keys(name: str) -> frozenset[str]:
    """Joined Latin spellings of a person's name in simplified characters, surname first and last."""
    cut = surname_length(name)
    given = _joined(name[cut:])
    keys: set[str] = set()
    for surname in surname_readings(name[:cut]):
        for rest in given:
            keys.update((surname + rest, rest + surname))
    return frozenset(keys)


@lru_cache(maxsize=65536)
def word_keys(word: str) -> frozenset[str]:
    """Joined Latin spellings of any Chinese word."""
    return frozenset(_joined(word))
