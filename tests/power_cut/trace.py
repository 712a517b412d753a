"""Reads a system-call record of a workload: what it wrote, when it synced, and what it acknowledged.

The record is made by ``strace -f -y -xx -s <large>``; strings come as ``\\x..`` escapes, descriptors with their
paths. Only calls that change files below the watched folder, and acknowledgements (lines starting ``ACK `` written
to a pipe or a terminal), become steps. Threads share descriptors, forks copy them; a call that another thread
interrupted takes effect when it ends, but a sync covers only what was written before it began.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

CALLS = (
    "openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,syncfs,rename,renameat,renameat2,link,"
    "linkat,unlink,unlinkat,ftruncate,truncate,mkdir,mkdirat,rmdir,close,dup,dup2,dup3,lseek,fcntl,copy_file_range,"
    "sendfile,fallocate,clone,clone3,fork,vfork"
)
REFUSED_CALLS = {"copy_file_range", "sendfile", "writev", "pwritev", "pwritev2", "truncate", "syncfs", "fallocate"}
FORKING = {"clone", "clone3", "fork", "vfork"}


@dataclass(frozen=True, slots=True)
class Step:
    """One effect in the order in which the kernel saw it.

    kind: create | write | truncate | syncing | sync | link | rename | unlink | mkdir | rmdir | ack
    by: the thread of a ``syncing`` (a sync that began and has not ended) and of the ``sync`` that ends it.
    """

    kind: str
    path: str = ""
    target: str = ""
    offset: int = 0
    data: bytes = b""
    by: str = ""


_LINE = re.compile(r"^(?P<pid>\d+)\s+(?P<rest>.*)$")
_CALL = re.compile(r"^(?P<name>\w+)\((?P<args>.*)\)\s+= (?P<result>-?\d+|0x[0-9a-f]+|\?)(?P<tail>.*)$", re.DOTALL)
_FORK = re.compile(r"^(?P<pid>\d+)\s+(?P<rest>(?:<\.\.\. )?(?:clone3?|v?fork)\b.*)$")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PLACE = re.compile(r"\d+<([^>]*)>")
_DESCRIPTOR = re.compile(r"^(AT_FDCWD|-?\d+)(?:<([^>]*)>)?")


def _text(args: str, index: int = 0) -> str:
    found = _STRING.findall(args)
    return bytes.fromhex(found[index].replace("\\x", "")).decode("utf-8", "surrogateescape")


def _unescape(path: str) -> str:
    if "\\x" not in path:
        return path
    return bytes.fromhex(path.replace("\\x", "")).decode("utf-8", "surrogateescape")


class Reader:
    """Follows descriptors and offsets through a record and yields the steps below one folder."""

    def __init__(self, *, folder: Path, ignored: Collection[str] = (), known: Mapping[str, int] | None = None) -> None:
        """ignored: names right below the folder that do not matter; known: sizes of files there before the record."""
        self.folder = str(folder)
        self.ignored = tuple(f"{self.folder}/{name}" for name in ignored)
        self.offsets: dict[tuple[str, int], list[int]] = {}
        self.process_of: dict[str, str] = {}
        self.forked_from: dict[str, str] = {}
        self.waiting: dict[str, str] = {}
        self.sizes: dict[str, int] = {f"{self.folder}/{name}": size for name, size in (known or {}).items()}
        self.append: set[tuple[str, int]] = set()

    def _inside(self, path: str) -> bool:
        if not path.startswith(self.folder + "/") or path.endswith("-shm"):
            return False
        return not any(path == name or path.startswith(name + "/") for name in self.ignored)

    def _group(self, pid: str) -> str:
        while pid in self.process_of:
            pid = self.process_of[pid]
        return pid

    def _learn_families(self, record: Path) -> None:
        """Read who is whose thread or child before anything else: a child may act before its parent's call ends."""
        begun: dict[str, str] = {}
        with record.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                if "clone" not in line[:80] and "fork" not in line[:80]:
                    continue
                matched = _FORK.match(line)
                if not matched:
                    continue
                pid, rest = matched["pid"], matched["rest"]
                if rest.rstrip().endswith("<unfinished ...>"):
                    begun[pid] = rest
                    continue
                child = re.search(r"= (\d+)\s*$", rest)
                if child is None:
                    continue
                text = begun.pop(pid, "") + rest
                if "CLONE_FILES" in text or "CLONE_THREAD" in text:
                    self.process_of[child[1]] = pid
                else:
                    self.forked_from[child[1]] = pid

    def _inherit(self, pid: str) -> None:
        """Give a forked child, at its first call, the descriptors its parent has open; offsets are shared."""
        own = self._group(pid)
        parent = self.forked_from.pop(own, None)
        if parent is None:
            return
        self._inherit(parent)
        above = self._group(parent)
        for group, number in [key for key in self.offsets if key[0] == above]:
            self.offsets[own, number] = self.offsets[group, number]
            if (group, number) in self.append:
                self.append.add((own, number))

    def steps(self, *, record: Path) -> Iterator[Step]:
        """Yield the steps of a record file in order; raises ValueError on a call the model does not know."""
        self._learn_families(record)
        with record.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                matched = _LINE.match(line.rstrip("\n"))
                if not matched:
                    continue
                pid, rest = matched["pid"], matched["rest"]
                self._inherit(pid)
                if rest.endswith("<unfinished ...>"):
                    self.waiting[pid] = rest[: -len("<unfinished ...>")].rstrip()
                    if rest.startswith(("fsync(", "fdatasync(")):
                        yield Step("syncing", by=pid)
                    continue
                resumed = re.match(r"^<\.\.\. \w+ resumed>\s?(.*)$", rest, re.DOTALL)
                if resumed:
                    rest = self.waiting.pop(pid, "") + resumed[1]
                call = _CALL.match(rest)
                if call is None or call["result"].startswith("-") or call["result"] == "?":
                    continue
                if call["name"] not in FORKING:
                    yield from self._step(pid, call["name"], call["args"], call["result"], call["tail"])

    def _absolute(self, args: str, index: int = 0) -> str:
        text = _text(args, index)
        if text.startswith("/"):
            return text
        places = re.findall(r"(AT_FDCWD|\d+)<([^>]*)>", args)
        base = _unescape(places[min(index, len(places) - 1)][1]) if places else ""
        return f"{base}/{text}"

    def _step(self, pid: str, name: str, args: str, result: str, tail: str) -> Iterator[Step]:
        if name in ("openat", "open", "creat"):
            yield from self._open(pid, args, result, tail)
        elif name in ("write", "pwrite64"):
            yield from self._write(pid, name, args, int(result))
        elif name in ("fsync", "fdatasync"):
            path = self._path(args)
            if self._inside(path) or path == self.folder:
                yield Step("sync", path, by=pid)
        elif name == "ftruncate":
            path = self._path(args)
            if self._inside(path):
                size = int(args.rsplit(",", 1)[1])
                self.sizes[path] = size
                yield Step("truncate", path, offset=size)
        elif name == "lseek":
            key = self._key(pid, args)
            if key in self.offsets:
                self.offsets[key][0] = int(result)
        elif name in ("dup", "dup2", "dup3", "fcntl"):
            if name != "fcntl" or "F_DUPFD" in args:
                key = self._key(pid, args)
                if key in self.offsets:
                    self.offsets[(self._group(pid), int(result))] = self.offsets[key]
        elif name == "close":
            self.offsets.pop(self._key(pid, args), None)
            self.append.discard(self._key(pid, args))
        else:
            yield from self._names(name, args)

    def _names(self, name: str, args: str) -> Iterator[Step]:
        if name.startswith("rename") or name in ("link", "linkat"):
            source, target = self._absolute(args, 0), self._absolute(args, 1)
            if self._inside(target) or self._inside(source):
                if not (self._inside(target) and self._inside(source)):
                    raise ValueError(f"{name} into or out of the watched folder: {source} {target}")
                if name.startswith("rename"):
                    self.sizes[target] = self.sizes.pop(source, 0)
                    yield Step("rename", source, target)
                else:
                    self.sizes[target] = self.sizes.get(source, 0)
                    yield Step("link", source, target)
        elif name in ("unlink", "unlinkat", "mkdir", "mkdirat", "rmdir"):
            path = self._absolute(args)
            if self._inside(path):
                kind = "rmdir" if name == "rmdir" or "AT_REMOVEDIR" in args else name.removesuffix("at")
                if kind == "unlink":
                    self.sizes.pop(path, None)
                yield Step(kind, path)
        elif name in REFUSED_CALLS and any(self._inside(_unescape(path)) for path in _PLACE.findall(args)):
            raise ValueError(f"the model does not know {name}")

    def _path(self, args: str) -> str:
        found = _DESCRIPTOR.match(args)
        return _unescape(found[2] or "") if found else ""

    def _key(self, pid: str, args: str) -> tuple[str, int]:
        found = _DESCRIPTOR.match(args)
        return (self._group(pid), int(found[1]) if found and found[1] != "AT_FDCWD" else -1)

    def _open(self, pid: str, args: str, result: str, tail: str) -> Iterator[Step]:
        path = self._absolute(args)
        place = re.match(r"<([^>]*)>", tail.strip())
        if place:
            path = _unescape(place[1])
        if not self._inside(path):
            return
        key = (self._group(pid), int(result))
        self.offsets[key] = [0]
        self.append.discard(key)
        if "O_APPEND" in args:
            self.append.add(key)
        if "O_CREAT" in args and path not in self.sizes:
            self.sizes[path] = 0
            yield Step("create", path)
        if "O_TRUNC" in args:
            self.sizes[path] = 0
            yield Step("truncate", path, offset=0)

    def _write(self, pid: str, name: str, args: str, count: int) -> Iterator[Step]:
        path = self._path(args)
        strings = _STRING.findall(args)
        data = bytes.fromhex(strings[0].replace("\\x", ""))[:count] if strings else b""
        if not self._inside(path):
            for line in data.split(b"\n"):
                if line.startswith(b"ACK "):
                    yield Step("ack", data=line[4:])
            return
        if len(data) != count:
            raise ValueError("the record cut a write short; raise the string limit")
        key = self._key(pid, args)
        if name == "pwrite64":
            offset = int(args.rsplit(",", 1)[1])
        else:
            place = self.offsets.setdefault(key, [0])
            if key in self.append:
                place[0] = self.sizes.get(path, 0)
            offset = place[0]
            place[0] += count
        self.sizes[path] = max(self.sizes.get(path, 0), offset + count)
        yield Step("write", path, offset=offset, data=data)
