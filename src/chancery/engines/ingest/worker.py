"""The child process that parses: reads tasks from standard input, answers on standard output.

Started by ``birth`` as ``python -m chancery.engines.ingest.worker BEAT``, or forked, with the scratch folder as
working directory.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

from chancery.engines.ingest.beat import Beat
from chancery.engines.ingest.expand import expand_file, expand_into
from chancery.engines.ingest.names import item_id
from chancery.engines.ingest.pipes import read_frame, write_frame
from chancery.engines.ingest.records import Decisions, Limits, SourceFile
from chancery.engines.ingest.spool import Spool, open_spool

_ARMED = 1.0
"""Seconds after which the limit of processor time is set anew for the next item."""


def main(beat: Path) -> int:
    """Serve tasks until standard input ends."""
    source = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    gc.set_threshold(50_000, 20, 50)
    server = _Server(Beat(beat), answers)
    while (task := read_frame(stream=source)) is not None:
        server.serve(task)
    return 0


class _Server:
    def __init__(self, beat: Beat, answers: BinaryIO) -> None:
        self.beat, self.answers = beat, answers
        self.spool: Spool | None = None
        self.armed = float("-inf")
        self.limits = Limits()

    def serve(self, task: dict[str, Any]) -> None:
        """Read every file of a task and answer each."""
        self.limits = Limits(**task["limits"])
        decisions = Decisions(**task["decisions"])
        if task["spooling"] is not None and self.spool is None:
            self.spool = open_spool(settings=task["spooling"])
        _limit_memory(self.limits)
        scratch = Path(task["scratch"])
        for each in task["files"]:
            self._one(each, scratch, decisions)

    def _one(self, each: dict[str, Any], scratch: Path, decisions: Decisions) -> None:
        file = SourceFile(
            path=each["path"],
            location=_path(each["location"]),
            passwords=tuple(each["passwords"]),
            parts=tuple((path, _path(raw)) for path, raw in each["parts"]),
            part_of=each["part_of"],
            incomplete=each["incomplete"],
        )
        self._begin(item_id(chain=(file.path,)), each["extra_seconds"])
        call: dict[str, Any] = {
            "file": file,
            "scratch": scratch,
            "limits": self.limits,
            "skip": {key: (code, detail) for key, (code, detail) in each["skip"].items()},
            "on_start": self._begin,
            "decisions": decisions,
        }
        if self.spool is None:
            items = [item.as_record() for item in expand_file(**call)]
            write_frame(stream=self.answers, value={"order": each["order"], "items": items})
            return
        self.spool.begin()
        expand_into(**call, emit=self.spool.add)
        write_frame(stream=self.answers, value={"order": each["order"], "spooled": self.spool.commit()})

    def _begin(self, identity: str, extra: float = 0.0) -> None:
        """Give a sign of life with each item that is begun, and set the processor limit anew.

        extra: seconds that the size of the file allows it besides.
        """
        self.beat.note(identity)
        now = time.monotonic()
        if now - self.armed > _ARMED or extra > _ARMED / 2:
            self.armed = now
            _limit_time(self.limits.seconds + extra + _ARMED)


def _path(raw: str) -> Path:
    return Path(os.fsdecode(bytes.fromhex(raw)))


def _limit_memory(limits: Limits) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = limits.memory_bytes if hard == resource.RLIM_INFINITY else min(limits.memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def _limit_time(seconds: float) -> None:
    """Allow so many more seconds of processor time; beyond them the system ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
