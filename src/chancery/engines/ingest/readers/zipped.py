"""Zip archives: checked before a byte is expanded, counted while it is."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from chancery.engines.ingest.archivelib import library, unlocked
from chancery.engines.ingest.packages import salvage, whole_entry
from chancery.engines.ingest.passwords import has_worked, in_order, unlock_zip
from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable
from chancery.engines.ingest.storage import zip_of
from chancery.engines.ingest.zipcrypt import AES_METHOD, expand_entry, open_aes, raw_entry
from chancery.engines.text.charset import guess_name

_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error)
_UNLOCKED = 4 * 1024**2
_QUICKLY = 64 * 1024**2
"""Locked entries up to here are decrypted whole, by compiled code where it is to be had; larger ones in pieces."""
_SALVAGE = 256 * 1024**2
_NO_PASSWORD = "The entry is encrypted and no known password opens it."  # noqa: S105


class _Entry:
    """The stream of one entry; faults come out as coded refusals."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes."""
        try:
            return self._stream.read(size)
        except EOFError as fault:
            raise Unreadable("The entry ends too early.", code="truncated") from fault
        except _FAULTS as fault:
            raise Unreadable("The entry is damaged.", code="corrupt") from fault


def read(content: Content, key: str) -> Reading:
    """Return the entries; split archives are joined first, damaged ones salvaged by their local headers."""
    try:
        archive = zipfile.ZipFile(joined(content=content)) if content.parts else zip_of(content=content)
    except (*_FAULTS, NotImplementedError) as fault:
        return _salvaged(content, fault)
    entries = [info for info in archive.infolist() if not info.filename.endswith("/")]
    reading = Reading(container=True)
    _refuse_bombs(entries, content)
    if not entries:
        reading.flag("empty", "The archive holds no files.")
    tried: dict[int, BinaryIO | Exception] = {}
    locked = next((info for info in entries if info.flag_bits & 1), None)
    if locked is not None and not _any_opens(archive, locked, content.passwords, tried):
        reading.flag("encrypted", "The archive is encrypted and no known password opens it.")
    reading.children = _entries(archive, entries, content, tried)
    return reading


def _any_opens(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    passwords: tuple[str, ...],
    tried: dict[int, BinaryIO | Exception],
) -> bool:
    """Tell whether one of the passwords opens an entry, and keep what came out of the trial."""
    try:
        tried[id(info)] = _open(archive, info, passwords)
    except (Unreadable, RuntimeError, NotImplementedError, *_FAULTS) as fault:
        tried[id(info)] = fault
        return not isinstance(fault, Unreadable) or fault.code != "encrypted"
    return True


def _opened(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    passwords: tuple[str, ...],
    tried: dict[int, BinaryIO | Exception],
) -> BinaryIO:
    found = tried.pop(id(info), None)
    if isinstance(found, Exception):
        raise found
    return _open(archive, info, passwords) if found is None else found


def joined(*, content: Content) -> BinaryIO:
    """Return the volumes of a split archive as one stream on disk."""
    whole = TemporaryFile(dir=None)  # noqa: SIM115  (lives as long as the reading)
    for path in (content.location, *content.parts):
        with Path(path).open("rb") as part:
            while chunk := part.read(1024 * 1024):
                whole.write(chunk)
    whole.seek(0)
    return cast("BinaryIO", whole)


def _refuse_bombs(entries: list[zipfile.ZipInfo], content: Content) -> None:
    """Refuse entries that share bytes, and sizes or ratios that only a bomb announces."""
    limits = content.limits
    total = sum(info.file_size for info in entries)
    packed = max(1, content.size)
    if total > limits.ratio_floor_bytes and total / packed > limits.max_ratio:
        raise Unreadable("The archive announces an expansion that only a bomb has.", code="bomb")
    ends = 0
    for info in sorted(entries, key=lambda each: each.header_offset):
        if info.header_offset < ends:
            raise Unreadable("The entries of the archive overlap, as in a bomb.", code="bomb")
        ends = info.header_offset + 30 + info.compress_size


