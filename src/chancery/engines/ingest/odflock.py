"""OpenDocument files under a password.

Authority: OpenDocument 1.2 part 3, section 3.8.3 (package encryption): PBKDF2 over a digest of the password, Blowfish
in cipher feedback or AES in chaining mode, then deflate; the digest of the first kilobyte proves the key.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from chancery.engines.ingest.packages import Package, local
from chancery.engines.ingest.passwords import has_worked, in_order
from chancery.engines.ingest.reading import Unreadable

_MOST_ROUNDS = 5_000_000
_PART_LIMIT = 256 * 1024**2


@dataclass(slots=True)
class _Opened(Package):
    """A package whose parts are decrypted when they are asked for: each has a slow key of its own.

    outer: the package as it stands. locked: what is said of its encrypted parts.
    """

    outer: Package = field(default_factory=lambda: Package([]))
    locked: dict[str, dict[str, str]] = field(default_factory=dict)
    word: str = ""

    def part(self, name: str) -> bytes:
        """Return the plain bytes of one part, empty when it cannot be decrypted or is damaged."""
        if name not in self.salvaged:
            data, facts = self.outer.part(name), self.locked.get(name)
            self.salvaged[name] = data if facts is None else _plain(data, facts, self.word) or b""
            self.damaged = self.damaged or self.outer.damaged
        return self.salvaged[name]


def unlocked(*, package: Package, passwords: tuple[str, ...]) -> Package:
    """Return the package with its parts decrypted; refuses when no password fits."""
    entries = _entries(package)
    for word in in_order(passwords=passwords):
        first = next(iter(entries), None)
        plain = _plain(package.part(first), entries[first], word) if first is not None else None
        if first is None or plain is None:
            continue
        has_worked(password=word)
        return _Opened(list(package.names), None, {str(first): plain}, outer=package, locked=entries, word=word)
    raise Unreadable("The document is encrypted and no known password opens it.", code="encrypted")


def _entries(package: Package) -> dict[str, dict[str, str]]:
    """Return the facts of each encrypted part, the content first."""
    tree = package.tree("META-INF/manifest.xml")
    found: dict[str, dict[str, str]] = {}
    for node in tree.iter() if tree is not None else ():
        if local(node.tag) != "file-entry":
            continue
        facts: dict[str, str] = {}
        for inner in node.iter():
            for name, value in inner.attrib.items():
                facts[f"{local(inner.tag)}/{local(name)}"] = value
        name = facts.get("file-entry/full-path", "")
        if "encryption-data/checksum" in facts and name in package.names:
            found[name] = facts
    return dict(sorted(found.items(), key=lambda pair: pair[0] != "content.xml"))


def _plain(data: bytes, facts: dict[str, str], password: str) -> bytes | None:
    """Return the decrypted and expanded part, None when the key is wrong."""
    rounds = int(facts.get("key-derivation/iteration-count", "1024"))
    if rounds > _MOST_ROUNDS:
        return None
    strong = "sha256" in facts.get("start-key-generation/start-key-generation-name", "").lower()
    start = hashlib.new("sha256" if strong else "sha1", password.encode()).digest()
    aes = "aes" in facts.get("algorithm/algorithm-name", "").lower()
    size = int(facts.get("key-derivation/key-size", "32" if aes else "16"))
    key = PBKDF2HMAC(SHA1(), size, base64.b64decode(facts["key-derivation/salt"]), rounds).derive(start)  # noqa: S303
    packed = _decrypted(data, key, base64.b64decode(facts["algorithm/initialisation-vector"]), aes=aes)
    if packed is None or not _proven(packed, facts):
        return None
    try:
        return zlib.decompressobj(-15).decompress(packed, _PART_LIMIT)
    except zlib.error:
        return None


def _decrypted(data: bytes, key: bytes, vector: bytes, *, aes: bool) -> bytes | None:
    cipher: Any = Cipher(algorithms.AES(key), modes.CBC(vector)) if aes else Cipher(Blowfish(key), modes.CFB(vector))
    if aes and len(data) % 16:
        return None
    decryptor = cipher.decryptor()
    return bytes(decryptor.update(data) + decryptor.finalize())


def _proven(packed: bytes, facts: dict[str, str]) -> bool:
    kind = facts.get("encryption-data/checksum-type", "").lower()
    wanted = base64.b64decode(facts["encryption-data/checksum"])
    sample = packed[:1024] if "1k" in kind else packed
    return hashlib.new("sha256" if "sha256" in kind else "sha1", sample).digest() == wanted
