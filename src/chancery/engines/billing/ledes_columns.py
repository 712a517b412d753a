"""The short way: judge whole blocks of records column by column, and name the few that need a closer look.

A record that passes here is clean by itself; one that does not is read again field by field (``ledes_reading``,
``line_rules``), so that every finding comes from one place. Values repeat within a column (dates, codes, people,
rates): each distinct value is judged once and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise, repeat
from operator import add, mul, ne, sub

from chancery.engines.billing.codes import UNLISTED, CodeKind, find_code, timekeeper_classes
from chancery.engines.billing.invoice_rules import HEADS, check_international, head_value
from chancery.engines.billing.ledes_cutting import (
    HEAD_COUNT,
    HEAD_PARTS,
    INTERNATIONAL_HEAD,
    PARTIES,
    WIDE_WIDTH,
    WIDTH,
    Cut,
    cut_at_once,
    cut_by_line,
)
from chancery.engines.billing.ledes_reading import (
    FieldRule,
    FormatName,
    Record,
    Report,
    read_field,
)
from chancery.engines.billing.ledes_values import (
    NO_RATE,
    RATE_SCALE,
    REMEMBERED,
    SCALE,
    UNREADABLE,
    Dates,
    Judged,
    Scaled,
    amounts,
    beyond,
    counts_from,
)
from chancery.engines.billing.receiver import Profile

LATEST = "99999999"
TOTAL = re.compile(r"-?\d{1,12}(?:\.\d\d?)?", re.ASCII)
NOTHING = frozenset(("", "0", "0.0", "0.00", "0.0000"))


@dataclass(frozen=True, slots=True)
class Head:
    """The invoice-level fields of a record, without a finding.

    lowest, highest: days YYYYMMDD between which work raises no question. before: bytes before the invoice total.
    """

    invoice: str
    values: tuple[object, ...]
    lowest: str
    highest: str
    total: Decimal
    tax: Decimal | None
    before: int


@dataclass(frozen=True, slots=True)
class Run:
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
    totals, taxes: in parts of ``unit`` and ``tax_unit`` to a whole. suspects: positions of records to be read field
    by field.
    """

    runs: list[Run]
    numbers: list[str]
    counted: int
    totals: list[int]
    unit: int
    taxes: list[int]
    tax_unit: int
    suspects: set[int]


