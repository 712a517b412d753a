"""Walk through LEDES XML (2000, 2.0, 2.1, 2.2) as a stream of segments, without trusting the file.

Read with expat: no entity is ever declared or expanded, no DTD is fetched, depth and size are limited.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO
from xml.parsers import expat

from chancery.engines.billing.ledes_stream import FileRefused
from chancery.engines.billing.ledes_xml_pieces import OPENING, Piece, breaks_in, pieces_at

DEPTH_LIMIT = 24
TEXT_LIMIT = 1 << 16
FIELDS_LIMIT, SHAPES_LIMIT = 512, 1000
CHUNK = 1 << 16
SEGMENTS = frozenset(
    ("firm", "client", "invoice", "matter", "matter_disc_cred", "tk_sum", "fee", "expense", "lf_address", "cl_address")
)
DECLARED = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][\w.-]*)""")
# Declared encodings that the parser does not know, and the widest one that reads them.
WIDE = {
    **dict.fromkeys(("gb18030", "gbk", "gb2312", "cp936", "x-gbk"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "cp950"), "big5hkscs"),
}
ROOTS = ("ledesxml", "ledesxmlebilling")


@dataclass(frozen=True, slots=True)
class Leaf:
    """An element with text. line, offset: where it begins."""

    text: str
    line: int
    offset: int


