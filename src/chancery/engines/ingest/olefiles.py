"""Files embedded in OLE storage."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO

import olefile

from chancery.engines.ingest.compound import Compound
from chancery.engines.ingest.compoundwriting import written
from chancery.engines.ingest.reading import Child, Content
from chancery.engines.ingest.storage import ole_of

_PLAIN = frozenset({"package", "contents", "contentv30"})
_NATIVE = "\x01Ole10Native"
_PROJECT = "_VBA_PROJECT".encode("utf-16-le")
_SIGNS = (
    (b"%PDF", ".pdf"),
    (olefile.MAGIC, ".ole"),
    (b"{\\rtf", ".rtf"),
    (b"\x89PNG", ".png"),
)
_PACKAGES = (
    (b"word/document", ".docx"),
    (b"xl/workbook.bin", ".xlsb"),
    (b"xl/workbook", ".xlsx"),
    (b"ppt/presentation", ".pptx"),
    (b"opendocument.text", ".odt"),
    (b"opendocument.spreadsheet", ".ods"),
    (b"opendocument.presentation", ".odp"),
)
_DOCUMENTS = {
    "worddocument": ".doc",
    "workbook": ".xls",
    "book": ".xls",
    "powerpoint document": ".ppt",
    "visiodocument": ".vsd",
    "encryptedpackage": ".ole",
    "__properties_version1.0": ".msg",
}
"""Streams that make the storage they stand in a document of its own."""


def embedded_objects(*, content: Content) -> Iterator[Child]:
    """Yield the files that were dropped into an OLE document, as they were, and the documents that lie in it as
    storages, each as a file of its own; a damaged storage yields nothing."""
    try:
        found = _found(ole_of(content=content), content.size)
    except Exception:  # the library lets faults of many kinds out of damaged storages
        return
    yield from _children(found, 1)


def objects_in(*, data: bytes, number: int) -> Iterator[Child]:
    """Yield what an object embedded in a document of another make holds: itself when it is a document.

    number: of the object in its document, for its name.
    """
    if not data.startswith(olefile.MAGIC):
        yield from _children([("", data)], number)
        return
    try:
        ole = Compound(BytesIO(data))
        own = {path[0].lower() for path in ole.listdir() if len(path) == 1}
        kind = next((ending for name, ending in _DOCUMENTS.items() if name in own), "")
        found = [] if kind else _found(ole, len(data))
    except Exception:  # the library lets faults of many kinds out of damaged storages
        return
    if kind:
        yield Child(f"object-{number:03d}{kind}", data)
    else:
        yield from _children(found, number)


def _found(ole: Compound, most: int) -> list[tuple[str, bytes]]:
    """Return kind or ``_NATIVE`` and bytes of each object, in the order of the storages; what lies inside an object
    comes out of that object."""
    paths = ole.listdir()
    documents = {
        tuple(path[:-1]): kind for path in paths if len(path) > 1 and (kind := _DOCUMENTS.get(path[-1].lower()))
    }
    found: list[tuple[str, bytes]] = []
    done: set[tuple[str, ...]] = set()
    for path in paths:
        around = next((at for n in range(1, len(path)) if (at := tuple(path[:n])) in documents), None)
        if around is not None:
            if around not in done:
                done.add(around)
                found.append((documents[around], written(tree=ole.tree(list(around), most))))
        elif path[-1] == _NATIVE or path[-1].lower() in _PLAIN:
            found.append((_NATIVE if path[-1] == _NATIVE else "", ole.openstream(path).read()))
    return found


def _children(found: list[tuple[str, bytes]], first: int) -> Iterator[Child]:
    for number, (kind, data) in enumerate(found, start=first):
        if kind == _NATIVE:
            name, payload = unwrap_native(data=data)
            yield Child(name or f"object-{number:03d}", payload)
        elif ending := kind or _ending(data):
            yield Child(f"object-{number:03d}{ending}", data)


def _ending(data: bytes) -> str:
    """Return the extension of a file of a known kind, "" for anything else; a package is named by its main part."""
    if data.startswith(b"PK\x03\x04"):
        return next((ending for part, ending in _PACKAGES if part in data), ".zip")
    return next((ending for sign, ending in _SIGNS if data.startswith(sign)), "")


def streams_of(*, content: Content, wanted: tuple[str, ...]) -> dict[str, bytes]:
    """Return the named streams at the top of an OLE file, in any letter case; a damaged file gives fewer."""
    found: dict[str, bytes] = {}
    try:
        ole = ole_of(content=content)
        for name in wanted:
            if ole.exists(name):
                found[name] = ole.openstream(name).read()
    except Exception:  # the library lets faults of many kinds out of damaged storages
        return found
    return found


def has_macros(*, content: Content) -> bool:
    """Tell whether an OLE document holds a project of macros."""
    if _PROJECT not in content.data():
        return False
    try:
        return any(path[-1].lower() == "_vba_project" for path in ole_of(content=content).listdir())
    except Exception:  # a damaged storage that names one
        return True


def unwrap_native(*, data: bytes) -> tuple[str, bytes]:
    """Return name and bytes of a file in an ``Ole10Native`` stream (MS-OLEDS 2.3.6)."""
    if len(data) < 8:
        return "", data
    body = data[4:]
    if body[:2] != b"\x02\x00":
        return "", body
    try:
        label, at = _text(body, 2)
        path, at = _text(body, at)
        at += 4
        (length,) = struct.unpack("<I", body[at : at + 4])
        at += 4 + length
        (size,) = struct.unpack("<I", body[at : at + 4])
    except (ValueError, struct.error):
        return "", body
    name = (label or path).replace("\\", "/").rpartition("/")[2]
    return name, body[at + 4 : at + 4 + size]


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\x00", at)
    return data[at:end].decode("latin-1"), end + 1
