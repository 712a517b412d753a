"""OneNote sections as servers hand them out: the same objects packed as data elements.

Authority: MS-ONESTORE 2.7 and 2.8 (what the elements stand for), MS-FSSHTTPB 2.2.1 (their bytes). Of each cell the
newest revision is taken, completed by the revisions it is based on.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from chancery.engines.ingest.onevalues import HISTORY, NIL, Amiss, Declared, Space, Store

_PACKAGE_AT = 68
_ELEMENT, _PACKAGE = 0x01, 0x15
_CELL, _REVISION_OF, _MANIFEST_ROOT, _CURRENT = 0x0E, 0x0D, 0x07, 0x0B
_REVISION, _ROOT, _GROUP_OF = 0x1A, 0x0A, 0x19
_OBJECT, _BLOB_OBJECT, _DATA, _BLOB_OF, _EXCLUDED, _BLOB = 0x18, 0x05, 0x16, 0x1C, 0x03, 0x02
_STATIC, _SET, _FILE = 4, 1, 2
_SECTION_ROOT = bytes.fromhex("b9fade84a3aa0d4aa3a8520c77ac7073") + struct.pack("<I", 2)
_HEADER_ROOT = bytes.fromhex("9c315a1a6bc2aa41b9c59bd8c44e07d4") + struct.pack("<I", 1)
_ROLE = bytes.fromhex("f817374a141ce749952681d942de1741")
_LOCK_ROLE = 3
_LONG = 0x7FFF
_GROUP_KIND, _SINGLE = 5, (1, 2, 3, 4, 0x0A)
_MOST_IDS = 1_000_000


@dataclass(slots=True)
class _Group:
    """An object group. made: (object, partition) in order. held: references, cells and bytes for each."""

    made: list[tuple[bytes, int]] = field(default_factory=list)
    held: list[tuple[list[bytes], list[tuple[bytes, bytes]], memoryview | bytes]] = field(default_factory=list)


@dataclass(slots=True)
class _Manifest:
    """A revision. base: the revision it completes."""

    base: bytes
    roots: dict[int, bytes] = field(default_factory=dict)
    groups: list[bytes] = field(default_factory=list)


def read_packed(*, data: bytes) -> Store:
    """Return the object spaces of a packaged section; what cannot be followed is left out and noted."""
    return _Package(data).read()


class _Bytes:
    """A place in the bytes, and the small values of the format from there on (MS-FSSHTTPB 2.2.1.1 to 2.2.1.11)."""

    def __init__(self, view: memoryview, at: int, end: int) -> None:
        self.view, self.at, self.end = view, at, end

    def take(self, size: int) -> memoryview:
        if size > self.end - self.at:
            raise Amiss
        self.at += size
        return self.view[self.at - size : self.at]

    def fixed(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def number(self) -> int:
        """A compact number: the lowest set bit of the first byte tells its length."""
        first = self.fixed(1)
        if not first:
            return 0
        extra = (first & -first).bit_length() - 1
        if extra == 7:
            return self.fixed(8)
        return (self.fixed(extra) << 8 | first) >> extra + 1

    def identifier(self) -> bytes:
        first = self.fixed(1)
        if not first:
            return NIL
        if first & 7 == 4:
            value = first >> 3
        elif first & 0x3F == 0x20:
            value = self.fixed(1) << 2 | first >> 6
        elif first & 0x7F == 0x40:
            value = self.fixed(2) << 1 | first >> 7
        elif first == 0x80:
            value = self.fixed(4)
        else:
            raise Amiss
        return bytes(self.take(16)) + struct.pack("<I", value)

    def identifiers(self) -> list[bytes]:
        return [self.identifier() for _ in range(self._count())]

    def cells(self) -> list[tuple[bytes, bytes]]:
        return [(self.identifier(), self.identifier()) for _ in range(self._count())]

    def _count(self) -> int:
        count = self.number()
        if count > min(self.end - self.at, _MOST_IDS):
            raise Amiss
        return count

    def serial(self) -> None:
        if self.fixed(1):
            self.take(24)

    def item(self) -> memoryview:
        return self.take(self.number())

    def header(self) -> tuple[int, int]:
        """Return type and length of the object that begins here; the length is -1 where one ends."""
        first = self.view[self.at] if self.at < self.end else 0
        form = first & 3
        if form == 0:
            head = self.fixed(2)
            return head >> 3 & 0x3F, head >> 9
        if form == 2:
            head = self.fixed(4)
            length = head >> 17
            return head >> 3 & 0x3FFF, self.number() if length == _LONG else length
        return self.fixed(1 if form == 1 else 2) >> 2, -1


class _Package:
    def __init__(self, data: bytes) -> None:
        self.view, self.store = memoryview(data), Store()
        self.cells: dict[tuple[bytes, bytes], bytes] = {}
        self.mapped: dict[bytes, bytes] = {}
        self.roots: dict[bytes, tuple[bytes, bytes]] = {}
        self.current: dict[bytes, bytes] = {}
        self.revisions: dict[bytes, _Manifest] = {}
        self.groups: dict[bytes, _Group] = {}
        self.blobs: dict[bytes, memoryview] = {}
        self.used: set[bytes] = set()
        self.shown: set[bytes] = set()

    def read(self) -> Store:
        try:
            self._elements()
        except Amiss:
            self.store.damaged = True
        header, section = self.roots.get(_HEADER_ROOT), self.roots.get(_SECTION_ROOT)
        if section is not None:
            self.store.root = section[1]
        for cell, manifest in self.cells.items():
            if cell == header or manifest == NIL:
                continue
            space = self._space(cell, manifest)
            if cell[1] in self.store.spaces or (section is not None and cell[0] != section[0]):
                self.store.contexts += cell[0] != HISTORY
                self.store.older.extend(space.objects.values())
            else:
                self.store.spaces[cell[1]] = space
        for reference in [each for each in self.groups if each not in self.used]:
            self.store.older.extend(self._declared(self.groups[reference], NIL).values())
        self.store.files.update({name: blob for name, blob in self.blobs.items() if name not in self.shown})
        return self.store

    def _elements(self) -> None:
        """Read the data elements in their order to the end of the package."""
        at = _Bytes(self.view, _PACKAGE_AT, len(self.view))
        element, kind, now = NIL, 0, None
        for _ in range(2):
            _, length = at.header()
            at.take(max(length, 0))
        while at.at < at.end:
            self.store.budget.take()
            number, length = at.header()
            if length < 0:
                if number == _PACKAGE:
                    return
                continue
            if length > at.end - at.at:
                self.store.cut = True
                raise Amiss
            body = _Bytes(self.view, at.at, at.at + length)
            at.at += length
            if number == _ELEMENT:
                element = body.identifier()
                body.serial()
                kind, now = body.number(), None
                if kind == _GROUP_KIND:
                    now = self.groups.setdefault(element, _Group())
                continue
            try:
                if now is not None:
                    self._grouped(now, number, body)
                elif kind in _SINGLE:
                    self._single(element, number, body)
            except Amiss:
                self.store.damaged = True
        self.store.cut = True

    def _single(self, element: bytes, number: int, body: _Bytes) -> None:
        """Take one object of an index, a manifest or a blob."""
        if number == _CELL:
            cell = (body.identifier(), body.identifier())
            self.cells[cell] = body.identifier()
        elif number == _REVISION_OF:
            revision = body.identifier()
            self.mapped[revision] = body.identifier()
        elif number == _MANIFEST_ROOT:
            root = body.identifier()
            self.roots[root] = (body.identifier(), body.identifier())
        elif number == _CURRENT:
            self.current[element] = body.identifier()
        elif number == _REVISION:
            body.identifier()
            self.revisions[element] = _Manifest(body.identifier())
        elif number == _ROOT and element in self.revisions:
            role, root = body.identifier(), body.identifier()
            if role[:16] == _ROLE:
                self.revisions[element].roots[role[16]] = root
        elif number == _GROUP_OF and element in self.revisions:
            self.revisions[element].groups.append(body.identifier())
        elif number == _BLOB:
            self.blobs[element] = body.item()

    def _grouped(self, group: _Group, number: int, body: _Bytes) -> None:
        """Take one object of an object group: a declaration, or what belongs to the next one declared."""
        if number == _OBJECT:
            group.made.append((body.identifier(), body.number()))
        elif number == _BLOB_OBJECT:
            identity, _ = body.identifier(), body.identifier()
            group.made.append((identity, body.number()))
        elif number == _DATA:
            group.held.append((body.identifiers(), body.cells(), body.item()))
        elif number == _BLOB_OF:
            group.held.append((body.identifiers(), body.cells(), body.identifier()))
        elif number == _EXCLUDED:
            group.held.append(([], [], b""))
            self.store.damaged = True

    def _space(self, cell: tuple[bytes, bytes], manifest: bytes) -> Space:
        """Return the newest revision of a cell, nothing of an encrypted one."""
        space, seen = Space(), set[bytes]()
        revision = self.mapped.get(self.current.get(manifest, NIL), NIL)
        while revision != NIL and revision not in seen:
            seen.add(revision)
            found = self.revisions.get(revision)
            if found is None:
                self.store.damaged = True
                break
            if _LOCK_ROLE in found.roots:
                self.store.encrypted = True
                return Space()
            for role, root in found.roots.items():
                space.roots.setdefault(role, root)
            for reference in found.groups:
                self._objects(reference, cell[1], space)
            revision = self.mapped.get(found.base, NIL)
        if not seen:
            self.store.damaged = True
        return space

    def _objects(self, reference: bytes, identity: bytes, space: Space) -> None:
        """Put the objects of a group into a space, unless a newer revision has declared them."""
        group = self.groups.get(reference)
        if group is None:
            self.store.damaged = True
            return
        self.used.add(reference)
        for each, declared in self._declared(group, identity).items():
            if each in space.objects:
                self.store.older.append(declared)
            else:
                space.objects[each] = declared

    def _declared(self, group: _Group, identity: bytes) -> dict[bytes, Declared]:
        """Return the objects of a group, each put together from its type, its properties and its file."""
        if len(group.made) != len(group.held):
            self.store.damaged = True
        self.store.budget.take(len(group.made))
        made: dict[bytes, Declared] = {}
        for (each, partition), (objects, cells, held) in zip(group.made, group.held, strict=False):
            declared = made.setdefault(each, Declared(each, 0))
            if partition == _STATIC:
                declared.jcid = int.from_bytes(held[:4], "little")
            elif partition == _SET:
                declared.blob, declared.objects = held, objects
                declared.spaces = [other for _, other in cells if other != identity]
            elif partition == _FILE:
                declared.file = each.hex()
                blob = self.blobs.get(held) if isinstance(held, bytes) else held
                self.shown.add(bytes(held) if isinstance(held, bytes) else NIL)
                if blob is not None:
                    self.store.files.setdefault(each, blob)
        return made
