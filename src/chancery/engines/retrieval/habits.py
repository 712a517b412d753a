"""What users of other search systems type: read where it means one thing, refused with a way out where it does not.

The signs of Westlaw and Lexis (``+5``, ``%``, ``BUT NOT``), of dtSearch (``~~``, ``=``, ``##``), of Lucene (``||``,
``!``, ``[a TO b]``, ``"…"~5``, ``^2``), and operators in Chinese.
"""

from __future__ import annotations

import re
from typing import Final

from .fields import ALIASES
from .nodes import Problem

_WIDE: Final = {
    code: code - 0xFEE0
    for code in (
        *range(0xFF10, 0xFF1A),
        *range(0xFF21, 0xFF3B),
        *range(0xFF41, 0xFF5B),
        *map(ord, "＊～＋＜＞＝｜＆［］｛｝＂"),
    )
}
_READ_AS = (
    "“%(word)s” at place %(place)d was read as %(operator)s. To look for the word itself, put it in quotation marks."
)
_INSTEAD = (
    "“%(word)s” at place %(place)d has no meaning here. Write it as in %(instead)s. "
    "To look for the text itself, put it in quotation marks."
)
_WORD_TAKEN = "“%(word)s” at place %(place)d was looked for as a word. For a distance write %(instead)s."
CHINESE: Final = {
    **dict.fromkeys(("与", "和", "且", "并且", "以及", "同时"), "AND"),
    **dict.fromkeys(("或", "或者"), "OR"),
    **dict.fromkeys(("非", "不含", "不包含", "不包括"), "NOT"),
}
"""Operators as Chinese databases call them."""
_FOREIGN: Final = {
    "NEAR": "late near/5 delivery", "ADJ": "late pre/5 delivery", "ONEAR": "late pre/5 delivery",
    "XOR": "(late NOT early) OR (early NOT late)", "ANDNOT": "late NOT delivery", "NOTNEAR": "late NOT w/5 delivery",
    "%": "late NOT delivery",
}  # fmt: skip
_COUNTED: Final = re.compile(r"(near|pre)(\d{1,3})$|\+(\d{1,3}|[sp])$", re.IGNORECASE)
_ADJACENT: Final = re.compile(r"(adj|onear|notnear|nw)(\d{1,3})$", re.IGNORECASE)
_PERHAPS: Final = re.compile(r"[wn](\d{1,3})$", re.IGNORECASE)
_FUNCTION: Final = re.compile(
    r"(?P<name>date|mail|number|creditcard|regex|atleast\d+|atl\d+|near|pre|adj|notnear)$", re.IGNORECASE
)
_FUNCTIONS: Final = {
    "date": "date:2024-03-05", "mail": "from:name", "near": "late near/5 delivery", "pre": "late pre/5 delivery",
    "adj": "late pre/5 delivery", "notnear": "late NOT w/5 delivery",
}  # fmt: skip
_SIGNS: Final = (
    (re.compile(r"/.+/$|##"), lambda word: "breach*"),
    (re.compile(r"[^\W_]+\^\d"), lambda word: word.partition("^")[0]),
    (re.compile(r"\w*[^\W\d_]%+[^\W\d_]"), lambda word: f"{word.replace('%', '')}~{min(word.count('%'), 3)}"),
    (re.compile(r"\w+==+$"), lambda word: word.replace("=", "?")),
)
COMPARED: Final = re.compile(r"([^\W\d_]+)(?=(?:[<>]=?|=)[^\s<>=])")


def narrow(text: str) -> str:
    """Return a query with full-width letters, digits and signs as half-width ones, place for place."""
    return text if text.isascii() else text.translate(_WIDE)


def operator_of(word: str) -> str | None:
    """Return the operator that a word between two things to find stands for."""
    counted = _COUNTED.match(word)
    if counted:
        return f"pre/{counted[3]}" if counted[3] else f"{'pre' if counted[1].lower() == 'pre' else 'w'}/{counted[2]}"
    return CHINESE.get(word) or ("OR" if word in ("|", "||") else None)


def read_as(word: str, at: int, operator: str) -> Problem:
    """Return the note that a word was read as an operator."""
    return Problem(
        "operator_in_small_letters" if word.isalpha() and word.isascii() else "operator_read",
        _READ_AS,
        at,
        {"word": word, "operator": operator, "place": at + 1},
        fatal=False,
    )


def between_problem(word: str, at: int) -> Problem | None:
    """Return what is wrong with, or to be said of, a word that stands between two things to find."""
    if instead := _FOREIGN.get(word):
        return _foreign(word, at, instead)
    if found := _ADJACENT.match(word):
        name = {"nw": "NOT w", "notnear": "NOT w"}.get(found[1].lower(), "pre")
        return _foreign(word, at, f"late {name}/{found[2]} delivery")
    if found := _PERHAPS.match(word):
        params = {"word": word, "place": at + 1, "instead": f"w/{found[1]}"}
        return Problem("distance_as_word", _WORD_TAKEN, at, params, fatal=False)
    return None


def word_problem(word: str, at: int, *, before_bracket: bool) -> Problem | None:
    """Return why a word typed as other systems have it cannot be read. before_bracket: a bracket follows at once."""
    if before_bracket and (found := _FUNCTION.match(word)):
        return _foreign(f"{word}(", at, _FUNCTIONS.get(found["name"].lower(), "(late OR delayed)"))
    return next((_foreign(word, at, instead(word)) for sign, instead in _SIGNS if sign.match(word)), None)


def phrase_distance(phrase: str, typed: str, at: int) -> Problem:
    """Return the way out for a distance behind a phrase, as in ``"late delivery"~5``."""
    words = phrase.split()
    number = typed.strip("~") or "5"
    return _foreign(f'"{phrase}"{typed}', at, f" w/{number} ".join(words) if len(words) > 1 else "late w/5 delivery")


def distance_typed(operator: str) -> str:
    """Return a distance in its plain form: ``NOT w/5``, ``pre/s``."""
    plain = re.sub(r"\s*[/／\\]\s*", "/", " ".join(operator.split()))
    plain = re.sub(r"^within (\d+) words? of$", r"w/\1", plain, flags=re.IGNORECASE)
    plain = re.sub(r"^(?:NOT|nw)/", "NOT w/", plain, flags=re.IGNORECASE)
    return re.sub(r"/(sentence|sent|paragraph|para)$", lambda found: f"/{found[1][0]}", plain, flags=re.IGNORECASE)


def field_compared(text: str, at: int) -> str | None:
    """Return the field name at a place that is followed by a sign of comparison (``date>=2024``), None without one."""
    found = COMPARED.match(text, at)
    name = found[1].casefold() if found else ""
    if not found or name not in ALIASES:
        return None
    numeric = ALIASES[name] in ("date", "size", "pages", "attachments")
    return found[1] if numeric or text[found.end()] == "=" else None


def _foreign(word: str, at: int, instead: str) -> Problem:
    return Problem("not_of_this_language", _INSTEAD, at, {"word": word, "place": at + 1, "instead": instead})
