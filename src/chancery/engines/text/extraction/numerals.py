"""Chinese numerals, plain and financial (壹贰叁), as exact numbers."""

from __future__ import annotations

from typing import Final

DIGITS: Final = {
    **{sign: value for value, sign in enumerate("零一二三四五六七八九")},
    **{sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")},
    "〇": 0,
    "○": 0,
    "◯": 0,
    "两": 2,
    "兩": 2,
    "貳": 2,
    "弐": 2,
    "叄": 3,
    "參": 3,
    "参": 3,
    "陸": 6,
    "元": 1,
}
DIGITS.pop("元")
UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
MYRIADS: Final = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
TENS: Final = {"廿": 20, "卅": 30}


def chinese_number(signs: str) -> int | None:
    """Read a whole number: 一百二十三, 壹佰万, 十四, 廿一, 两千三百亿; None where the signs make no number.

    A row of digits without units (二〇二五) is read digit by digit. 一万五 is 15,000 as spoken.
    """
    if not signs:
        return None
    if all(sign in DIGITS for sign in signs):
        return int("".join(str(DIGITS[sign]) for sign in signs))
    if signs[0] in TENS:
        rest = DIGITS.get(signs[1:], 0 if len(signs) == 1 else None)
        return None if rest is None else TENS[signs[0]] + rest
    return _with_units(signs)


def _with_units(signs: str) -> int | None:
    total = section = 0
    digit: int | None = None
    lowest = 10**16
    last_unit = 0
    zero = False
    for sign in signs:
        if sign in DIGITS:
            if digit not in (None, 0):
                return None
            digit = DIGITS[sign]
            zero = zero or digit == 0
        elif sign in UNITS:
            unit = UNITS[sign]
            if digit == 0 and not section and not total and last_unit:
                return None
            section += (1 if digit in (None, 0) else digit) * unit
            digit, last_unit, zero = None, unit, False
        elif sign in MYRIADS:
            unit = MYRIADS[sign]
            section += digit or 0
            if section == 0 and total == 0:
                return None
            if unit > lowest and total:
                total = (total + section) * unit
            else:
                total += section * unit
            lowest = min(lowest, unit)
            section, digit, last_unit, zero = 0, None, unit, False
        else:
            return None
    if digit:
        spoken = last_unit >= 100 and not zero
        section += digit * (last_unit // 10) if spoken else digit
    return total + section
