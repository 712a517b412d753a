"""The list of known files (deNIST): digests of system and program files that are recorded but not read."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from chancery.foundation.errors import Refused

_DIGEST = re.compile(rb"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})(?![0-9A-Fa-f])")
_WIDTH = 16
_RUN = 8_000_000


class ListRefused(Refused):
    """The hash list cannot be used."""

    code = "hash_list"


def check_known(*, source: Path) -> None:
    """Refuse a list that holds no digest to be used; reads no further than the first one."""
    with source.open("rb") as stream:
        for line in stream:
            if any(len(match) != 40 for match in _DIGEST.findall(line)):
                return
    raise ListRefused("The hash list %(name)s holds no SHA-256 and no MD5 digest.", name=source.name)


def write_known(*, source: Path, target: Path) -> int:
    """Write the SHA-256 and MD5 digests of a text file or NSRL table as a sorted file; return how many.

    A line may hold several fields; every field of 32 or 64 hexadecimal digits counts (the first 16 bytes of a
    SHA-256 are kept). Refuses a list without such digests, in which SHA-1 alone does not count.
    """
    runs: list[np.ndarray] = []
    with source.open("rb") as stream:
        for piece in _digests(stream):
            runs.append(np.unique(np.frombuffer(piece, dtype=f"S{_WIDTH}")))
    check_known(source=source)
    whole = np.unique(np.concatenate(runs))
    with target.open("wb") as out:
        out.write(whole.tobytes())
    return int(whole.size)


def _digests(stream: BinaryIO) -> Iterator[bytes]:
    held = bytearray()
    for line in stream:
        for match in _DIGEST.findall(line):
            if len(match) != 40:
                held += bytes.fromhex(match[:32].decode("ascii"))
        if len(held) >= _RUN * _WIDTH:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


@cache
def _opened(path: str) -> mmap.mmap:
    with Path(path).open("rb") as stream:
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


def is_known(*, path: str, sha256: str, md5: str) -> bool:
    """Tell whether the sorted file at ``path`` holds one of the two digests."""
    held = _opened(path)
    return any(_found(held, bytes.fromhex(digest[:32])) for digest in (sha256, md5) if digest)


def _found(held: mmap.mmap, wanted: bytes) -> bool:
    low, high = 0, len(held) // _WIDTH
    while low < high:
        middle = (low + high) // 2
        if held[middle * _WIDTH : middle * _WIDTH + _WIDTH] < wanted:
            low = middle + 1
        else:
            high = middle
    return held[low * _WIDTH : low * _WIDTH + _WIDTH] == wanted
