"""The children of a whole ingest are forks: they keep nothing of their parent, and their deaths cost one file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

_RUN = """
import json, os, sys, threading
from dataclasses import replace
from pathlib import Path
from chancery.engines.ingest.ingesting import GENEROUS, Choices, ingest
from chancery.engines.ingest.readers import plain

source, out, seen, threads = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
parent, secret = os.getpid(), open(sys.argv[3] + ".secret", "w")
_read = plain.read

def read(content, key):
    name = content.name
    if name.startswith("see"):
        held = [f"/proc/self/fd/{each}" for each in os.listdir("/proc/self/fd")]
        files = [os.readlink(each) for each in held if os.path.exists(each)]
        facts = {"environment": dict(os.environ), "folder": os.getcwd(), "leads": os.getsid(0) == os.getpid(),
                 "parent": os.getppid() == parent, "files": files}
        seen.write_text(json.dumps(facts))
    if name.startswith("kill"):
        os.kill(os.getpid(), 9)
    if name.startswith("hang"):
        threading.Event().wait()
    if name.startswith("abort"):
        os.write(2, b"memory allocation of 99 bytes failed")
        os.abort()
    if name.startswith("swell"):
        bytearray(8 * 1024 ** 3)
    return _read(content, key)

plain.read = read
for _ in range(threads):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
choices = Choices(ocr=False, workers=2, limits=replace(GENEROUS, seconds=1.5, memory_bytes=2 * 1024 ** 3))
ingest(source=source, out=out, choices=choices, at="2026-01-01T00:00:00", advance=lambda *told: None)
"""


def _ingest(folder: Path, names: tuple[str, ...], threads: int = 0) -> tuple[dict[str, Any], Path]:
    """Ingest text files of these names in a process of its own; return their exceptions, and what a child saw."""
    (folder / "source").mkdir()
    for name in names:
        (folder / "source" / f"{name}.txt").write_text(f"text of {name}")
    out, seen = folder / "out", folder / "seen.json"
    environment = {**os.environ, "CHANCERY_SECRET_KEY": "top-secret"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-c", _RUN, str(folder / "source"), str(out), str(seen), str(threads)]
    subprocess.run(command, check=True, env=environment)
    lines = [json.loads(line) for line in (out / "items.jsonl").read_text("utf-8").splitlines()]
    return {line["path"]: line["exception"] for line in lines}, seen


def test_a_fork_keeps_nothing_of_its_parent(tmp_path: Path) -> None:
    found, seen = _ingest(tmp_path, ("see",))
    assert found == {"see.txt": None}
    facts = json.loads(seen.read_text())
    scratch = str(tmp_path / "out" / ".work" / "scratch")
    assert "top-secret" not in facts["environment"].values()
    assert facts["environment"]["TMPDIR"] == facts["folder"] == scratch
    assert facts["leads"] and facts["parent"]
    assert not [name for name in facts["files"] if name.endswith((".secret", "lock", "journal.jsonl"))]


def test_each_way_to_die_costs_one_file(tmp_path: Path) -> None:
    found, _ = _ingest(tmp_path, ("a", "abort", "b", "hang", "kill", "swell", "z"))
    assert found == {
        "a.txt": None,
        "abort.txt": "memory_limit",
        "b.txt": None,
        "hang.txt": "time_limit",
        "kill.txt": "crashed",
        "swell.txt": "memory_limit",
        "z.txt": None,
    }


def test_a_process_with_threads_is_not_forked(tmp_path: Path) -> None:
    found, seen = _ingest(tmp_path, ("see",), threads=1)
    assert found == {"see.txt": None}
    assert not seen.exists()
