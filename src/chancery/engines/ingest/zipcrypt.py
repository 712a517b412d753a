"""Encrypted zip entries of the AES kind (WinZip AE-1 and AE-2).

Authority: "AES Encryption Information", WinZip, version 1.04: PBKDF2-HMAC-SHA1 with 1,000 rounds, AES in
counter mode with a little-endian counter from 1, HMAC-SHA1 cut to ten bytes.
"""

from __future__ import annotations

import bz2
import hashlib
import hmac
import lzma
import struct
import zipfile
import zlib
from io import BytesIO
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from chancery.engines.ingest.reading import Unreadable

AES_METHOD = 99
_EXTRA = 0x9901
_KEY_BYTES = {1: 16, 2: 24, 3: 32}
_LIMIT = 512 * 1024**2


def open_aes(*, archive: zipfile.ZipFile, info: zipfile.ZipInfo, passwords: tuple[str, ...]) -> BinaryIO:
    """Return the decrypted, expanded entry; refuses when no password fits or the check sum is wrong."""
    strength, method = _facts(info)
    if info.file_size > _LIMIT or info.compress_size > _LIMIT:
        raise Unreadable("The encrypted entry is larger than 512 MiB.", code="too_large")
    data = raw_entry(archive=archive, info=info)
    size = _KEY_BYTES[strength]
    salt, check, body, mark = (
        data[: size // 2],
        data[size // 2 : size // 2 + 2],
        data[size // 2 + 2 : -10],
        data[-10:],
    )
    for word in passwords:
        keys = hashlib.pbkdf2_hmac("sha1", word.encode("utf-8"), salt, 1000, 2 * size + 2)
        if keys[-2:] != check:
            continue
        if hmac.compare_digest(hmac.new(keys[size : 2 * size], body, "sha1").digest()[:10], mark):
            return BytesIO(expand_entry(data=_counter_mode(keys[:size], body), method=method, size=info.file_size))
    raise Unreadable("The entry is encrypted and no known password opens it.", code="encrypted")


def _facts(info: zipfile.ZipInfo) -> tuple[int, int]:
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == _EXTRA and size >= 7:
            _, _, strength, method = struct.unpack("<H2sBH", extra[4:11])
            if strength in _KEY_BYTES:
                return strength, method
        extra = extra[4 + size :]
    raise Unreadable("The encryption of the entry is not described.", code="corrupt")


def raw_entry(*, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the packed bytes of an entry as they stand; refuses a damaged header."""
    stream = archive.fp
    if stream is None:
        raise Unreadable("The archive is closed.", code="corrupt")
    stream.seek(info.header_offset)
    header = stream.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise Unreadable("The entry is damaged.", code="corrupt")
    name, extra = struct.unpack("<HH", header[26:30])
    stream.seek(info.header_offset + 30 + name + extra)
    return stream.read(info.compress_size)


def _counter_mode(key: bytes, body: bytes) -> bytes:
    """Apply AES-CTR with a little-endian counter: the key stream is the ECB image of the counters."""
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305  (key stream, not a message)
    blocks = (len(body) + 15) // 16
    counters = b"".join(number.to_bytes(16, "little") for number in range(1, blocks + 1))
    stream = encryptor.update(counters)[: len(body)]
    return (int.from_bytes(body, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(body), "big")


def expand_entry(*, data: bytes, method: int, size: int) -> bytes:
    """Return the expanded bytes of an entry, one more than announced at most; refuses damaged ones."""
    try:
        if method == 0:
            return data
        if method == 8:
            return zlib.decompressobj(-15).decompress(data, size + 1)
        if method == 12:
            return bz2.BZ2Decompressor().decompress(data, size + 1)
    except (zlib.error, OSError, lzma.LZMAError) as fault:
        raise Unreadable("The entry is damaged.", code="corrupt") from fault
    raise Unreadable("The entry is packed in a way nothing here reads.", code="unsupported")
