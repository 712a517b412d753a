"""Amounts of money with their currency, English forms; Chinese forms are in ``amounts_zh``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Final

from chancery.engines.text.extraction.amounts_zh import find_chinese_amounts
from chancery.engines.text.extraction.folding import has_han
from chancery.engines.text.extraction.money import money_value
from chancery.engines.text.extraction.overlaps import best_of
from chancery.engines.text.extraction.tables import table
from chancery.engines.text.extraction.values import Entity

# What may follow the first digit: 1,234.50; 1.234,50; 1 234,50; 1'234.50; 12,34,567; 12,50; 1234.5
_TAIL = (
    r"(?:[0-9]{0,2}(?:\.[0-9]{3})+,[0-9]{1,2}(?![0-9])|[0-9]{0,2}(?:\.[0-9]{3}){2,}(?![0-9,.][0-9]|[0-9])"
    r"|[0-9]{0,2}(?:[ ][0-9]{3})+,[0-9]{2}(?![0-9])|[0-9]{0,2}(?:['’][0-9]{3})+(?:\.[0-9]{1,2})?(?![0-9])"
    r"|[0-9]?(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]{1,2})?(?![0-9,]?[0-9])|[0-9]{0,14},[0-9]{2}(?![0-9]|,[0-9])"
    r"|(?:[0-9]{0,2}(?:,[0-9]{3})+|[0-9]{0,14})(?:\.[0-9]{1,6})?(?![0-9]))"
)
_NUMBER = rf"[0-9]{_TAIL}"
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
    rf"(?<![A-Za-z])(?P<words>(?:{_COUNT})(?:[ ,-]+(?:{_COUNT})\b)*)"
    r"(?:[ ]and[ ](?P<cents>[0-9]{1,2}|no)/100(?:ths)?)?[ ](?:\([^)\n]{1,40}\)[ ])?"
    r"(?P<name>(?:U\.?S\.?|United States|Hong Kong|Canadian|Australian|Singapore)?[ ]?dollars?"
    r"|euros?|pounds sterling|yuan|renminbi|(?:Japanese[ ])?yen|Swiss francs)$",
    re.IGNORECASE,
)
_NAMED_MONEY: Final = re.compile(r"(?i:dollars?|euros?|pounds sterling|yuan|renminbi|yen|Swiss francs)\b")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    held = table("currencies.json")
    codes = "|".join(held["codes"])
    words = "|".join(re.escape(word) for word in sorted(held["words"], key=len, reverse=True))
    amount = rf"[ ]{{0,2}}(?P<minus>-|\((?=[0-9.,' ]+\)))?(?P<number>{_NUMBER}){_SCALE}(?:[ ]?(?P<also>{codes})\b)?"
    sign = re.compile(rf"[$€£¥₩₹₽฿₫₤]{amount}")
    code = re.compile(rf"(?P<code>{codes}|RMB|Rs)(?=[ .$€£¥0-9])\.?[ ]?[$€£¥]?{amount}")
    after = re.compile(
        rf"(?P<number>[0-9](?<![\w.,$€£¥-][0-9]){_TAIL}){_SCALE}"
        rf"[ ]?(?P<name>(?:{codes})\b|(?:{words}|Euros?|EURO|Dollars?|Yuan|Renminbi)\b|€(?![0-9]))"
    )
    return sign, code, after


def find_amounts(*, text: str) -> Iterator[Entity]:
    """Yield amounts of a folded text as ``USD 1250000.00``: ISO 4217 code, Decimal, no rounding.

    ``$`` alone is read as US dollars and ``¥`` as yuan, both with confidence 0.85. Words ("one million dollars") and
    scales (k, million, bn, 万, 亿) are worked out exactly. A number without a currency is no amount.
    """
    found = [*_signed(text), *_named(text), *_worded(text)]
    if has_han(text):
        found += find_chinese_amounts(text=text)
    yield from best_of(found)


_PREFIX: Final = re.compile(r"(?<![A-Za-z])(?:U\.S\.|[A-Z]{1,3})$")


_DOTS_GROUP: Final = frozenset({"EUR", "DKK", "BRL", "IDR", "TRY", "VND"})
"""Currencies of places where 2.500 is two thousand five hundred."""
_RANGE: Final = re.compile(rf"[ ]?[-–][ ]?[$€£¥]?(?P<number>{_NUMBER}){_SCALE}")


def _scaled(number: str, scale: str | None, currency: str = "") -> Decimal:
    return Decimal(_plain(number, currency)) * (_SCALES[scale.lower()] if scale else 1)


def _plain(number: str, currency: str) -> str:
    """Return a number with a decimal point and no other sign: the last of two kinds of signs is the decimal one."""
    bare = re.sub("[ '’]", "", number)
    comma, point = bare.rfind(","), bare.rfind(".")
    if comma > point >= 0 or (point < 0 and re.fullmatch(r"[0-9]+,[0-9]{2}", bare)):
        return bare.replace(".", "").replace(",", ".")
    grouped = bare.count(".") > 1 or (currency in _DOTS_GROUP and re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", bare))
    return bare.replace(".", "") if grouped else bare.replace(",", "")


def _signed(text: str) -> Iterator[Entity]:
    signs = table("currencies.json")["signs"]
    for match in _patterns()[0].finditer(text):
        start, sign = match.start(), match[0][0]
        before = _PREFIX.search(text[max(0, start - 5) : start])
        currency = signs.get(f"{before[0]}{sign}" if before else sign) or ("JPY" if "円" in text else "CNY")
        if before and f"{before[0]}{sign}" in signs:
            start -= len(before[0])
        alone = match["also"] is None and start == match.start() and sign in "$¥"
        yield _entity(text, match, match["also"] or currency, start, 0.85 if alone else 0.95)
    for match in _patterns()[1].finditer(text):
        start = match.start()
        if not start or not ((text[start - 1].isalnum() and text[start - 1].isascii()) or text[start - 1] == "-"):
            yield _entity(text, match, {"RMB": "CNY", "Rs": "INR"}.get(match["code"], match["code"]), start, 0.95)


_MINUS: Final = re.compile(r"(?:^|[^\w)-])-$")
_CELL: Final = re.compile(r"(?:^|[\n\t|]|  )[ ]?\($")
_CELL_END: Final = re.compile(r"\)[ ]?(?:$|[\n\t|]|  )")


def _entity(text: str, match: re.Match[str], currency: str, start: int, confidence: float) -> Entity:
    """Return an amount; a bracket around the figure alone, or around all that a cell of a table holds, is a minus."""
    code = "CNY" if currency == "CNH" else currency
    end, negative, scale = match.end(), bool(match["minus"]), match["scale"]
    if match["minus"] == "(":
        end += 1
    elif _MINUS.search(text[max(0, start - 2) : start]):
        start, negative = start - 1, True
    elif start and text[start - 1] == "(" and _CELL.search(text[max(0, start - 3) : start]):
        if _CELL_END.match(text, end):
            start, end, negative = start - 1, end + 1, True
    elif not scale and (further := _RANGE.match(text, end)):
        scale = further["scale"]
    value = _scaled(match["number"], scale, code) * (-1 if negative else 1)
    return Entity("amount", money_value(code, value), start, end, confidence, "amount.sign")


def _named(text: str) -> Iterator[Entity]:
    held = table("currencies.json")
    for match in _patterns()[2].finditer(text):
        name = match["name"]
        currency = "EUR" if name == "€" else held["words"].get(name) or held["words"].get(name.lower()) or name[:3]
        if name.lower() == "cents":
            continue
        value = _scaled(match["number"], match["scale"], currency)
        currency = "CNY" if currency in ("CNH", "RMB") else currency
        confidence = 0.5 if name == "pounds" and not match["scale"] else 0.9
        yield Entity("amount", money_value(currency, value), match.start(), match.end(), confidence, "amount.name")


def _worded(text: str) -> Iterator[Entity]:
    for named in _NAMED_MONEY.finditer(text):
        begin = max(0, named.start() - 200)
        match = _WORDED.search(text[begin : named.end()])
        if match is None:
            continue
        value = english_number(match["words"])
        if not value or re.match(r"(?i:hundred|thousand|million|billion|trillion|and)", match["words"]):
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
    "yen": "JPY",
    "swiss": "CHF",
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
