"""Walk through LEDES XML (2000, 2.0, 2.1, 2.2) as a stream of segments, without trusting the file.

Read with expat: no entity is ever declared or expanded, no DTD is fetched, depth and size are limited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from chancery.engines.billing.ledes_stream import FileRefused

DEPTH_LIMIT = 24
TEXT_LIMIT = 1 << 16
FIELDS_LIMIT = 512
CHUNK = 1 << 16
SEGMENTS = frozenset(
    ("firm", "client", "invoice", "matter", "matter_disc_cred", "tk_sum", "fee", "expense", "lf_address", "cl_address")
)
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

    def __init__(self, *, opened: Callable[[Segment], None], closed: Callable[[Segment], None]) -> None:
        self.opened, self.closed = opened, closed
        self.version, self.root = "", ""
        self.open: list[Segment] = []
        self.path: list[tuple[str, int, int]] = []
        self.pieces: list[str] = []
        self.size = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._refuse_entity
        self.parser.StartDoctypeDeclHandler = self._doctype

    def steps(self, stream: BinaryIO) -> Iterator[None]:
        """Read to the end, a piece with each step.

        Refuses: xml_broken (with line and offset), xml_entities, xml_too_deep, xml_too_large.
        """
        while chunk := stream.read(CHUNK):
            self._parse(chunk, False)
            yield
        self._parse(b"", True)
        yield

    def _parse(self, chunk: bytes, last: bool) -> None:
        try:
            self.parser.Parse(chunk, last)
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


def looks_like_xml(*, head: bytes) -> bool:
    """Tell from the first bytes whether a file is XML."""
    plain = head.replace(b"\x00", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return plain.lstrip().startswith(b"<")
