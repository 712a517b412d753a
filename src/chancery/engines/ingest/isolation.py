"""Parse many input files in limited child processes; a child that dies costs one item, never the job."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from chancery.engines.ingest.inventory import hash_file
from chancery.engines.ingest.names import item_id
from chancery.engines.ingest.pipes import FrameBuffer, write_frame
from chancery.engines.ingest.records import Item, Limits, SourceFile

Result = tuple[SourceFile, list[Item]]
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNODEBUGRANGES": "1",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "TOKIO_WORKER_THREADS": "1",
}
_BYTES_PER_SECOND = 20 * 1024**2
_START_SECONDS = 30.0
_DEATHS_PER_FILE = 8
_FALSE_STARTS = 2
_DETAILS = {
    "crashed": "The reader of this file broke down.",
    "time_limit": "Reading the file took longer than allowed.",
    "memory_limit": "Reading the file needed more memory than allowed.",
}


@dataclass(slots=True)
class _Task:
    """One input file on its way; ``skip`` holds the items that killed a child."""

    file: SourceFile
    order: int
    skip: dict[str, tuple[str, str]] = field(default_factory=dict)
    extra_seconds: float = 0.0
    false_starts: int = 0


class _Child:
    """One child process and what it is doing."""

    def __init__(self, scratch: Path, limits: Limits) -> None:
        self.limits = limits
        self.errors = TemporaryFile()  # noqa: SIM115  (closed in ``end``)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chancery.engines.ingest.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            cwd=scratch,
            bufsize=0,
            env={
                **_ENVIRONMENT,
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
                "TMPDIR": str(scratch),
            },
            start_new_session=True,
            close_fds=True,
        )
        self.buffer = FrameBuffer(self.answers)
        self.task: _Task | None = None
        self.item: str | None = None
        self.deadline = self.last = float("inf")

    @property
    def answers(self) -> int:
        """The descriptor of its answers."""
        return self.process.stdout.fileno()  # type: ignore[union-attr]

    def give(self, task: _Task, scratch: Path) -> None:
        """Send a task; the clock of its first item starts now."""
        self.task, self.item = task, None
        self.last = time.monotonic() + self.limits.container_seconds + task.extra_seconds + _START_SECONDS
        self.deadline = time.monotonic() + self.limits.seconds + task.extra_seconds + _START_SECONDS
        file = task.file
        value = {
            "path": file.path,
            "location": os.fsencode(file.location).hex(),
            "passwords": list(file.passwords),
            "parts": [(path, os.fsencode(location).hex()) for path, location in file.parts],
            "part_of": file.part_of,
            "scratch": str(scratch),
            "limits": asdict(self.limits),
            "skip": task.skip,
            "extra_seconds": task.extra_seconds,
        }
        with suppress(BrokenPipeError):
            write_frame(stream=self.process.stdin, value=value)  # type: ignore[arg-type]

    def note(self, identity: str) -> None:
        """Start the clock of the next item."""
        extra = self.task.extra_seconds if self.task and self.item is None else 0.0
        self.item = identity
        self.deadline = time.monotonic() + self.limits.seconds * 1.2 + extra + 1.0

    def end(self) -> None:
        """Kill the process with its whole session and collect it."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def cause_of_death(self) -> str:
        """Return the code for the way the process ended by itself."""
        try:
            status = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "crashed"
        if status == -signal.SIGXCPU:
            return "time_limit"
        self.errors.seek(0)
        said = self.errors.read()[-20_000:].lower()
        marks = (
            b"memory allocation",
            b"memoryerror",
            b"bad_alloc",
            b"out of memory",
            b"cannot allocate memory",
        )
        return "memory_limit" if any(mark in said for mark in marks) else "crashed"


def expand_files(
    *,
    files: Iterable[SourceFile],
    scratch: Path,
    limits: Limits,
    workers: int,
    on_result: Callable[[SourceFile, list[Item]], None] | None = None,
) -> Iterator[Result]:
    """Yield (file, items) once for each input file, in order of completion.

    workers: number of child processes, at least 1. Each has an address space limit, a limit of processor
    and wall time for each item, a session of its own, an empty environment and ``scratch`` as working
    directory. An item on which a child crashes, hangs or runs out of memory becomes an exception; the rest
    of its container is read again by a new child without it. on_result: called before each yield.
    """
    pool = _Pool(scratch.resolve(), limits, max(1, workers))
    try:
        for file, items in pool.run(iter(files)):
            if on_result is not None:
                on_result(file, items)
            yield file, items
    finally:
        pool.close()


