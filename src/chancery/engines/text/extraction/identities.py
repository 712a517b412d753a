"""Identity numbers of people and organisations, each with its checks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chancery.engines.text.extraction import checksums
from chancery.engines.text.extraction.context import named_before
from chancery.engines.text.extraction.overlaps import best_of
from chancery.engines.text.extraction.values import Entity

_EIGHTEEN: Final = re.compile(
    r"[1-9ANY](?<![0-9A-Za-z.][1-9ANY])[0-9A-HJ-NPQRTUWXY]{16}[0-9A-HJ-NPQRTUWXYx](?![0-9A-Za-z])"
)
_SPACED_ID: Final = re.compile(r"[1-9](?<![0-9A-Za-z][1-9])[0-9]{5}[ -][12][0-9]{7}[ -][0-9]{3}[0-9Xx](?![0-9A-Za-z])")
_FIFTEEN: Final = re.compile(r"[1-9](?<![0-9A-Za-z.-][1-9])[0-9]{14}(?![0-9A-Za-z-])")
_LEI: Final = re.compile(r"[0-9A-Z](?<![0-9A-Za-z][0-9A-Z])[0-9A-Z]{17}[0-9]{2}(?![0-9A-Za-z])")
_HYPHENS: Final = re.compile(
    r"[0-9](?<![0-9A-Za-z.#/-][0-9])[0-9]{2}([- ])[0-9]{2}\1[0-9]{4}(?![0-9A-Za-z-])(?!\.[0-9])"
)
_EIN: Final = re.compile(r"[0-9](?<![0-9A-Za-z.#/-][0-9])[0-9]-[0-9]{7}(?![0-9A-Za-z-])(?!\.[0-9])")
_NINE: Final = re.compile(r"[0-9](?<![0-9A-Za-z.#/-][0-9])[0-9]{8}(?![0-9A-Za-z-])(?!\.[0-9])")
_HONG_KONG: Final = re.compile(r"[A-Z](?<![0-9A-Za-z][A-Z])[A-Z]?[0-9]{6}\([0-9A]\)")
_TAIWAN: Final = re.compile(r"[A-Z](?<![0-9A-Za-z][A-Z])[1289][0-9]{8}(?![0-9A-Za-z])")
_NINO: Final = re.compile(
    r"[A-CEGHJ-PR-TW-Z](?<![0-9A-Za-z].)[A-CEGHJ-NPR-TW-Z][ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?[A-D](?![0-9A-Za-z])"
)
_PASSPORT: Final = re.compile(r"[A-Z0-9](?<![0-9A-Za-z][A-Z0-9])[A-Z]?[0-9]{7,8}(?![0-9A-Za-z])")
_RESIDENT_WORDS: Final = re.compile(r"身份证|身份證|公民身份号码|ID [Nn]o|ID [Cc]ard|[Ii]dentity")
_SSN_WORDS: Final = re.compile(r"(?i:\bssn\b|social security)")
_EIN_WORDS: Final = re.compile(
    r"(?i:\bf?ein\b|employer id|tax(?:payer)? id|\btin\b|i\.?r\.?s\.? (?:no|number|employer))"
)
_FILE_NUMBER: Final = re.compile(
    r"(?i:\b(?:docket|case|file|claim|invoice|order|policy)\b|\bno\b\.?)[ .:#a-zA-Z]{0,8}$"
)
_PASSPORT_WORDS: Final = re.compile(r"(?i:passport)|护照|護照")
_TAIWAN_WORDS: Final = re.compile(r"身分證|身份證|身分证|台湾|臺灣|(?i:taiwan|national id)")


def find_identities(*, text: str) -> Iterator[Entity]:
    """Yield identity numbers of a folded text, without spaces and with upper-case letters.

    Rules: identity.cn_resident (GB 11643), identity.uscc (GB 32100), identity.lei (ISO 17442), identity.us_ssn,
    identity.us_itin, identity.us_ein, identity.hk, identity.tw, identity.uk_nino, identity.passport. What has a check
    digit is found only where it is right; what has none needs its form, or a word before it that names it.
    """
    yield from best_of([*_chinese(text), *_american(text), *_others(text)])


def _chinese(text: str) -> Iterator[Entity]:
    for match in _EIGHTEEN.finditer(text):
        number = match[0].upper()
        if checksums.resident_id(number=number):
            yield Entity("identity", number, match.start(), match.end(), 0.99, "identity.cn_resident")
        elif checksums.uscc(number=number):
            yield Entity("identity", number, match.start(), match.end(), 0.99, "identity.uscc")
    for match in _SPACED_ID.finditer(text):
        number = re.sub("[ -]", "", match[0]).upper()
        if checksums.resident_id(number=number):
            yield Entity("identity", number, match.start(), match.end(), 0.97, "identity.cn_resident")
    for match in _FIFTEEN.finditer(text):
        if checksums.resident_id_15(number=match[0]) and named_before(_RESIDENT_WORDS, text, match.start()):
            yield Entity("identity", match[0], match.start(), match.end(), 0.7, "identity.cn_resident_15")


def _american(text: str) -> Iterator[Entity]:
    for match in _HYPHENS.finditer(text):
        digits = match[0].replace("-", "").replace(" ", "")
        named = named_before(_SSN_WORDS, text, match.start())
        if match[1] == " " and not named:
            continue
        if checksums.ssn(digits=digits):
            yield Entity("identity", digits, match.start(), match.end(), 0.97 if named else 0.85, "identity.us_ssn")
        elif checksums.itin(digits=digits):
            yield Entity("identity", digits, match.start(), match.end(), 0.8, "identity.us_itin")
    for match in _EIN.finditer(text):
        digits = match[0].replace("-", "")
        if checksums.ein(digits=digits):
            named = named_before(_EIN_WORDS, text, match.start())
            if not named and _FILE_NUMBER.search(text, max(0, match.start() - 24), match.start()):
                continue
            yield Entity("identity", digits, match.start(), match.end(), 0.95 if named else 0.6, "identity.us_ein")
    for match in _NINE.finditer(text):
        if named_before(_SSN_WORDS, text, match.start(), reach=30) and checksums.ssn(digits=match[0]):
            yield Entity("identity", match[0], match.start(), match.end(), 0.9, "identity.us_ssn")
        elif named_before(_EIN_WORDS, text, match.start(), reach=30) and checksums.ein(digits=match[0]):
            yield Entity("identity", match[0], match.start(), match.end(), 0.85, "identity.us_ein")


def _others(text: str) -> Iterator[Entity]:
    for match in _LEI.finditer(text):
        if checksums.lei(number=match[0]) and not match[0].isdigit():
            yield Entity("identity", match[0], match.start(), match.end(), 0.97, "identity.lei")
    for match in _HONG_KONG.finditer(text):
        number = match[0].replace("(", "").replace(")", "")
        if checksums.hong_kong_id(number=number):
            yield Entity("identity", number, match.start(), match.end(), 0.95, "identity.hk")
    for match in _TAIWAN.finditer(text):
        if checksums.taiwan_id(number=match[0]):
            named = named_before(_TAIWAN_WORDS, text, match.start())
            yield Entity("identity", match[0], match.start(), match.end(), 0.95 if named else 0.6, "identity.tw")
    for match in _NINO.finditer(text):
        number = match[0].replace(" ", "")
        if number[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"):
            yield Entity("identity", number, match.start(), match.end(), 0.85, "identity.uk_nino")
    for match in _PASSPORT.finditer(text):
        if named_before(_PASSPORT_WORDS, text, match.start(), reach=24):
            yield Entity("identity", match[0], match.start(), match.end(), 0.8, "identity.passport")
