"""Name the language of a text: script first, statistics for the Latin and Cyrillic rest."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

from chancery.engines.text.tongues import identifier

_FAR = re.compile("[\u3041-\ufaff]")  # the eastern signs lie among these
_LETTER = re.compile(r"[^\W\d_]")
_SAMPLE = 4000
_STATISTICS = 800
_FEWEST = 20


def language_of(*, text: str) -> str | None:
    """Return the BCP 47 primary tag of the main language, or None when there are fewer than 20 letters.

    Chinese of either script is ``zh``. Han characters count threefold, since one stands for a word.
    """
    sample = text[:_SAMPLE]
    if sample.isascii() or not _FAR.search(sample) or not any(each.search(sample) for each in _eastern()):
        return _by_statistics(sample, sum(1 for _ in islice(_LETTER.finditer(sample), _FEWEST)))
    han, kana, hangul = (len(each.findall(sample)) for each in _eastern())
    letters = len(_LETTER.findall(sample))
    if kana > 2 and kana * 5 > han:
        return "ja" if (kana + han) * 3 > letters else _by_statistics(sample, letters)
    if hangul > 2 and hangul * 3 > letters:
        return "ko"
    if han > 1 and han * 3 > (letters - han):
        return "zh"
    return _by_statistics(sample, letters)


@cache
def _eastern() -> tuple[re.Pattern[str], ...]:
    """Return what finds Han characters, kana and hangul; compiled once the first text holds such signs."""
    return (
        re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"),
        re.compile("[\u3041-\u30ff]"),
        re.compile("[\uac00-\ud7af]"),
    )


def _by_statistics(sample: str, letters: int) -> str | None:
    if letters < _FEWEST:
        return None
    tag = str(identifier().classify(sample[:_STATISTICS])[0])
    return {"yue": "zh", "wuu": "zh"}.get(tag, tag)
