"""Marks of quoting that few programs write: the line of GroupWise, and a header set as a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chancery.engines.text.threads.headers import QuotedHeader
from chancery.engines.text.threads.labels import BLOCK, DATE, FROM, SPACE

_WISE: Final = re.compile(rf">>> ?(?P<sender>[^\n>][^\n]{{1,160}}?)[ \t]+(?P<date>{DATE}) ?>>>{SPACE}*(?:\n|\Z)")
_SENDERS: Final = "|".join(re.escape(label) for label in sorted(FROM, key=len, reverse=True))
_ROW: Final = re.compile(rf"(?:^|(?<=\n)){SPACE}*\|{SPACE}*(?:{_SENDERS}){SPACE}*\|")


def rare_marks(text: str) -> Iterator[tuple[int, bool]]:
    """Yield where such marks begin, and whether as a line of attribution.

    GroupWise writes ``>>> A. Lee <a@b.c> 3/12/2024 9:00 AM >>>``, NetEase Mail on phones ``| 发件人 | 李安 |``.
    """
    if ">>>" in text:
        for match in _WISE.finditer(text):
            if match.start() == 0 or text[match.start() - 1] == "\n":
                yield match.start(), True
    if "|" in text:
        for match in _ROW.finditer(text):
            if BLOCK.match(text, match.start()):
                yield match.start(), False


def groupwise(text: str, at: int) -> tuple[QuotedHeader, int] | None:
    """Return the header that a line of GroupWise shows, and where the line ends; None where there is none."""
    match = _WISE.match(text, at)
    if match is None:
        return None
    return QuotedHeader(sender=match["sender"].strip(' "'), sent=" ".join(match["date"].split())), match.end()
