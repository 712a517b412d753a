"""Identifiers: time-sortable row ids and Bates numbers."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass

from chancery.foundation.errors import Refused

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ID_LENGTH = 26
_ID = re.compile(rf"[0-7][{ALPHABET}]{{25}}")
_PREFIX = re.compile(r"(?:[A-Z0-9](?:[A-Z0-9 ._-]*[A-Z ._-])?)?", re.IGNORECASE | re.ASCII)
_BATES = re.compile(r"(?P<prefix>.*?)(?P<number>[0-9]+)", re.DOTALL)
MAXIMUM_WIDTH = 12


class InvalidBates(Refused):
    """A Bates prefix, width or number that cannot be printed, sorted or used as a file name."""

    code = "bates_invalid"


def id_from(*, at_ms: int, randomness: bytes) -> str:
    """Spell one id: 26 lower-case Crockford base32 characters that sort by time.

    at_ms: milliseconds since 1970-01-01 UTC, 0 to 2**48 - 1. randomness: exactly 10 bytes.
    Layout: 48 bits of time, then 80 random bits (ULID, github.com/ulid/spec), in lower case.
    """
    if not 0 <= at_ms < 1 << 48:
        raise ValueError("the time of an id is 0 to 2**48 - 1 milliseconds")
    if len(randomness) != 10:
        raise ValueError("an id needs exactly 10 random bytes")
    value = (at_ms << 80) | int.from_bytes(randomness, "big")
    return "".join(ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


def new_id() -> str:
    """Make the id of a new row; the default of every primary key.

    The one place below the platform floor that reads the clock and the system's random source, so that
    model fields can name it as their default. Code that must be repeatable calls ``id_from``.
    """
    return id_from(at_ms=time.time_ns() // 1_000_000, randomness=secrets.token_bytes(10))


def id_time(value: str) -> int:
    """Return the milliseconds since 1970-01-01 UTC that an id carries; ValueError if it is no id."""
    if not is_id(value):
        raise ValueError("not an id of this platform")
    number = 0
    for letter in value[:10]:
        number = number * 32 + ALPHABET.index(letter)
    return number


def is_id(value: str) -> bool:
    """Tell whether a text has the form of an id: cheap test before a database is asked."""
    return bool(_ID.fullmatch(value))


@dataclass(frozen=True, slots=True, order=True)
class BatesNumber:
    """The number of one produced page: prefix and zero-padded number, such as ``ACME0000042``.

    prefix: letters, digits, space, full stop, hyphen or underscore; starts with a letter or digit and does
    not end in a digit (the number would be ambiguous); may be empty. number: at least 1. width: digits, 1 to
    12. A number that needs more digits than its width is refused: padded numbers must sort as text.
    """

    prefix: str
    number: int
    width: int = 7

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix) or len(self.prefix) > 40:
            raise InvalidBates("“%(prefix)s” is not a usable Bates prefix.", prefix=self.prefix)
        if self.prefix[-1:].isdigit():
            raise InvalidBates("The Bates prefix “%(prefix)s” ends in a digit.", prefix=self.prefix)
        if not 1 <= self.width <= MAXIMUM_WIDTH:
            raise InvalidBates("A Bates number has 1 to 12 digits, not %(width)s.", width=self.width)
        if self.number < 1:
            raise InvalidBates("Bates numbers start at 1, not %(number)s.", number=self.number)
        if len(str(self.number)) > self.width:
            raise InvalidBates(
                "Bates number %(number)s does not fit into %(width)s digits.",
                number=self.number,
                width=self.width,
            )

    def __str__(self) -> str:
        return f"{self.prefix}{self.number:0{self.width}d}"

    def plus(self, pages: int) -> BatesNumber:
        """Return the number that lies ``pages`` pages further; refuses to leave the width."""
        return BatesNumber(self.prefix, self.number + pages, self.width)

    @staticmethod
    def parse(text: str) -> BatesNumber:
        """Read a printed number; the digits at the end are the number and give the width."""
        found = _BATES.fullmatch(text)
        if found is None:
            raise InvalidBates("“%(text)s” is not a Bates number.", text=text)
        return BatesNumber(found["prefix"], int(found["number"]), len(found["number"]))
