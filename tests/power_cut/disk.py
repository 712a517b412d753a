"""A disk that loses power: what is certainly there, what may be there, and one possible state after a cut.

Certain are the contents a file had at its last sync, and the names a folder had at its last sync. Everything later
may or may not have reached the disk: unsynced writes survive sector by sector at random; unsynced names survive in
the order of the journal up to a random point. That is at least as harsh as ext4 with ordered data.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.power_cut.trace import Step

SECTOR = 512


@dataclass
class Inode:
    """Contents of one file: certain, and the effects since."""

    certain: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, Step]] = field(default_factory=list)

    def sync(self, *, before: int) -> None:
        """Make the effects played before a moment certain."""
        while self.pending and self.pending[0][0] < before:
            _apply(self.certain, self.pending.pop(0)[1])

    def after_cut(self, *, dice: random.Random) -> bytes:
        """Return one possible contents after the cut."""
        contents = bytearray(self.certain)
        for _, step in self.pending:
            if step.kind == "truncate":
                if dice.random() < 0.5:
                    _apply(contents, step)
                continue
            for start in range(0, len(step.data), SECTOR):
                if dice.random() < 0.5:
                    part = step.data[start : start + SECTOR]
                    _apply(contents, Step("write", offset=step.offset + start, data=part))
        return bytes(contents)


def _apply(contents: bytearray, step: Step) -> None:
    if step.kind == "truncate":
        if len(contents) > step.offset:
            del contents[step.offset :]
        else:
            contents.extend(b"\0" * (step.offset - len(contents)))
        return
    end = step.offset + len(step.data)
    if len(contents) < end:
        contents.extend(b"\0" * (end - len(contents)))
    contents[step.offset : end] = step.data


class Disk:
    """Plays steps and rebuilds one possible state after a power cut."""

    def __init__(self, *, base: Path, folder: Path, ignored: Collection[str] = ()) -> None:
        """base: a copy of the folder as it was, all certain, before the first step; folder: its recorded path.

        ignored: names right below the folder that do not matter.
        """
        self.folder = str(folder)
        self.names: dict[str, Inode] = {}
        self.folders: set[str] = {self.folder}
        for path in sorted(base.rglob("*")):
            if path.relative_to(base).parts[0] in ignored or path.name.endswith("-shm"):
                continue
            name = f"{self.folder}/{path.relative_to(base).as_posix()}"
            if path.is_dir():
                self.folders.add(name)
            elif path.is_file():
                self.names[name] = Inode(certain=bytearray(path.read_bytes()))
        self.certain_names: dict[str, Inode] = dict(self.names)
        self.certain_folders: set[str] = set(self.folders)
        self.journal: list[tuple[int, Step]] = []
        self.inodes: dict[int, Inode] = {}
        self.moment = 0
        self.syncing: dict[str, int] = {}

    def play(self, step: Step) -> None:
        """Take one effect."""
        self.moment += 1
        if step.kind in ("create", "mkdir", "rmdir", "rename", "link", "unlink"):
            self._name(self.names, self.folders, step, live=True)
            self.journal.append((self.moment, step))
        elif step.kind == "syncing":
            self.syncing[step.by] = self.moment
        elif step.kind == "sync":
            self._sync(step.path, before=self.syncing.pop(step.by, self.moment))
        elif step.kind in ("write", "truncate"):
            inode = self.names.get(step.path)
            if inode is not None:
                inode.pending.append((self.moment, step))

    def _sync(self, path: str, *, before: int) -> None:
        if path in self.folders:
            # A synced folder makes its own names certain, and the journal before them with it.
            owned = [
                place
                for place, (moment, step) in enumerate(self.journal)
                if moment < before and path in self._parents_of(step)
            ]
            self._commit(owned[-1] + 1 if owned else 0)
            return
        inode = self.names.get(path)
        if inode is not None:
            inode.sync(before=before)

    @staticmethod
    def _parents_of(step: Step) -> set[str]:
        return {str(PurePosixPath(path).parent) for path in (step.path, step.target) if path}

    def _commit(self, count: int) -> None:
        for _, step in self.journal[:count]:
            self._name(self.certain_names, self.certain_folders, step, live=False)
        del self.journal[:count]

    def _name(self, names: dict[str, Inode], folders: set[str], step: Step, *, live: bool) -> None:
        if step.kind == "create":
            # The inode made when the step was played is the one that its later commit names.
            if live:
                self.inodes[id(step)] = Inode()
            names[step.path] = self.inodes[id(step)]
        elif step.kind == "mkdir":
            folders.add(step.path)
        elif step.kind == "rmdir":
            folders.discard(step.path)
        elif step.kind == "unlink":
            names.pop(step.path, None)
        elif step.path in names:
            names[step.target] = names[step.path]
            if step.kind == "rename":
                names.pop(step.path, None)

    def after_cut(self, *, dice: random.Random) -> dict[str, bytes]:
        """Return one possible state after a cut at this moment: contents by path relative to the folder."""
        names, folders = dict(self.certain_names), set(self.certain_folders)
        for _, step in self.journal[: dice.randint(0, len(self.journal))]:
            self._name(names, folders, step, live=False)
        return {
            str(PurePosixPath(name).relative_to(self.folder)): inode.after_cut(dice=dice)
            for name, inode in names.items()
            if str(PurePosixPath(name).parent) in folders
        }
