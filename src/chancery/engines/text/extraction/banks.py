"""Bank numbers: cards, IBAN, US routing numbers, BIC, and accounts that the text names as such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chancery.engines.text.extraction import checksums
from chancery.engines.text.extraction.context import named_before
from chancery.engines.text.extraction.overlaps import best_of
from chancery.engines.text.extraction.values import Entity

_CARD: Final = re.compile(r"[2-8](?<![0-9A-Za-z.+/-][2-8])(?:[ -]?[0-9]){11,17}[0-9](?![0-9A-Za-z])(?![-.][0-9])")
_GROUPED: Final = re.compile(
    r"[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -]?[0-9]{1,3})?|[0-9]{4}[ -][0-9]{6}[ -][0-9]{4,5}|[0-9]+"
    r"|[0-9]{6}[ -][0-9]{10,13}"
)
_IBAN: Final = re.compile(r"[A-Z](?<![0-9A-Za-z][A-Z])[A-Z][0-9]{2}(?:[ ]?[0-9A-Z]){11,30}")
_NINE: Final = re.compile(r"[0-9](?<![0-9A-Za-z.#/-][0-9])(?:[0-9]{8}|[0-9]{3}[ -][0-9]{4}[ -]?[0-9])(?![0-9A-Za-z-])")
_BIC: Final = re.compile(r"[A-Z](?<![0-9A-Za-z][A-Z])[A-Z]{5}[0-9A-Z]{2}(?:[0-9A-Z]{3})?(?![0-9A-Za-z])")
_ACCOUNT: Final = re.compile(r"[0-9](?<![0-9A-Za-z.-][0-9])(?:[ -]?[0-9]){7,29}(?![0-9A-Za-z])")
_ROUTING_WORDS: Final = re.compile(r"(?i:\baba\b|routing|\brtn\b|transit)")
_BIC_WORDS: Final = re.compile(r"(?i:swift|\bbic\b)")
_CARD_WORDS: Final = re.compile(r"(?i:card|visa|amex|mastercard|unionpay|discover)|卡号|银行卡|信用卡|账号|帐号|賬號")
_ACCOUNT_WORDS: Final = re.compile(
    r"(?i:acc(?:oun)?t\.?[ ]?(?:no|number|num|#)?\.?|a/c(?: no)?\.?)[ ]?[:#：]?[ ]{0,3}$"
    r"|(?:账号|帐号|账户|帐户|賬號|帳號|卡号)[ ]?[:：为是]?[ ]{0,4}$"
)


def find_banks(*, text: str) -> Iterator[Entity]:
    """Yield bank numbers of a folded text without spaces.

    Rules: bank.card (Luhn and issuer range), bank.iban (MOD 97-10 and length of the country), bank.routing (ABA sum and
    a word that names it), bank.bic and bank.account (only with the word that names them; an account has no check).
    """
    yield from best_of([*_cards(text), *_ibans(text), *_named(text)])


def _cards(text: str) -> Iterator[Entity]:
    for match in _CARD.finditer(text):
        digits = match[0].replace(" ", "").replace("-", "")
        if not _GROUPED.fullmatch(match[0]) or len(set(digits)) < 2 or not checksums.luhn(digits=digits):
            continue
        scheme = checksums.card_scheme(digits=digits)
        if scheme is None or (len(digits) == 18 and checksums.resident_id(number=digits)):
            continue
        named = named_before(_CARD_WORDS, text, match.start()) or len(match[0]) > len(digits)
        yield Entity("bank", digits, match.start(), match.end(), 0.95 if named else 0.75, f"bank.card.{scheme}")


def _ibans(text: str) -> Iterator[Entity]:
    for match in _IBAN.finditer(text):
        signs = match[0]
        for end in range(len(signs), 14, -1):
            following = text[match.start() + end : match.start() + end + 1]
            number = signs[:end].replace(" ", "")
            if not following.isalnum() and signs[end - 1] != " " and checksums.iban(number=number):
                yield Entity("bank", number, match.start(), match.start() + end, 0.99, "bank.iban")
                break


def _named(text: str) -> Iterator[Entity]:
    for match in _NINE.finditer(text):
        digits = match[0].replace(" ", "").replace("-", "")
        if checksums.aba_routing(digits=digits) and named_before(_ROUTING_WORDS, text, match.start()):
            yield Entity("bank", digits, match.start(), match.end(), 0.95, "bank.routing")
    for match in _BIC.finditer(text):
        if named_before(_BIC_WORDS, text, match.start(), reach=24):
            yield Entity("bank", match[0], match.start(), match.end(), 0.9, "bank.bic")
    for match in _ACCOUNT.finditer(text):
        if named_before(_ACCOUNT_WORDS, text, match.start(), reach=24):
            digits = match[0].replace(" ", "").replace("-", "")
            yield Entity("bank", digits, match.start(), match.end(), 0.7, "bank.account")
