"""Telephone numbers: international, North American, Chinese, British; with extension."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chancery.engines.text.extraction.context import named_before
from chancery.engines.text.extraction.folding import has_han
from chancery.engines.text.extraction.overlaps import best_of
from chancery.engines.text.extraction.values import Entity

_EXTENSION = r"(?:[ ]?(?:,[ ]?)?(?:[xX]|[Ee]xt\.?|EXT\.?|转|轉|分机)[ ]?(?P<ext>[0-9]{1,6}))?"
_INTERNATIONAL: Final = re.compile(
    rf"\+(?P<digits>[1-9](?:[ .-]?(?:\([0-9]{{1,4}}\)[ .-]?)?[0-9]){{6,14}})(?![0-9]){_EXTENSION}"
)
_NORTH_AMERICA: Final = re.compile(
    r"(?:\((?<![0-9A-Za-z]\()[ ]?|[0-9](?<![0-9A-Za-z.+/-][0-9])"
    r"(?:(?<=1)[ .-]?\(?(?=[2-9][0-9]{2})|(?<=[2-9])(?=[0-9]{2}[^0-9])))"
    rf"(?P<rest>[0-9]{{2,3}}[ ]?\)?[ ./-]{{0,2}}[2-9][0-9]{{2}}[ .-][0-9]{{4}})(?![0-9A-Za-z-]|\.[0-9]){_EXTENSION}"
)
_TEN: Final = re.compile(r"[2-9](?<![0-9A-Za-z.+/-][2-9])[0-9]{2}[2-9][0-9]{6}(?![0-9A-Za-z])")
_SEVEN: Final = re.compile(r"[2-9](?<![0-9A-Za-z.)+/ -][2-9])[0-9]{2}[-.][0-9]{4}(?![0-9A-Za-z-])" + _EXTENSION)
_MOBILE: Final = re.compile(
    r"1(?<![0-9A-Za-z.+-]1)"
    r"(?:[3-9][0-9]{9}|[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}|[3-9][0-9]{2}[ -][0-9]{4}[ -][0-9]{3,4})(?![0-9A-Za-z-])"
)
_LANDLINE: Final = re.compile(
    r"(?:\((?<![0-9A-Za-z]\()|0(?<![0-9A-Za-z.+-]0)(?=[1-9]))"
    r"(?P<rest>0?(?:10|2[0-57-9]|[3-9][0-9]{2})[ ]?\)?[ -]?[1-9]"
    r"(?:[0-9]{6,7}|[0-9]{2,3}-[0-9]{4}(?=[^0-9-]|$)|(?<=-[1-9])[0-9]{3}[ ][0-9]{4}(?![0-9-])))"
    rf"(?![0-9A-Za-z]){_EXTENSION}"
)
_SERVICE: Final = re.compile(
    r"[48](?<![0-9A-Za-z.+-][48])00[ -][0-9]{3}[ -][0-9]{4}(?![0-9A-Za-z-])"
    r"|400[0-9]-[0-9]{3}-[0-9]{3}(?![0-9-])"
)
_BRITISH: Final = re.compile(
    r"\(?0(?<![0-9A-Za-z.+-]0)"
    r"(?:20\)?[ ][0-9]{4}[ ][0-9]{4}|1[0-9]{2,3}\)?[ ][0-9]{3}[ ]?[0-9]{3,4}|7[0-9]{3}[ ][0-9]{3}[ ]?[0-9]{3})(?![0-9])"
)
_ABROAD: Final = re.compile(
    r"00(?<![0-9A-Za-z.+/-]00)(?<![0-9][ ]00)(?P<digits>(?:1|33|34|39|4[1349]|31|32|61|65|8[126]|85[23]|886|91)"
    r"[ .-](?:\([0-9]{1,4}\)[ .-]?)?[0-9](?:[ .-]?[0-9]){5,11})(?![0-9A-Za-z-])"
)
_CHINA: Final = re.compile(
    r"86(?<![0-9A-Za-z.+/-]86)(?<![0-9][ ]86)(?P<digits>[ -](?:10|2[0-57-9]|[3-9][0-9]{2})[ -][0-9]{7,8})"
    r"(?![0-9A-Za-z-])"
)
_WORDS: Final = re.compile(
    r"(?i:phone|\btel\b|\bfax|mobile|\bcell|\bcall|contact|dial|\bph\b|pager|direct|office)|电话|電話|手机|手機|传真|傳真|热线|座机|联系方式"
)
_WORDS_CHINESE: Final = re.compile(r"电话|電話|手机|手機|传真|傳真|热线|座机|联系方式|(?i:\btel|\bfax)[ .:：]*$")
_LABEL_CHINESE: Final = re.compile("[\u4e00-\u9fff][ :：]*$")
_LABEL: Final = re.compile(
    r"(?i:phone|tel|fax|mobile|cell|pager|direct|dial|office|home|work|ph)[.#]?[ ]?[:.#]?[ ]{0,3}$"
)


def find_phones(*, text: str) -> Iterator[Entity]:
    """Yield telephone numbers of a folded text as ``+`` country and number, ``x`` extension.

    North America and China are recognised by their plans (no area code 0xx, 1xx or N11; mobile prefixes 13 to 19).
    Ten digits in a row and seven-digit numbers need a word before them; the latter stay as written.
    """
    yield from best_of([*_foreign(text), *_american(text), *_chinese(text)])


def _entity(match: re.Match[str], digits: str, confidence: float, rule: str) -> Entity:
    extension = match.groupdict().get("ext")
    value = digits + (f"x{extension}" if extension else "")
    end = match.end()
    return Entity("phone", value, match.start(), end, confidence, rule)


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


def _foreign(text: str) -> Iterator[Entity]:
    if "+" in text:
        for match in _INTERNATIONAL.finditer(text):
            digits = _digits(match["digits"].replace("(0)", ""))
            if 8 <= len(digits) <= 15 and (not digits.startswith("86") or len(digits) >= 11):
                yield _entity(match, f"+{digits}", 0.95, "phone.international")
    for pattern, country in ((_ABROAD, ""), (_CHINA, "86")):
        for match in pattern.finditer(text):
            digits = country + _digits(match["digits"].replace("(0)", ""))
            if len(digits) > 8:
                yield _entity(match, f"+{digits}", 0.8, "phone.dialled")
    for match in _BRITISH.finditer(text):
        yield _entity(match, f"+44{_digits(match[0])[1:]}", 0.7, "phone.uk")


def _american(text: str) -> Iterator[Entity]:
    for match in _NORTH_AMERICA.finditer(text):
        whole = match[0] if match["ext"] is None else match[0][: match.end("rest") - match.start()]
        digits = _digits(whole)
        digits = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
        if len(digits) != 10 or not _in_plan(digits) or whole.count("(") != whole.count(")"):
            continue
        named = whole.startswith("(") or named_before(_WORDS, text, match.start(), reach=30)
        if digits.startswith(("400", "800")) and _LABEL_CHINESE.search(text, max(0, match.start() - 4), match.start()):
            continue
        yield _entity(match, f"+1{digits}", 0.95 if named else 0.88, "phone.north_america")
    for match in _TEN.finditer(text):
        if _in_plan(match[0]) and named_before(_LABEL, text, match.start(), reach=16):
            yield _entity(match, f"+1{match[0]}", 0.8, "phone.north_america.plain")
    for match in _SEVEN.finditer(text):
        if named_before(_LABEL, text, match.start(), reach=16):
            yield _entity(match, _digits(match[0].split("x")[0])[:7], 0.7, "phone.local")


def _in_plan(digits: str) -> bool:
    """Tell whether ten digits fit the North American plan: neither part starts with 0 or 1 or is N11 (NANPA)."""
    return digits[0] > "1" and digits[1:3] != "11" and digits[3] > "1" and digits[4:6] != "11"


def _chinese(text: str) -> Iterator[Entity]:
    for match in _MOBILE.finditer(text):
        digits = _digits(match[0])
        if len(digits) == 11 and len(set(digits)) > 2:
            confidence = 0.95 if named_before(_WORDS, text, match.start()) else 0.85
            yield _entity(match, f"+86{digits}", confidence, "phone.cn_mobile")
    for match in _LANDLINE.finditer(text):
        whole = match[0] if match["ext"] is None else match[0][: match.end("rest") - match.start()]
        digits = _digits(whole)
        if "-" in whole and " " in whole and not has_han(text[max(0, match.start() - 12) : match.start()]):
            continue
        parted = "-" in whole or ")" in whole or (" " in whole and not text.isascii())
        named = named_before(_WORDS_CHINESE if text.isascii() or not parted else _WORDS, text, match.start())
        if digits[0] == "0" and 10 <= len(digits) <= 12 and (parted or named) and whole.count("(") == whole.count(")"):
            yield _entity(match, f"+86{digits[1:]}", 0.93 if named else 0.8, "phone.cn_landline")
    for match in _SERVICE.finditer(text):
        if named_before(_WORDS, text, match.start()) or not text.isascii():
            yield _entity(match, f"+86{_digits(match[0])}", 0.8, "phone.cn_service")
