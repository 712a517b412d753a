"""Small instruments of the benches: a child process with its peak memory, medians, one table."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Finished:
    """A child process that has ended. seconds: wall; peak: bytes of the whole process tree at its largest."""

    output: str
    seconds: float
    peak: int


def run(command: Sequence[str], *, environment: Mapping[str, str]) -> Finished:
    """Run a command to its end; raises CalledProcessError with its last words if it fails."""
    started = time.monotonic()
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        peak, ended = [0], threading.Event()

        def watch() -> None:
            while not ended.wait(0.2):
                peak[0] = max(peak[0], _tree_bytes(process.pid))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        output, errors = process.communicate()
        ended.set()
        watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{output[-800:]}\n{errors[-1500:]}")
    return Finished(output, time.monotonic() - started, peak[0])


def _tree_bytes(root: int) -> int:
    """Return the resident bytes of a process and all below it, shared pages counted once for each."""
    above: dict[int, int] = {}
    held: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        above[int(entry.name)], held[int(entry.name)] = int(fields[1]), int(fields[21])
    total = 0
    for process, pages in held.items():
        here = process
        while here and here != root:
            here = above.get(here, 0)
        total += pages if here == root else 0
    return total * os.sysconf("SC_PAGE_SIZE")


def folder_bytes(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def show(*, title: str, rows: Sequence[tuple[str, str, str]]) -> None:
    """Print a table of measure, value and what is wanted."""
    table = Table("Measure", "Value", "Wanted", title=title)
    for row in rows:
        table.add_row(*row)
    Console(width=110).print(table)
