"""Segments of LEDES XML that hold nothing but elements with text, cut out of a chunk of the file by pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPENING = re.compile(rb"<(?:fee|expense|tk_sum)>")
PLAIN = re.compile(rb"<(fee|expense|tk_sum)>((?:\s*<([a-z_][a-z0-9_]*)>[^<>&]*</\3>)*+\s*)</\1>")
CHILD = re.compile(rb"<([a-z_][a-z0-9_]*)>([^<>&]*)</\1>")
TEXT_CHILD = re.compile(CHILD.pattern.decode("ascii"))
GAP = re.compile(rb"\s*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A plain segment: its name, the bytes between its tags, and where it stands in the file.

    line, offset: of its opening tag. inner: offset of the bytes.
    """

    name: str
    body: bytes
    line: int
    offset: int
    inner: int

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
        for child in CHILD.finditer(self.body):
            yield (
                child[1].decode("ascii"),
                self.line + breaks_in(data=self.body[: child.start()]),
                self.inner + child.start(),
            )


def breaks_in(*, data: bytes) -> int:
    """Number of line breaks, CR and LF together counted as one."""
    count = data.count(b"\n")
    return count + data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else count


def pieces_at(*, data: bytes, start: int, line: int, offset: int) -> tuple[list[Piece], int]:
    """Neighbouring plain segments from a place on, and where the last of them ends.

    line, offset: of that place in the file.
    """
    found: list[Piece] = []
    at, end = start, start
    while match := PLAIN.match(data, at):
        line += breaks_in(data=data[end:at])
        found.append(
            Piece(match[1].decode("ascii"), match[2], line, offset + at - start, offset + match.start(2) - start)
        )
        line, end = line + breaks_in(data=match[0]), match.end()
        gap = GAP.match(data, end)
        at = gap.end() if gap is not None else end
    return found, end
