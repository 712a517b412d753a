"""One input file to its items: containers opened, families kept, every byte accounted for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from chancery.engines.ingest.budget import Budget
from chancery.engines.ingest.faults import guarded, reading_of
from chancery.engines.ingest.formats import FORMATS, Format, contradicts
from chancery.engines.ingest.identify import identify, media_type_of
from chancery.engines.ingest.inventory import hash_file, scan_sparse
from chancery.engines.ingest.known import is_known
from chancery.engines.ingest.loading import read
from chancery.engines.ingest.names import inner_path, item_id, native_name
from chancery.engines.ingest.reading import HEAD_BYTES, Child, Content, Exhausted, Reading, Unreadable
from chancery.engines.ingest.records import Decisions, Item, Limits, SourceFile
from chancery.engines.ingest.verdict import settle
from chancery.engines.ingest.writing import KEEP, Written, hashed, write_child

Emit = Callable[[int, Item, Content | None], None]
DEFAULTS = Decisions()
_PIECE = 1024 * 1024
_CONTAINER_KINDS = frozenset({"archive", "mailbox"})


def expand_file(
    *,
    file: SourceFile,
    scratch: Path,
    limits: Limits,
    skip: dict[str, tuple[str, str]] | None = None,
    on_start: Callable[[str], None] | None = None,
    decisions: Decisions = DEFAULTS,
) -> list[Item]:
    """Return the items of one input file, each parent before its children, the file itself first.

    skip: id -> (code, detail) of items that are not read but recorded with that exception.
    on_start: told the id of each item before it is read. Bad input raises nothing: it ends as a coded
    exception. The bytes of every child are written into ``scratch``.
    """
    found: dict[int, Item] = {}

    def keep(index: int, item: Item, _: Content | None) -> None:
        found[index] = item

    expand_into(
        file=file,
        scratch=scratch,
        limits=limits,
        emit=keep,
        skip=skip,
        on_start=on_start,
        decisions=decisions,
        lay=True,
    )
    return [found[index] for index in sorted(found)]


def expand_into(
    *,
    file: SourceFile,
    scratch: Path,
    limits: Limits,
    emit: Emit,
    skip: dict[str, tuple[str, str]] | None = None,
    on_start: Callable[[str], None] | None = None,
    decisions: Decisions = DEFAULTS,
    lay: bool = False,
) -> None:
    """Give each item of one input file to ``emit`` as soon as it is settled, with its place in the order and its
    content: children before their parent, so that nothing has to be held until the end.

    lay: the bytes of every child are written into ``scratch``; otherwise only of those a reader wants as files,
    and they are removed again.
    """
    try:
        size, data = _opened(file.location)
    except OSError:
        emit(0, _missing(file), None)
        return
    run = _Run(file, scratch, limits, Budget(limits, size), skip or {}, on_start, emit, decisions, lay)
    run.visit_top(size, data)


def _opened(location: Path) -> tuple[int, bytes | None]:
    """Return the size of a file, and its bytes when they are few."""
    handle = os.open(location, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(handle).st_size
        if size > KEEP:
            return size, None
        data = os.read(handle, size + 1)
        while piece := os.read(handle, _PIECE) if len(data) > size or len(data) < size else b"":
            data += piece
        return len(data), data
    finally:
        os.close(handle)


def _missing(file: SourceFile) -> Item:
    identity = item_id(chain=(file.path,))
    return Item(
        id=identity,
        parent_id=None,
        family_id=identity,
        path=file.path,
        name=_last(file.path),
        media_type="application/octet-stream",
        kind="other",
        size=0,
        sha256="",
        md5="",
        status="exception",
        exception="corrupt",
        exception_detail="The file could not be opened.",
    )


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2] or path


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an item stands: its chain of names, parent, family (None outside any document) and depth."""

    chain: tuple[str, ...]
    path: str
    parent: str | None = None
    family: str | None = None
    depth: int = 0
    position: int = 0


