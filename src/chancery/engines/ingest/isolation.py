"""Parse many input files in limited child processes; a child that dies costs one item, never the job."""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from chancery.engines.ingest.children import Child, Spooling, Task
from chancery.engines.ingest.inventory import hash_file
from chancery.engines.ingest.names import item_id
from chancery.engines.ingest.records import Decisions, Item, Limits, SourceFile

Result = tuple[SourceFile, list[Item]]
_BYTES_PER_SECOND = 20 * 1024**2
_DEATHS_PER_FILE = 8
_FALSE_STARTS = 2
_TICK = 0.25
_BATCH_FILES = 64
_BATCH_BYTES = 4 * 1024**2
_SERVED = 20_000
"""Files after which a child is replaced by a fresh one, so that what libraries leak does not add up."""
_DETAILS = {
    "crashed": "The reader of this file broke down.",
    "time_limit": "Reading the file took longer than allowed.",
    "memory_limit": "Reading the file needed more memory than allowed.",
}
DEFAULTS = Decisions()


def expand_files(
    *,
    files: Iterable[SourceFile],
    scratch: Path,
    limits: Limits,
    workers: int,
    on_result: Callable[[SourceFile, list[Item]], None] | None = None,
    decisions: Decisions = DEFAULTS,
) -> Iterator[Result]:
    """Yield (file, items) once for each input file, in order of completion.

    workers: number of child processes, at least 1. Each has an address space limit, a limit of processor
    and wall time for each item, a session of its own, an empty environment and ``scratch`` as working
    directory. An item on which a child crashes, hangs or runs out of memory becomes an exception; the rest
    of its container is read again by a new child without it. on_result: called before each yield.
    """
    pool = Pool(scratch=scratch.resolve(), limits=limits, workers=workers, decisions=decisions)
    try:
        for file, answer in pool.run(iter(files)):
            items = answer if isinstance(answer, list) else [Item.from_record(each) for each in answer["items"]]
            if on_result is not None:
                on_result(file, items)
            yield file, items
    finally:
        pool.close()


class Pool:
    """Child processes that share a list of files.

    spooling: children write what they find themselves and answer only where (``spool``); small files then go
    to them by the batch. Without it, the answer holds the items.
    """

    def __init__(
        self,
        *,
        scratch: Path,
        limits: Limits,
        workers: int,
        decisions: Decisions = DEFAULTS,
        spooling: Spooling | None = None,
    ) -> None:
        self.scratch, self.limits, self.workers = scratch, limits, max(1, workers)
        self.decisions, self.spooling = decisions, spooling
        self.selector = selectors.DefaultSelector()
        self.busy: set[Child] = set()
        self.idle: list[Child] = []
        self.again: deque[Task] = deque()
        self.count = self.born = 0
        self.held: Task | None = None

    def run(
        self, files: Iterator[SourceFile], *, meanwhile: Callable[[], object] | None = None
    ) -> Iterator[tuple[SourceFile, Any]]:
        """Keep every child busy until all files are answered: (file, frame), or (file, items) when given up.

        meanwhile: called once, when the first children are at work.
        """
        while True:
            while len(self.busy) < self.workers and (tasks := self._next(files)):
                self._start(tasks)
            if meanwhile is not None:
                meanwhile()
                meanwhile = None
            if not self.busy:
                return
            yield from self._wait()

    def close(self) -> None:
        """End every child."""
        for child in [*self.busy, *self.idle]:
            child.end()
        self.selector.close()

    def _next(self, files: Iterator[SourceFile]) -> list[Task]:
        """Return the next files for one child: one that is tried again, or as many small ones as make a batch."""
        if self.again:
            return [self.again.popleft()]
        tasks: list[Task] = []
        size = 0
        while len(tasks) < (_BATCH_FILES if self.spooling else 1):
            task = self.held or self._task(files)
            self.held = None
            if task is None:
                break
            if tasks and size + task.size > _BATCH_BYTES:
                self.held = task
                break
            tasks.append(task)
            size += task.size
        return tasks

    def _task(self, files: Iterator[SourceFile]) -> Task | None:
        file = next(files, None)
        if file is None:
            return None
        self.count += 1
        task = Task(file, self.count)
        with suppress(OSError):
            task.size = file.location.stat().st_size
            task.extra_seconds = task.size / _BYTES_PER_SECOND
        return task

    def _start(self, tasks: list[Task]) -> None:
        child = self.idle.pop() if self.idle else self._child()
        if child.process.poll() is not None or child.served > _SERVED:
            child.end()
            child = self._child()
        self.busy.add(child)
        child.give(tasks)
        self.selector.register(child.answers, selectors.EVENT_READ, child)

    def _child(self) -> Child:
        self.born += 1
        return Child(
            number=self.born,
            scratch=self.scratch,
            limits=self.limits,
            decisions=self.decisions,
            spooling=self.spooling,
        )

    def _wait(self) -> Iterator[tuple[SourceFile, Any]]:
        """Wait for the next answer or deadline and act on it."""
        for key, _ in self.selector.select(timeout=_TICK):
            yield from self._hear(key.data)
        for child in self.busy:
            child.look()
        now = time.monotonic()
        for child in [child for child in self.busy if now > min(child.deadline, child.last)]:
            self._retire(child)
            yield from self._after_death(child, "time_limit")

    def _hear(self, child: Child) -> Iterator[tuple[SourceFile, Any]]:
        """Act on what a child has said so far."""
        frames: list[dict[str, Any]] = []
        with suppress(OSError, ValueError):
            frames = list(child.buffer.frames())
        for frame in frames:
            task = child.finish(int(frame["order"]))
            if task is not None:
                yield task.file, frame
        if not child.tasks and child in self.busy:
            self.selector.unregister(child.answers)
            self.busy.discard(child)
            self.idle.append(child)
        elif child.buffer.ended and child in self.busy:
            code = child.cause_of_death()
            self._retire(child)
            yield from self._after_death(child, code)

    def _retire(self, child: Child) -> None:
        self.selector.unregister(child.answers)
        self.busy.discard(child)

    def _after_death(self, child: Child, code: str) -> Iterator[tuple[SourceFile, Any]]:
        """Blame the item that was being read; read the rest again without it, or give the file up."""
        waiting = list(child.tasks.values())
        blamed = child.blamed()
        child.end()
        if not waiting:
            return
        task, *rest = waiting
        self.again.extend(rest)
        if blamed is None and task.false_starts < _FALSE_STARTS:
            task.false_starts += 1
            self.again.append(task)
            return
        top = item_id(chain=(task.file.path,))
        task.skip[blamed or top] = (code, _DETAILS[code])
        if blamed in (None, top) or len(task.skip) >= _DEATHS_PER_FILE:
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
