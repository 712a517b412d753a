"""OneNote sections made by hand: a revision store (MS-ONESTORE 2.3 to 2.6) and its packaging (2.7, MS-FSSHTTPB)."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

MINE, SPACES, STORED = b"\xd1" * 16, b"\xd2" * 16, b"\xd3" * 16
NIL = bytes(20)
SECTION, SERIES, MANIFEST, PAGE, OUTLINE, ELEMENT = 0x60007, 0x60008, 0x60037, 0x6000B, 0x6000C, 0x6000D
RICH, IMAGE, TABLE, ROW, CELL, TITLE, FACTS = 0x6000E, 0x60011, 0x60022, 0x60023, 0x60024, 0x6002C, 0x20030
CONFLICT, EMBEDDED, HELD, PICTURE, AUTHOR = 0x20038, 0x60035, 0x80036, 0x80039, 0x120001
TEXT, ASCII, CONTENT, ELEMENTS, STRUCTURE, PAGES = (
    *(0x1C001C22, 0x1C003498, 0x24001C1F, 0x24001C20),
    *(0x24001D5F, 0x2C001D63),
)
NAME, CONTAINER, CACHED, BY, CREATED, CHANGED, DOWN = (
    *(0x1C001D9C, 0x20001D9B, 0x1C001CF3, 0x1C001D75),
    *(0x18001C65, 0x14001D7A, 0x14001C15),
)
_FORMATS = {"disk": "3fdd9a101b91f549a5d01791edc8aed8", "packed": "2fe98d63d4a6c14b9a36b3fc2511a5b7"}

Object = tuple[int, int, dict[int, Any]]


def wide(text: str) -> bytes:
    """Return text as the format keeps it, with its end mark."""
    return text.encode("utf-16-le") + b"\x00\x00"


def page(title: str, *parts: Any, kind: int = FACTS, facts: dict[int, Any] | None = None) -> list[Object]:
    """Return the objects of a page: texts, tables (lists of rows), and (name, number of a stored file)."""
    made: list[Object] = []
    numbers = itertools.count(30)

    def new(jcid: int, props: dict[int, Any]) -> int:
        made.append((next(numbers), jcid, props))
        return made[-1][0]

    def element(part: Any) -> int:
        if isinstance(part, list):
            rows = [
                new(ROW, {ELEMENTS: [new(CELL, {ELEMENTS: [element(x) for x in cell]}) for cell in r]}) for r in part
            ]
            inner = new(TABLE, {ELEMENTS: rows})
        elif isinstance(part, tuple):
            held = new(HELD, {0: part[1]})
            inner = new(EMBEDDED, {NAME: wide(part[0]), TEXT: wide(part[0]), CONTAINER: held})
        else:
            inner = new(RICH, {ASCII: part.encode()} if part.isascii() else {TEXT: wide(part)})
        return new(ELEMENT, {CONTENT: [inner]})

    head = new(TITLE, {ELEMENTS: [new(OUTLINE, {ELEMENTS: [element(title)]})]})
    body = new(OUTLINE, {ELEMENTS: [element(part) for part in parts]})
    made += [(12, PAGE, {STRUCTURE: [head], ELEMENTS: [body], CHANGED: 86400})]
    made += [(10, MANIFEST, {CONTENT: [12]}), (11, kind, {CACHED: wide(title), **(facts or {})})]
    return made


@dataclass
class Revision:
    """One revision of a space. number, base: of revisions, 0 for none. role: 1 makes it the current one."""

    objects: list[Object]
    number: int = 1
    base: int = 0
    role: int = 1
    context: bytes = NIL


@dataclass
class Notebook:
    """A section to be written. spaces: revisions of each page's space, by number from 2. files: by number.

    listed: numbers of the pages in the section, all by default. spoil: what is wrong on purpose. uncommitted: nodes
    at the end of the lists of revisions that no transaction has committed.
    """

    spaces: dict[int, list[Revision]]
    files: dict[int, bytes] = field(default_factory=dict)
    listed: list[int] | None = None
    extra: list[Object] = field(default_factory=list)
    spoil: str = ""

    def section(self) -> Revision:
        """Return the space of the section."""
        pages = self.listed if self.listed is not None else list(self.spaces)
        return Revision([(1, SECTION, {ELEMENTS: [2]}), (2, SERIES, {PAGES: pages}), *self.extra])

    def all(self) -> dict[int, list[Revision]]:
        """Return every space, that of the section first."""
        return {1: [self.section()], **self.spaces}


def properties(props: dict[int, Any]) -> bytes:
    """Return an ObjectSpaceObjectPropSet; references are numbers, 1 << 8 and 2 << 8 stand for the two GUIDs."""
    streams: tuple[list[int], list[int]] = ([], [])
    ids, body = [], b""
    for number, value in props.items():
        kind = number >> 26 & 0x1F
        ids.append(number | (0x80000000 if kind == 2 and value else 0))
        if kind in (8, 9, 10, 11):
            values = value if isinstance(value, list) else [value]
            streams[kind > 9].extend(each | (1 + (kind > 9)) << 8 for each in values)
            body += struct.pack("<I", len(values)) if kind & 1 else b""
        elif kind == 7:
            body += struct.pack("<I", len(value)) + value
        elif kind != 2:
            body += value.to_bytes({3: 1, 4: 2, 5: 4, 6: 8}[kind], "little")
    out = struct.pack("<I", len(streams[0]) | (0 if streams[1] else 1 << 31)) + _words(streams[0])
    if streams[1]:
        out += struct.pack("<I", len(streams[1])) + _words(streams[1])
    return out + struct.pack("<H", len(ids)) + _words(ids) + body


def _words(values: Iterable[int]) -> bytes:
    return b"".join(struct.pack("<I", value) for value in values)


def identity(guid: bytes, number: int) -> bytes:
    """Return an ExtendedGUID, nil for 0."""
    return guid + struct.pack("<I", number) if number else NIL


class _Disk:
    """Writes the lists of a revision store, each in fragments of two nodes."""

    def __init__(self, book: Notebook) -> None:
        self.book, self.out, self.log = book, bytearray(1024), b""
        self.lists = itertools.count(0x10)

    def put(self, data: bytes) -> tuple[int, int]:
        data += bytes(-len(data) % 8)
        at = len(self.out)
        self.out += data
        return at, len(data)

    def listed(self, nodes: list[bytes], *, loop: bool = False, committed: int | None = None) -> tuple[int, int]:
        number = next(self.lists)
        self.log += struct.pack("<II", number, len(nodes) if committed is None else committed)
        pairs = [nodes[at : at + 2] for at in range(0, len(nodes), 2)]
        places = []
        for sequence, pair in enumerate(pairs):
            last = sequence + 1 == len(pairs)
            body = b"".join(pair) + (b"" if last else struct.pack("<I", 0xFF | 4 << 10))
            head = struct.pack("<QII", 0xA4567AB1F5F7F4C4, number, sequence)
            body += bytes(-(len(body) + 12) % 8)
            places.append(self.put(head + body + bytes(12) + struct.pack("<Q", 0x8BC215C38233BA4B)))
        following = [*places[1:], places[0] if loop else (2**64 - 1, 0)]
        for (at, size), link in zip(places, following, strict=True):
            struct.pack_into("<QI", self.out, at + size - 20, *link)
        return places[0]

    def write(self) -> bytes:
        nodes = [self.space(number, revisions) for number, revisions in self.book.all().items()]
        files = self.book.files.items()
        stored = [node(0x094, STORED[:15] + bytes([number]), self.file(data), 1) for number, data in files]
        nodes.append(node(0x004, identity(SPACES, 1)))
        if stored:
            nodes.append(node(0x090, ref=self.listed(stored), base=2))
        root = self.listed(nodes)
        log = self.put(self.log + struct.pack("<II", 1, 0) + struct.pack("<QI", 2**64 - 1, 0))
        head = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(32) + bytes.fromhex(_FORMATS["disk"])
        self.out[:64] = head
        struct.pack_into("<I", self.out, 96, 1)
        struct.pack_into("<QI", self.out, 160, log[0], len(self.log) + 8 + 12)
        struct.pack_into("<QI", self.out, 172, *root)
        struct.pack_into("<Q", self.out, 196, len(self.out))
        return bytes(self.out)

    def file(self, data: bytes) -> tuple[int, int]:
        mark = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
        return self.put(mark + struct.pack("<QIQ", len(data), 0, 0) + data)

    def space(self, number: int, revisions: list[Revision]) -> bytes:
        nodes = [node(0x014, identity(SPACES, number) + bytes(4))]
        for each in revisions:
            start = identity(MINE, each.number) + identity(MINE, each.base) + struct.pack("<IH", each.role, 0)
            nodes.append(node(0x01F, start + each.context) if each.context != NIL else node(0x01E, start))
            nodes.append(node(0x0B0, identity(MINE, 900 + each.number), self.group(each.objects), 2))
            roots = {1: 1} if number == 1 else {1: 10, 2: 11}
            nodes += [node(0x05A, identity(MINE, root) + struct.pack("<I", role)) for role, root in roots.items()]
            nodes.append(node(0x01C))
        if self.book.spoil == f"locked {number}":
            key = struct.pack("<QQQ", 0xFB6BA385DAD1A067, 0, 0x2649294F8E198B3C)
            nodes.insert(2, node(0x07C, ref=self.put(key), base=1))
        spoilt = self.book.spoil if number != 1 else ""
        late = {"uncommitted": len(nodes) - 5}.get(spoilt)
        manifests = self.listed(nodes, loop=spoilt == "loop", committed=late)
        if spoilt == "loop":
            self.log = self.log[:-4] + struct.pack("<I", 5000)
        if spoilt == "damaged":
            self.out[manifests[0] : manifests[0] + 8] = bytes(8)
        inner = [node(0x00C, identity(SPACES, number)), node(0x010, ref=manifests, base=2)]
        return node(0x008, identity(SPACES, number), self.listed(inner), 2)

    def group(self, objects: list[Object]) -> tuple[int, int]:
        nodes = [node(0x0B4, identity(MINE, 1)), node(0x022)]
        nodes += [node(0x024, struct.pack("<I", index) + guid) for index, guid in ((1, MINE), (2, SPACES))]
        nodes.append(node(0x028))
        for number, jcid, props in objects:
            head = struct.pack("<II", number | 1 << 8, jcid)
            if 0 in props:
                guid = STORED[:15] + bytes([props[0]])
                written = f"<ifndf>{{{UUID(bytes_le=guid)}}}"
                counted = [struct.pack("<I", len(text)) + text.encode("utf-16-le") for text in (written, ".txt")]
                nodes.append(node(0x072, head + b"\x01" + b"".join(counted)))
            else:
                nodes.append(node(0x0A4, head + b"\x01\x01", self.put(properties(props)), 1))
        nodes.append(node(0x0B8))
        return self.listed(nodes)


def node(kind: int, body: bytes = b"", ref: tuple[int, int] | None = None, base: int = 0) -> bytes:
    """Return a file node; references to objects are written compressed, those to lists in full."""
    packed, form = b"", 0
    if ref is not None and base == 1 and ref[1] < 2040:
        packed, form = struct.pack("<IB", ref[0] // 8, ref[1] // 8), 3 << 23 | 2 << 25
    elif ref is not None:
        packed, form = struct.pack("<QI", *ref), 0
    return struct.pack("<I", kind | (4 + len(packed) + len(body)) << 10 | form | base << 27) + packed + body


def on_disk(book: Notebook) -> bytes:
    """Return the section as OneNote keeps it on a disk."""
    return _Disk(book).write()


def packed(book: Notebook) -> bytes:
    """Return the section as a server hands it out."""
    header = identity(bytes.fromhex("9c315a1a6bc2aa41b9c59bd8c44e07d4"), 1)
    root = identity(bytes.fromhex("b9fade84a3aa0d4aa3a8520c77ac7073"), 2)
    plain = root[:16] + struct.pack("<I", 1)
    elements, index, places = b"", b"", itertools.count(1000)
    for number, revisions in book.all().items():
        for each in revisions:
            manifest, group, cell = (identity(MINE, next(places)) for _ in range(3))
            this = identity(SPACES, 100 * number + each.number)
            base = identity(SPACES, 100 * number + each.base) if each.base else NIL
            roots = {1: 1} if number == 1 else {1: 10, 2: 11}
            roots |= {3: 13} if book.spoil == f"locked {number}" else {}
            role = bytes.fromhex("f817374a141ce749952681d942de1741")
            inner = _object(0x1A, _id(this) + _id(base)) + _object(0x19, _id(group))
            inner += b"".join(_object(0x0A, _id(identity(role, r)) + _id(identity(MINE, o))) for r, o in roots.items())
            elements += _element(manifest, 4, inner) + _element(group, 5, _packed_group(each.objects, book, number))
            index += _object(0x0D, _id(this) + _id(manifest) + b"\x00")
            if each.role == 1:
                elements += _element(cell, 3, _object(0x0B, _id(this)))
                context = plain if each.context == NIL else each.context
                index += _object(0x0E, _id(context) + _id(identity(SPACES, number)) + _id(cell) + b"\x00")
    for number, data in book.files.items():
        elements += _element(identity(STORED, number), 0x0A, _object(0x02, _number(len(data)) + data))
    cells = ((header, identity(SPACES, 9999)), (root, identity(SPACES, 1)))
    manifest = b"".join(_object(0x07, _id(name) + _id(plain) + _id(space)) for name, space in cells)
    elements = _element(identity(MINE, 1), 1, index) + _element(identity(MINE, 2), 2, manifest) + elements
    head = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(32) + bytes.fromhex(_FORMATS["packed"]) + bytes(4)
    start = struct.pack("<I", 2 | 4 | 0x7A << 3 | 33 << 17) + _id(identity(MINE, 1)) + bytes(16)
    return head + start + struct.pack("<H", 4 | 0x15 << 3 | 1 << 9) + b"\x00" + elements + b"\x55" + b"\xef\x01"


def _packed_group(objects: list[Object], book: Notebook, space: int) -> bytes:
    declared, held = b"", b""
    for number, jcid, props in objects:
        mine = _id(identity(MINE, number))
        declared += _object(0x18, mine + b"\x09\x09\x00\x00")
        held += _object(0x16, b"\x00\x00" + _number(4) + struct.pack("<I", jcid))
        if 0 in props:
            declared += _object(0x05, mine + _id(identity(STORED, props[0])) + b"\x05\x00\x00")
            held += _object(0x1C, b"\x00\x00" + _id(identity(STORED, props[0])))
            continue
        declared += _object(0x18, mine + b"\x03\x09\x00\x00")
        data = properties(props)
        kinds = [(n >> 26 & 0x1F, v if isinstance(v, list) else [v]) for n, v in props.items()]
        ids = [each for kind, values in kinds if kind in (8, 9) for each in values]
        spaces = [each for kind, values in kinds if kind in (10, 11) for each in values]
        refs = _number(len(ids)) + b"".join(_id(identity(MINE, each)) for each in ids)
        refs += _number(len(spaces)) + b"".join(_id(identity(MINE, 1)) + _id(identity(SPACES, each)) for each in spaces)
        held += _object(0x16, refs + _number(len(data)) + data)
    body = struct.pack("<H", 4 | 0x1D << 3) + declared + bytes([0x1D << 2 | 1])
    return body + struct.pack("<H", 4 | 0x1E << 3) + held + bytes([0x1E << 2 | 1])


def _object(kind: int, data: bytes) -> bytes:
    if len(data) < 128 and kind < 64:
        return struct.pack("<H", kind << 3 | len(data) << 9) + data
    if len(data) < 0x7FFF:
        return struct.pack("<I", 2 | kind << 3 | len(data) << 17) + data
    return struct.pack("<I", 2 | kind << 3 | 0x7FFF << 17) + _number(len(data)) + data


def _element(name: bytes, kind: int, inner: bytes) -> bytes:
    head = _id(name) + b"\x00" + _number(kind)
    return struct.pack("<H", 4 | 0x01 << 3 | len(head) << 9) + head + inner + b"\x05"


def _number(value: int) -> bytes:
    """Return a compact number in 1, 2 or 9 bytes (MS-FSSHTTPB 2.2.1.1)."""
    if value < 1 << 7:
        return bytes([value << 1 | 1]) if value else b"\x00"
    if value < 1 << 14:
        return struct.pack("<H", value << 2 | 2)
    return b"\x80" + struct.pack("<Q", value)


def _id(value: bytes) -> bytes:
    """Return an identifier in its shortest form (MS-FSSHTTPB 2.2.1.7)."""
    (number,) = struct.unpack("<I", value[16:])
    if value == NIL:
        return b"\x00"
    if number < 32:
        return bytes([number << 3 | 4]) + value[:16]
    if number < 1024:
        return struct.pack("<H", number << 6 | 0x20) + value[:16]
    return b"\x80" + struct.pack("<I", number) + value[:16]


def cabinet(name: str, data: bytes) -> bytes:
    """Return a cabinet with one file that is stored as it is (MS-CAB 2)."""
    files = struct.pack("<IIHHHH", len(data), 0, 0, 0x5A21, 0, 0x20) + name.encode() + b"\x00"
    start = 36 + 8 + len(files)
    block = struct.pack("<IHH", 0, len(data), len(data)) + data
    head = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, start + len(block), 0, 44, 0, 3, 1, 1, 1, 0, 0, 0)
    return head + struct.pack("<IHH", start, 1, 0) + files + block