class Screen:
    """Judges blocks of one file."""

    def __init__(
        self, *, format_name: FormatName, fields: tuple[FieldRule, ...], profile: Profile, today: date | None
    ) -> None:
        self.wide = format_name == "98BI"
        self.fields, self.profile = fields, profile
        self.today = f"{today:%Y%m%d}" if today is not None else LATEST
        self.floor = ""
        self.tolerance = int(profile.tolerance * SCALE * SCALE)
        self.known: dict[str, Head | None] = {}
        self.usable = self._usable()
        # A size in KB counts bytes; a letter has four at most.
        sizes = [rule.size for rule in fields]
        self.shortest = [int(size[:-1]) * 256 if size.endswith("K") else int(float(size)) for size in sizes]
        rules = {rule.name: rule for rule in fields}
        self.units = Scaled(rule=rules["LINE_ITEM_NUMBER_OF_UNITS"], scale=SCALE, blank=UNREADABLE)
        self.adjustments = Scaled(rule=rules["LINE_ITEM_ADJUSTMENT_AMOUNT"], scale=SCALE, blank=0)
        self.totals = Scaled(rule=rules["LINE_ITEM_TOTAL"], scale=SCALE, blank=UNREADABLE)
        self.costs = Scaled(rule=rules["LINE_ITEM_UNIT_COST"], scale=SCALE, blank=UNREADABLE)
        self.codes = Judged(self._judge_codes)
        self.people = Judged(self._judge_person)
        self.dates = Dates()
        self.days = Judged(lambda day: self.dates[day] is not None)
        self.firms = Judged(lambda value: self._sound(19, value))
        self.matters = Judged(self._judge_matter)
        self.rates = Judged(self._judge_rate)
        if self.wide:
            self.tax_rates = Scaled(rule=rules["LINE_ITEM_TAX_RATE"], scale=RATE_SCALE, blank=NO_RATE)
            self.taxes = Scaled(rule=rules["LINE_ITEM_TAX_TOTAL"], scale=SCALE, blank=UNREADABLE)
            self.others = Judged(self._judge_others)
            self.addresses = Judged(self._judge_parties)
            self.ends = Judged(lambda value: value.endswith("[]"))

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
        width = WIDE_WIDTH if self.wide else WIDTH
        parts = [cut.flat[place::width] for place in range(width)]
        runs = self._runs(cut, parts, suspects)
        return self._judged(runs, parts, cut.parties, suspects, ascii_only)

    def _runs(self, cut: Cut, parts: list[list[str]], suspects: set[int]) -> list[Run]:
        runs = []
        for (begin, end), text8, at in zip(pairwise(cut.starts), cut.heads, cut.places, strict=True):
            text = text8
            if self.wide:
                for column in (parts[place] for place in HEAD_PARTS):
                    first = column[begin]
                    if column[begin:end].count(first) != end - begin:
                        suspects |= {place for place in range(begin, end) if column[place] != first}
                text = "|".join((text, *(parts[place][begin] for place in HEAD_PARTS))).removesuffix("[]")
            if text not in self.known:
                if len(self.known) >= REMEMBERED:
                    self.known.clear()
                self.known[text] = self._head(text)
            head = self.known[text]
            if head is None:
                suspects.update(range(begin, end))
            tax_at = len(text8) + sum(len(parts[part][begin]) + 1 for part in range(19)) if self.wide else 0
            runs.append(Run(begin, end, head, at, tax_at))
        return runs

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
        suspects |= self.people.bad_rows(kinds, people, parts[13], parts[14])
        suspects |= self.days.bad_rows(days)
        suspects |= self.firms.bad_rows(parts[11])
        suspects |= self.matters.bad_rows(parts[15])
        if self.profile.rates is not None:
            suspects |= self.rates.bad_rows(kinds, people, parts[12])
        if self.wide:
            suspects |= self.others.bad_rows(*parts[22:25], parts[28])
            if self.ends.bad_rows(parts[30]):
                suspects |= {place for place, value in enumerate(parts[30]) if not value.endswith("[]")}
            if self.addresses.bad_rows(parties):
                suspects.update(range(len(kinds)))
        suspects |= self._too_long(parts[10], ascii_only)
        if min(days) < self.floor:
            suspects |= {place for place, day in enumerate(days) if day < self.floor}
        numbers = parts[0]
        counted = counts_from(numbers=numbers) if ascii_only else -1
        if counted < 0 and (max(map(len, numbers)) > self.shortest[8] + 1 or "\n" in numbers):
            suspects |= {place for place, number in enumerate(numbers) if not self._sound(8, number[1:])}
        totals, unit = amounts(scaled=self.totals, texts=parts[4])
        taxes, tax_unit = amounts(scaled=self.taxes, texts=parts[27]) if self.wide else ([], 1)
        suspects |= self._slips(parts, totals, unit, taxes, tax_unit)
        early, late = min(days), max(days)
        for run in runs:
            head = run.head
            if head is not None and (early < head.lowest or late > head.highest or self.profile.received):
                suspects |= _questionable(run, head, days, parts[11], self.profile.received)
        return Columns(runs, numbers, counted, totals, unit, taxes, tax_unit, suspects)  # type: ignore[arg-type]

    def _slips(
        self, parts: list[list[str]], totals: list[float], unit: int, taxes: list[float], tax_unit: int
    ) -> set[int]:
        """Line totals and tax that do not fit their parts, exactly; NaN never fits."""
        costs = map(self.costs.__getitem__, parts[12])
        bases: list[float] = list(map(mul, map(self.units.__getitem__, parts[2]), costs))
        first = parts[3][0]
        if first not in NOTHING or parts[3].count(first) != len(bases):
            adjustments = map(self.adjustments.__getitem__, parts[3])
            bases = list(map(add, bases, map(mul, adjustments, repeat(SCALE))))
        wanted = list(map(mul, totals, repeat(SCALE * SCALE // unit)))
        if not self.wide:
            return set() if bases == wanted else beyond(slips=list(map(sub, bases, wanted)), slack=self.tolerance)
        owed = list(map(mul, taxes, repeat(SCALE * SCALE // tax_unit)))
        slips = list(map(sub, bases, map(sub, wanted, owed)))
        rates = map(self.tax_rates.__getitem__, parts[26])
        due = [
            base * rate - tax * RATE_SCALE if rate != NO_RATE else tax * 0
            for base, rate, tax in zip(bases, rates, owed, strict=True)
        ]
        return beyond(slips=slips, slack=self.tolerance) | beyond(slips=due, slack=self.tolerance * RATE_SCALE)

    def _head(self, text: str) -> Head | None:
        """Read the invoice-level fields; None when any of them gives a finding or needs a closer look."""
        values = text.split("|")
        width = HEAD_COUNT + (len(HEAD_PARTS) if self.wide else 0)
        if len(values) != width or not text.isascii() or any(map(ne, values, map(str.strip, values))):
            return None
        billed, start, end = self.dates[values[0]], self.dates[values[5]], self.dates[values[6]]
        if billed is None or start is None or end is None or start > end or self.profile.resubmitted:
            return None
        sound = self._sound(1, values[1]) and self._sound(2, values[2]) and self._sound(3, values[3])
        plain = TOTAL.fullmatch(values[4]) is not None and self.fields[4].size in ("12.4", "14.2")
        if not sound or not plain or not self._sound(7, values[7]):
            return None
        total = Decimal(values[4])
        tax: Decimal | None = None
        rest: tuple[object, ...] = (None, None, None)
        if self.wide:
            read = self._international(values)
            if read is None:
                return None
            tax = read["INVOICE_TAX_TOTAL"] if isinstance(read["INVOICE_TAX_TOTAL"], Decimal) else None
            rest = tuple(read[name] for name in HEADS[4:])
        lowest = values[5]
        if self.profile.ageing_days is not None:
            oldest = billed - timedelta(days=min(self.profile.ageing_days, billed.toordinal() - 1))
            lowest = max(lowest, f"{oldest:%Y%m%d}")
        highest = min(values[6], values[0], self.today)
        before = sum(map(len, values[:4])) + 4
        return Head(values[1], (billed, start, end, total, *rest), lowest, highest, total, tax, before)

    def _international(self, values: list[str]) -> dict[str, object] | None:
        """Fields of 98BI that stand once per invoice, through the rules for single records; None after a finding."""
        places = (4, *INTERNATIONAL_HEAD)
        named = dict(zip((self.fields[place].name for place in places), (values[4], *values[8:]), strict=True))
        record = Record(0, {"EXP/FEE/INV_ADJ_TYPE": "F", **named})
        report = Report()
        for place in places:
            read_field(report=report, record=record, rule=self.fields[place])
        check_international(report=report, record=record)
        return None if report.found else {name: head_value(record=record, name=name) for name in HEADS[4:]}

    def _sound(self, place: int, value: str) -> bool:
        """Tell whether a text field gives no finding: stripped, not too long, not empty where required."""
        if not value:
            return self.fields[place].required == "O"
        return value == value.strip() and len(value) <= self.shortest[place]

    def _judge_codes(self, values: tuple[str, str, str, str]) -> bool:
        kind, task, expense, activity = values
        if kind == "F":
            if expense or (self.profile.task_billing and not (task and activity)):
                return False
        elif kind != "E" or not expense or task or activity:
            return False
        if not (self._sound(14, task) and self._sound(15, expense) and self._sound(16, activity)):
            return False
        return self._listed(task, "task") and self._listed(activity, "activity") and self._listed(expense, "expense")

    def _listed(self, code: str, kind: CodeKind) -> bool:
        if not code or (kind == "task" and UNLISTED.fullmatch(code)):
            return True
        found = find_code(code=code, kind=kind, sets=self.profile.code_sets)
        if found is None or found.level == "phase" or found.in_force_to is not None:
            return False
        if self.profile.dated_codes:
            self.floor = max(self.floor, f"{found.in_force_from:%Y%m%d}")
        return True

    def _judge_person(self, values: tuple[str, str, str, str]) -> bool:
        kind, person, name, grade = values
        if kind == "F" and not (person and name and grade):
            return False
        sound = self._sound(17, person) and self._sound(21, name) and self._sound(22, grade)
        return sound and (not grade or timekeeper_classes().get(grade) == "2014")

    def _judge_matter(self, matter: str) -> bool:
        if not self.wide:
            if not matter.endswith("[]"):
                return False
            matter = matter[:-2]
        allowed = self.profile.matters
        return self._sound(23, matter) and (allowed is None or matter in allowed)

    def _judge_rate(self, values: tuple[str, str, str]) -> bool:
        kind, person, cost = values
        if kind != "F" or self.profile.rates is None:
            return True
        approved, asked = self.profile.rates.get(person), self.costs[cost]
        return approved is not None and Decimal(asked) <= approved * SCALE if asked == asked else False

    def _judge_others(self, values: tuple[str, str, str, str]) -> bool:
        last, first, account, tax_type = values
        sound = self._sound(30, last) and self._sound(31, first) and self._sound(49, tax_type)
        return sound and account in ("O", "T")

    def _judge_parties(self, text: str) -> bool:
        values = text[1:-1].split("|")
        places = range(PARTIES.start, PARTIES.stop)
        return len(values) == len(places) and all(map(self._sound, places, values))

    def _too_long(self, texts: Sequence[str], ascii_only: bool) -> set[int]:
        rule = self.fields[18]
        if rule.required == "R":
            return {place for place, text in enumerate(texts) if not self._sound(18, text)}
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