@dataclass(slots=True)
class Segment:
    """An element that holds others. values: its leaves by name, the first of each; order: names of all of them."""

    name: str
    line: int
    offset: int
    values: dict[str, Leaf] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The text of a leaf, empty when it is absent."""
        leaf = self.values.get(name)
        return leaf.text if leaf is not None else ""


class XmlRefused(FileRefused):
    """XML that is broken or hostile."""

    code = "xml_refused"


class Walker:
    """Calls ``opened`` when a segment begins and ``closed`` when it ends; memory is that of the open segments."""

    def __init__(
        self,
        *,
        opened: Callable[[Segment], None],
        closed: Callable[[Segment], None],
        plain: Callable[[Piece, dict[str, str]], None] | None = None,
    ) -> None:
        """plain: called instead of both for charges and timekeepers that hold nothing but elements with text."""
        self.opened, self.closed, self.plain = opened, closed, plain
        self.version, self.root = "", ""
        self.open: list[Segment] = []
        self.path: list[tuple[str, int, int]] = []
        self.pieces: list[str] = []
        self.size = 0
        self.held, self.last = b"", b""
        self.fed, self.line = 0, 1
        self.shapes: dict[tuple[str, ...], bool] = {}
        self.parser = self._parser(None)

    def _parser(self, encoding: str | None) -> expat.XMLParserType:
        """A parser that calls us. encoding: of the bytes whatever the file declares, None: what it declares."""
        self.parser = expat.ParserCreate(encoding)
        self.parser.buffer_text = True
        # Where the parser waits for more of an unfinished tag, its calls would come too late for ``_pass``.
        if hasattr(self.parser, "SetReparseDeferralEnabled"):
            self.parser.SetReparseDeferralEnabled(False)
        self._listen(True)
        self.parser.XmlDeclHandler = self._declared
        self.parser.EntityDeclHandler = self._refuse_entity
        self.parser.StartDoctypeDeclHandler = self._doctype
        return self.parser

    def steps(self, stream: BinaryIO) -> Iterator[None]:
        """Read to the end, a piece with each step.

        Encodings with several bytes to a letter (GB 18030 and its parts, Big5) are turned into UTF-8 first; offsets
        then count bytes of that. Refuses: xml_broken (with line and offset), xml_entities, xml_too_deep, xml_too_large.
        """
        chunk = stream.read(CHUNK)
        declared = DECLARED.match(chunk)
        wide = WIDE.get(declared[1].decode().lower()) if declared is not None else None
        chunks = _chunks(chunk, stream)
        if wide is not None:
            self._parser("utf-8")
            chunks = self._turned(chunks, wide)
        chunk = next(chunks, b"")
        while chunk:
            following = next(chunks, b"")
            self._take(chunk)
            if not following:
                self._parse(self.held, False)
            yield
            chunk = following
        self._parse(b"", True)
        yield

    def _turned(self, chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
        """Chunks in UTF-8."""
        decoder = codecs.getincrementaldecoder(encoding)()
        for chunk in chain(chunks, (b"",)):
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise XmlRefused(
                    "The XML is not well-formed: %(reason)s (line %(line)s, offset %(offset)s).",
                    code="xml_broken",
                    reason=f"{error.reason} in {encoding}",
                    line=self.parser.CurrentLineNumber,
                    offset=max(self.parser.CurrentByteIndex, 0),
                ) from error
            if text:
                yield text.encode()

    def _listen(self, on: bool) -> None:
        self.parser.StartElementHandler = self._start if on else None
        self.parser.EndElementHandler = self._end if on else None
        self.parser.CharacterDataHandler = self._text if on else None

    def _declared(self, _version: str, encoding: str | None, _alone: int) -> None:
        if (encoding or "utf-8").lower() not in ("utf-8", "us-ascii", "ascii"):
            self.plain = None

    def _take(self, chunk: bytes) -> None:
        """Read a chunk: plain segments by pattern, all else by calls of the parser.

        From the first comment, instruction or CDATA section inside the root element on, everything goes by calls.
        """
        data = self.held + chunk
        begin = 0
        if self.plain is not None and not self.path:
            begin = max(data.find(b"<ledesxml"), 0)
        text = self.last + data[begin:]
        if self.plain is None or b"<!" in text or b"<?" in text[1:] or (b"<?" in text and (begin or self.fed)):
            self.plain = None
            self.held = b""
            self._parse(data, False)
            return
        place = 0
        while (opening := OPENING.search(data, place)) is not None:
            end = self._pass(data, place, opening.start())
            if end is None:
                break
            place = end
        # What comes next may complete the last tag or segment.
        stop = opening.start() if opening is not None else data.rfind(b">") + 1
        if stop > place:
            self._feed(data[place:stop])
        self.held = data[max(place, stop) :]
        self.last = data[-1:]
        if len(self.held) > TEXT_LIMIT:
            self._feed(self.held)
            self.held = b""

    def _pass(self, data: bytes, place: int, start: int) -> int | None:
        """Read from a place to the end of the plain segments that begin at ``start``; None when more is needed."""
        name = data[start + 1 : data.index(b">", start)]
        if data.find(b"</" + name + b">", start) < 0:
            return None
        if start > place:
            self._feed(data[place:start])
        taken: list[tuple[Piece, dict[str, str]]] = []
        welcome = self.path and self.plain is not None and len(self.path) + 2 <= DEPTH_LIMIT
        for piece in pieces_at(data=data, start=start, line=self.line, offset=self.fed) if welcome else ():
            values = piece.values() if piece.end - piece.begin < TEXT_LIMIT else None
            if values is None or len(values) >= FIELDS_LIMIT or not self._flat(values):
                break
            taken.append((piece, values))
        if not taken:
            # Not plain: the parser takes the opening tag, and what follows is looked at again.
            stop = start + len(name) + 2
            self._feed(data[start:stop])
            return stop
        last = taken[-1][0]
        stop = start + last.end + len(last.name) + 3
        self._listen(False)
        self._feed(data[start:stop])
        self._listen(True)
        self.pieces, self.size = [], 0
        for piece, values in taken:
            if self.plain is not None:
                self.plain(piece, values)
        return stop

    def _flat(self, values: dict[str, str]) -> bool:
        """Tell whether none of the elements of a segment is a segment itself; the same names come again and again."""
        names = tuple(values)
        if names not in self.shapes:
            if len(self.shapes) >= SHAPES_LIMIT:
                self.shapes.clear()
            self.shapes[names] = SEGMENTS.isdisjoint(names)
        return self.shapes[names]

    def _feed(self, data: bytes) -> None:
        self._parse(data, False)
        self.fed += len(data)
        self.line += breaks_in(data=data)

    def _parse(self, chunk: bytes, last: bool) -> None:
        try:
            self.parser.Parse(chunk, last)
        except (KeyError, IndexError):
            # Not from the parser, which only raises LookupError itself, for an encoding it does not know.
            raise
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise XmlRefused(
                "The XML is not well-formed: %(reason)s (line %(line)s, offset %(offset)s).",
                code="xml_broken",
                reason=str(error)[:120],
                line=self.parser.CurrentLineNumber,
                offset=max(self.parser.CurrentByteIndex, 0),
            ) from error

    def _refuse_entity(self, *_: object) -> None:
        raise self._refused("xml_entities", "The XML declares entities; they are never expanded (line %(line)s).")

    def _doctype(self, name: str, system: str | None, public: str | None, internal: int) -> None:
        if internal:
            raise self._refused("xml_entities", "The XML declares entities; they are never expanded (line %(line)s).")

    def _refused(self, code: str, sentence: str) -> XmlRefused:
        return XmlRefused(sentence, code=code, line=self.parser.CurrentLineNumber)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        where = (self.parser.CurrentLineNumber, self.parser.CurrentByteIndex)
        name = name.rpartition(":")[2]
        if not self.path:
            self.root = name
            self.version = "2000" if name == "ledesxml" else name.removeprefix("ledesxmlebilling")
        if len(self.path) >= DEPTH_LIMIT:
            raise self._refused("xml_too_deep", "The XML is nested too deeply (line %(line)s).")
        self.path.append((name, *where))
        self.pieces, self.size = [], 0
        if name in SEGMENTS:
            segment = Segment(name, *where)
            self.open.append(segment)
            self.opened(segment)

    def _text(self, text: str) -> None:
        self.size += len(text)
        if self.size > TEXT_LIMIT:
            raise self._refused("xml_too_large", "An element of the XML is too large (line %(line)s).")
        self.pieces.append(text)

    def _end(self, _: str) -> None:
        name, line, offset = self.path.pop()
        if name in SEGMENTS:
            self.closed(self.open.pop())
        elif self.open and self.path and self.path[-1][0] == self.open[-1].name:
            values = self.open[-1].values
            if len(values) >= FIELDS_LIMIT:
                raise self._refused("xml_too_large", "An element of the XML is too large (line %(line)s).")
            values.setdefault(name, Leaf("".join(self.pieces).strip(), line, offset))
        self.pieces, self.size = [], 0


def _chunks(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    while first:
        yield first
        first = stream.read(CHUNK)


def segment_of(*, piece: Piece) -> Segment:
    """A plain segment with the places of its elements."""
    found = Segment(piece.name, *piece.place(at=piece.start))
    values = piece.values() or {}
    for name, line, offset in piece.places():
        found.values.setdefault(name, Leaf(values.get(name, ""), line, offset))
    return found


def looks_like_xml(*, head: bytes) -> bool:
    """Tell from the first bytes whether a file is XML."""
    plain = head.replace(b"\x00", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return plain.lstrip().startswith(b"<")
