"""Office packages (zip with XML inside): safe reading of their parts, salvage of damaged ones."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from lxml import etree

from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable
from chancery.engines.ingest.storage import zip_of

_PART_LIMIT = 256 * 1024**2
_MOST_PROPERTIES = 500
_WHOLE = 16 * 1024**2
_LITERAL = re.compile(r"[A-Za-z/]+")
_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp)", re.IGNORECASE)
_CORE = {
    "title": "title",
    "creator": "author",
    "lastModifiedBy": "last_saved_by",
    "created": "created",
    "modified": "modified",
    "subject": "subject",
    "keywords": "keywords",
    "description": "description",
    "category": "category",
    "lastPrinted": "printed",
}
_EXTENDED = {"Company": "company", "Application": "application", "Pages": "pages", "Slides": "slides"}

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)


def parse_xml(data: bytes) -> Any:
    """Parse XML without entities, network or huge trees: a billion laughs stay unheard."""
    try:
        return etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as fault:
        if b"<!ENTITY" in data[:65536]:
            raise Unreadable("The file declares XML entities that expand without end.", code="bomb") from fault
    softer = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, recover=True)
    return etree.fromstring(data, softer)


@dataclass(slots=True)
class Package:
    """The parts of a package, read at most 256 MiB in all; ``damaged`` when some had to be salvaged."""

    names: list[str]
    archive: zipfile.ZipFile | None = None
    salvaged: dict[str, bytes] = field(default_factory=dict)
    damaged: bool = False
    read_bytes: int = 0
    folded: list[str] = field(default_factory=list)

    def part(self, name: str) -> bytes:
        """Return the bytes of one part, empty when it is damaged beyond reading."""
        if self.archive is None:
            return self.salvaged.get(name, b"")
        info = self.archive.getinfo(name)
        if self.read_bytes + info.file_size > _PART_LIMIT:
            raise Unreadable("The parts of the document expand beyond 256 MiB.", code="bomb")
        try:
            data = whole_entry(archive=self.archive, info=info)
            if data is None:
                with self.archive.open(info) as stream:
                    data = stream.read(info.file_size + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ):
            self.damaged = True
            return b""
        self.read_bytes += len(data)
        return data

    def tree(self, name: str) -> Any:
        """Return the parsed XML of one part, None when there is nothing to parse."""
        data = self.part(name)
        return parse_xml(data) if data.strip() else None

    def matching(self, pattern: str) -> list[str]:
        """Return the part names that match, in natural order (slide2 before slide10)."""
        begin, fits = _pattern(pattern)
        if len(self.folded) != len(self.names):
            self.folded = [name.casefold() for name in self.names]
        pairs = zip(self.folded, self.names, strict=True)
        found = [name for folded, name in pairs if folded.startswith(begin) and fits(name)]
        if len(found) < 2:
            return found
        return sorted(found, key=lambda name: [int(x) if x.isdigit() else x for x in re.split(r"(\d+)", name)])


@cache
def _pattern(pattern: str) -> tuple[str, Callable[[str], re.Match[str] | None]]:
    """Return what every name begins with that fits, in small letters, and the test itself, blind to case."""
    plain = _LITERAL.match(pattern)
    begin = plain[0][:-1] if plain else ""  # the last sign may be repeated or left out
    return begin.casefold() if "|" not in pattern else "", re.compile(pattern, re.IGNORECASE).fullmatch


def whole_entry(*, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    """Return the bytes of a small entry, read at once and found as long and with the check sum that its archive says.

    None for any other: encrypted, packed in another way than 0 and 8, over 16 MiB, or with anything about it that is
    not as it should be; the standard library, which reads in pieces, then says what. Authority: APPNOTE 4.3.7.
    """
    stream, usual = archive.fp, info.compress_type in (0, 8) and not info.flag_bits & 0x61
    if stream is None or not usual or max(info.file_size, info.compress_size) > _WHOLE:
        return None
    stream.seek(info.header_offset)
    header = stream.read(30)
    if len(header) != 30 or header[:4] != b"PK\x03\x04" or (header[7] ^ info.flag_bits >> 8) & 0x08:
        return None
    name, extra = struct.unpack_from("<HH", header, 26)
    try:
        if stream.read(name) != info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437"):
            return None
        end = getattr(info, "_end_offset", None)
        if end is not None and info.header_offset + 30 + name + extra + info.compress_size > end:
            return None
        stream.seek(extra, 1)
        out = stream.read(info.compress_size)
        if info.compress_type == 8:
            out = zlib.decompressobj(-15).decompress(out, info.file_size + 1)
    except (UnicodeEncodeError, zlib.error):
        return None
    return out if len(out) == info.file_size and zlib.crc32(out) == info.CRC else None


def open_package(*, content: Content) -> Package:
    """Open a package; a damaged directory is replaced by a walk over the local headers."""
    try:
        archive = zip_of(content=content)
        return Package(list(dict.fromkeys(archive.namelist())), archive)
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError):
        salvaged = dict(salvage(data=content.data()))
        if not salvaged:
            raise Unreadable("The document is damaged: nothing in it can be opened.", code="corrupt") from None
        return Package(list(salvaged), None, salvaged, damaged=True)


def salvage(*, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what the local headers of a damaged zip file still give, cut entries included."""
    at, given = 0, 0
    while (at := data.find(b"PK\x03\x04", at)) >= 0 and given < _PART_LIMIT:
        if len(data) < at + 30:
            return
        flags, method, _, _, _, packed, size, name_len, extra_len = struct.unpack("<HHHHIIIHH", data[at + 6 : at + 30])
        start = at + 30 + name_len + extra_len
        name = data[at + 30 : at + 30 + name_len].decode("utf-8" if flags & 0x800 else "cp437", "replace")
        at += 4
        if flags & 1 or name.endswith("/") or not name:
            continue
        if method == 0:
            out = data[start : start + (packed or size)]
        elif method == 8:
            inflater = zlib.decompressobj(-15)
            try:
                out = inflater.decompress(data[start:], _PART_LIMIT)
            except zlib.error:
                out = _inflate_slowly(data[start:])
        else:
            continue
        if out:
            given += len(out)
            yield name, out


