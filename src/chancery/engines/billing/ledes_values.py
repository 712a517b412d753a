"""Distinct values of columns, read and judged once and then remembered."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date

from chancery.engines.billing.ledes_reading import FieldRule, day_of, number_of

SCALE = 10**4
RATE_SCALE = 10**10
UNREADABLE = float("nan")
NO_RATE = -1
REMEMBERED = 100_000
MOST_DIGITS = 18


class Scaled(dict[str, float]):
    """Texts of a numeric field as whole numbers of ``scale``; NaN when the field needs a closer look."""

    def __init__(self, *, rule: FieldRule, scale: int, blank: float) -> None:
        super().__init__()
        self.rule, self.scale, self.blank = rule, scale, blank
        self.most, self.places = (int(part) for part in rule.size.split("."))
        self.digits, self.short = len(str(scale)) - 1, rule.type == "number"

    def __missing__(self, text: str) -> float:
        value = self._read(text)
        if len(self) >= REMEMBERED:
            self.clear()
        self[text] = value
        return value

    def _read(self, text: str) -> float:
        if not text:
            return self.blank
        whole, _, part = text.partition(".")
        plain = self.short and text.isascii() and whole.isdecimal() and (not part or part.isdecimal())
        if plain and len(whole) <= self.most and len(part) <= self.places:
            return int(whole + part.ljust(self.digits, "0"))
        number, broken = number_of(value=text, size=self.rule.size, rate=self.rule.type == "rate")
        return UNREADABLE if broken or number is None else int(number * self.scale)


class Dates(dict[str, date | None]):
    """Texts YYYYMMDD as dates."""

    def __missing__(self, text: str) -> date | None:
        if len(self) >= REMEMBERED:
            self.clear()
        self[text] = day_of(value=text)
        return self[text]


class Judged:
    """Distinct values of a column that were found good."""

    def __init__(self, judge: Callable[..., bool]) -> None:
        self.judge = judge
        self.good: set[Hashable] = set()

    def bad_rows(self, *columns: Sequence[str]) -> set[int]:
        """Positions of values that need a closer look; several columns are judged together."""
        first = columns[0][0]
        if len(columns) == 1 and first in self.good and columns[0].count(first) == len(columns[0]):
            return set()
        if self.good.issuperset(self._rows(columns)):
            return set()
        unknown = set(self._rows(columns)) - self.good
        fine = {value for value in unknown if self.judge(value)}
        if len(self.good) >= REMEMBERED:
            self.good.clear()
        self.good |= fine
        bad = unknown - fine
        return {place for place, value in enumerate(self._rows(columns)) if value in bad} if bad else set()

    def _rows(self, columns: tuple[Sequence[str], ...]) -> Iterable[Hashable]:
        return columns[0] if len(columns) == 1 else zip(*columns, strict=True)


def counts_from(*, numbers: list[str]) -> int:
    """The first of line numbers that count upwards by one, written without signs and leading zeros; else -1.

    numbers: each after an LF.
    """
    first = numbers[0][1:]
    if not first.isdecimal() or len(first) > MOST_DIGITS:
        return -1
    wanted = range(int(first), int(first) + len(numbers))
    # As many separators on both sides as there are numbers, so a sign more within any of them shows.
    return wanted.start if "".join(numbers)[1:].replace("\n", ", ") == str([*wanted])[1:-1] else -1