class _Pool:
    def __init__(self, scratch: Path, limits: Limits, workers: int) -> None:
        self.scratch, self.limits, self.workers = scratch, limits, workers
        self.selector = selectors.DefaultSelector()
        self.busy: set[_Child] = set()
        self.idle: list[_Child] = []
        self.again: deque[_Task] = deque()
        self.count = 0

    def run(self, files: Iterator[SourceFile]) -> Iterator[Result]:
        """Keep every child busy until all files are answered."""
        exhausted = False
        while True:
            while (not exhausted and len(self.busy) < self.workers) or (self.again and len(self.busy) < self.workers):
                task = self.again.popleft() if self.again else self._next(files)
                if task is None:
                    exhausted = True
                    break
                self._start(task)
            if not self.busy:
                return
            yield from self._wait()

    def close(self) -> None:
        """End every child."""
        for child in [*self.busy, *self.idle]:
            child.end()
        self.selector.close()

    def _next(self, files: Iterator[SourceFile]) -> _Task | None:
        file = next(files, None)
        if file is None:
            return None
        self.count += 1
        task = _Task(file, self.count)
        with suppress(OSError):
            task.extra_seconds = file.location.stat().st_size / _BYTES_PER_SECOND
        return task

    def _start(self, task: _Task) -> None:
        child = self.idle.pop() if self.idle else _Child(self.scratch, self.limits)
        if child.process.poll() is not None:
            child.end()
            child = _Child(self.scratch, self.limits)
        self.busy.add(child)
        child.give(task, self.scratch)
        self.selector.register(child.answers, selectors.EVENT_READ, child)

    def _wait(self) -> Iterator[Result]:
        """Wait for the next answer or deadline and act on it."""
        now = time.monotonic()
        nearest = min(min(child.deadline, child.last) for child in self.busy)
        for key, _ in self.selector.select(timeout=max(0.0, min(nearest - now, 5.0))):
            yield from self._hear(key.data)
        now = time.monotonic()
        for child in [child for child in self.busy if now > min(child.deadline, child.last)]:
            self._retire(child)
            yield from self._after_death(child, "time_limit")

    def _hear(self, child: _Child) -> Iterator[Result]:
        """Act on what a child has said so far."""
        frames: list[dict[str, Any]] = []
        with suppress(OSError, ValueError):
            frames = list(child.buffer.frames())
        for frame in frames:
            if "started" in frame:
                child.note(str(frame["started"]))
            elif child.task is not None:
                task = child.task
                self.selector.unregister(child.answers)
                self.busy.discard(child)
                child.task = None
                self.idle.append(child)
                yield task.file, [Item.from_record(record) for record in frame["items"]]
        if child.buffer.ended and child in self.busy:
            code = child.cause_of_death()
            self._retire(child)
            yield from self._after_death(child, code)

    def _retire(self, child: _Child) -> None:
        self.selector.unregister(child.answers)
        self.busy.discard(child)
        child.end()

    def _after_death(self, child: _Child, code: str) -> Iterator[Result]:
        """Blame the item that was being read; read the rest again without it, or give the file up."""
        task = child.task
        if task is None:
            return
        if child.item is None and task.false_starts < _FALSE_STARTS:
            task.false_starts += 1
            self.again.append(task)
            return
        top = item_id(chain=(task.file.path,))
        blamed = child.item or top
        task.skip[blamed] = (code, _DETAILS[code])
        if blamed == top or len(task.skip) >= _DEATHS_PER_FILE:
            yield task.file, [_given_up(task.file, top, code)]
        else:
            self.again.append(task)


def _given_up(file: SourceFile, identity: str, code: str) -> Item:
    """Return the exception for an input file whose reading killed its child; hashed here, in pieces."""
    size, sha256, md5 = _hash(file)
    return Item(
        id=identity,
        parent_id=None,
        family_id=identity,
        path=file.path,
        name=file.path.rpartition("/")[2],
        media_type="application/octet-stream",
        kind="other",
        size=size,
        sha256=sha256,
        md5=md5,
        status="exception",
        exception=code,
        exception_detail=_DETAILS[code],
    )


def _hash(file: SourceFile) -> tuple[int, str, str]:
    try:
        return hash_file(path=file.location)
    except OSError:
        return 0, "", ""
