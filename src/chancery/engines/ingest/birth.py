"""How a child process comes to be: as a fresh interpreter, or as a fork of a process that has all it needs loaded."""

from __future__ import annotations

import fcntl
import gc
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from io import FileIO
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from chancery.engines.ingest.loading import main_of_child

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
_WORKER = "chancery.engines.ingest.worker"
_POLL = 0.002


class Process(Protocol):
    """A child process, as ``subprocess.Popen`` shows it; its streams are not buffered."""

    pid: int

    @property
    def stdin(self) -> IO[bytes] | None:
        """Where its tasks are written."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """Where its answers are read."""

    def poll(self) -> int | None:
        """Return how it ended, minus the signal that ended it, None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises TimeoutExpired after so many seconds."""


def spawned(*, beat: Path, errors: BinaryIO, scratch: Path) -> Process:
    """Start a fresh interpreter. errors: takes what it says on standard error; scratch: its working directory."""
    return subprocess.Popen(
        [sys.executable, "-m", _WORKER, str(beat)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        cwd=scratch,
        bufsize=0,
        env=_environment(scratch) | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        start_new_session=True,
        close_fds=True,
    )


def forked(*, beat: Path, errors: BinaryIO, scratch: Path) -> Process:
    """Fork this process, which takes some thousandths of a second; with other threads running, ``spawned``."""
    if threading.active_count() > 1:
        return spawned(beat=beat, errors=errors, scratch=scratch)
    main = main_of_child()
    tasks, to_child = os.pipe()
    from_child, answers = os.pipe()
    gc.freeze()
    pid = os.fork()
    if pid:
        gc.unfreeze()
        os.close(tasks)
        os.close(answers)
        return _Forked(pid, to_child, from_child)
    try:
        _part((tasks, answers, errors.fileno()), scratch)
        os._exit(main(beat))
    except BaseException:
        os.write(2, traceback.format_exc().encode("utf-8", "replace"))
    finally:
        os._exit(1)


def _part(streams: tuple[int, int, int], scratch: Path) -> None:
    """Give up all that a fork has of its parent: session, folder, open files and environment."""
    os.setsid()
    os.chdir(scratch)
    for number, held in enumerate([fcntl.fcntl(each, fcntl.F_DUPFD, 3) for each in streams]):
        os.dup2(held, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(_environment(scratch))
    tempfile.tempdir = None
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _environment(scratch: Path) -> dict[str, str]:
    return _ENVIRONMENT | {"TMPDIR": str(scratch)}


class _Forked:
    """A fork and the two pipes to it."""

    def __init__(self, pid: int, to_child: int, from_child: int) -> None:
        self.pid = pid
        self.stdin: IO[bytes] | None = FileIO(to_child, "wb")
        self.stdout: IO[bytes] | None = FileIO(from_child, "rb")
        self._ended: int | None = None

    def poll(self) -> int | None:
        if self._ended is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._ended = os.waitstatus_to_exitcode(status)
        return self._ended

    def wait(self, timeout: float | None = None) -> int:
        last = time.monotonic() + timeout if timeout is not None else float("inf")
        while (ended := self.poll()) is None:
            if time.monotonic() > last:
                raise subprocess.TimeoutExpired("fork", timeout or 0.0)
            time.sleep(_POLL)
        return ended
