"""Work on untrusted files in child processes with limits; what ends a child becomes a coded refusal."""

from __future__ import annotations

import json
import pickle
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chancery.engines.pages.values import ImagingRefused

SECONDS = 60.0
MEMORY_BYTES = 2 * 1024**3
WALL_FACTOR = 4
_BOOT = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from chancery.engines.pages.child import serve
serve()
"""
_LENGTH = struct.Struct(">Q")


class _Gone(Exception):
    """The child ended or overran; ``code`` says how."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Task:
    """A public module-level function and its keyword arguments."""

    function: Callable[..., Any]
    kwargs: Mapping[str, Any]


class Child:
    """One child process that serves calls until one of them ends it.

    seconds: processor time for one call; four times that on the wall clock. memory_bytes: address space.
    """

    def __init__(self, *, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self.seconds = seconds
        self.memory_bytes = memory_bytes
        self._running: subprocess.Popen[bytes] | None = None
        self.served = 0

    def call(self, *, task: Task) -> Any:
        """Return the result of a call; raises ImagingRefused where the call was refused or ended the child.

        A call that ended a child with earlier calls behind it is tried once more in a fresh one, so that the
        outcome does not depend on what the child did before.
        """
        try:
            return self._ask(task)
        except _Gone as gone:
            warm = self.served > 0
            self.close()
            if not warm:
                raise ImagingRefused("The document cannot be imaged.", code=gone.code) from gone
        try:
            return self._ask(task)
        except _Gone as gone:
            self.close()
            raise ImagingRefused("The document cannot be imaged.", code=gone.code) from gone

    def close(self) -> None:
        """End the child."""
        child, self._running, self.served = self._running, None, 0
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()

    def _ask(self, task: Task) -> Any:
        if self._running is None:
            self._running = self._started()
        name = f"{task.function.__module__}:{task.function.__qualname__}"
        request = pickle.dumps((name, dict(task.kwargs), self.seconds))
        deadline = time.monotonic() + self.seconds * WALL_FACTOR + 5
        try:
            assert self._running.stdin is not None  # noqa: S101
            self._running.stdin.write(_LENGTH.pack(len(request)) + request)
            self._running.stdin.flush()
        except BrokenPipeError as fault:
            raise _Gone("crashed") from fault
        status, value = pickle.loads(self._answer(deadline))  # noqa: S301
        self.served += 1
        if status == "refused":
            raise ImagingRefused("The document cannot be imaged.", code=str(value))
        if status == "gone":
            raise _Gone(str(value))
        return value

    def _answer(self, deadline: float) -> bytes:
        size = _LENGTH.unpack(self._read(_LENGTH.size, deadline))[0]
        return self._read(size, deadline)

    def _read(self, size: int, deadline: float) -> bytes:
        child = self._running
        assert child is not None and child.stdout is not None  # noqa: S101
        taken = bytearray()
        while len(taken) < size:
            ready, _, _ = select.select([child.stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise _Gone("time_limit")
            piece = child.stdout.read1(size - len(taken))  # type: ignore[attr-defined]
            if not piece:
                raise _Gone("time_limit" if child.wait() == -24 else "crashed")
            taken += piece
        return bytes(taken)

    def _started(self) -> subprocess.Popen[bytes]:
        paths = json.dumps(sys.path)
        arguments = [sys.executable, "-c", _BOOT, paths, str(self.memory_bytes)]
        return subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def run_limited(
    *,
    function: Callable[..., Any],
    kwargs: Mapping[str, Any],
    seconds: float = SECONDS,
    memory_bytes: int = MEMORY_BYTES,
) -> Any:
    """Call a module-level function in a child process of its own and return its (picklable) result.

    seconds: processor time; memory_bytes: address space. Raises ImagingRefused: its own code if the function
    refused, else time_limit, memory_limit, corrupt (the reader failed) or crashed.
    """
    child = Child(seconds=seconds, memory_bytes=memory_bytes)
    try:
        return child.call(task=Task(function, kwargs))
    finally:
        child.close()


class Children:
    """A fixed number of child processes that share a list of tasks."""

    def __init__(self, *, workers: int, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self._idle = [Child(seconds=seconds, memory_bytes=memory_bytes) for _ in range(max(1, workers))]
        self._every = tuple(self._idle)
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(max_workers=len(self._every), thread_name_prefix="imaging")

    def results(self, *, tasks: Sequence[Task]) -> Iterator[Any | ImagingRefused]:
        """Yield the result of each task, or the refusal it ended in, in the order of the tasks."""
        yield from self._threads.map(self._one, tasks)

    def _one(self, task: Task) -> Any | ImagingRefused:
        with self._lock:
            child = self._idle.pop()
        try:
            return child.call(task=task)
        except ImagingRefused as refusal:
            return refusal
        finally:
            with self._lock:
                self._idle.append(child)

    def close(self) -> None:
        """End all children; tasks that have not begun are dropped."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for child in self._every:
            child.close()


@contextmanager
def children(*, workers: int, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES) -> Iterator[Children]:
    """Keep child processes for the length of a job."""
    pool = Children(workers=workers, seconds=seconds, memory_bytes=memory_bytes)
    try:
        yield pool
    finally:
        pool.close()