def _inflate_slowly(data: bytes) -> bytes:
    """Return what a damaged deflate stream gives before its fault."""
    inflater, out = zlib.decompressobj(-15), bytearray()
    for start in range(0, len(data), 64):
        try:
            out += inflater.decompress(data[start : start + 64], 1024**2)
        except zlib.error:
            break
        if inflater.eof or len(out) > _PART_LIMIT // 4:
            break
    return bytes(out)


@lru_cache(maxsize=8192)
def local(tag: Any) -> str:
    """Return the tag without its namespace, "" for comments and the like."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def properties(*, package: Package) -> dict[str, Any]:
    """Return title, author and dates from the property parts."""
    found: dict[str, Any] = {}
    for part, wanted in (("docProps/core.xml", _CORE), ("docProps/app.xml", _EXTENDED)):
        if part not in package.names:
            continue
        tree = package.tree(part)
        for node in tree if tree is not None else ():
            name = wanted.get(local(node.tag))
            if name and node.text and node.text.strip():
                found[name] = node.text.strip()
    if custom := _custom(package):
        found["custom_properties"] = custom
    return found


def _custom(package: Package) -> dict[str, str]:
    """Return the properties that users and programs added, by name (ECMA-376 part 1, 22.3)."""
    if "docProps/custom.xml" not in package.names:
        return {}
    tree = package.tree("docProps/custom.xml")
    found: dict[str, str] = {}
    for node in list(tree)[:_MOST_PROPERTIES] if tree is not None else ():
        words = " ".join(text.strip() for text in node.itertext() if text.strip())
        if node.get("name") and words:
            found[node.get("name")] = words
    return found


def described(*, node: Any, names: tuple[str, ...] = ("title", "descr")) -> list[str]:
    """Return what the attributes of a picture or shape say of it; a mere file name, which programs put there, is left
    out."""
    said = [(node.get(name) or "").strip() for name in names]
    return [each for each in said if each and not _FILE_NAME.fullmatch(each)]


def embedded(*, package: Package, folder: str, images: bool = False) -> Iterator[Child]:
    """Yield the files embedded in the package as children; pictures are part of the page unless ``images``."""
    pattern = rf"{folder}/(?:embeddings|media)/.+" if images else rf"{folder}/embeddings/.+"
    for name in package.matching(pattern):
        data = package.part(name)
        if data:
            yield Child(name.rpartition("/")[2], data)


def finish(*, package: Package, reading: Reading) -> Reading:
    """Add the code for parts that had to be salvaged."""
    if package.damaged:
        code = "corrupt" if package.archive is None else "partly_extracted"
        reading.flag(code, "The document is damaged; the text that could be read of it is kept.")
    return reading
