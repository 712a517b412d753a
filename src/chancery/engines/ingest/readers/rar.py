"""RAR archives, cabinets, disc images and rarer packings, where the system has libarchive; without it they are coded
``unsupported``.

A notebook that OneNote packed into one file (.onepkg) is a cabinet.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from chancery.engines.ingest.archivelib import END, OK, WARN, library
from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable
from chancery.engines.text.charset import guess_name

_FILE, _TYPE_MASK = 0o100000, 0o170000
_SUPPORTS = {
    "rar": ("format_rar", "format_rar5"),
    "cab": ("format_cab",),
    "iso": ("format_iso9660",),
    "lha": ("format_lha",),
    **dict.fromkeys(("zst", "lz4", "z"), ("format_tar", "format_raw")),
}
_UNNAMED, _PACKED = "data", (".zst", ".lz4", ".z")
"""What the library calls the one file of a stream that is no archive."""
_LIMIT = 512 * 1024**2
_LIBRARY = library()


def read(content: Content, key: str) -> Reading:
    """Return the entries of an archive, a RAR archive of one or more volumes; of a packed file what was packed."""
    if _LIBRARY is None:
        detail = "Archives of this kind need the system library libarchive to be read."
        return Reading(exception="unsupported", detail=detail)
    return Reading(children=_entries(content, _SUPPORTS[key]), container=True)


def _entries(content: Content, supports: tuple[str, ...]) -> Iterator[Child]:
    found = 0
    handle = _LIBRARY.archive_read_new()
    try:
        for support in ("filter_all", *supports):
            getattr(_LIBRARY, f"archive_read_support_{support}")(handle)
        for word in content.passwords:
            _LIBRARY.archive_read_add_passphrase(handle, word.encode("utf-8"))
        paths = [str(path).encode("utf-8", "surrogateescape") for path in (content.location, *content.parts)]
        listed = (ctypes.c_char_p * (len(paths) + 1))(*paths, None)
        if _LIBRARY.archive_read_open_filenames(handle, listed, 65536) != OK:
            raise _refusal(handle)
        entry = ctypes.c_void_p()
        while True:
            answer = _LIBRARY.archive_read_next_header(handle, ctypes.byref(entry))
            if answer == END:
                if not found:
                    raise Unreadable("The archive is damaged: it holds no entries.", code="corrupt")
                return
            if answer < WARN:
                raise _refusal(handle)
            if _LIBRARY.archive_entry_filetype(entry) & _TYPE_MASK == _FILE:
                found += 1
                yield _child(handle, entry, content.name)
    finally:
        _LIBRARY.archive_read_free(handle)


def _child(handle: Any, entry: Any, around: str) -> Child:
    raw = _LIBRARY.archive_entry_pathname_utf8(entry) or _LIBRARY.archive_entry_pathname(entry) or b"unnamed"
    name = guess_name(raw=raw)
    size = int(_LIBRARY.archive_entry_size(entry))
    bare = name == _UNNAMED and around.lower().endswith(_PACKED)
    if bare:
        name = around.rpartition(".")[0]
    elif size == 0:
        return Child(name, b"", 0)
    if size > _LIMIT:
        return Child(name, None, size, "too_large", "The entry is larger than 512 MiB.")
    buffer = ctypes.create_string_buffer(max(4096, min(size + 1, 1 << 20)))
    pieces: list[bytes] = []
    got = 0
    while (count := _LIBRARY.archive_read_data(handle, buffer, len(buffer))) > 0:
        pieces.append(ctypes.string_at(buffer, count))
        got += count
        if got > _LIMIT:
            return Child(name, None, size, "too_large", "The entry is larger than 512 MiB.")
    if count < 0:
        refusal = _refusal(handle)
        if _LIBRARY.archive_entry_is_encrypted(entry):
            refusal = Unreadable("The entry is encrypted and no known password opens it.", code="encrypted")
        data = b"".join(pieces) or None
        return Child(name, data, size, refusal.code, refusal.sentence(refusal.message))
    return Child(name, b"".join(pieces), max(size, got))


def _refusal(handle: Any) -> Unreadable:
    said = (_LIBRARY.archive_error_string(handle) or b"").decode("utf-8", "replace").lower()
    if "encrypt" in said or "passphrase" in said or "password" in said:
        return Unreadable("The archive is encrypted and no known password opens it.", code="encrypted")
    if "truncated" in said or "unexpected end" in said:
        return Unreadable("The archive is split or cut: a part of it is missing.", code="truncated")
    if "unsupported" in said or "not supported" in said:
        return Unreadable("The archive is packed in a way nothing here reads.", code="unsupported")
    return Unreadable("The archive is damaged.", code="corrupt")
