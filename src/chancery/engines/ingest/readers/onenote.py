"""OneNote sections and tables of contents: pages in their order, the files placed on them, who wrote them and when.

Authority: MS-ONE and MS-ONESTORE, for files from a disk and for those that a server handed out. The newest revision
comes first; paragraphs that only stand in earlier versions, in pages in conflict or in pages taken out of the section
follow after it, and the metadata count them. What a damaged section no longer shows in order is searched for readable
runs of text.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from chancery.engines.ingest.onepacked import read_packed
from chancery.engines.ingest.onepages import Placed, Section, loose_lines, old_lines, read_section
from chancery.engines.ingest.onestore import read_store
from chancery.engines.ingest.onevalues import Budget, Store
from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable
from chancery.engines.ingest.scraping import scrape

_ON_DISK = bytes.fromhex("3fdd9a101b91f549a5d01791edc8aed8")
_PACKED = bytes.fromhex("2fe98d63d4a6c14b9a36b3fc2511a5b7")
_FILE = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
_SIGNS = (
    (b"\x89PNG", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF8", ".gif"),
    (b"%PDF", ".pdf"),
    (b"{\\rtf", ".rtf"),
    (b"RIFF", ".wav"),
    (b"II*\x00", ".tif"),
    (b"MM\x00*", ".tif"),
)
_WORD = re.compile(r"\w+")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf")
_COMPARED, _SHORT = 2_000_000_000, 8
_SEARCHED = "This type of file can only be searched for readable runs of text; parts may be missing."
_PARTLY = "Parts of the section are damaged; what could not be read in its order was searched for text."
_CORRUPT = "The section is damaged: no page of it could be read, and it was searched for text."
_TRUNCATED = "The section ends before its announced size; what is left was read or searched for text."
_TOO_OLD = "The earlier versions in the section hold more parts than can be read; the newest was read."
_LOCKED = "The section or a part of it is encrypted with a password; the encrypted pages cannot be read."
_MISSING = "The file is shown on a page, and its bytes are not in the section."


def read(content: Content, key: str) -> Reading:
    """Return the text of the pages and the files on them; an unknown packaging is only searched for text."""
    data = content.data()
    packaging = data[48:64]
    if packaging not in (_ON_DISK, _PACKED):
        return _searched(data, "partly_extracted", _SEARCHED)
    try:
        store = read_store(data=data) if packaging == _ON_DISK else read_packed(data=data)
        section = read_section(store=store)
    except Unreadable as fault:
        return _searched(data, fault.code, fault.sentence(fault.message))
    if store.encrypted:
        return _locked(store, section)
    store.budget = Budget()
    older: list[str] = []
    loose: list[str] = []
    try:
        older = _news(old_lines(store=store, section=section), section)
        loose = _news(loose_lines(store=store, section=section), section, older)
    except Unreadable:
        reading = _reading(data, store, section, older, loose)
        reading.text = _completed(reading.text or "", data)
        reading.flag("partly_extracted", _TOO_OLD)
        return reading
    return _reading(data, store, section, older, loose)


def _locked(store: Store, section: Section) -> Reading:
    """Return what stands outside the encrypted pages."""
    text = "\n\n".join("\n".join(page.lines) for page in (*section.pages, *section.others) if page.lines)
    metadata = _metadata(store, section, []) if text else {}
    shown = (child for child in _children(store, section.placed) if "earlier_version" not in child.metadata)
    return Reading(text or None, metadata, shown, exception="encrypted", detail=_LOCKED)


def _reading(data: bytes, store: Store, section: Section, older: list[str], loose: list[str]) -> Reading:
    """Return what was found; a damaged section is completed by what can be searched out of its bytes."""
    blocks = ["\n".join(page.lines) for page in (*section.pages, *section.others)]
    blocks += ["\n".join(section.names), "\n".join(older), "\n".join(loose)]
    text = "\n\n".join(block for block in blocks if block)
    metadata = _metadata(store, section, older) | ({"unplaced_paragraphs": len(loose)} if loose else {})
    reading = Reading(text, metadata, _children(store, section.placed))
    shown = any(page.lines for page in section.pages) or bool(section.names)
    if not (store.damaged or store.cut or section.damaged):
        return reading
    reading.text = _completed(text, data)
    if store.cut:
        reading.flag("truncated", _TRUNCATED)
    elif shown:
        reading.flag("partly_extracted", _PARTLY)
    else:
        reading.flag("corrupt", _CORRUPT)
    reading.children = chain(_children(store, section.placed), _stored(data, store.places))
    return reading


def _metadata(store: Store, section: Section, older: list[str]) -> dict[str, Any]:
    """Return what is known about the section, without empty entries."""
    pages, every = section.pages, [*section.pages, *section.others]
    created = sorted(page.created for page in every if page.created)
    modified = sorted(page.modified for page in every if page.modified)
    title = section.name or (pages[0].title if len(pages) == 1 else "")
    conflicts = sum(page.conflict for page in section.others)
    found: dict[str, Any] = {
        "title": title,
        "pages": len(pages),
        "page_titles": [page.title for page in pages],
        "page_created": [_iso(page.created) for page in pages],
        "page_modified": [_iso(page.modified) for page in pages],
        "created": _iso(created[0]) if created else None,
        "modified": _iso(modified[-1]) if modified else None,
        "author": section.authors[0] if len(section.authors) == 1 else section.authors,
        "earlier_authors": section.earlier_authors,
        "note_tags": section.tags,
        "templates": section.templates,
        "sections": section.names,
        "earlier_versions": store.contexts,
        "earlier_paragraphs": len(older),
        "conflict_pages": conflicts,
        "unlisted_pages": len(section.others) - conflicts,
        "deleted_pages": sum(page.removed for page in every),
    }
    return {name: value for name, value in found.items() if value or name == "pages"}


def _iso(when: datetime | None) -> str | None:
    return when.isoformat(timespec="seconds") if when else None


def _news(older: list[str], section: Section, known: Sequence[str] = ()) -> list[str]:
    """Return the paragraphs that are no known line and, unless very short, stand in no known or longer one."""
    lines = [line for page in (*section.pages, *section.others) for line in page.lines]
    told = "\n".join([*lines, *known])
    held = {line.strip() for line in (*lines, *known)}
    if len(older) * (len(told) + sum(map(len, older))) > _COMPARED:
        return [line for line in older if line.strip() not in held]
    kept: set[str] = set()
    for line in sorted(older, key=len, reverse=True):
        bare = line.strip()
        if bare not in held and (len(bare) < _SHORT or bare not in told):
            kept.add(line)
            held.add(bare)
            told += "\n" + line
    return [line for line in older if line in kept]


def _completed(text: str, data: bytes) -> str:
    """Return the text with the readable runs of the bytes whose words it does not hold."""
    known = set(_WORD.findall(text))
    runs = [run for run in scrape(data=_bare(data)).split("\n") if set(_WORD.findall(run)) - known]
    return "\n\n".join(block for block in (text, "\n".join(runs)) if block)


def _children(store: Store, placed: list[Placed]) -> Iterator[Child]:
    """Yield the files shown on pages, each once, then those that only earlier versions show."""
    number = 0
    given: set[bytes] = set()
    for each in placed:
        if each.file and each.file in given:
            continue
        given.add(each.file)
        number += 1
        facts = {"source_path": each.source} if each.source else {}
        if each.data is None:
            yield Child(_name(each, number), None, None, "attachment_missing", _MISSING, metadata=facts)
        else:
            yield Child(_name(each, number), bytes(each.data), metadata=facts)
    for guid, data in store.files.items():
        if guid not in given and len(data):
            number += 1
            yield Child(_name(Placed("", data), number), bytes(data), metadata={"earlier_version": True})


def _name(placed: Placed, number: int) -> str:
    """Return the name that the page gives; a picture kept in another form than its name says gets that ending."""
    ending = placed.ending if _ENDING.fullmatch(placed.ending) else ""
    if not ending and placed.data is not None:
        head = bytes(placed.data[:8])
        ending = next((ending for sign, ending in _SIGNS if head.startswith(sign)), "")
    name = placed.name.strip() or f"file-{number:03d}"
    stem, dot, old = name.rpartition(".")
    if not dot or not stem:
        return name + ending
    return stem + ending if ending and "." + old.lower() != ending.lower() and ending in _PICTURES else name


def _searched(data: bytes, code: str, detail: str) -> Reading:
    """Return the readable runs of text and the stored files, found by their marks alone."""
    children = list(_stored(data))
    text = scrape(data=_bare(data))
    if not text and not children:
        return Reading(exception="unsupported", detail="No text and no file could be found in this section.")
    return Reading(text=text, children=children, exception=code, detail=detail)


def _bare(data: bytes) -> bytes:
    """Return the bytes with stored pictures and the like blanked: they are children, and hold no words to search."""
    bare, at = bytearray(data), 0
    while (at := data.find(_FILE, at)) >= 0:
        size, start = int.from_bytes(data[at + 16 : at + 24], "little"), at + 36
        at += 16
        if 0 < size <= len(data) - start and data.startswith(tuple(sign for sign, _ in _SIGNS), start):
            bare[start : start + size] = bytes(size)
            at = start + size
    return bytes(bare)


def _stored(data: bytes, known: Container[int] = ()) -> Iterator[Child]:
    """Yield the stored files by their mark, but for those at known places (MS-ONESTORE 2.6.13)."""
    at = number = 0
    while (at := data.find(_FILE, at)) >= 0:
        if at + 36 > len(data):
            return
        size = int.from_bytes(data[at + 16 : at + 24], "little")
        start = at + 36
        at += 16
        if not 0 < size <= len(data) - start or start - 36 in known:
            continue
        body = data[start : start + size]
        number += 1
        yield Child(_name(Placed("", body), number), body)
