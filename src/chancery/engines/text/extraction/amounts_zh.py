"""Amounts in Chinese: 人民币壹佰万元整, 3.5万元, 一亿二千万美元, 12元5角."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Final

from chancery.engines.text.extraction.money import money_value
from chancery.engines.text.extraction.numerals import DIGITS, chinese_number
from chancery.engines.text.extraction.tables import table
from chancery.engines.text.extraction.values import Entity

_SIGNS = "零〇○一二三四五六七八九壹贰貳叁叄參肆伍陆陸柒捌玖两兩十拾百佰千仟万萬亿億廿卅"
_DIGIT = "零〇一二三四五六七八九壹贰貳叁叄參肆伍陆陸柒捌玖两兩"
_ARABIC = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.[0-9]{1,6})?"
_SCALE: Final = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_YUAN: Final = frozenset("元圆圓")
_PREFIXES = (
    "人民币|人民幣|RMB|CNY|美元|美金|港元|港币|港幣|欧元|歐元|英镑|英鎊|日元|日圆|新台币|新臺幣|新加坡元|澳元|加元"
)


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted((name for name in table("currencies.json")["chinese"] if name != "人民币"), key=len, reverse=True)
    unit = "|".join(names)
    return re.compile(
        rf"(?:(?P<prefix>{_PREFIXES})[ :：]?(?:[(（](?:[A-Z]{{3}}|大写|大寫)[)）])?[ :：]?[¥$€£]?[ ]?)?"
        rf"(?:(?P<arabic>(?<![0-9.,]){_ARABIC})[ ]?(?P<scale>[十百千]?[万萬亿億]|[百千](?=[万萬]))?(?P<more>余|多)?[ ]?"
        rf"|(?P<han>(?<![{_SIGNS}第])[{_SIGNS}]{{1,30}}))"
        rf"(?P<unit>{unit}|(?<=[万萬亿億])人民[币幣](?![0-9{_SIGNS}]))(?!二次|一次|一元|线性|方程|函数|化|论|素|旦|宝|月|年|宵|首|老|谋|凶|勋|朝|代|宇宙|气|件)"
        rf"(?:(?P<jiao>[0-9{_DIGIT}])角)?零?(?:(?P<fen>[0-9{_DIGIT}])分)?(?P<whole>[整正])?"
    )


@cache
def _prefixed() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<prefix>{_PREFIXES})[ :：]?[ ]?[¥$€£]?[ ]?(?P<arabic>{_ARABIC})(?![0-9])"
        rf"[ ]?(?P<scale>[十百千]?[万萬亿億])?(?!元|美|港|[0-9])"
    )


def find_chinese_amounts(*, text: str) -> Iterator[Entity]:
    """Yield amounts of a folded text. 元 is the yuan unless another currency is named before or after the number."""
    chinese = table("currencies.json")["chinese"]
    for match in _pattern().finditer(text):
        number = _number(match)
        if number is None:
            continue
        unit = match["unit"]
        named = chinese.get(match["prefix"] or "", "CNY") if unit in _YUAN else chinese[unit]
        confidence = 0.75 if match["more"] else 0.97 if match["prefix"] or match["whole"] else 0.93
        if match["han"] and len(match["han"]) == 1:
            confidence = 0.7
        yield Entity("amount", money_value(named, number), match.start(), match.end(), confidence, "amount.zh")
    for match in _prefixed().finditer(text):
        number = Decimal(match["arabic"].replace(",", "")) * _scale(match["scale"])
        value = money_value(chinese.get(match["prefix"], "CNY"), number)
        yield Entity("amount", value, match.start(), match.end(), 0.9, "amount.zh.prefix")


def _scale(signs: str | None) -> int:
    result = 1
    for sign in signs or "":
        result *= _SCALE[sign]
    return result


def _number(match: re.Match[str]) -> Decimal | None:
    if match["arabic"]:
        whole: Decimal | int | None = Decimal(match["arabic"].replace(",", "")) * _scale(match["scale"])
    else:
        whole = chinese_number(match["han"])
    if whole is None:
        return None
    tenths = _digit(match["jiao"])
    hundredths = _digit(match["fen"])
    return Decimal(whole) + Decimal(tenths) / 10 + Decimal(hundredths) / 100


def _digit(sign: str | None) -> int:
    return 0 if sign is None else int(sign) if sign.isdecimal() else DIGITS[sign]
