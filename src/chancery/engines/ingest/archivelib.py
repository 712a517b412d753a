"""The system library libarchive, where there is one: it reads RAR and its like, and decrypts zip entries at the speed
of compiled code."""

from __future__ import annotations

import ctypes
import ctypes.util
import struct
from functools import cache
from typing import Any

OK, WARN, END = 0, -20, 1
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_CLOSING = struct.Struct("<4s4H2IH")


@cache
def library() -> Any:
    """Return the library with its functions declared, None where the system has none."""
    name = ctypes.util.find_library("archive")
    if not name:
        return None
    library = ctypes.CDLL(name)
    pointer, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    for function, result, arguments in (
        ("archive_read_new", pointer, []),
        ("archive_read_free", ctypes.c_int, [pointer]),
        ("archive_read_support_filter_all", ctypes.c_int, [pointer]),
        ("archive_read_support_format_rar", ctypes.c_int, [pointer]),
        ("archive_read_support_format_rar5", ctypes.c_int, [pointer]),
        ("archive_read_support_format_cab", ctypes.c_int, [pointer]),
        ("archive_read_support_format_iso9660", ctypes.c_int, [pointer]),
        ("archive_read_support_format_lha", ctypes.c_int, [pointer]),
        ("archive_read_support_format_tar", ctypes.c_int, [pointer]),
        ("archive_read_support_format_raw", ctypes.c_int, [pointer]),
        ("archive_read_support_format_zip_seekable", ctypes.c_int, [pointer]),
        ("archive_read_add_passphrase", ctypes.c_int, [pointer, text]),
        ("archive_read_open_filenames", ctypes.c_int, [pointer, ctypes.POINTER(text), size]),
        ("archive_read_open_memory", ctypes.c_int, [pointer, text, size]),
        ("archive_read_next_header", ctypes.c_int, [pointer, ctypes.POINTER(pointer)]),
        ("archive_read_data", ctypes.c_ssize_t, [pointer, ctypes.c_char_p, size]),
        ("archive_entry_pathname_utf8", text, [pointer]),
        ("archive_entry_pathname", text, [pointer]),
        ("archive_entry_filetype", ctypes.c_uint, [pointer]),
        ("archive_entry_size", ctypes.c_int64, [pointer]),
        ("archive_entry_is_encrypted", ctypes.c_int, [pointer]),
        ("archive_error_string", text, [pointer]),
    ):
        bound = getattr(library, function)
        bound.restype, bound.argtypes = result, arguments
    return library


def unlocked(*, data: bytes, facts: tuple[int, int, int, int, int, int], password: bytes) -> bytes | None:
    """Return what an entry of a zip archive holds under the traditional encryption, None when this cannot tell.

    data: the packed bytes with their encryption header. facts: flags, method, time, date, check sum and plain size as
    the archive states them. The caller checks the sum. Authority: APPNOTE 4.3.7, 4.3.12, 4.3.16 and 6.1.
    """
    found = library()
    if found is None or not password or b"\x00" in password:
        return None
    handle = found.archive_read_new()
    try:
        found.archive_read_support_format_zip_seekable(handle)
        found.archive_read_add_passphrase(handle, password)
        archive = _one_entry(data, facts)
        entry = ctypes.c_void_p()
        if found.archive_read_open_memory(handle, archive, len(archive)) != OK:
            return None
        if found.archive_read_next_header(handle, ctypes.byref(entry)) != OK:
            return None
        out, got = ctypes.create_string_buffer(facts[5] + 1), 0
        while (count := found.archive_read_data(handle, _at(out, got), len(out) - got)) > 0:
            got += count
        return out.raw[:got] if count == 0 and got == facts[5] else None
    finally:
        found.archive_read_free(handle)


def _at(buffer: Any, offset: int) -> Any:
    return ctypes.cast(ctypes.byref(buffer, offset), ctypes.c_char_p)


def _one_entry(data: bytes, facts: tuple[int, int, int, int, int, int]) -> bytes:
    """Return an archive of one entry without a name longer than a letter."""
    flags, method, time, date, check, size = facts
    flags &= 0x0009  # encrypted, and where the check byte comes from
    local = _LOCAL.pack(b"PK\x03\x04", 20, flags, method, time, date, check, len(data), size, 1, 0) + b"x"
    central = _CENTRAL.pack(
        b"PK\x01\x02", 20, 20, flags, method, time, date, check, len(data), size, 1, 0, 0, 0, 0, 0, 0
    )
    closing = _CLOSING.pack(b"PK\x05\x06", 0, 0, 1, 1, len(central) + 1, len(local) + len(data), 0)
    return local + data + central + b"x" + closing
