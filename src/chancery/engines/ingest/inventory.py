"""List the files of a source folder and hash them."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from chancery.engines.ingest.listing import Listing
from chancery.engines.ingest.records import SourceFile
from chancery.engines.text.normalise import safe_name

_CHUNK = 1024 * 1024
_SPARSE_BYTES = 64 * 1024**2
_SPLIT = (
    re.compile(r"^(?P<stem>.+\.(?:7z|zip|rar|tar|gz|tgz|bz2|xz))\.(?P<number>\d{3})$", re.IGNORECASE),
    re.compile(r"^(?P<stem>.+)\.part(?P<number>\d{1,3})\.rar$", re.IGNORECASE),
)


def inventory(*, folder: Path) -> Iterator[SourceFile]:
    """List every regular file below ``folder``, sorted by display path; follows no symbolic link.

    Names with undecodable bytes are shown in percent form and stay raw in ``location``; display paths are
    unique.
    """
    found: list[tuple[str, Path]] = []
    for root, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in names:
            location = Path(root, name)
            if location.is_symlink() or not location.is_file():
                continue
            relative = location.relative_to(folder).as_posix()
            found.append(("/".join(safe_name(name=part) or "unnamed" for part in relative.split("/")), location))
    yield from join_parts(files=_unique(sorted(found, key=lambda pair: (pair[0], os.fsencode(pair[1])))))


def walk(*, folder: Path, without: Path | None = None, spill: Path | None = None) -> Iterator[SourceFile]:
    """Yield every regular file below ``folder`` in a fixed order, holding some thousand of one folder at a time.

    without: a folder below it that is passed over, such as that of the results. spill: where the names of a large
    folder are sorted, None for the system's place for such files. Links are not followed; names are shown as
    ``inventory`` shows them. A folder that cannot be opened is passed over.
    """
    if not folder.is_dir():
        yield SourceFile(safe_name(name=folder.name) or "unnamed", folder)
        return
    yield from _walk(folder, "", without, spill)


def _walk(folder: Path, prefix: str, without: Path | None, spill: Path | None) -> Iterator[SourceFile]:
    listing = Listing(folder=folder, spill=spill)
    volumes = [
        SourceFile(prefix + shown, folder / name)
        for shown, name in listing.files()
        if (shown[-1].isdigit() or shown[-1] in "rR") and any(pattern.match(shown) for pattern in _SPLIT)
    ]
    joined: dict[str, SourceFile] = {file.path: file for file in join_parts(files=volumes)}
    for shown, name in listing.files():
        path = prefix + shown
        yield joined.get(path) or SourceFile(path, Path(f"{folder}/{name}"))
    for shown, name in listing.folders():
        if without is None or folder / name != without:
            yield from _walk(folder / name, f"{prefix}{shown}/", without, spill)


def join_parts(*, files: Iterable[SourceFile]) -> list[SourceFile]:
    """Tie the volumes of split archives together: the first holds the rest in order, the rest name the
    first."""
    listed = list(files)
    groups: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for index, file in enumerate(listed):
        if not file.path[-3:].isdigit() and file.path[-4:].lower() != ".rar":
            continue
        parent, _, name = file.path.rpartition("/")
        for pattern in _SPLIT:
            if match := pattern.match(name):
                key = (parent, match["stem"].lower() + pattern.pattern[-8:])
                groups.setdefault(key, []).append((int(match["number"]), index))
    for volumes in groups.values():
        volumes.sort()
        numbers = [number for number, _ in volumes]
        if numbers != list(range(numbers[0], numbers[0] + len(volumes))) or numbers[0] > 1:
            for _, index in volumes:
                listed[index] = replace(listed[index], incomplete=True)
            continue
        first, *rest = (listed[index] for _, index in volumes)
        listed[volumes[0][1]] = replace(first, parts=tuple((file.path, file.location) for file in rest))
        for _, index in volumes[1:]:
            listed[index] = replace(listed[index], part_of=first.path)
    return listed


def hash_file(*, path: Path) -> tuple[int, str, str]:
    """Return size in bytes, SHA-256 and MD5 of a file, read in pieces; holes of a sparse file cost no
    reading."""
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    announced = path.stat().st_size
    if scan_sparse(path=path, size=announced):
        zeros = bytes(_CHUNK)
        while size < announced:
            piece = zeros[: announced - size]
            sha256.update(piece)
            md5.update(piece)
            size += len(piece)
        return size, sha256.hexdigest(), md5.hexdigest()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            sha256.update(chunk)
            md5.update(chunk)
            size += len(chunk)
    return size, sha256.hexdigest(), md5.hexdigest()


def scan_sparse(*, path: Path, size: int) -> bool:
    """Tell whether a file of 64 MiB or more has no data on disk at all: nothing but a hole."""
    if size < _SPARSE_BYTES or not hasattr(os, "SEEK_DATA"):
        return False
    with path.open("rb") as stream:
        try:
            os.lseek(stream.fileno(), 0, os.SEEK_DATA)
        except OSError:
            return True
    return False


def _unique(found: list[tuple[str, Path]]) -> list[SourceFile]:
    """Number display paths that two raw names share."""
    seen: dict[str, int] = {}
    files = []
    for path, location in found:
        count = seen[path] = seen.get(path, 0) + 1
        files.append(SourceFile(path if count == 1 else f"{path}~{count}", location))
    return files
