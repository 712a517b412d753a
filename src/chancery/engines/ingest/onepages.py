"""The pages of a OneNote section: text in reading order, the files placed on them, titles, dates, authors.

Authority: MS-ONE 2.1.2 and 2.1.11 (pages in conflict), 2.1.12 (properties), 2.1.13 (types), 2.1.16 (titles), 2.2 (what
each type holds).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from chancery.engines.ingest.mapi import moment
from chancery.engines.ingest.onevalues import NIL, Amiss, Declared, Space, Store
from chancery.engines.ingest.scraping import scrape

_TEXT, _ASCII, _ALT = 0x1C001C22, 0x1C003498, 0x1C001E58
_STRUCTURE, _CONTENT, _ELEMENTS, _PAGES = 0x24001D5F, 0x24001C1F, 0x24001C20, 0x2C001D63
_TITLE, _OLD_TITLE, _SECTION_NAME = 0x1C001CF3, 0x1C001D3C, 0x1C00349B
_FILE_NAME, _CONTAINER, _PICTURE, _PICTURE_NAME = 0x1C001D9C, 0x20001D9B, 0x20001C3F, 0x1C001DD7
_WEB_PICTURE, _ENDING, _AUTHOR, _LABEL = 0x200034C8, 0x1C003424, 0x1C001D75, 0x1C003468
_TOC_NAME, _TOC_PLACE, _SOURCE, _RIVAL = 0x1C001D6B, 0x14001CB9, 0x1C001D9D, 0x1C001D9E
_FOLDER_NAME, _TEMPLATE, _REMOVED = 0x1C001D69, 0x1C001CA5, 0x1DE9  # the first two seen in files, not in the list
_CREATED, _MODIFIED, _CREATED_FINE, _MODIFIED_FINE = 0x14001D09, 0x14001D7A, 0x18001C65, 0x18001D77
_CONFLICT, _LEFT, _DOWN = 0x08001D7C, 0x14001C14, 0x14001C15
_RICH, _IMAGE, _TABLE, _PAGE = 0x0E, 0x11, 0x22, 0x0B
_FACTS, _CONFLICT_FACTS, _AUTHOR_KIND, _TAG_KIND, _EMBEDDED = 0x30, 0x38, 0x01, 0x43, 0x35
_TOLD = (_RICH, _IMAGE, _EMBEDDED, _FACTS, _CONFLICT_FACTS, _AUTHOR_KIND)
_DEEPEST = 100
_EIGHTIES = datetime(1980, 1, 1, tzinfo=UTC)
_FIELD = re.compile(r'\ufddfHYPERLINK "([^"\r\n]*)"(?: \\[a-z] "[^"\r\n]*")?')
_GUID = re.compile(r"\{([0-9A-Fa-f]{8})-([0-9A-Fa-f]{4})-([0-9A-Fa-f]{4})-([0-9A-Fa-f]{4})-([0-9A-Fa-f]{12})\}")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\ufddf]")


@dataclass(slots=True)
class Placed:
    """A file or picture placed on a page. name: as its page says, "" for none. data: None when it is not here.

    file: what tells it from other stored files. source: path from which it was put in.
    """

    name: str
    data: bytes | memoryview | None
    ending: str = ""
    file: bytes = b""
    source: str = ""


@dataclass(slots=True)
class Page:
    """One page. lines: its text, the title first. created, modified: UTC. removed: marked as deleted."""

    title: str = ""
    lines: list[str] = field(default_factory=list)
    created: datetime | None = None
    modified: datetime | None = None
    conflict: bool = False
    removed: bool = False


@dataclass(slots=True)
class Section:
    """What a section holds. damaged: something on its pages could not be followed.

    seen: declarations that were read, by their identity in memory. others: pages that the section does not list.
    """

    name: str = ""
    pages: list[Page] = field(default_factory=list)
    others: list[Page] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    earlier_authors: list[str] = field(default_factory=list)
    templates: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    damaged: bool = False


def read_section(*, store: Store) -> Section:
    """Return the pages in the order of the section, then those it does not list. Refuses: too_large."""
    return _Walk(store).section()


def old_lines(*, store: Store, section: Section) -> list[str]:
    """Return the paragraphs of superseded declarations in file order, each once. Refuses: too_large."""
    return _lines(store, section, [*store.older, *(each for s in store.spaces.values() for each in s.objects.values())])


def loose_lines(*, store: Store, section: Section) -> list[str]:
    """Return the paragraphs that no revision leads to, each once. Refuses: too_large."""
    return _lines(store, section, store.loose)


def _lines(store: Store, section: Section, several: list[Declared]) -> list[str]:
    """Return the paragraphs of the objects that were not read yet."""
    walk, lines = _Walk(store), dict[str, None]()
    for declared in several:
        if id(declared) in section.seen or declared.kind not in _TOLD:
            continue
        section.seen.add(id(declared))
        values = walk.values(declared)
        if declared.kind == _AUTHOR_KIND:
            if (name := _string(values.get(_AUTHOR))) not in section.authors:
                _add(section.earlier_authors, name)
            continue
        title = _string(values.get(_TITLE)) if declared.kind in (_FACTS, _CONFLICT_FACTS) else ""
        for line in (*walk.own(values), *([title] if title.strip() else ())):
            lines[line] = None
    return list(lines)


class _Walk:
    def __init__(self, store: Store) -> None:
        self.store, self.found = store, Section()
        self.space, self.page = Space(), Page()
        self.drawn: set[bytes] = set()
        self.read: set[bytes] = set()

    def section(self) -> Section:
        found, root = self.found, self.store.spaces.get(self.store.root)
        order: dict[bytes, None] = {}
        if root is None:
            found.damaged = True
        else:
            self._root(root, order)
        for identity in order:
            space = self.store.spaces.get(identity)
            if space is None:
                found.damaged = True
            else:
                page = self._page(space)
                (found.others if page.conflict else found.pages).append(page)
        for identity, space in self.store.spaces.items():
            if identity not in order and identity != self.store.root:
                page = self._page(space)
                if page.lines:
                    found.others.append(page)
        return found

    def _root(self, root: Space, order: dict[bytes, None]) -> None:
        """Read the space of the section: its name, and which spaces are its pages in which order."""
        names: list[tuple[int, str]] = []
        named = ""
        self._facts(root)
        for declared in root.objects.values():
            if declared.kind == _FACTS:  # a copy of what the page says; its title matters where the page is lost
                continue
            values = self.values(declared)
            self.found.name = self.found.name or _string(values.get(_FOLDER_NAME))
            named = named or _string(values.get(_SECTION_NAME))
            if name := _string(values.get(_TOC_NAME)):
                names.append((values.get(_TOC_PLACE) or 0, name))
        self.found.name = named or self.found.name
        self.found.names = [name for _, name in sorted(names, key=itemgetter(0))]
        self.space, self.read = root, set()
        self._series(root.roots.get(1, NIL), order, 0)

    def _series(self, identity: bytes, order: dict[bytes, None], depth: int) -> None:
        declared = self.space.objects.get(identity)
        if declared is None or identity in self.read or depth > _DEEPEST:
            self.found.damaged |= identity not in self.read
            return
        self.read.add(identity)
        values = self.values(declared)
        for page in _listed(values.get(_PAGES)):
            order[page] = None
        for each in _listed(values.get(_ELEMENTS)):
            self._series(each, order, depth + 1)

    def _facts(self, space: Space) -> None:
        """Note the authors and the labels of tags that a space declares."""
        for declared in space.objects.values():
            if declared.kind == _AUTHOR_KIND:
                _add(self.found.authors, _string(self.values(declared).get(_AUTHOR)))
            elif declared.kind == _TAG_KIND:
                _add(self.found.tags, _string(self.values(declared).get(_LABEL)))

    def _page(self, space: Space) -> Page:
        """Read one page: what is said about it, then what stands on it."""
        page = self.page = Page()
        self.space, self.read = space, set()
        self._facts(space)
        facts = space.objects.get(space.roots.get(2, NIL))
        if facts is not None:
            page.conflict = facts.kind == _CONFLICT_FACTS
            self._dates(self.values(facts))
        page.lines = self._below(space.roots.get(1, NIL), 0)
        page.title = page.title or next((line.strip() for line in page.lines), "")
        if page.title and page.title not in [" ".join(line.split()) for line in page.lines]:
            page.lines.insert(0, page.title)
        return page

    def _dates(self, values: dict[int, Any]) -> None:
        """Note title, times and author that an object gives for the page."""
        page = self.page
        page.conflict |= values.get(_CONFLICT) is True
        page.title = page.title or " ".join(_string(values.get(_TITLE) or values.get(_OLD_TITLE)).split())
        page.created = page.created or _fine(values.get(_CREATED_FINE)) or _coarse(values.get(_CREATED))
        self._touched(_fine(values.get(_MODIFIED_FINE)))
        page.removed |= any(number & 0xFFFF == _REMOVED and value is True for number, value in values.items())
        _add(self.found.templates, _string(values.get(_TEMPLATE)))
        _add(self.found.authors, _string(values.get(_AUTHOR)))
        _add(self.found.authors, _string(values.get(_RIVAL)))

    def _touched(self, when: datetime | None) -> None:
        """Keep the latest time at which the page or a part of it was changed."""
        if when is not None and (self.page.modified is None or when > self.page.modified):
            self.page.modified = when

    def values(self, declared: Declared) -> dict[int, Any]:
        """Return the properties of an object; a damaged one has none."""
        self.found.seen.add(id(declared))
        try:
            return declared.properties(budget=self.store.budget)
        except Amiss:
            self.found.damaged = True
            return {}

    def _below(self, identity: bytes, depth: int) -> list[str]:
        """Return the lines of an object and of all below it; an object is read once for each page."""
        declared = self.space.objects.get(identity)
        if declared is None or identity in self.read or depth > _DEEPEST:
            self.found.damaged = True
            return []
        self.read.add(identity)
        values = self.values(declared)
        if declared.kind == _PAGE:
            self._dates(values)
        self._touched(_coarse(values.get(_MODIFIED)))
        if declared.kind == _TABLE:
            return [self._row(each, depth + 1) for each in _listed(values.get(_ELEMENTS))]
        lines: list[str] = []
        for each in _listed(values.get(_STRUCTURE)):
            lines += self._below(each, depth + 1)
        lines += self.own(values)
        lines += self._placed(values)
        for each in _listed(values.get(_CONTENT)):
            lines += self._below(each, depth + 1)
        below = _listed(values.get(_ELEMENTS))
        for each in self._as_seen(below) if declared.kind == _PAGE else below:
            lines += self._below(each, depth + 1)
        return lines

    def _as_seen(self, below: list[bytes]) -> list[bytes]:
        """Return the parts of a page from top to bottom, those side by side from left to right."""

        def place(identity: bytes) -> tuple[float, float]:
            declared = self.space.objects.get(identity)
            values = self.values(declared) if declared else {}
            return _float(values.get(_DOWN)), _float(values.get(_LEFT))

        return sorted(below, key=place)

    def _row(self, identity: bytes, depth: int) -> str:
        """Return one row of a table, tabs between the cells."""
        declared = self.space.objects.get(identity)
        if declared is None or identity in self.read:
            self.found.damaged = True
            return ""
        self.read.add(identity)
        cells = _listed(self.values(declared).get(_ELEMENTS))
        return "\t".join(" ".join(self._below(cell, depth + 1)).replace("\n", " ").replace("\t", " ") for cell in cells)

    def own(self, values: dict[int, Any]) -> list[str]:
        """Return the text that an object holds itself."""
        text = _string(values.get(_TEXT))
        if not text and isinstance(values.get(_ASCII), bytes):
            text = values[_ASCII].decode("cp1252", "replace")
        self.store.budget.take(len(text) >> 4)
        lines = [_plain(text), _plain(_string(values.get(_ALT))), _plain(_string(values.get(_FILE_NAME)))]
        return [line for line in dict.fromkeys(lines) if line.strip()]

    def _placed(self, values: dict[int, Any]) -> list[str]:
        """Note the file or picture that an object shows; return the text drawn in a metafile."""
        lines: list[str] = []
        for holder, named in ((_CONTAINER, _FILE_NAME), (_PICTURE, _PICTURE_NAME), (_WEB_PICTURE, _PICTURE_NAME)):
            for identity in _listed(values.get(holder)):
                declared = self.space.objects.get(identity)
                if declared is None:
                    self.found.damaged |= identity != NIL
                    continue
                source = _string(values.get(_SOURCE)) if holder == _CONTAINER else ""
                placed = self._file(declared, _string(values.get(named)), source)
                self.found.placed.append(placed)
                lines += self._drawn(placed)
        return lines

    def _file(self, declared: Declared, name: str, source: str) -> Placed:
        guid = _guid(declared.file)
        ending = declared.ending or _string(self.values(declared).get(_ENDING))
        return Placed(name, self.store.files.get(guid), ending, guid, source)

    def _drawn(self, placed: Placed) -> list[str]:
        """Return the runs of text in a metafile, such as a printout put on the page; each file once."""
        if placed.data is None or placed.file in self.drawn or bytes(placed.data[40:44]) != b" EMF":
            return []
        self.drawn.add(placed.file)
        self.store.budget.take(len(placed.data) >> 8)
        return scrape(data=bytes(placed.data), narrow=False).split("\n")


def _guid(written: str) -> bytes:
    """Return the identifier in a reference to file data: a GUID in braces, or the hex digits of an object's."""
    match = _GUID.search(written)
    if match is None:
        return bytes.fromhex(written) if re.fullmatch("[0-9a-f]{40}", written) else b""
    parts = [bytes.fromhex(part) for part in match.groups()]
    return parts[0][::-1] + parts[1][::-1] + parts[2][::-1] + parts[3] + parts[4]


