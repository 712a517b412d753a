"""Which numbers a volume will carry, as far as the pages are known before it is written."""

from __future__ import annotations

from collections.abc import Sequence

from chancery.engines.pages.values import IMAGED_KINDS
from chancery.foundation.identifiers import BatesNumber


def pages_to_come(*, withheld: bool, kind: str, pages: int | None) -> int | None:
    """Return how many numbered pages a document will have; None while its page images are not made.

    A withheld document, one of a kind that is not imaged and one without any page has one slip sheet.
    """
    if withheld or kind not in IMAGED_KINDS or pages == 0:
        return 1
    return pages


def expected_numbers(*, prefix: str, first: int, width: int, pages: Sequence[int | None]) -> list[tuple[str, str]]:
    """Return (first, last) number of each document in order; empty texts from the first one whose pages are unknown."""
    numbers: list[tuple[str, str]] = []
    following: int | None = first
    for count in pages:
        if following is None:
            numbers.append(("", ""))
            continue
        begin = str(BatesNumber(prefix, following, width))
        last = following + count - 1 if count is not None else None
        numbers.append((begin, str(BatesNumber(prefix, last, width)) if last is not None else ""))
        following = last + 1 if last is not None else None
    return numbers