@dataclass(slots=True)
class _Run:
    file: SourceFile
    scratch: Path
    limits: Limits
    budget: Budget
    skip: dict[str, tuple[str, str]]
    on_start: Callable[[str], None] | None
    emit: Emit
    decisions: Decisions
    lay: bool
    count: int = 0
    losses: list[set[str]] = field(default_factory=list)

    def visit_top(self, size: int, data: bytes | None) -> None:
        """Read the input file itself."""
        place = _Place((self.file.path,), self.file.path)
        identity = item_id(chain=place.chain)
        verdict = self._refusal_at_top(size) if data is None else None
        if verdict is not None and size > self.limits.max_file_bytes:
            self._record_bare(place, identity, _last(place.path), size, *verdict)
            return
        if data is not None:
            written = hashed(data=data)
        else:
            size, sha256, md5 = hash_file(path=self.file.location)
            with self.file.location.open("rb") as stream:
                written = Written(size, sha256, md5, stream.read(HEAD_BYTES), None)
        content = Content(
            name=_last(self.file.path),
            place=self.file.location,
            size=written.size,
            head=written.head,
            passwords=self.file.passwords,
            parts=tuple(part for _, part in self.file.parts),
            limits=self.limits,
            kept=written.kept,
            decisions=self.decisions,
        )
        self._visit(place, identity, content, written, None, Child(content.name, None), verdict)

    def _refusal_at_top(self, size: int) -> tuple[str, str] | None:
        if size > self.limits.max_file_bytes:
            return "too_large", "The file is larger than the limit for one input file."
        if scan_sparse(path=self.file.location, size=size):
            return "too_large", "The file announces a large size but holds nothing but zero bytes."
        return None

    def _visit(
        self,
        place: _Place,
        identity: str,
        content: Content,
        written: Written,
        native: str | None,
        child: Child,
        verdict: tuple[str, str] | None,
    ) -> None:
        index = self.count
        self.count += 1
        if self.on_start is not None:
            self.on_start(identity)
        form, reading = self._read(identity, content, place, verdict or self._known(written))
        is_container = reading.container or form.kind in _CONTAINER_KINDS
        family = place.family or identity
        before = self.count
        if (written.size or content.parts) and reading.children != ():
            inside = _Place(
                place.chain, place.path, identity, place.family if is_container else family, place.depth, place.position
            )
            self._children(inside, reading, place)
        elif self.file.incomplete and place.depth == 0:
            reading.flag("truncated", "A part of this split archive is missing.")
        contradiction = written.size > 0 and contradicts(extension=content.extension, key=form.key)
        item = settle(
            identity=identity,
            parent=place.parent,
            family=family,
            path=place.path,
            name=_last(place.path),
            position=place.position,
            form=form,
            media_type=media_type_of(content=content, form=form),
            written=written,
            native=native if self.lay else None,
            child=child,
            reading=reading,
            container=is_container,
            contradiction=contradiction,
            found=self.count - before,
            max_text=self.limits.max_text_chars,
        )
        self.emit(index, item, content)

    def _read(
        self, identity: str, content: Content, place: _Place, verdict: tuple[str, str] | None
    ) -> tuple[Format, Reading]:
        """Identify and read one file; whatever a reader throws becomes a code here, the edge of the
        engine."""
        form = FORMATS["binary"]
        verdict = verdict or self.skip.get(identity)
        if verdict is not None:
            return form, Reading(exception=verdict[0], detail=verdict[1])
        if place.depth == 0 and (part := self._part()) is not None:
            return FORMATS["part"], part
        if content.size == 0:
            return form, Reading(exception="empty", detail="The file holds no bytes.")
        try:
            form = identify(content=content)
            if content.parts and form.kind != "archive":
                form = FORMATS["part"]
            if form.kind in _CONTAINER_KINDS and place.depth >= self.limits.max_depth:
                return form, Reading(exception="depth_limit", detail="Containers are nested deeper than the limit.")
            return form, read(content=content, form=form)
        except BaseException as fault:
            return form, reading_of(fault=fault, form=form)

    def _known(self, written: Written) -> tuple[str, str] | None:
        """Return the verdict on a file that the list of known files names."""
        if self.decisions.known is None or not written.size:
            return None
        if not is_known(path=self.decisions.known, sha256=written.sha256, md5=written.md5):
            return None
        return "known_file", "The file is on the list of known files and was not read."

    def _part(self) -> Reading | None:
        """Return the reading of a later or widowed volume of a split archive, None for any other file."""
        if self.file.part_of is not None:
            return Reading(metadata={"part_of": self.file.part_of}, container=True)
        if self.file.incomplete and not re.search(r"[.t]0*[01](\.rar)?$", self.file.path):
            detail = "This is a part of a split archive of which another part is missing."
            return Reading(exception="truncated", detail=detail, container=True)
        return None

    def _children(self, inside: _Place, reading: Reading, place: _Place) -> None:
        """Visit the children one by one; a limit or a fault on the way is coded on the parent."""
        position = 0
        self.losses.append(set())
        try:
            for child in guarded(children=reading.children):
                self.budget.take_item()
                self.budget.check_time()
                self._child(inside, place, child, position)
                position += 1
        except Exhausted as refusal:
            reading.flag(refusal.code, refusal.sentence(refusal.message))
        except Unreadable as refusal:
            code = refusal.code if position == 0 or refusal.code != "corrupt" else "partly_extracted"
            reading.flag(code, refusal.sentence(refusal.message))
        lost = self.losses.pop()
        if self.file.incomplete and place.depth == 0:
            reading.flag("truncated", "A part of this split archive is missing.")
        if lost:
            code = lost.pop() if len(lost) == 1 else "partly_extracted"
            reading.flag(code, "Some of what it holds could not be read whole.")

    def _child(self, inside: _Place, parent: _Place, child: Child, position: int) -> None:
        shown, hostile = inner_path(name=child.name)
        chain = (*parent.chain, f"{position}/{child.name}")
        identity = item_id(chain=chain)
        path = f"{parent.path}/{shown}"
        place = _Place(chain, path, inside.parent, inside.family, parent.depth + 1, position)
        if hostile and child.exception is None:
            detail = "The entry names a place outside its archive; it was kept under a harmless name."
            child = replace(child, exception="path_traversal", detail=detail)
        if child.source is None:
            self._note_loss(child)
            self._record_bare(
                place,
                identity,
                _last(shown),
                child.declared_size or 0,
                child.exception or "corrupt",
                child.detail,
            )
            return
        native = native_name(identity=identity, name=shown)
        target = self.scratch / native
        try:
            written = write_child(child=child, target=target, budget=self.budget)
        except Exhausted as refusal:
            target.unlink(missing_ok=True)
            detail = refusal.sentence(refusal.message)
            self._record_bare(place, identity, _last(shown), child.declared_size or 0, refusal.code, detail)
            raise
        if written.fault is not None and child.exception is None:
            fault = written.fault
            child = replace(child, exception=fault.code, detail=fault.sentence(fault.message))
        self._note_loss(child)
        content = Content(
            name=_last(shown),
            place=target,
            size=written.size,
            head=written.head,
            passwords=self.file.passwords,
            limits=self.limits,
            kept=written.kept,
            decisions=self.decisions,
            laid=written.kept is None,
        )
        if self.lay and written.kept is not None:
            target.write_bytes(written.kept)
            content.laid = True
        self._visit(place, identity, content, written, native, child, None)
        if content.laid and not self.lay:
            target.unlink(missing_ok=True)

    def _note_loss(self, child: Child) -> None:
        if child.exception not in (None, "path_traversal", "unsupported"):
            self.losses[-1].add(str(child.exception))

    def _record_bare(self, place: _Place, identity: str, name: str, size: int, code: str, detail: str) -> None:
        """Record something whose bytes could not be had."""
        self.count += 1
        self.emit(
            self.count - 1,
            Item(
                id=identity,
                parent_id=place.parent,
                family_id=place.family or identity,
                path=place.path,
                name=name,
                media_type="application/octet-stream",
                kind="other",
                size=size,
                sha256="",
                md5="",
                status="exception",
                exception=code,
                exception_detail=detail,
                position=place.position,
            ),
            None,
        )
