"""The short way: judge whole blocks of records column by column, and name the few that need a closer look.

A record that passes here is clean by itself; one that does not is read again field by field (``ledes_reading``,
``line_rules``), so that every finding comes from one place. Values repeat within a column (dates, codes, people,
rates): each distinct value is judged once and remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from chancery.engines.billing.ledes_cutting import (
    PARTIES,
    WIDTH,
    Cut,
    Shared,
    cut_at_once,
    cut_by_line,
)
from chancery.engines.billing.ledes_heads import Head, HeadReader, TextFields
from chancery.engines.billing.ledes_listed import ListedCodes
from chancery.engines.billing.ledes_people import People
from chancery.engines.billing.ledes_reading import FieldRule, FormatName
from chancery.engines.billing.ledes_sums import Amounts, LineSums, amounts
from chancery.engines.billing.ledes_values import SCALE, Dates, Judged, counts_from
from chancery.engines.billing.receiver import Profile


class Run(NamedTuple):
    """Neighbouring records with one head. begin, end: positions in the block, end exclusive.

    at: characters before its first record, -1 when not known. tax_at: bytes of that record before the tax total.
    """

    begin: int
    end: int
    head: Head | None
    at: int
    tax_at: int


@dataclass(slots=True)
class Columns:
    """A block of records by column.

    numbers: line numbers, each after an LF. counted: the first of them when they count upwards by one, else -1.
    taxes: None in formats without. suspects: positions of records to be read field by field.
    """

    runs: list[Run]
    numbers: list[str]
    counted: int
    totals: Amounts
    taxes: Amounts | None
    suspects: set[int]


class Screen(ListedCodes):
    """Judges blocks of one file."""

    def __init__(
        self, *, format_name: FormatName, fields: tuple[FieldRule, ...], profile: Profile, today: date | None
    ) -> None:
        self.wide = format_name == "98BI"
        self.fields, self.profile = fields, profile
        self.floor = ""
        self.tolerance = int(profile.tolerance * SCALE * SCALE)
        self.usable = self._usable()
        self.texts = TextFields(fields=fields)
        self.sums = LineSums(rules={rule.name: rule for rule in fields}, tolerance=self.tolerance)
        self.codes = Judged(self._judge_codes)
        self.people = People(texts=self.texts, wide=self.wide)
        self.dates = Dates()
        self.heads = HeadReader(fields=fields, profile=profile, today=today, texts=self.texts, dates=self.dates)
        self.days = Judged(lambda day: self.dates[day] is not None)
        self.firms = Judged(lambda value: self.texts.sound(19, value))
        self.matters = Judged(self._judge_matter)
        self.rates = Judged(self._judge_rate)
        if self.wide:
            self.addresses = Judged(self._judge_parties)

    def _usable(self) -> bool:
        """Terms by matter or by day, and amounts with more than four places, are only judged record by record."""
        plain = self.profile.matter_terms is None and self.profile.rate_terms is None
        fine = all(int(rule.size.split(".")[1]) <= 4 for rule in self.fields if rule.type == "number")
        rates = all(int(rule.size.split(".")[1]) <= 10 for rule in self.fields if rule.type == "rate")
        exact = self.profile.tolerance * SCALE * SCALE
        return plain and fine and rates and exact == exact.to_integral_value()

    def columns(self, text: str, *, ascii_only: bool, end: str) -> Columns:
        """Split the records of a block, each ended by ``end``, and judge them."""
        suspects: set[int] = set()
        cut = cut_at_once(text=text, wide=self.wide, end=end)
        if cut is None:
            cut = cut_by_line(text=text.replace(end, "\n"), wide=self.wide, suspects=suspects)
        runs = self._runs(cut, cut.parts, suspects)
        return self._judged(runs, cut.parts, cut.parties, suspects, ascii_only)

    def _runs(self, cut: Cut, parts: list[list[str]], suspects: set[int]) -> list[Run]:
        runs = []
        for (begin, end), shared, at in zip(pairwise(cut.starts), cut.shared, cut.places, strict=True):
            head = self.heads.head(shared=shared)
            if head is None:
                suspects.update(range(begin, end))
            runs.append(Run(begin, end, head, at, self._tax_at(shared, parts, begin) if self.wide else 0))
        return runs

    @staticmethod
    def _tax_at(shared: Shared, parts: list[list[str]], place: int) -> int:
        """Characters of a 98BI record before its tax total; the LF of the first column stands for a bar."""
        before = sum(len(part[place]) + 1 for part in parts[:WIDTH])
        return len(shared.head) + before + sum(len(value) + 1 for value in shared.middle.split("|", 3)[:3])

    def _judged(
        self,
        runs: list[Run],
        parts: list[list[str]],
        parties: list[str],
        suspects: set[int],
        ascii_only: bool,
    ) -> Columns:
        kinds, days, people = parts[1], parts[5], parts[9]
        suspects |= self.codes.bad_rows(kinds, *parts[6:9])
        others = (*parts[16:19], parts[21]) if self.wide else ()
        suspects |= self.people.bad_rows(kinds, people, parts[13], parts[14], *others)
        suspects |= self.days.bad_rows(days)
        suspects |= self.firms.bad_rows(parts[11])
        suspects |= self.matters.bad_rows(parts[15])
        if self.profile.rates is not None:
            suspects |= self.rates.bad_rows(kinds, people, parts[12])
        if self.wide and self.addresses.bad_rows(parties):
            suspects.update(range(len(kinds)))
        suspects |= self._too_long(parts[10], ascii_only)
        early, late = min(days), max(days)
        if early < self.floor:
            suspects |= {place for place, day in enumerate(days) if day < self.floor}
        numbers = parts[0]
        counted = counts_from(numbers=numbers) if ascii_only else -1
        if counted < 0 and (max(map(len, numbers)) > self.texts.shortest[8] + 1 or "\n" in numbers):
            suspects |= {place for place, number in enumerate(numbers) if not self.texts.sound(8, number[1:])}
        totals = amounts(scaled=self.sums.totals, texts=parts[4])
        taxes = amounts(scaled=self.sums.taxes, texts=parts[20]) if self.wide else None
        suspects |= self.sums.off(parts=parts, totals=totals, taxes=taxes)
        for run in runs:
            head = run.head
            if head is not None and (early < head.lowest or late > head.highest or self.profile.received):
                suspects |= _questionable(run, head, days, parts[11], self.profile.received)
        return Columns(runs, numbers, counted, totals, taxes, suspects)

    def _judge_codes(self, values: tuple[str, str, str, str]) -> bool:
        kind, task, expense, activity = values
        if kind == "F":
            if expense or (self.profile.task_billing and not (task and activity)):
                return False
        elif kind != "E" or not expense or task or activity:
            return False
        if not (self.texts.sound(14, task) and self.texts.sound(15, expense) and self.texts.sound(16, activity)):
            return False
        return self.listed(task=task, activity=activity, expense=expense)

    def _judge_matter(self, matter: str) -> bool:
        if not self.wide:
            if not matter.endswith("[]"):
                return False
            matter = matter[:-2]
        allowed = self.profile.matters
        return self.texts.sound(23, matter) and (allowed is None or matter in allowed)

    def _judge_rate(self, values: tuple[str, str, str]) -> bool:
        kind, person, cost = values
        if kind != "F" or self.profile.rates is None:
            return True
        approved, asked = self.profile.rates.get(person), self.sums.costs[cost]
        return approved is not None and Decimal(asked) <= approved * SCALE if asked == asked else False

    def _judge_parties(self, text: str) -> bool:
        values = text[1:-1].split("|")
        places = range(PARTIES.start, PARTIES.stop)
        return len(values) == len(places) and all(map(self.texts.sound, places, values))

    def _too_long(self, texts: Sequence[str], ascii_only: bool) -> set[int]:
        rule = self.fields[18]
        if rule.required == "R":
            return {place for place, text in enumerate(texts) if not self.texts.sound(18, text)}
        most = int(rule.size.removesuffix("K"))
        if rule.size.endswith("K"):
            most = most * 1024 if ascii_only else most * 256
        if max(map(len, texts)) <= most:
            return set()
        return {place for place, text in enumerate(texts) if len(text) > most}


def _questionable(
    run: Run, head: Head, days: Sequence[str], firms: Sequence[str], received: frozenset[tuple[str, str]]
) -> set[int]:
    """Records whose day lies outside what their invoice allows, or whose invoice was received before."""
    found: set[int] = set()
    part = days[run.begin : run.end]
    if min(part) < head.lowest or max(part) > head.highest:
        found = {run.begin + place for place, day in enumerate(part) if not head.lowest <= day <= head.highest}
    if received:
        found |= {place for place in range(run.begin, run.end) if (firms[place], head.invoice) in received}
    return found