def _entries(
    archive: zipfile.ZipFile,
    entries: list[zipfile.ZipInfo],
    content: Content,
    tried: dict[int, BinaryIO | Exception],
) -> Iterator[Child]:
    salvaged: dict[str, bytes] = {}
    passwords = content.passwords
    for info in entries:
        name = _name(info)
        if id(info) not in tried and (whole := whole_entry(archive=archive, info=info)) is not None:
            yield Child(name, whole, declared_size=info.file_size)
            continue
        try:
            stream = _opened(archive, info, passwords, tried)
        except Unreadable as refusal:
            yield Child(name, None, info.file_size, refusal.code, refusal.sentence(refusal.message))
            continue
        except NotImplementedError:
            yield Child(name, None, info.file_size, "unsupported", "The entry is packed in a way nothing here reads.")
            continue
        except (*_FAULTS, RuntimeError):
            salvaged = salvaged or _found(content)
            detail = "The directory of the archive is wrong about this entry; it was found by its own header."
            data = salvaged.get(info.orig_filename)
            yield Child(
                name,
                data,
                None if data else info.file_size,
                "corrupt",
                detail if data else "The entry is damaged.",
            )
            continue
        yield Child(name, cast("BinaryIO", _Entry(stream)), declared_size=info.file_size)


def _found(content: Content) -> dict[str, bytes]:
    """Return the entries of a small archive by their local headers."""
    return dict(salvage(data=content.data())) if content.size <= _SALVAGE else {}


def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo, passwords: tuple[str, ...]) -> BinaryIO:
    if info.compress_type == AES_METHOD:
        return open_aes(archive=archive, info=info, passwords=tuple(in_order(passwords=passwords)))
    if not info.flag_bits & 1:
        return cast("BinaryIO", archive.open(info))
    if info.compress_type in (0, 8, 12) and (whole := _unlocked(archive, info, passwords)) is not None:
        return whole
    for word in in_order(passwords=passwords):
        if _opens(archive, info, word):
            has_worked(password=word)
            return cast("BinaryIO", archive.open(info, pwd=_bytes(word)))
    raise Unreadable(_NO_PASSWORD, code="encrypted")


def _unlocked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, passwords: tuple[str, ...]) -> BinaryIO | None:
    """Decrypt an entry once, None for one too large for that; its check sum tells a wrong password that passed the
    check byte."""
    small = info.compress_size <= _UNLOCKED
    quick = max(info.compress_size, info.file_size) <= _QUICKLY and library() is not None
    if not small and not quick:
        return None
    data = raw_entry(archive=archive, info=info)
    stamp = info._raw_time  # type: ignore[attr-defined]
    check = (stamp >> 8) & 0xFF if info.flag_bits & 8 else (info.CRC >> 24) & 0xFF
    facts = (info.flag_bits, info.compress_type, stamp, 0x21, info.CRC, info.file_size)
    for word in in_order(passwords=passwords):
        if unlock_zip(data=data[:12], password=_bytes(word), check=check) is None:
            continue
        out = unlocked(data=data, facts=facts, password=_bytes(word)) if quick else None
        if out is None and small:
            out = _expanded(info, unlock_zip(data=data, password=_bytes(word), check=check))
        if out is not None and zlib.crc32(out) == info.CRC:
            has_worked(password=word)
            return BytesIO(out)
    if small:
        raise Unreadable(_NO_PASSWORD, code="encrypted")
    return None


def _expanded(info: zipfile.ZipInfo, plain: bytes | None) -> bytes | None:
    try:
        return None if plain is None else expand_entry(data=plain, method=info.compress_type, size=info.file_size)
    except Unreadable:
        return None


def _opens(archive: zipfile.ZipFile, info: zipfile.ZipInfo, word: str) -> bool:
    """Try a password on a large entry by its beginning."""
    try:
        with archive.open(info, pwd=_bytes(word)) as stream:
            stream.read(65536)
    except (RuntimeError, NotImplementedError, *_FAULTS):
        return False
    return True


def _bytes(word: str) -> bytes:
    return word.encode("utf-8")


def _name(info: zipfile.ZipInfo) -> str:
    """Return the entry name; without the UTF-8 flag the bytes may be in any set, one of DOS most likely."""
    if info.flag_bits & 0x800 or info.orig_filename.isascii():
        return info.orig_filename.split("\x00")[0] or info.filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    return guess_name(raw=raw.split(b"\x00")[0], dos=True) or info.filename


def _salvaged(content: Content, fault: Exception) -> Reading:
    """Return what the local headers still give."""
    found = list(salvage(data=content.data()))
    if not found:
        raise Unreadable("The archive is damaged and nothing in it can be read.", code="corrupt") from fault
    children = [
        Child(
            name,
            data,
            exception="truncated" if index == len(found) - 1 else None,
            detail="The archive is damaged; this entry may be cut." if index == len(found) - 1 else "",
        )
        for index, (name, data) in enumerate(found)
    ]
    detail = "The directory of the archive is damaged; the entries that could be found are kept."
    return Reading(children=children, container=True, exception="corrupt", detail=detail)
