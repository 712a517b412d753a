"""Check digits of identity and bank numbers, each after its standard; a number that fails its check is no finding."""

from __future__ import annotations

from functools import cache
from typing import Final

from chancery.engines.text.extraction.calendar import day_value
from chancery.engines.text.extraction.tables import table

_RESIDENT_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUES: Final = {sign: value for value, sign in enumerate(_USCC_SIGNS)}
_TAIWAN: Final = {sign: 10 + place for place, sign in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")}
_ADVERTISED: Final = frozenset(("078051120", "219099999", "123456789"))


@cache
def _numbers(field: str) -> frozenset[str]:
    return frozenset(table("numbers.json")[field])


def luhn(*, digits: str) -> bool:
    """Check the last digit of a card number (ISO/IEC 7812-1, annex B)."""
    if not (digits.isascii() and digits.isdecimal()) or len(digits) < 2:
        return False
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def card_scheme(*, digits: str) -> str | None:
    """Name the scheme of a card number by its issuer range and length, None where there is none."""
    for scheme in table("numbers.json")["cards"]:
        if len(digits) in scheme["lengths"] and digits.startswith(tuple(scheme["prefixes"])):
            return str(scheme["name"])
    return None


def _remainder_97(signs: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in signs)) % 97


def iban(*, number: str) -> bool:
    """Check country, length and the two check digits of an IBAN without spaces (ISO 13616, ISO 7064 MOD 97-10)."""
    length = table("numbers.json")["iban_lengths"].get(number[:2])
    if length != len(number) or not number.isascii() or not number.isalnum() or not number[2:4].isdigit():
        return False
    return 2 <= int(number[2:4]) <= 98 and _remainder_97(number[4:] + number[:4]) == 1


def lei(*, number: str) -> bool:
    """Check the twenty signs of a legal entity identifier (ISO 17442-1, ISO 7064 MOD 97-10)."""
    formed = len(number) == 20 and number.isascii() and number.isalnum() and number[18:].isdigit()
    return formed and number == number.upper() and _remainder_97(number) == 1


def aba_routing(*, digits: str) -> bool:
    """Check a US routing number: range of the Federal Reserve district and 3-7-1 sum (ABA, X9 policy)."""
    if len(digits) != 9 or not digits.isdecimal() or not digits.isascii():
        return False
    head = int(digits[:2])
    ranged = 0 <= head <= 12 or 21 <= head <= 32 or 61 <= head <= 72 or head == 80
    total = sum(int(sign) * (3, 7, 1)[place % 3] for place, sign in enumerate(digits))
    return ranged and total % 10 == 0 and digits != "000000000"


def resident_id(*, number: str) -> bool:
    """Check an 18-digit resident identity number of China: province, birthday, ISO 7064 MOD 11-2 (GB 11643-1999)."""
    if len(number) != 18 or not number[:17].isdecimal() or number[17] not in "0123456789X":
        return False
    year = number[6:10]
    if number[:2] not in _numbers("province_codes") or not "1800" <= year < "2100":
        return False
    if day_value(year, int(number[10:12]), int(number[12:14])) is None:
        return False
    total = sum(int(sign) * weight for sign, weight in zip(number[:17], _RESIDENT_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]


def resident_id_15(*, number: str) -> bool:
    """Check province and birthday of a 15-digit identity number of before 1999; it has no check digit."""
    plain = len(number) == 15 and number.isdecimal() and number[:2] in _numbers("province_codes")
    return plain and day_value("19" + number[6:8], int(number[8:10]), int(number[10:12])) is not None


def uscc(*, number: str) -> bool:
    """Check a unified social credit code: authority, kind, province, weights 3^i mod 31 (GB 32100-2015)."""
    if len(number) != 18 or any(sign not in _USCC_VALUES for sign in number):
        return False
    if number[:2] not in _numbers("uscc_heads") or not number[2:8].isdecimal():
        return False
    if number[2:4] not in _numbers("province_codes") and number[2:4] != "10":
        return False
    total = sum(_USCC_VALUES[sign] * pow(3, place, 31) for place, sign in enumerate(number[:17]))
    return (31 - total % 31) % 31 == _USCC_VALUES[number[17]]


def ssn(*, digits: str) -> bool:
    """Apply the rules of US social security numbers: no area 000, 666, 900 to 999, no group 00, no serial 0000.

    Authority: Social Security Administration, randomization FAQ (2011). Numbers printed in advertisements are no one's.
    """
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    formed = len(digits) == 9 and digits.isdecimal() and digits not in _ADVERTISED
    return formed and area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def itin(*, digits: str) -> bool:
    """Apply the rules of US taxpayer numbers: area 900 to 999, group 50-65, 70-88, 90-92, 94-99 (IRS)."""
    if len(digits) != 9 or not digits.isdecimal():
        return False
    group = int(digits[3:5])
    ranged = 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99
    return digits[0] == "9" and ranged


def ein(*, digits: str) -> bool:
    """Check that a US employer number starts with a prefix that the IRS has assigned; it has no check digit."""
    return len(digits) == 9 and digits.isdecimal() and digits[:2] in _numbers("ein_prefixes")


def hong_kong_id(*, number: str) -> bool:
    """Check a Hong Kong identity card number without brackets: A1234563 (weights 9 to 2, modulus 11)."""
    head = number[:-7]
    if len(head) not in (1, 2) or not head.isalpha() or not head.isascii() or not number[-7:-1].isdecimal():
        return False
    values = [36] * (2 - len(head)) + [ord(sign) - 55 for sign in head] + [int(sign) for sign in number[-7:-1]]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return "0A987654321"[total % 11] == number[-1]


def taiwan_id(*, number: str) -> bool:
    """Check a national identity number of Taiwan: letter, sex or resident digit, check digit."""
    if len(number) != 10 or number[0] not in _TAIWAN or number[1] not in "1289" or not number[1:].isdecimal():
        return False
    head = _TAIWAN[number[0]]
    digits = [head // 10, head % 10, *(int(sign) for sign in number[1:])]
    return (
        sum(value * weight for value, weight in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0
    )
