"""Sets of one byte a character, told by whether the letters they give belong to one language and stand as letters do.

Own method. A wrong set betrays itself in four ways: it gives letters that the language of the text does not write or
writes seldom, capitals and signs in the middle of words, and scripts mixed in one word.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from chancery.engines.text.alphabets import COMMON, DOS, LETTERS, RARE, SETS
from chancery.engines.text.language import language_of

_HIGH = re.compile(rb"[\x80-\xff]")
_RUN = re.compile(rb"[\x80-\x9f\xa1-\xff]+")  # not the hard blank, which stands in rows
_PLACES = 600
_KINDS = 3
_HEARD = 4000
_SAYS = 0.25
"""What it counts that the words around are of the language whose letters were found, or that its script is its own."""
_SELDOM = 0.05
_ENOUGH = 0.35
_SHARE = 0.55
_OPENING = frozenset("«„“‘‚‹¿¡(")
_CLOSING = frozenset("»”“’›…‰%")
_JOINING = frozenset("’‑\u00ad·")
_ALONE = frozenset("¶†‡")
_SIGNS = frozenset("–—•§€£°©®™…½¼¾²³¹×\u00a0№ªº")


@dataclass(frozen=True, slots=True)
class Reading:
    """The set in which bytes read best. score: at most 1. agreed: the words around are of the letters' language."""

    codec: str
    score: float
    agreed: bool


@lru_cache(maxsize=4)
def best_reading(sample: bytes, *, dos: bool = False) -> Reading | None:
    """Return the single-byte set in which a text reads best, or None when none reads well.

    dos: of sets that read alike, one of DOS is likelier than one of Windows, as in names inside archives.
    """
    places = _kinds(_around(sample))
    latin = lonely(sample)
    sets = [codec for codec, languages in SETS.items() if not (latin and languages[0] in COMMON)]
    if dos:
        sets.sort(key=lambda codec: codec not in DOS)
    rated = {codec: each for codec in sets if (each := _rated(codec, places))}
    if not rated or _punched(sample):
        return None
    top = max(max(each.values()) for each in rated.values())
    best, lead = None, _ENOUGH
    heard: dict[str, str] = {}
    for codec, each in rated.items():  # the likeliest first
        if max(each.values()) < top - _SAYS - 0.1:
            continue
        text = sample[:_HEARD].decode(codec, "replace")
        if text not in heard:
            heard[text] = language_of(text=text) or ""
        for language, rating in each.items():
            agreed = language == heard[text]
            score = rating + _SAYS * (agreed or language in COMMON) - _SELDOM * (language in RARE and not agreed)
            if score > lead + 1e-9:
                best, lead = Reading(codec, rating, agreed), score
    return best


def lonely(sample: bytes) -> bool:
    """Tell whether bytes beyond ASCII stand alone, as accents and signs do (also ``§§``) and letters of
    other scripts do not."""
    runs = _RUN.findall(sample)
    return sum(len(set(run)) == 1 for run in runs) * 5 >= 4 * len(runs)


def _punched(sample: bytes) -> bool:
    """Tell EBCDIC, whose blank is 0x40 and whose letters and figures lie above 0x80."""
    return sample.count(b"@") * 20 > len(sample) and b" " not in sample


def _around(sample: bytes) -> list[bytes]:
    """Return the first bytes beyond ASCII and the first of each later kind, each between its neighbours."""
    padded = b" " + sample + b" "
    places = [match.start() for match in islice(_HIGH.finditer(padded), _PLACES)]
    seen = {padded[place] for place in places}
    places += [padded.index(kind) for kind in sorted(set(padded)) if kind > 0x7F and kind not in seen]
    return [padded[place - 1 : place + 2] for place in places]


def _kinds(places: list[bytes]) -> Counter[bytes]:
    """Count places by byte and neighbours: of each byte the commonest few, since a rare one may tell two sets apart."""
    kept: Counter[bytes] = Counter()
    held: Counter[int] = Counter()
    for place, times in Counter(places).most_common():
        if held[place[1]] < _KINDS:
            held[place[1]] += 1
            kept[place] = times
    return kept


def _rated(codec: str, places: Counter[bytes]) -> dict[str, float]:
    """Rate a set for each language that comes in it, from -1 to 1; nothing if the bytes do not fit it."""
    text = b"".join(places).decode(codec, "replace")
    if "\ufffd" in text[1::3]:
        return {}
    letters: Counter[str] = Counter()
    fixed = 0.0
    for at, times in enumerate(places.values()):
        standing = _standing(text[3 * at : 3 * at + 3])
        if standing is None:
            letters[text[3 * at + 1]] += times
            fixed -= 0.4 * times * _word_alone(text[3 * at : 3 * at + 3])
        else:
            fixed += standing * times
    total = places.total()
    return {language: (fixed + _written(letters, language)) / total for language in SETS[codec]} if total else {}


def _written(letters: Counter[str], language: str) -> float:
    """Return what letters count in a language: for those it writes, against those it does not."""
    known = sum(times for sign, times in letters.items() if sign in LETTERS[language])
    strange = letters.total() - known
    if known and language in COMMON:
        common = sum(times for sign, times in letters.items() if sign in COMMON[language])
        return known * (0.6 + 0.4 * min(1.0, common / letters.total() / _SHARE)) - strange
    return known - strange


@cache
def _standing(text: str) -> float | None:
    """Return what the middle one of three signs counts by where it stands; None for a letter that stands well."""
    before, sign, after = text[0], text[1], text[2]
    kind = unicodedata.category(sign)
    if sign.isalpha() or kind in ("Mn", "Mc"):
        return _misplaced(sign, before, after)
    if kind in ("Cc", "Co", "Cn"):
        return -2.0
    left, right = before.isalnum(), after.isalnum()
    if sign in _JOINING and left and right:
        return 1.0
    if (sign in _OPENING and not left) or (sign in _CLOSING and not right):
        return 1.0
    if sign in _ALONE:
        return -1.0 if before.isalpha() or after.isalpha() else 0.5 if sign in "†‡" else 0.8
    if sign in _SIGNS:
        return -1.0 if before.isalpha() and after.isalpha() else 0.8
    return -1.0 if left or right else -0.5


def _word_alone(text: str) -> bool:
    """Tell whether a Latin letter is a word of its own, which few are."""
    before, sign, after = text[0], text[1], text[2]
    return sign < "\u0250" and sign.lower() not in "àèéåó" and not before.isalpha() and not after.isalpha()


def _misplaced(sign: str, before: str, after: str) -> float | None:
    """Return what a letter loses that stands where no letter of a word does."""
    if sign.isupper() and before.isalpha() and (before.islower() or after.islower()):
        return -1.0
    if sign >= "\u0250":
        return -1.0 if any(one.isascii() and one.isalpha() for one in (before, after)) else None
    if sign.lower() not in "äöõü" and (before, after) in ((" ", sign), (sign, " ")):
        return -1.0
    between = not before.isascii() and before.isalpha() and not after.isascii() and after.isalpha()
    return -1.0 if between else None
