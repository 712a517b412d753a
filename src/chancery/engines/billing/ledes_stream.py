"""Cut a file of LEDES records into blocks of whole lines, in memory that does not grow with the file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BufferedReader, BytesIO, RawIOBase
from itertools import accumulate
from typing import Any, BinaryIO

import numpy as np

from chancery.foundation.errors import Refused

LF, CR = 10, 13
END_MARK = b"\x1a"
FOREIGN = re.compile(rb"[\x80-\xff]+")
# Small enough to stay in the cache of the processor.
BLOCK = 1 << 17
# Two descriptions of 15 KB and fifty short fields stay below 64 KB in any encoding.
LINE_LIMIT = 1 << 20
MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class FileRefused(Refused):
    """A file that cannot be read at all."""

    code = "file_refused"


@dataclass(slots=True)
class Block:
    """Whole lines of a file.

    first_line: number of the first one in the file, from 1. offset: bytes before it. text: decoded, every line
    ended by ``end``, CRLF or LF. count: of lines. raw: the same bytes. ascii: there is nothing else in it.
    encoding: for offsets. encodings: of every line, where they differ.
    """

    first_line: int
    offset: int
    text: str
    count: int
    raw: bytes
    ascii: bool
    encoding: str
    end: str = "\n"
    encodings: list[str] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        if not self._lines:
            self._lines = self.text.split(self.end)
            self._lines.pop()
        return self._lines

    def encoding_of(self, index: int) -> str:
        """The encoding of a line of this block."""
        return self.encodings[index] if self.encodings else self.encoding

    def start_at(self, index: int, at: int) -> int:
        """The same for a line known to begin after ``at`` characters of ``text``, if that can be told from it."""
        if self.ascii and at >= 0 and len(self.raw) == len(self.text):
            return self.offset + at
        return self.start_of(index)

    def start_of(self, index: int) -> int:
        """Offset in the file of a line of this block, in bytes."""
        if not self._starts:
            sizes = map(len, self.raw.splitlines(keepends=True))
            self._starts = list(accumulate(sizes, initial=self.offset))
        return self._starts[index]


@dataclass(slots=True)
class Notes:
    """What the first bytes of a file tell: sentences for findings about its encoding."""

    sentences: list[str] = field(default_factory=list)


def opened(data: bytes | str | BinaryIO) -> BinaryIO:
    """A stream of bytes over whatever was handed in."""
    if isinstance(data, str):
        return BytesIO(data.encode("utf-8", "surrogatepass"))
    return BytesIO(data) if isinstance(data, bytes) else data


def peeked(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, and a stream that still begins with them."""
    held = stream if isinstance(stream, BufferedReader) else BufferedReader(_Raw(stream))
    return held.peek(64)[:64], held


class _Raw(RawIOBase):
    """A stream of bytes as the raw kind that can be buffered."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def blocks(*, stream: BinaryIO, notes: Notes, encoding: str = "auto") -> Iterator[Block]:
    """Whole lines of a stream in blocks of about 128 KB; line ends are LF, CR and CRLF.

    encoding: "auto" decodes UTF-8 and, line by line where that fails, GB 18030 where all foreign letters come in pairs
    and some in several, else Windows-1252; any other name of an encoding is used as it is. A byte order mark is noted
    and dropped; UTF-16, with or without one, is turned into UTF-8 first, and offsets then count bytes of that. The
    end mark of DOS (Ctrl-Z) behind the last line is dropped. Refuses: line_too_long (more than 1 MiB without a line
    end).
    """
    head = stream.read(3)
    for mark, name in MARKS:
        if head.startswith(mark):
            notes.sentences.append("The file is UTF-16, not ASCII.")
            yield from _cut(_transcoded(head[2:], stream, name), 0, "auto")
            return
    if len(head) == 3 and (head[0] == 0) != (head[1] == 0):
        # A letter of the marker and a zero byte: UTF-16 without its mark.
        notes.sentences.append("The file is UTF-16, not ASCII.")
        yield from _cut(_transcoded(head, stream, "utf-16-be" if head[0] == 0 else "utf-16-le"), 0, "auto")
        return
    skipped = 0
    if head == codecs.BOM_UTF8:
        notes.sentences.append("The file starts with a byte order mark.")
        head, skipped = b"", 3
    yield from _cut(_chunks(head, stream), skipped, encoding)


def _chunks(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    yield head
    while chunk := stream.read(BLOCK):
        yield chunk


def _transcoded(head: bytes, stream: BinaryIO, name: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(name)("replace")
    for chunk in _chunks(head, stream):
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _cut(chunks: Iterator[bytes], offset: int, encoding: str) -> Iterator[Block]:
    line, held = 1, b""
    for chunk in chunks:
        held += chunk
        # A CR at the very end may be the first half of CRLF: it waits for the next chunk.
        end = max(held.rfind(b"\n"), held.rfind(b"\r", 0, max(len(held) - 1, 0))) + 1
        if end:
            block = _block(line, offset, held[:end], encoding)
            yield block
            line, offset, held = line + block.count, offset + end, held[end:]
        if len(held) > LINE_LIMIT:
            raise FileRefused(
                "Line %(line)s is longer than %(limit)s bytes; records of this format are shorter (offset %(offset)s).",
                code="line_too_long",
                line=line,
                limit=LINE_LIMIT,
                offset=offset,
            )
    held = held.rstrip(END_MARK)
    if held:
        yield _block(line, offset, held, encoding)


def _block(line: int, offset: int, raw: bytes, encoding: str) -> Block:
    if encoding != "auto":
        # Splitting before decoding is safe: no supported encoding uses the bytes of CR and LF inside a letter.
        parts = [part.decode(encoding, "replace") for part in raw.splitlines()]
        return _joined(line, offset, parts, raw, encoding)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        decoded = list(map(_decoded, raw.splitlines()))
        return _joined(line, offset, [part for part, _ in decoded], raw, "utf-8", [name for _, name in decoded])
    letters = np.frombuffer(raw, np.uint8)
    feed, back = letters == LF, letters == CR
    feeds, end = int(np.count_nonzero(feed)), "\n"
    if feed[-1] and not feed[0] and np.array_equal(feed[1:], back[:-1]):
        end = "\r\n"
    elif back.any():
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        feeds = text.count("\n")
    if not text.endswith("\n"):
        text, feeds = text + "\n", feeds + 1
    return Block(line, offset, text, feeds, raw, text.isascii(), "utf-8", end)


def _joined(
    line: int, offset: int, parts: Sequence[str], raw: bytes, encoding: str, encodings: Sequence[str] = ()
) -> Block:
    # A decoder may turn other bytes into line ends; they would change the count of lines.
    text = "".join(part.replace("\n", " ").replace("\r", " ") + "\n" for part in parts)
    return Block(line, offset, text, len(parts), raw, raw.isascii(), encoding, encodings=list(encodings))


def _decoded(part: bytes) -> tuple[str, str]:
    """A line and its encoding."""
    encodings = ["utf-8", "cp1252"]
    runs = FOREIGN.findall(part)
    # Four bytes in a row: two Chinese characters; letters with accents do not come so many at once.
    if all(len(run) % 2 == 0 for run in runs) and any(len(run) >= 4 for run in runs):
        encodings.insert(1, "gb18030")
    for encoding in encodings:
        try:
            return part.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return part.decode("cp1252", "replace"), "cp1252"