def _plain(text: str) -> str:
    """Return text without the marks of links, whose address stays before the words shown."""
    text = _FIELD.sub(lambda match: f"{match[1]} ", text.rstrip("\x00"))
    return _FORBIDDEN.sub("", text.replace("\x0b", "\n").replace("\r", "\n"))


def _string(value: Any) -> str:
    return value.decode("utf-16-le", "replace").rstrip("\x00") if isinstance(value, bytes) else ""


def _listed(value: Any) -> list[bytes]:
    return value if isinstance(value, list) and all(isinstance(each, bytes) for each in value) else []


def _add(found: list[str], text: str) -> None:
    if text.strip() and text not in found:
        found.append(text)


def _float(value: Any) -> float:
    if not isinstance(value, int):
        return 0.0
    (number,) = struct.unpack("<f", struct.pack("<I", value & 0xFFFFFFFF))
    return number if abs(number) < 1e9 else 0.0


def _fine(value: Any) -> datetime | None:
    """A count of 100 ns since 1601 (FILETIME)."""
    return moment(ticks=value) if isinstance(value, int) and value else None


def _coarse(value: Any) -> datetime | None:
    """A count of seconds since 1980 (Time32)."""
    return _EIGHTIES + timedelta(seconds=value) if isinstance(value, int) and value else None
