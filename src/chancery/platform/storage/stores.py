"""Where stored objects lie: a folder, or an object store behind the same few verbs.

Objects are written once. ``create`` returns only after the object would survive a power cut.
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore, from_url

from chancery.foundation.errors import Fault
from chancery.platform.storage.secret_files import sync_file, sync_folder

_waiting: ContextVar[list[Path] | None] = ContextVar("objects waiting for their sync", default=None)


class Store(Protocol):
    """The contract of every place for objects."""

    def create(self, *, key: str, pieces: Iterable[bytes]) -> bool:
        """Write an object whole and durably; False, and nothing changed, if the key is taken."""

    def replace(self, *, key: str, pieces: Iterable[bytes]) -> None:
        """Write an object over a damaged one that no row refers to."""

    def open(self, *, key: str) -> BinaryIO:
        """Open an object for reading; Fault if it is not there."""

    def settle(self, *, key: str) -> None:
        """Make an object that somebody else wrote survive a power cut."""

    def remove(self, *, key: str) -> None:
        """Remove an object; safe to repeat."""

    def keys(self) -> Iterator[str]:
        """Return the key of every object."""


@contextmanager
def syncing_once() -> Iterator[None]:
    """Let objects created in this block become durable together, at its end."""
    waiting: list[Path] = []
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    for path in waiting:
        sync_file(path=path)
    for folder in sorted({path.parent for path in waiting}):
        sync_folder(path=folder)


class FolderStore:
    """Objects as files below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def create(self, *, key: str, pieces: Iterable[bytes]) -> bool:
        """Write beside the place, sync, link into the place, sync the folder; syncs wait inside ``syncing_once``."""
        place = self._place(key)
        if place.exists():
            return False
        waiting = _waiting.get()
        draft = self._draft(pieces, sync=waiting is None)
        try:
            self._make_folder(place.parent)
            os.link(draft, place)
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        if waiting is None:
            sync_folder(path=place.parent)
        else:
            waiting.append(place)
        return True

    def settle(self, *, key: str) -> None:
        """Sync the file and its folder."""
        place = self._place(key)
        sync_file(path=place)
        sync_folder(path=place.parent)

    def replace(self, *, key: str, pieces: Iterable[bytes]) -> None:
        """Write beside the place, sync, rename over it."""
        place = self._place(key)
        draft = self._draft(pieces, sync=True)
        self._make_folder(place.parent)
        draft.replace(place)
        sync_folder(path=place.parent)

    def open(self, *, key: str) -> BinaryIO:
        """Open the file."""
        try:
            return self._place(key).open("rb")
        except FileNotFoundError:
            raise Fault(f"a stored object is missing: {key}") from None

    def remove(self, *, key: str) -> None:
        """Remove the file."""
        self._place(key).unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        """Walk the folder; drafts are left out."""
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(self.root).as_posix()

    def _place(self, key: str) -> Path:
        parts = key.split("/")
        if not all(part and not part.startswith(".") and "\\" not in part for part in parts):
            raise Fault(f"not a key of a stored object: {key}")
        return self.root.joinpath(*parts)

    def _draft(self, pieces: Iterable[bytes], *, sync: bool) -> Path:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.root / f".draft-{os.getpid()}-{secrets.token_hex(8)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                for piece in pieces:
                    stream.write(piece)
                stream.flush()
                if sync:
                    os.fsync(stream.fileno())
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        return draft

    def _make_folder(self, folder: Path) -> None:
        missing = []
        while not folder.exists() and folder != self.root:
            missing.append(folder)
            folder = folder.parent
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
            sync_folder(path=path.parent)


class BucketStore:
    """Objects in a bucket (s3://…), written with a condition that the key is free."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store

    def create(self, *, key: str, pieces: Iterable[bytes]) -> bool:
        """Put if absent; the bucket acknowledges only what is durable."""
        try:
            obstore.put(self.store, key, b"".join(pieces), mode="create", use_multipart=False)
        except AlreadyExistsError:
            return False
        return True

    def replace(self, *, key: str, pieces: Iterable[bytes]) -> None:
        """Put."""
        obstore.put(self.store, key, b"".join(pieces))

    def open(self, *, key: str) -> BinaryIO:
        """Fetch the object."""
        try:
            return io.BytesIO(bytes(obstore.get(self.store, key).bytes()))
        except FileNotFoundError:
            raise Fault(f"a stored object is missing: {key}") from None

    def settle(self, *, key: str) -> None:
        """Nothing to do: what a bucket has acknowledged is durable."""

    def remove(self, *, key: str) -> None:
        """Delete the object."""
        try:
            obstore.delete(self.store, key)
        except FileNotFoundError:
            return

    def keys(self) -> Iterator[str]:
        """List the bucket."""
        for batch in obstore.list(self.store):
            yield from sorted(meta["path"] for meta in batch)


@lru_cache(maxsize=8)
def store_at(url: str) -> Store:
    """Return the store behind an address: file:///folder, s3://bucket/prefix or memory:///."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderStore(Path(unquote(parts.path)))
    return BucketStore(from_url(url))
