"""Write the bytes of a child into the scratch folder, counting and hashing them on the way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from chancery.engines.ingest.budget import Budget
from chancery.engines.ingest.reading import HEAD_BYTES, Child, Unreadable

_CHUNK = 1024 * 1024
_KEEP = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes as written; ``kept`` holds them in memory when they are few. fault: the code that cut them
    short."""

    size: int
    sha256: str
    md5: str
    head: bytes
    kept: bytes | None
    fault: Unreadable | None = None


def write_child(*, child: Child, target: Path, budget: Budget) -> Written:
    """Copy the child to ``target``. A stream that breaks leaves what came before and sets ``fault``."""
    source = child.source
    if source is None:
        raise Unreadable("The bytes of this entry could not be had.", code="corrupt")
    if isinstance(source, bytes):
        budget.take_bytes(len(source))
        target.write_bytes(source)
        return Written(
            size=len(source),
            sha256=hashlib.sha256(source).hexdigest(),
            md5=hashlib.md5(source, usedforsecurity=False).hexdigest(),
            head=source[:HEAD_BYTES],
            kept=source if len(source) <= _KEEP else None,
        )
    return _copy(source, target, budget, child)


def _copy(source: BinaryIO, target: Path, budget: Budget, child: Child) -> Written:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    size, pieces, fault = 0, [], None
    with target.open("wb") as out:
        while True:
            try:
                chunk = source.read(_CHUNK)
            except Unreadable as refusal:
                fault = refusal
                break
            except EOFError:
                fault = Unreadable("The entry ends before its announced end.", code="truncated")
                break
            except MemoryError:
                raise
            except Exception:
                fault = Unreadable("The entry is damaged; what could be read of it is kept.", code="corrupt")
                break
            if not chunk:
                break
            budget.take_bytes(len(chunk))
            budget.check_time()
            size += len(chunk)
            if child.declared_size is not None and size > child.declared_size:
                fault = Unreadable("The entry holds more bytes than its container announces.", code="bomb")
                break
            sha256.update(chunk)
            md5.update(chunk)
            out.write(chunk)
            if size <= _KEEP:
                pieces.append(chunk)
    kept = b"".join(pieces) if size <= _KEEP else None
    with target.open("rb") as written:
        head = written.read(HEAD_BYTES)
    if fault is not None:
        size = target.stat().st_size
    return Written(size, sha256.hexdigest(), md5.hexdigest(), head, kept, fault)
