"""Segments of LEDES XML that hold nothing but elements with text, cut out of a chunk of the file by pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

OPENING = re.compile(rb"<(?:fee|expense|tk_sum)>")
PLAIN = re.compile(rb"<(fee|expense|tk_sum)>((?:\s*<([a-z_][a-z0-9_]*)>[^<>&]*</\3>)*+\s*)</\1>")
CHILD = re.compile(rb"<([a-z_][a-z0-9_]*)>([^<>&]*)</\1>")
TEXT_CHILD = re.compile(CHILD.pattern.decode("ascii"))
GAP = re.compile(rb"\s*")


class Piece(NamedTuple):
    """A plain segment within bytes of a file.

    start: of its opening tag; begin, end: of what stands between its tags. line, offset: of the first of the bytes
    in the file.
    """

    name: str
    data: bytes
    start: int
    begin: int
    end: int
    line: int
    offset: int

    @property
    def body(self) -> bytes:
        """The bytes between its tags."""
        return self.data[self.begin : self.end]

    def place(self, *, at: int) -> tuple[int, int]:
        """Line and offset in the file of one of the bytes."""
        return self.line + breaks_in(data=self.data[:at]), self.offset + at

    def values(self) -> dict[str, str] | None:
        """The text of its elements, the first of each; None when it is not UTF-8."""
        try:
            text = self.body.decode("utf-8")
        except UnicodeDecodeError:
            return None
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        found = TEXT_CHILD.findall(text)
        values = {name: value.strip() for name, value in found}
        if len(values) != len(found):
            values = {name: value.strip() for name, value in reversed(found)}
        return values

    def places(self) -> Iterator[tuple[str, int, int]]:
        """Name, line and offset of each of its elements."""
        for child in CHILD.finditer(self.data, self.begin, self.end):
            yield (child[1].decode("ascii"), *self.place(at=child.start()))


def breaks_in(*, data: bytes) -> int:
    """Number of line breaks, CR and LF together counted as one."""
    count = data.count(b"\n")
    return count + data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else count


def pieces_at(*, data: bytes, start: int, line: int, offset: int) -> list[Piece]:
    """Neighbouring plain segments from a place on.

    line, offset: of that place in the file.
    """
    found: list[Piece] = []
    # Lines and offsets are counted when they are asked for, from the first segment on.
    data, at = data[start:], 0
    while match := PLAIN.match(data, at):
        found.append(Piece(match[1].decode("ascii"), data, at, match.start(2), match.end(2), line, offset))
        gap = GAP.match(data, match.end())
        at = gap.end() if gap is not None else match.end()
    return found
