"""A disk that loses power: what is certainly there, what may be there, and one possible state after a cut.

Certain are the contents a file had at its last sync, and the names a folder had at its last sync. Everything later
may or may not have reached the disk: unsynced writes survive sector by sector at random; unsynced names survive in
the order of the journal up to a random point. That is at least as harsh as ext4 with ordered data.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.power_cut.trace import Step

SECTOR = 512


@dataclass
class Inode:
    """Contents of one file: certain, and the effects since."""

    certain: bytearray = field(default_factory=bytearray)
    pending: list[Step] = field(default_factory=list)

    def sync(self) -> None:
        """Make everything so far certain."""
        for step in self.pending:
            _apply(self.certain, step)
        self.pending.clear()

    def after_cut(self, *, dice: random.Random) -> bytes:
        """Return one possible contents after the cut."""
        contents = bytearray(self.certain)
        for step in self.pending:
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

    def __init__(self, *, base: Path, folder: Path) -> None:
        """base: a copy of the folder as it was, all certain, before the first step; folder: its recorded path."""
        self.folder = str(folder)
        self.names: dict[str, Inode] = {}
        self.folders: set[str] = {self.folder}
        for path in sorted(base.rglob("*")):
            name = f"{self.folder}/{path.relative_to(base).as_posix()}"
            if path.is_dir():
                self.folders.add(name)
            elif path.is_file():
                self.names[name] = Inode(certain=bytearray(path.read_bytes()))
        self.certain_names: dict[str, Inode] = dict(self.names)
        self.certain_folders: set[str] = set(self.folders)
        self.journal: list[Step] = []
        self.inodes: dict[str, Inode] = dict(self.names)

    def play(self, step: Step) -> None:
        """Take one effect."""
        if step.kind in ("create", "mkdir", "rmdir", "rename", "link", "unlink"):
            self._name(self.names, self.folders, step, live=True)
            self.journal.append(step)
        elif step.kind == "sync":
            self._sync(step.path)
        elif step.kind in ("write", "truncate"):
            inode = self.names.get(step.path)
            if inode is not None:
                inode.pending.append(step)

    def _sync(self, path: str) -> None:
        if path in self.folders:
            # A synced folder makes its own names certain, and the journal before them with it.
            last = max((i for i, step in enumerate(self.journal) if self._parent_of(step) == path), default=-1)
            self._commit(last + 1)
            return
        inode = self.names.get(path)
        if inode is not None:
            inode.sync()

    @staticmethod
    def _parent_of(step: Step) -> str:
        return str(PurePosixPath(step.target or step.path).parent)

    def _commit(self, count: int) -> None:
        for step in self.journal[:count]:
            self._name(self.certain_names, self.certain_folders, step, live=False)
        del self.journal[:count]

    def _name(self, names: dict[str, Inode], folders: set[str], step: Step, *, live: bool) -> None:
        if step.kind == "create":
            names[step.path] = self._made(step, live)
        elif step.kind == "mkdir":
            folders.add(step.path)
        elif step.kind == "rmdir":
            folders.discard(step.path)
        elif step.kind == "unlink":
            names.pop(step.path, None)
        elif step.path in names:
            inode = names[step.path]
            names[step.target] = inode
            if step.kind == "rename":
                names.pop(step.path, None)

    def _made(self, step: Step, live: bool) -> Inode:
        # The inode made when the step was played is the one that its later commit names.
        key = str(id(step))
        if live:
            self.inodes[key] = Inode()
        return self.inodes[key]

    def write_cut(self, *, target: Path, dice: random.Random) -> None:
        """Write one possible state after a cut at this moment into an empty folder."""
        names, folders = dict(self.certain_names), set(self.certain_folders)
        for step in self.journal[: dice.randint(0, len(self.journal))]:
            self._name(names, folders, step, live=False)
        for name in sorted(folders):
            (target / PurePosixPath(name).relative_to(self.folder)).mkdir(parents=True, exist_ok=True)
        for name, inode in names.items():
            place = target / PurePosixPath(name).relative_to(self.folder)
            if str(PurePosixPath(name).parent) not in folders:
                continue
            place.write_bytes(inode.after_cut(dice=dice))


def acknowledged(steps: Sequence[Step]) -> list[str]:
    """Return what had been acknowledged by the end of the steps."""
    return [step.data.decode("utf-8") for step in steps if step.kind == "ack"]
