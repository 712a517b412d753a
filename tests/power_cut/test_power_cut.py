"""The power goes at 200 random moments of an upload, a coding run and a production.

Every write and sync of a real run is recorded at system-call level. From the record, the state that a disk might
hold after a cut is rebuilt again and again and judged: nothing is corrupt, nothing acknowledged is lost.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.power_cut.checker import Checker
from tests.power_cut.disk import Disk
from tests.power_cut.trace import CALLS, Reader, Step

pytestmark = pytest.mark.slow
POINTS = 200
SEED = int(os.environ.get("POWER_CUT_SEED", "20260302"))
IGNORED = ("scratch", "index", "static", "backups")
WORKLOAD = Path(__file__).with_name("workload.py")
ROOT = Path(__file__).parents[2]


def _environment(home: Path, plant: str = "") -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CHANCERY_", "DATABASE_", "BLOBS", "DJANGO_"))
    }
    python = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return {**kept, "CHANCERY_HOME": str(home), "POWER_CUT_PLANT": plant, "PYTHONPATH": python}


def _run(command: Sequence[str], *, home: Path, plant: str = "") -> str:
    done = subprocess.run(
        command, env=_environment(home, plant), capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def strace(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the recorder of system calls, or skip where there is none or it is refused."""
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed: system calls cannot be recorded")
    probe = tmp_path_factory.mktemp("probe") / "record"
    tried = subprocess.run([found, "-f", "-o", str(probe), "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"recording system calls is refused here: {tried.stderr.strip()[-200:]}")
    return found


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return two folders of evidence of 26 files each; the second also holds larger files."""
    dice, folders = random.Random(SEED), []
    for name in ("first", "second"):
        folder = tmp_path_factory.mktemp(name)
        for number in range(26):
            words = " ".join(dice.choice(["delivery", "valve", "delay", "price", "港口", "合同"]) for _ in range(60))
            data = f"Memo {number} of {name}\n\n{words}\n".encode()
            if name == "second" and number % 9 == 4:
                data += dice.randbytes(300_000)
            (folder / f"memo-{number:02}.txt").write_bytes(data)
        folders.append(folder)
    return folders[0], folders[1]


@pytest.fixture(scope="module")
def homes(strace: str, sources: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return prepared homes: one with work in the queue, one that waits for the attorney."""
    made = {}
    for step in ("coding", "production"):
        home = tmp_path_factory.mktemp(f"home-{step}") / "home"
        _run([sys.executable, str(WORKLOAD), f"prepare-{step}", str(sources[0])], home=home)
        made[step] = home
    return {"upload": made["coding"], **made}


@dataclass(frozen=True)
class Recorded:
    """A run: the home before it, where it lay while it ran, and what it did."""

    base: Path
    home: Path
    steps: list[Step]


def _record(
    workload: str, *, strace: str, homes: dict[str, Path], sources: tuple[Path, Path], work: Path, plant: str = ""
) -> Recorded:
    base, home, record = homes[workload], work / "home", work / "record"
    shutil.copytree(base, home)
    command = [strace, "-f", "--seccomp-bpf", "-y", "-xx", "-s", "100000000", "-e", f"trace={CALLS}", "-o", str(record)]
    python = [sys.executable, str(WORKLOAD), workload, str(sources[1])]
    told = _run([*command, *python], home=home, plant=plant)
    known = {path.relative_to(base).as_posix(): path.stat().st_size for path in base.rglob("*") if path.is_file()}
    steps = list(Reader(folder=home, ignored=IGNORED, known=known).steps(record=record))
    record.unlink()
    seen = [step.data.decode() for step in steps if step.kind == "ack"]
    assert seen == [line[4:] for line in told.splitlines() if line.startswith("ACK ")], "the record missed something"
    return Recorded(base=base, home=home, steps=steps)


def _judge(recorded: Recorded, *, work: Path, points: int = POINTS) -> list[tuple[int, str]]:
    """Cut the power at random moments; returns what was wrong, with the moment."""
    dice = random.Random(SEED)
    moments = sorted(dice.randint(1, len(recorded.steps)) for _ in range(points))
    disk = Disk(base=recorded.base, folder=recorded.home, ignored=IGNORED)
    checker, played, wrong = Checker(), 0, []
    told: list[dict[str, Any]] = []
    for number, moment in enumerate(moments):
        for step in recorded.steps[played:moment]:
            disk.play(step)
            if step.kind == "ack":
                told.append(json.loads(step.data))
        played = moment
        place = work / f"cut-{number}"
        place.mkdir()
        files = disk.after_cut(dice=dice)
        wrong += [(moment, text) for text in checker.faults(files=files, folder=place, acknowledged=told)]
        shutil.rmtree(place)
    return wrong


@pytest.mark.parametrize(("workload", "least"), [("upload", 26), ("coding", 26), ("production", 5)])
def test_nothing_is_corrupt_and_nothing_acknowledged_is_lost(workload, least, strace, homes, sources, tmp_path):
    recorded = _record(workload, strace=strace, homes=homes, sources=sources, work=tmp_path)
    told = sum(1 for step in recorded.steps if step.kind == "ack")
    assert told >= least
    wrong = _judge(recorded, work=tmp_path)
    print(f"{workload}: {len(recorded.steps)} steps, {told} acknowledgements, {POINTS} cuts, seed {SEED}: {len(wrong)}")
    assert not wrong, f"seed {SEED}: {wrong[:10]}"


@pytest.mark.parametrize(
    ("plant", "workload", "words"),
    [("no-database-sync", "upload", ("lost:", "corrupt:", "record:")), ("no-blob-sync", "upload", ("object:",))],
)
def test_the_check_finds_planted_failures(plant, workload, words, strace, homes, sources, tmp_path):
    recorded = _record(workload, strace=strace, homes=homes, sources=sources, work=tmp_path, plant=plant)
    wrong = _judge(recorded, work=tmp_path, points=60)
    print(f"{plant}: {len({moment for moment, _ in wrong})} of 60 cuts show it")
    assert len({moment for moment, text in wrong if text.startswith(words)}) > 10


def test_work_cut_off_is_finished_after_the_restart(strace, homes, sources, tmp_path):
    recorded = _record("production", strace=strace, homes=homes, sources=sources, work=tmp_path)
    told = [place for place, step in enumerate(recorded.steps) if step.kind == "ack"]
    dice = random.Random(SEED)
    for share in (0.3, 0.9):
        disk = Disk(base=recorded.base, folder=recorded.home, ignored=IGNORED)
        for step in recorded.steps[: round(told[0] + (told[1] - told[0]) * share)]:
            disk.play(step)
        home = tmp_path / f"after-{share}"
        for name, data in disk.after_cut(dice=dice).items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_bytes(data)
        told_again = _run([sys.executable, str(WORKLOAD), "restart", str(sources[1])], home=home)
        assert '"kind": "delivered"' in told_again
        files = {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}
        (tmp_path / f"place-{share}").mkdir()
        acks = [json.loads(line[4:]) for line in told_again.splitlines() if line.startswith("ACK ")]
        assert Checker().faults(files=files, folder=tmp_path / f"place-{share}", acknowledged=acks) == []
