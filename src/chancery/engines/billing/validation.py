"""Judge LEDES 1998B and 98BI invoices without knowing how they were written.

This module never imports the writer: what it knows comes from the tables in ``data`` alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import ne
from typing import BinaryIO

from chancery.engines.billing.invoice_rules import Invoices, LineNumbers
from chancery.engines.billing.ledes_columns import Columns, Run, Screen
from chancery.engines.billing.ledes_heads import Head
from chancery.engines.billing.ledes_reading import (
    DAY,
    MARKERS,
    FieldRule,
    FormatName,
    LedesFinding,
    Report,
    body_of,
    bytes_of,
    field_rules,
    note_foreign,
    read_record,
)
from chancery.engines.billing.ledes_stream import Block, Notes, blocks, opened
from chancery.engines.billing.line_rules import ZERO, check_record
from chancery.engines.billing.receiver import Profile

# Fields before INVOICE_TAX_TOTAL in a record of 98BI.
TAX_TOTAL_PLACE = 27
__all__ = ["Checking", "Profile", "blocking", "check"]


def check(
    *, data: bytes | str | BinaryIO, today: date | None = None, profile: Profile | None = None
) -> list[LedesFinding]:
    """Everything wrong or doubtful in a LEDES 1998B or 98BI file, in order of lines; empty when it is clean.

    today: day from which a work date counts as in the future; not checked when None. Line arithmetic allows
    ``profile.tolerance``; the invoice total is compared exactly with the sum of the given line totals. Fields
    that cannot be read are left out of the arithmetic, so that one fault is reported once. Refuses nothing but a
    line of more than 1 MiB (line_too_long). Authority: LEDES Oversight Committee, LEDES 1998B and 98BI V2; rules
    in ledes_rules.csv.
    """
    found = [finding for part in Checking(profile=profile, today=today).run(data) for finding in part]
    return sorted(found, key=order_of)


def order_of(finding: LedesFinding) -> tuple[int, str, str]:
    """Order of findings: line, rule, field."""
    return finding.line or 0, finding.rule, finding.field


def blocking(*, findings: list[LedesFinding]) -> list[LedesFinding]:
    """The findings for which a receiver sends the invoice back: those of severity error."""
    return [finding for finding in findings if finding.severity == "error"]


@dataclass(slots=True)
class Checking:
    """One pass over a file of records. After it, ``records`` and ``format`` tell what was seen.

    marked: the file begins with a known marker. records: those whose fields could be counted.
    """

    profile: Profile | None = None
    today: date | None = None
    short_way: bool = True
    format: FormatName = "1998B"
    marked: bool = False
    records: int = 0
    report: Report = field(default_factory=Report)
    _fields: tuple[FieldRule, ...] = ()
    _screen: Screen | None = None
    _invoices: Invoices | None = None
    _numbers: dict[str, LineNumbers] = field(default_factory=dict)
    _full: list[tuple[int, int, str]] = field(default_factory=list)
    _blank: int | None = None

    @property
    def invoices(self) -> int:
        """Number of invoices seen."""
        return len(self._invoices.held) if self._invoices is not None else 0

    def run(self, data: bytes | str | BinaryIO) -> Iterator[list[LedesFinding]]:
        """Findings in the order of reading, those about whole invoices last; memory does not grow with the file."""
        asked = self.profile or Profile()
        self.report = Report(severities=asked.severities)
        notes = Notes()
        for block in blocks(stream=opened(data), notes=notes, encoding=asked.encoding):
            while notes.sentences:
                self.report.add("W005", 1, "", notes.sentences.pop(0), offset=0)
            self._read(block, asked)
            yield self.report.drain()
        while notes.sentences:
            self.report.add("W005", 1, "", notes.sentences.pop(0), offset=0)
        if self._invoices is None:
            self._start(asked)
        if self._invoices is not None:
            self._invoices.finish(report=self.report)
        yield self.report.drain()

    def _read(self, block: Block, asked: Profile) -> None:
        if not block.ascii:
            for index, line in enumerate(block.lines):
                if not line.isascii():
                    where = (block.first_line + index, block.start_of(index))
                    note_foreign(
                        report=self.report,
                        line=where[0],
                        start=where[1],
                        text=line,
                        encoding=block.encoding_of(index),
                    )
        first = 0
        while self._invoices is None and first < len(block.lines):
            line = block.lines[first]
            self._see(block.first_line + first, line)
            if line.strip():
                self._full.append((block.first_line + first, block.start_of(first), line))
            first += 1
            if len(self._full) == 3:
                self._start(asked)
                first -= 1
        if self._invoices is not None:
            self._read_records(block, first, asked)

    def _see(self, number: int, line: str) -> None:
        if line.strip():
            self._note_blank()
        elif self._blank is None:
            self._blank = number

    def _note_blank(self) -> None:
        """Blank lines are noted once, when a record follows them."""
        if self._blank is not None and self._blank > 0:
            self.report.add("W006", self._blank)
            self._blank = -1

    def _start(self, asked: Profile) -> None:
        """Judge marker and names, which were held back until the first data record shows the format."""
        full = self._full
        marker = full[0][2].strip() if full else ""
        # Without a marker the names stand first: one thing is missing, not two.
        bare = marker.startswith("INVOICE_DATE|")
        self.marked = marker in MARKERS
        wide = any(line.count("|") > 37 for _, _, line in full[:3])
        self.format = MARKERS.get(marker) or ("98BI" if wide else "1998B")
        self._fields = asked.adapted(field_rules(format_name=self.format))
        self._invoices = Invoices(self.format, asked)
        self._screen = Screen(format_name=self.format, fields=self._fields, profile=asked, today=self.today)
        if not full:
            self.report.add("E001", None, "", "The file is empty.")
            return
        if not self.marked:
            self.report.add("E001", full[0][0], offset=full[0][1])
        if bare:
            self._names(*full[0])
            if len(full) > 1:
                self._slow(*full[1], "utf-8", asked)
            return
        if len(full) < 2:
            self.report.add("E002", None, "", "The record of field names is missing.")
            return
        if not self._names(*full[1]):
            self._slow(*full[1], "utf-8", asked)

    def _names(self, number: int, start: int, line: str) -> bool:
        """Check the record of field names; False when the line is a data record instead."""
        body, ended, followed = body_of(line=line)
        if body == "|".join(rule.name for rule in self._fields):
            if not ended:
                self.report.add("E003", number, offset=start)
            if followed:
                self.report.add("E003", number, "", "The text after [] is ignored.", offset=start, severity="warning")
            return True
        self.report.add("E002", number, offset=start)
        return not (DAY.match(body) and body.count("|") > 8)

    def _read_records(self, block: Block, first: int, asked: Profile) -> None:
        text = block.text.split(block.end, first)[-1] if first else block.text
        if not text or self._screen is None:
            return
        if not self._screen.usable or not self.short_way:
            for place in range(first, len(block.lines)):
                self._slow_at(block, place, asked)
            return
        columns = self._screen.columns(text, ascii_only=block.ascii, end=block.end)
        skipped = (first, len(block.text) - len(text))
        suspects = sorted(columns.suspects)
        for run in columns.runs:
            begin = run.begin
            inside = suspects[bisect_left(suspects, run.begin) : bisect_left(suspects, run.end)]
            for stop in (*inside, run.end):
                if begin < stop:
                    self._clean(block, skipped, run, range(begin, stop), columns, asked)
                if stop < run.end:
                    self._slow_at(block, first + stop, asked)
                begin = stop + 1

    def _clean(
        self, block: Block, skipped: tuple[int, int], run: Run, places: range, columns: Columns, asked: Profile
    ) -> None:
        """Take neighbouring clean records of one invoice at once, where nothing depends on single ones."""
        head, invoices, first = run.head, self._invoices, skipped[0]
        if head is None or invoices is None:
            return
        if head.invoice not in invoices.held:
            self._open(block, skipped, run, places[0], head)
        numbers = columns.numbers[places.start : places.stop]
        alike = invoices.held[head.invoice].head == head.values
        counted = (
            alike
            and columns.counted >= 0
            and self._tracker(head.invoice, asked).add_run(first=columns.counted + places.start, count=len(numbers))
        )
        bare = [] if counted else [number[1:] for number in numbers]
        if not alike or any(map(ne, bare, map(str.strip, bare))):
            for place in places:
                self._slow_at(block, first + place, asked)
            return
        self._note_blank()
        if not counted:
            tracker = self._tracker(head.invoice, asked)
            for place, number in zip(places, bare, strict=True):
                if not tracker.add(number=number):
                    at = first + place
                    where = (block.first_line + at, block.start_of(at))
                    self._twice(*where, block.lines[at], block.encoding_of(at), number)
        invoices.add_run(
            invoice=head.invoice,
            lines=Decimal(columns.totals.sum_of(places)) / columns.totals.unit,
            taxes=Decimal(columns.taxes.sum_of(places)) / columns.taxes.unit if columns.taxes is not None else ZERO,
        )
        self.records += len(numbers)

    def _open(self, block: Block, skipped: tuple[int, int], run: Run, place: int, head: Head) -> None:
        """Begin an invoice from a clean record."""
        if self._invoices is None:
            return
        first, characters = skipped
        at = run.at + characters if run.at >= 0 and place == run.begin else -1
        start, tax_at = block.start_at(first + place, at), run.tax_at
        if tax_at and (not block.ascii or place != run.begin):
            before = block.lines[first + place].split("|")[:TAX_TOTAL_PLACE]
            tax_at = bytes_of(text="".join(part + "|" for part in before), encoding=block.encoding_of(first + place))
        self._invoices.open(
            invoice=head.invoice,
            head=head.values,
            line=block.first_line + first + place,
            total=head.total,
            tax=head.tax,
            at=(start + head.before, start + tax_at),
        )

    def _tracker(self, invoice: str, asked: Profile) -> LineNumbers:
        scope = invoice if asked.line_numbers_per_invoice else ""
        return self._numbers.setdefault(scope, LineNumbers())

    def _twice(self, number: int, start: int, line: str, encoding: str, value: str) -> None:
        before = "".join(part + "|" for part in line.split("|", 8)[:8])
        offset = start + bytes_of(text=before, encoding=encoding)
        self.report.add("E035", number, "LINE_ITEM_NUMBER", f"{value} is used twice.", offset=offset)

    def _slow_at(self, block: Block, place: int, asked: Profile) -> None:
        where = (block.first_line + place, block.start_of(place))
        self._slow(*where, block.lines[place], block.encoding_of(place), asked)

    def _slow(self, number: int, start: int, line: str, encoding: str, asked: Profile) -> None:
        """Read one record field by field."""
        self._see(number, line)
        if not line.strip() or self._invoices is None:
            return
        record, invoice = read_record(
            report=self.report, fields=self._fields, line=number, start=start, text=line, encoding=encoding
        )
        if record is None:
            self._invoices.incomplete.add(invoice)
            return
        self.records += 1
        check_record(report=self.report, record=record, format_name=self.format, profile=asked, today=self.today)
        value = record.values["LINE_ITEM_NUMBER"]
        if value and not self._tracker(record.values["INVOICE_NUMBER"], asked).add(number=value):
            self._twice(number, start, line, encoding, value)
        self._invoices.add(report=self.report, record=record)
