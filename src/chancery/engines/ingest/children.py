"""One child process that parses files under limits, seen from its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from chancery.engines.ingest.beat import Beat
from chancery.engines.ingest.birth import forked, spawned
from chancery.engines.ingest.pipes import FrameBuffer, write_frame
from chancery.engines.ingest.records import Decisions, Limits, SourceFile

_START_SECONDS = 30.0
_MARKS = (b"memory allocation", b"memoryerror", b"bad_alloc", b"out of memory", b"cannot allocate memory")


@dataclass(slots=True)
class Task:
    """One input file on its way; ``skip`` holds the items that killed a child."""

    file: SourceFile
    order: int
    size: int = 0
    skip: dict[str, tuple[str, str]] = field(default_factory=dict)
    extra_seconds: float = 0.0
    false_starts: int = 0


@dataclass(frozen=True, slots=True)
class Spooling:
    """Where children write what they find. folder: of the spools and natives; out: of the texts.

    natives: keep the bytes of pages to be recognised. entities: find people and dates in the texts.
    """

    folder: Path
    out: Path
    natives: bool = False
    entities: bool = True


class Child:
    """One child process and what it is doing; ``tasks`` in the order it reads them.

    With ``spooling`` it is a fork: a command has no more to do than these files, a server has threads and secrets.
    """

    def __init__(
        self, *, number: int, scratch: Path, limits: Limits, decisions: Decisions, spooling: Spooling | None
    ) -> None:
        self.limits, self.decisions, self.spooling = limits, decisions, spooling
        self.number, self.scratch = number, scratch
        self.errors = TemporaryFile()  # noqa: SIM115  (closed in ``end``)
        self.beat = Beat(scratch / f".beat-{os.getpid()}-{number}", create=True)
        start = spawned if spooling is None else forked
        self.process = start(beat=self.beat.path, errors=self.errors, scratch=scratch)
        self.buffer = FrameBuffer(self.answers)
        self.tasks: dict[int, Task] = {}
        self.begun = self.given = 0
        self.served = 0
        self.deadline = self.last = float("inf")

    @property
    def answers(self) -> int:
        """The descriptor of its answers."""
        return self.process.stdout.fileno()  # type: ignore[union-attr]

    def give(self, tasks: list[Task]) -> None:
        """Send tasks; the clock of the first item starts now."""
        self.tasks = {task.order: task for task in tasks}
        self.begun = self.given = self.beat.read()[0]
        self._wait_for(_START_SECONDS)
        value = {
            "files": [_as_sent(task) for task in tasks],
            "scratch": str(self.scratch),
            "limits": asdict(self.limits),
            "decisions": asdict(self.decisions),
            "spooling": self._spooling(),
        }
        with suppress(BrokenPipeError):
            write_frame(stream=self.process.stdin, value=value)  # type: ignore[arg-type]

    def _spooling(self) -> dict[str, Any] | None:
        if self.spooling is None:
            return None
        made = {**asdict(self.spooling), "name": f"spool-{os.getpid()}-{self.number}"}
        return {key: str(value) if isinstance(value, Path) else value for key, value in made.items()}

    def _wait_for(self, more: float) -> None:
        """Set the deadlines of the file that is read now."""
        task = next(iter(self.tasks.values()), None)
        extra = (task.extra_seconds if task else 0.0) + more
        now = time.monotonic()
        self.last = now + self.limits.container_seconds + extra
        self.deadline = now + self.limits.seconds + extra

    def finish(self, order: int) -> Task | None:
        """Take a task off that was answered; the clock of the next file starts."""
        task = self.tasks.pop(order, None)
        self.served += 1
        self._wait_for(1.0)
        return task

    def look(self) -> None:
        """Start the clock of the item again if the child has begun another one."""
        count, _ = self.beat.read()
        if count != self.begun:
            task = next(iter(self.tasks.values()), None)
            self.begun = count
            extra = task.extra_seconds if task else 0.0
            self.deadline = time.monotonic() + self.limits.seconds * 1.2 + 1.0 + extra

    def blamed(self) -> str | None:
        """Return the id of the item that was being read, None when the child had begun none."""
        count, identity = self.beat.read()
        return identity if count != self.given else None

    def end(self) -> None:
        """Kill the process with its whole session and collect it."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self.beat.close()
        self.beat.path.unlink(missing_ok=True)

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
        return "memory_limit" if any(mark in said for mark in _MARKS) else "crashed"


def _as_sent(task: Task) -> dict[str, Any]:
    file = task.file
    return {
        "order": task.order,
        "path": file.path,
        "location": os.fsencode(file.location).hex(),
        "passwords": list(file.passwords),
        "parts": [(path, os.fsencode(location).hex()) for path, location in file.parts],
        "part_of": file.part_of,
        "incomplete": file.incomplete,
        "skip": task.skip,
        "extra_seconds": task.extra_seconds,
    }
