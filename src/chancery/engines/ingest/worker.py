"""The child process that parses: reads one task after another from standard input, answers on standard
output.

Started by ``isolation`` as ``python -m chancery.engines.ingest.worker`` with the scratch folder as working
directory.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

from chancery.engines.ingest.expand import expand_file
from chancery.engines.ingest.pipes import read_frame, write_frame
from chancery.engines.ingest.records import Limits, SourceFile


def main() -> int:
    """Serve tasks until standard input ends."""
    source = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while (task := read_frame(stream=source)) is not None:
        write_frame(stream=answers, value=_answer(task, answers))
    return 0


def _answer(task: dict[str, Any], answers: BinaryIO) -> dict[str, Any]:
    limits = Limits(**task["limits"])
    file = SourceFile(
        path=task["path"],
        location=Path(os.fsdecode(bytes.fromhex(task["location"]))),
        passwords=tuple(task["passwords"]),
        parts=tuple((path, Path(os.fsdecode(bytes.fromhex(raw)))) for path, raw in task["parts"]),
        part_of=task["part_of"],
    )
    _limit_memory(limits)
    allowance = limits.seconds + task["extra_seconds"]

    def started(identity: str) -> None:
        nonlocal allowance
        _limit_time(allowance)
        allowance = limits.seconds
        write_frame(stream=answers, value={"started": identity})

    skip = {key: (code, detail) for key, (code, detail) in task["skip"].items()}
    items = expand_file(file=file, scratch=Path(task["scratch"]), limits=limits, skip=skip, on_start=started)
    return {"items": [item.as_record() for item in items]}


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
    sys.exit(main())
