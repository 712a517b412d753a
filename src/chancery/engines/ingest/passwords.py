"""In which order passwords are tried, and their slow derivations done quickly.

Authority: MS-OFFCRYPTO 2.3.4.7 (standard), 2.3.4.11 to 2.3.4.13 (agile); 7-Zip's AES key (SHA-256 over salt,
password and a counter, 2 to the power of the given number of rounds); APPNOTE 6.1 (traditional zip encryption).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

try:
    from _sha2 import sha512  # type: ignore[import-not-found]
except ImportError:
    try:
        from _sha512 import sha512  # type: ignore[import-not-found]
    except ImportError:
        from hashlib import sha512

_STANDARD_ROUNDS = 50_000
_INPUT = b"\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79"
_VALUE = b"\xd7\xaa\x0f\x6d\x30\x61\x34\x4e"
_KEY = b"\x14\x6e\x0b\xe7\xab\xac\xd0\xd6"
_LAST = re.compile(r"[\W\d_]+$")
_SHORTEST = 3
_worked: list[str] = []
_QUICK: dict[str, Callable[[bytes], Any]] = {"sha512": sha512}
"""Digests that are begun quicker outside OpenSSL: SHA-512 of one short message takes 0.47 µs instead of 0.68."""


def in_order(*, passwords: Iterable[str]) -> list[str]:
    """Return the passwords, those that opened something before first, the latest at the head.

    After each of these come its variants: people vary a password in case, last figures and signs (Das and others, The
    Tangled Web of Password Reuse, NDSS 2014).
    """
    given = dict.fromkeys(passwords)
    found: dict[str, None] = {}
    for worked in reversed(_worked):
        if worked in given:
            found[worked] = None
            found.update((word, None) for word in given if word not in _worked and _stem(word) == _stem(worked) != "")
    return list(found | given)


@cache
def _stem(word: str) -> str:
    """Return what variants of a password have in common, empty when too little is left to tell."""
    stem = _LAST.sub("", word).casefold()
    return stem if len(stem) >= _SHORTEST else ""


def has_worked(*, password: str) -> None:
    """Remember that a password opened a file."""
    if password in _worked:
        _worked.remove(password)
    _worked.append(password)


@cache
def _counters(count: int) -> tuple[bytes, ...]:
    whole = np.arange(count, dtype="<u4").tobytes()
    return tuple(whole[at : at + 4] for at in range(0, len(whole), 4))


@lru_cache(maxsize=1024)
def _spun(start: bytes, name: str, rounds: int) -> bytes:
    digest = start
    make = _QUICK.get(name, getattr(hashlib, name, hashlib.sha1))
    for counter in _counters(rounds) if rounds <= 200_000 else _slow_counters(rounds):
        digest = make(counter + digest).digest()
    return digest


def _slow_counters(rounds: int) -> Iterator[bytes]:
    return (struct.pack("<I", number) for number in range(rounds))


def agile_key(*, info: dict[str, bytes | str | int], password: str) -> bytes | None:
    """Return the key of an Office file encrypted in the agile way, None when the password is wrong."""
    salt, name = bytes(info["passwordSalt"]), str(info["passwordHashAlgorithm"]).lower()  # type: ignore[arg-type]
    bits, rounds = int(info["passwordKeyBits"]), int(info["spinValue"])
    made = getattr(hashlib, name, hashlib.sha1)
    spun = _spun(made(salt + password.encode("utf-16-le")).digest(), name, rounds)

    def opened(block: bytes, field: str) -> bytes:
        key = made(spun + block).digest()[: bits // 8].ljust(bits // 8, b"\x36")
        decryptor = Cipher(algorithms.AES(key), modes.CBC(salt)).decryptor()
        return decryptor.update(bytes(info[field])) + decryptor.finalize()  # type: ignore[arg-type]

    wanted = made(opened(_INPUT, "encryptedVerifierHashInput")).digest()
    if not hmac.compare_digest(wanted, opened(_VALUE, "encryptedVerifierHashValue")[: len(wanted)]):
        return None
    return opened(_KEY, "encryptedKeyValue")


def standard_key(*, salt: bytes, verifier: bytes, verifier_hash: bytes, bits: int, password: str) -> bytes | None:
    """Return the key of an Office file encrypted in the standard way, None when the password is wrong."""
    spun = _spun(hashlib.sha1(salt + password.encode("utf-16-le")).digest(), "sha1", _STANDARD_ROUNDS)  # noqa: S324
    final = hashlib.sha1(spun + bytes(4)).digest()  # noqa: S324
    halves = [
        hashlib.sha1(bytes(pad ^ byte for byte in final.ljust(64, b"\x00"))).digest()  # noqa: S324
        for pad in (0x36, 0x5C)
    ]
    key = b"".join(halves)[: bits // 8]
    decryptor = Cipher(algorithms.AES(key), modes.ECB()).decryptor()  # noqa: S305  (the format's own mode)
    plain, expected = decryptor.update(verifier), decryptor.update(verifier_hash)
    return key if hashlib.sha1(plain).digest() == expected[:20] else None  # noqa: S324


@cache
def seven_zip_key(password: bytes, cycles: int, salt: bytes, digest: str) -> bytes:
    """Return the AES key of a 7z archive; the counters are laid out by the million instead of one by one."""
    if cycles == 0x3F:
        return (salt + password + bytes(32))[:32]
    prefix = salt + password
    whole, made = 1 << cycles, hashlib.new(digest)
    step = min(whole, 1 << 16)
    block = np.zeros((step, len(prefix) + 8), dtype=np.uint8)
    block[:, : len(prefix)] = np.frombuffer(prefix, dtype=np.uint8)
    block[:, len(prefix) :] = np.arange(step, dtype="<u8").view(np.uint8).reshape(step, 8)
    for start in range(0, whole, step):
        for place, byte in enumerate((start >> 16).to_bytes(6, "little"), start=len(prefix) + 2):
            if start and block[0, place] != byte:
                block[:, place] = byte
        made.update(block.reshape(-1).data)
    return made.digest()[:32]


@cache
def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (0xEDB88320 if value & 1 else 0)
        table.append(value)
    return tuple(table)


def unlock_zip(*, data: bytes, password: bytes, check: int) -> bytes | None:
    """Decrypt the bytes of an entry in the traditional zip way; None when the check byte shows a wrong password.

    data: the twelve bytes of the encryption header and what follows. check: the last byte of that header.
    """
    table, masks = _crc_table(), _zip_masks()
    one, two, three = 0x12345678, 0x23456789, 0x34567890
    for byte in password:
        one = (one >> 8) ^ table[(one ^ byte) & 255]
        two = ((two + (one & 255)) * 134775813 + 1) & 0xFFFFFFFF
        three = (three >> 8) ^ table[(three ^ (two >> 24)) & 255]
    out, low = bytearray(), one & 255
    for piece in (data[:12], data[12:]):
        for byte in piece:
            plain = byte ^ masks[three & 0xFFFF]
            out.append(plain)
            one = (one >> 8) ^ table[low ^ plain]
            low = one & 255
            two = ((two + low) * 134775813 + 1) & 0xFFFFFFFF
            three = (three >> 8) ^ table[(three & 255) ^ (two >> 24)]
        if len(out) == 12 and out[11] != check:
            return None
    return bytes(out[12:])


@cache
def _zip_masks() -> bytes:
    """Return what a byte is combined with, for each state of the lower half of the third key."""
    state = np.arange(1 << 16, dtype=np.uint32) | 2
    return (((state * (state ^ 1)) >> 8) & 255).astype(np.uint8).tobytes()
