"""Timekeepers of many records at once: each is judged once and known again by id."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress, repeat
from operator import ne, not_

from chancery.engines.billing.codes import timekeeper_classes
from chancery.engines.billing.ledes_heads import TextFields
from chancery.engines.billing.ledes_values import REMEMBERED, Judged

# Fields of a record that go with its timekeeper: id, name, class, and in 98BI both names apart and the kind of tax.
PERSON = (17, 21, 22, 30, 31, 49)


class People:
    """Judges the timekeepers of one file."""

    def __init__(self, *, texts: TextFields, wide: bool) -> None:
        self.texts, self.wide = texts, wide
        self.latest: dict[str, tuple[str, ...]] = {}
        self.singly = Judged(self._judge)

    def bad_rows(self, kinds: Sequence[str], ids: Sequence[str], *others: Sequence[str]) -> set[int]:
        """Positions of records whose timekeeper needs a closer look."""
        rows = list(zip(ids, *others, strict=True))
        # Fees need a person, so a record without is known again on expenses only.
        if "" in ids and "F" in compress(kinds, map(not_, ids)):
            return self.singly.bad_rows(kinds, ids, *others)
        unknown = set(compress(rows, map(ne, rows, map(self.latest.get, ids))))
        if not unknown:
            return set()
        named = {row for row in unknown if row[0]}
        if (named and not self._all_usual(named)) or not all(self._judge(("E", *row)) for row in unknown - named):
            return self.singly.bad_rows(kinds, ids, *others)
        if len(self.latest) >= REMEMBERED:
            self.latest.clear()
        self.latest.update((row[0], row) for row in unknown)
        return set()

    def _all_usual(self, rows: set[tuple[str, ...]]) -> bool:
        """Tell whether these are named people of known classes, who raise no question on any kind of line."""
        held: list[Sequence[str]] = []
        held.extend(zip(*rows, strict=True))
        known = all(timekeeper_classes().get(grade) == "2014" for grade in set(held[2]))
        if not known or "" in held[0] or "" in held[1]:
            return False
        if self.wide:
            if not {"O\r", "T\r"}.issuperset(held.pop(5)) or not all(map(str.startswith, held[3], repeat("\r"))):
                return False
            held[3] = [last[1:] for last in held[3]]
        return self.texts.columns_sound(PERSON, held)

    def _judge(self, values: tuple[str, ...]) -> bool:
        kind, person, name, grade = values[:4]
        if kind == "F" and not (person and name and grade):
            return False
        if grade and timekeeper_classes().get(grade) != "2014":
            return False
        if not self.wide:
            return self.texts.all_sound(PERSON[:3], values[1:])
        last, first, account, tax_type = values[4:]
        if account not in ("O\r", "T\r") or not last.startswith("\r"):
            return False
        return self.texts.all_sound(PERSON, (person, name, grade, last[1:], first, tax_type))
