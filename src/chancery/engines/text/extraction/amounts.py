"""Amounts of money with their currency, English forms; Chinese forms are in ``amounts_zh``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Final

from chancery.engines.text.extraction.amounts_zh import find_chinese_amounts
from chancery.engines.text.extraction.money import money_value
from chancery.engines.text.extraction.overlaps import best_of
from chancery.engines.text.extraction.tables import table
from chancery.engines.text.extraction.values import Entity

_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.[0-9]{1,6})?(?![0-9])"
_SCALES: Final = {
    "k": 10**3,
    "thousand": 10**3,
    "m": 10**6,
    "mm": 10**6,
    "mn": 10**6,
    "mio": 10**6,
    "mil": 10**6,
    "million": 10**6,
    "millions": 10**6,
    "b": 10**9,
    "bn": 10**9,
    "billion": 10**9,
    "billions": 10**9,
    "tn": 10**12,
    "trillion": 10**12,
    "万": 10**4,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
}
_SCALE = (
    r"(?:[ -]?(?P<scale>[Tt]housand|[Mm]illions?|[Bb]illions?|[Tt]rillion|MILLION|BILLION|[Mm]il\b|mm\b|MM\b|mn\b"
    r"|mio\b|bn\b|BN\b|tn\b|(?<=[0-9])[kKmMbB]\b|百万|千万|万|亿)(?![A-Za-z]))?"
)
_UNITS: Final = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "  # noqa: SIM905
        "seventeen eighteen nineteen".split()
    )
}
_TENS: Final = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)  # noqa: SIM905
}
_POWERS: Final = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_COUNT = "|".join([*sorted(_UNITS, key=len, reverse=True), *_TENS, "hundred", *_POWERS, "and", "a"])
_WORDED: Final = re.compile(
    rf"(?<![A-Za-z])(?P<words>(?:{_COUNT})(?:[ ,-]+(?:{_COUNT})\b)*)(?:[ ]and[ ](?P<cents>[0-9]{{1,2}}|no)/100(?:ths)?)?[ ]"
    r"(?:\([^)\n]{1,40}\)[ ])?"
    r"(?P<name>(?:U\.?S\.?|United States|Hong Kong|Canadian|Australian|Singapore)?[ ]?dollars?"
    r"|euros?|pounds sterling|yuan|renminbi)$",
    re.IGNORECASE,
)
_NAMED_MONEY: Final = re.compile(r"(?i:dollars?|euros?|pounds sterling|yuan|renminbi)\b")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    held = table("currencies.json")
    signs = "|".join(re.escape(sign) for sign in sorted(held["signs"], key=len, reverse=True))
    codes = "|".join(held["codes"])
    words = "|".join(re.escape(word) for word in sorted(held["words"], key=len, reverse=True))
    before = re.compile(
        rf"(?P<sign>{signs}|¥|(?:{codes})(?=[ $€£¥0-9])[ ]?[$€£¥]?)[ ]{{0,2}}(?P<minus>-)?(?P<number>{_NUMBER}){_SCALE}"
        rf"(?:[ ]?(?P<also>{codes})\b)?"
    )
    after = re.compile(
        rf"[0-9](?<![\w.,$€£¥-][0-9])(?:[0-9]{{0,2}}(?:,[0-9]{{3}})+|[0-9]{{0,14}})(?:\.[0-9]{{1,6}})?{_SCALE}"
        rf"[ ]?(?P<name>(?:{codes})\b|(?:{words})\b)"
    )
    return before, after


def find_amounts(*, text: str) -> Iterator[Entity]:
    """Yield amounts of a folded text as ``USD 1250000.00``: ISO 4217 code, Decimal, no rounding.

    ``$`` alone is read as US dollars and ``¥`` as yuan, both with confidence 0.85. Words ("one million dollars") and
    scales (k, million, bn, 万, 亿) are worked out exactly. A number without a currency is no amount.
    """
    found = [*_signed(text), *_named(text), *_worded(text)]
    if not text.isascii():
        found += find_chinese_amounts(text=text)
    yield from best_of(found)


def _scaled(number: str, scale: str | None) -> Decimal:
    return Decimal(number.replace(",", "")) * (_SCALES[scale.lower()] if scale else 1)


def _signed(text: str) -> Iterator[Entity]:
    held = table("currencies.json")
    for match in _patterns()[0].finditer(text):
        start = match.start()
        sign = match["sign"].strip()
        if start and text[start - 1].isalnum() and sign[0].isalpha():
            continue
        if start and text[start - 1] == "-" and sign[0].isalpha():
            continue
        code = match["also"] or held["signs"].get(sign) or (sign[:3] if sign[:3] in held["codes"] else None)
        currency = "CNY" if code == "CNH" else code or ("JPY" if "円" in text else "CNY")
        confidence = 0.85 if sign in ("$", "¥") and not match["also"] else 0.95
        value = _scaled(match["number"], match["scale"])
        if match["minus"]:
            value = -value
        yield Entity("amount", money_value(currency, value), start, match.end(), confidence, "amount.sign")


def _named(text: str) -> Iterator[Entity]:
    held = table("currencies.json")
    for match in _patterns()[1].finditer(text):
        head = re.match(r"[0-9,.]+", match[0])
        name = match["name"]
        currency = held["words"].get(name) or name[:3]
        if head is None or name.lower() == "cents":
            continue
        value = _scaled(head[0].rstrip(",."), match["scale"])
        currency = "CNY" if currency in ("CNH", "RMB") else currency
        yield Entity("amount", money_value(currency, value), match.start(), match.end(), 0.9, "amount.name")


def _worded(text: str) -> Iterator[Entity]:
    for named in _NAMED_MONEY.finditer(text):
        begin = max(0, named.start() - 200)
        match = _WORDED.search(text[begin : named.end()])
        if match is None:
            continue
        value = english_number(match["words"])
        if not value:
            continue
        name = match["name"].lower().replace(".", "")
        currency = next((code for part, code in _NAMES.items() if part in name), "USD")
        cents = Decimal(int(match["cents"]) if (match["cents"] or "").isdigit() else 0) / 100
        value_text = money_value(currency, value + cents)
        yield Entity("amount", value_text, begin + match.start(), named.end(), 0.9, "amount.words")


_NAMES: Final = {
    "hong kong": "HKD",
    "canadian": "CAD",
    "australian": "AUD",
    "singapore": "SGD",
    "euro": "EUR",
    "pound": "GBP",
    "yuan": "CNY",
    "renminbi": "CNY",
}


def english_number(words: str) -> int | None:
    """Read a number in English words, "one million two hundred fifty thousand"; None where they make none."""
    total = section = 0
    seen = False
    for word in re.split(r"[ ,-]+", words.lower().strip()):
        if word in _UNITS or word in _TENS:
            section += _UNITS.get(word, 0) + _TENS.get(word, 0)
            seen = True
        elif word == "hundred":
            section = max(section, 1) * 100
            seen = True
        elif word in _POWERS:
            total += max(section, 1) * _POWERS[word]
            section = 0
            seen = True
        elif word == "a":
            section = section or 0
    return total + section if seen else None
