"""OneNote sections as OneNote keeps them on a disk: a revision store.

Authority: MS-ONESTORE 2.3 (header, transaction log), 2.4 (lists of file nodes), 2.5 (file nodes), 2.6.13
(stored files). Of each object space the newest revision of the default context is taken, completed by the revisions
it depends on; only what the transaction log has committed is read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from chancery.engines.ingest.onevalues import HISTORY, NIL, Declared, Space, Store

_LIST_HEAD, _LIST_FOOT = 16, 20
_LIST_MAGIC = struct.pack("<Q", 0xA4567AB1F5F7F4C4)
_LOCK_MAGIC = struct.pack("<Q", 0xFB6BA385DAD1A067)
_LIST_END = struct.pack("<Q", 0x8BC215C38233BA4B)
_FILE_GUID = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
_SPACES, _ROOT, _REVISIONS, _FILES, _FILE = 0x008, 0x004, 0x010, 0x090, 0x094
_STARTS = {0x01B: 48, 0x01E: 40, 0x01F: 40}
_END, _GROUP, _ROLE, _ROLE_IN_CONTEXT = 0x01C, 0x0B0, 0x05C, 0x05D
_TABLES, _ENTRY, _COPY_ONE, _COPY_MANY = (0x021, 0x022), 0x024, 0x025, 0x026
_SHORT_BODY, _LONG_BODY, _REVISED = (0x02D, 0x02E), (0x0A4, 0x0A5, 0x0C4, 0x0C5), (0x041, 0x042)
_FILE_BODY, _LOCK, _ROOT_SHORT, _ROOT_LONG = (0x072, 0x073), 0x07C, 0x059, 0x05A
_TERMINATOR, _LARGEST_INDEX = 0x0FF, 0xFFFFFF
_CONTENT = 1


@dataclass(frozen=True, slots=True)
class _Node:
    """One file node. body: what follows its reference. start, size: what it refers to, size 0 for nothing."""

    kind: int
    body: bytes
    start: int = 0
    size: int = 0


@dataclass(slots=True)
class _Revision:
    """One revision. base: the revision it completes. context: NIL for the default one."""

    base: bytes
    context: bytes = NIL
    objects: dict[bytes, Declared] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)
    table: dict[int, bytes] = field(default_factory=dict)


def read_store(*, data: bytes) -> Store:
    """Return the object spaces of a revision store; what cannot be followed is left out and noted."""
    return _File(data).read()


class _File:
    def __init__(self, data: bytes) -> None:
        self.data, self.view, self.store = data, memoryview(data), Store()
        self.counts: dict[int, int] = {}
        self.groups: dict[int, list[Declared]] = {}
        self.known: set[int] = set()
        self.locked = False

    def read(self) -> Store:
        if len(self.data) < 1024:
            self.store.cut = True
            return self.store
        (announced,) = struct.unpack_from("<Q", self.data, 196)
        self.store.cut = len(self.data) < announced < 1 << 48
        self._log()
        for node in self._list(*struct.unpack_from("<QI", self.data, 172)):
            if node.kind == _ROOT:
                self.store.root = node.body[:20]
            elif node.kind == _SPACES:
                self._space(node)
            elif node.kind == _FILES:
                self._files(node)
        self._search()
        return self.store

    def _search(self) -> None:
        """Take the declarations that no revision has led to from every list there is, in the order of the file."""
        at, damaged = self.data.find(_LIST_MAGIC), self.store.damaged
        while at >= 0:
            following = self.data.find(_LIST_MAGIC, at + 8)
            last = following if following >= 0 else len(self.data)
            foot = self.data.rfind(_LIST_END, at, last)
            for node in self._nodes(at + _LIST_HEAD, foot - _LIST_FOOT + 8 if foot >= 0 else last):
                fits = node.kind in (*_SHORT_BODY, *_LONG_BODY) and len(node.body) >= 8
                if fits and node.size and node.start not in self.known:
                    jcid = struct.unpack_from("<I", node.body, 4)[0]
                    jcid = 0x00020000 | jcid & 0x3FF if node.kind in _SHORT_BODY else jcid
                    self.store.loose.append(Declared(NIL, jcid, self.view[node.start : node.start + node.size], {}))
            at = following
        self.store.damaged = damaged

    def _log(self) -> None:
        """Note how many nodes of each list are committed."""
        (transactions,) = struct.unpack_from("<I", self.data, 96)
        at, size = struct.unpack_from("<QI", self.data, 160)
        seen: set[int] = set()
        while transactions and size >= 12 and at not in seen and at + size <= len(self.data):
            seen.add(at)
            for place in range(at, at + size - 19, 8):
                self.store.budget.take()
                source, count = struct.unpack_from("<II", self.data, place)
                if source == 1:
                    transactions -= 1
                    if not transactions:
                        return
                else:
                    self.counts[source] = count
            at, size = struct.unpack_from("<QI", self.data, at + size - 12)
        if transactions:
            self.store.damaged = True
            self.counts.clear()

    def _list(self, at: int, size: int) -> Iterator[_Node]:
        """Yield the committed nodes of a list through its fragments; a loop or a break ends it."""
        seen: set[int] = set()
        left, following = -1, 0
        while size:
            number = self._fragment(at, size)
            if at in seen or number is None or (seen and number[0] != following):
                self.store.damaged = True
                return
            if not seen:
                left, following = self.counts.get(number[0], -1), number[0]
            seen.add(at)
            end = min(at + size - _LIST_FOOT, len(self.data))
            for node in self._nodes(at + _LIST_HEAD, end):
                if left == 0:
                    return
                left -= 1
                yield node
            if left == 0 or at + size > len(self.data):
                return
            at, size = struct.unpack_from("<QI", self.data, at + size - _LIST_FOOT)
            if at >= 0xFFFFFFFFFFFFFFFF:
                break
        self.store.damaged |= left > 0

    def _fragment(self, at: int, size: int) -> tuple[int, int] | None:
        """Return the number of the list and of the fragment; None where there is no fragment."""
        if at + size > len(self.data):
            self.store.cut = True
        if size < _LIST_HEAD + _LIST_FOOT or self.data[at : at + 8] != _LIST_MAGIC:
            return None
        if len(self.data) < at + _LIST_HEAD:
            return None
        number, sequence = struct.unpack_from("<II", self.data, at + 8)
        return number, sequence

    def _nodes(self, at: int, end: int) -> Iterator[_Node]:
        while end - at >= 4:
            self.store.budget.take()
            (head,) = struct.unpack_from("<I", self.data, at)
            kind, size = head & 0x3FF, head >> 10 & 0x1FFF
            if kind in (0, _TERMINATOR):
                return
            if size < 4 or at + size > end:
                self.store.damaged = True
                return
            yield _node(head, self.data[at + 4 : at + size])
            at += size

    def _space(self, node: _Node) -> None:
        """Read one object space: the last list of revisions counts. One that is encrypted is left out."""
        lists = [each for each in self._list(node.start, node.size) if each.kind == _REVISIONS]
        if not lists:
            self.store.damaged = True
            return
        self.locked = False
        revisions, roles = self._revisions(lists[-1])
        if self.locked:
            self.store.encrypted = True
            return
        current = roles.get(NIL)
        if current is None:
            current = next((rid for rid, each in reversed(revisions.items()) if each.context == NIL), None)
        space, used = Space(), set()
        while current is not None and current != NIL and current not in used:
            used.add(current)
            revision = revisions.get(current)
            if revision is None:
                self.store.damaged = True
                break
            self.store.budget.take(len(revision.objects))
            for identity, declared in revision.objects.items():
                space.objects.setdefault(identity, declared)
            for role, root in revision.roots.items():
                space.roots.setdefault(role, root)
            current = revision.base
        kept = {id(each) for each in space.objects.values()}
        for revision in revisions.values():
            self.store.budget.take(len(revision.objects))
            self.store.older.extend(each for each in revision.objects.values() if id(each) not in kept)
        self.store.contexts += len(roles.keys() - {NIL, HISTORY})
        self.store.spaces[node.body[:20]] = space

    def _revisions(self, node: _Node) -> tuple[dict[bytes, _Revision], dict[bytes, bytes]]:
        """Return the revisions of a list, and which of them each context shows."""
        revisions: dict[bytes, _Revision] = {}
        roles: dict[bytes, bytes] = {}
        now: _Revision | None = None
        for each in self._list(node.start, node.size):
            body = each.body
            if each.kind in _STARTS:
                now = _Revision(body[20:40])
                role_at = _STARTS[each.kind]
                now.context = body[46:66] if each.kind == 0x01F and len(body) >= 66 else NIL
                again = revisions.get(body[:20])
                self.store.older.extend(again.objects.values() if again else ())
                revisions[body[:20]] = now
                if int.from_bytes(body[role_at : role_at + 4], "little") == _CONTENT:
                    roles[now.context] = body[:20]
                base = revisions.get(now.base)
                now.table = {} if base is None else now.table
            elif each.kind == _ROLE and body[20:24] == b"\x01\0\0\0":
                roles[NIL] = body[:20]
            elif each.kind == _ROLE_IN_CONTEXT and body[20:24] == b"\x01\0\0\0":
                roles[body[24:44]] = body[:20]
            elif each.kind == _LOCK:
                self.locked |= self.data[each.start : each.start + 8] == _LOCK_MAGIC
            elif now is not None:
                self._into(now, each, revisions)
        return revisions, roles

    def _into(self, now: _Revision, node: _Node, revisions: dict[bytes, _Revision]) -> None:
        """Take one node between the start and the end of a revision."""
        body = node.body
        if node.kind == _GROUP:
            for declared in self._group(node):
                self._keep(now, declared)
        elif node.kind == _ROOT_LONG and len(body) >= 24:
            now.roots[struct.unpack_from("<I", body, 20)[0]] = body[:20]
        elif node.kind == _ROOT_SHORT and len(body) >= 8:
            compact, role = struct.unpack_from("<II", body)
            now.roots[role] = Declared(NIL, 0, table=now.table).resolved(0, compact, False)
        elif node.kind in _TABLES or node.kind in (_ENTRY, _COPY_ONE, _COPY_MANY):
            base = revisions.get(now.base)
            now.table = self._table(node, now.table, base.table if base else {})
        else:
            declared_here = self._declared(node, now.table)
            if declared_here is not None:
                if node.kind in _REVISED:
                    declared_here.jcid = self._known(declared_here.id, now, revisions)
                self._keep(now, declared_here)

    def _keep(self, now: _Revision, declared: Declared) -> None:
        """Put an object into a revision; one that it replaces there is older."""
        replaced = now.objects.get(declared.id)
        if replaced is not None and replaced is not declared:
            self.store.older.append(replaced)
        now.objects[declared.id] = declared

    def _known(self, identity: bytes, now: _Revision, revisions: dict[bytes, _Revision]) -> int:
        """Return the type of an object that an earlier revision has declared, 0 for an unknown one."""
        seen: set[int] = set()
        each: _Revision | None = now
        while each is not None and id(each) not in seen:
            self.store.budget.take()
            seen.add(id(each))
            if identity in each.objects:
                return each.objects[identity].jcid
            each = revisions.get(each.base)
        return 0

    def _group(self, node: _Node) -> list[Declared]:
        """Return the objects of a group; each group is read once."""
        if node.start in self.groups:
            self.store.budget.take(len(self.groups[node.start]))
            return self.groups[node.start]
        found: list[Declared] = []
        self.groups[node.start] = found
        table: dict[int, bytes] = {}
        for each in self._list(node.start, node.size):
            if each.kind in _TABLES or each.kind in (_ENTRY, _COPY_ONE, _COPY_MANY):
                table = self._table(each, table, {})
            else:
                declared = self._declared(each, table)
                if declared is not None:
                    found.append(declared)
        return found

    def _table(self, node: _Node, table: dict[int, bytes], base: dict[int, bytes]) -> dict[int, bytes]:
        """Return the table of GUIDs after a node; a new one begins at its start."""
        body = node.body
        if node.kind in _TABLES:
            return {}
        if node.kind == _ENTRY and len(body) >= 20:
            table[struct.unpack_from("<I", body)[0]] = body[4:20]
        elif node.kind == _COPY_ONE and len(body) >= 8:
            source, target = struct.unpack_from("<II", body)
            if source in base:
                table[target] = base[source]
        elif node.kind == _COPY_MANY and len(body) >= 12:
            source, count, target = struct.unpack_from("<III", body)
            for index, guid in base.items():
                self.store.budget.take()
                if 0 <= index - source < count and index - source + target <= _LARGEST_INDEX:
                    table[index - source + target] = guid
        return table

    def _declared(self, node: _Node, table: dict[int, bytes]) -> Declared | None:
        """Return the object that a node declares, None for a node of another kind."""
        body, kind = node.body, node.kind
        if kind not in (*_SHORT_BODY, *_LONG_BODY, *_REVISED, *_FILE_BODY):
            return None
        if len(body) < 8:
            self.store.damaged = True
            return None
        (compact,) = struct.unpack_from("<I", body)
        jcid = struct.unpack_from("<I", body, 4)[0]
        if kind in _SHORT_BODY:
            jcid = 0x00020000 | jcid & 0x3FF
        made = Declared(Declared(NIL, 0, table=table).resolved(0, compact, False), jcid, table=table)
        if made.id == NIL:
            self.store.damaged = True
            return None
        if kind in _FILE_BODY:
            made.file, after = _text(body, 9 if kind == _FILE_BODY[0] else 12)
            made.ending, _ = _text(body, after)
        elif node.size:
            if node.start + node.size > len(self.data):
                self.store.cut = True
            self.known.add(node.start)
            made.blob = self.view[node.start : node.start + node.size]
        return made

    def _files(self, node: _Node) -> None:
        """Note the bytes of the stored files."""
        for each in self._list(node.start, node.size):
            if each.kind != _FILE or len(each.body) < 16:
                continue
            at = each.start
            if self.data[at : at + 16] != _FILE_GUID or at + 36 > len(self.data):
                self.store.damaged = True
                continue
            (size,) = struct.unpack_from("<Q", self.data, at + 16)
            if size > len(self.data) - at - 36:
                self.store.cut = True
            self.store.places.add(at)
            self.store.files[each.body[:16]] = self.view[at + 36 : at + 36 + size]


def _node(head: int, rest: bytes) -> _Node:
    """Take the reference off the front of a node, as its formats say (MS-ONESTORE 2.4.3)."""
    kind, start_form, size_form, base = head & 0x3FF, head >> 23 & 3, head >> 25 & 3, head >> 27 & 0xF
    if base not in (1, 2):
        return _Node(kind, rest)
    wide, narrow = (8, 4, 2, 4)[start_form], (4, 8, 1, 2)[size_form]
    start, size = int.from_bytes(rest[:wide], "little"), int.from_bytes(rest[wide : wide + narrow], "little")
    body = rest[wide + narrow :]
    if start == (1 << 8 * wide) - 1:
        return _Node(kind, body)
    return _Node(kind, body, start * (8 if start_form > 1 else 1), size * (8 if size_form > 1 else 1))


def _text(body: bytes, at: int) -> tuple[str, int]:
    """Return the counted text at a place and where it ends."""
    (count,) = struct.unpack("<I", body[at : at + 4]) if len(body) >= at + 4 else (0,)
    end = min(at + 4 + 2 * count, len(body))
    return body[at + 4 : end].decode("utf-16-le", "replace"), end
