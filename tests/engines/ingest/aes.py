"""An AES-encrypted zip entry written from the WinZip specification, independently of the reader."""

from __future__ import annotations

import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def aes_zip(name: str, data: bytes, password: str) -> bytes:
    """Return a zip with one stored AE-2 entry under AES-256."""
    salt = bytes(range(16))
    keys = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1000, 66)
    body = b""
    for number in range(0, len(data), 16):
        counter = (number // 16 + 1).to_bytes(16, "little")
        block = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor().update(counter)  # noqa: S305
        body += bytes(a ^ b for a, b in zip(data[number : number + 16], block, strict=False))
    packed = salt + keys[64:] + body + hmac.new(keys[32:64], body, "sha1").digest()[:10]
    extra = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 0)
    fields = struct.pack("<HHHHHIII", 51, 1, 99, 0, 0, 0, len(packed), len(data))
    raw = name.encode()
    local = b"PK\x03\x04" + fields + struct.pack("<HH", len(raw), len(extra)) + raw + extra + packed
    central = b"PK\x01\x02" + struct.pack("<H", 51) + fields
    central += struct.pack("<HHHHHII", len(raw), len(extra), 0, 0, 0, 0, 0) + raw + extra
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
