"""Coverage-guided fuzzing of every reader: ``python bench/fuzz.py [executions] [reader …] [--seed N]``.

Each reader is one command of ``chancery`` on a file, run in a process of its own under atheris (PyPI, extra
``bench``), from seeds that are valid, with mutations of bytes, of XML trees and of JSON values. A run is good when the
command answers with status 0 or 1, or refuses with a typed error and status 2 and leaves no file behind. Everything
else is a crash; crashes are told apart by exception and place, and their inputs are kept in the folder that is named.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from fuzz_inputs import MUTATORS, READERS, Reader, packed, seeds_of
from measuring import show

EXECUTIONS = 2_000
LONGEST = 1 << 17
STATUSES = (0, 1, 2)


def place_of(fault: BaseException) -> str:
    """Name an exception by its kind and the last line of our own code that it came through."""
    line = ""
    step = fault.__traceback__
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        if "chancery" in name:
            line = f"{Path(name).name}:{step.tb_lineno}"
        step = step.tb_next
    return f"{type(fault).__name__} at {line or 'nowhere of ours'}"


class Target:
    """Runs one command on one input and notes what went wrong."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        typer = import_module("typer")
        self.reader = reader
        self.folder = folder
        self.runner = import_module("typer.testing").CliRunner()
        self.refused = import_module("chancery.foundation.errors").Refused
        self.app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
        self.app.callback()(lambda: None)
        import_module(f"chancery.project.commands.{reader.module}").register(self.app)
        self.work = Path(tempfile.mkdtemp(dir=folder, prefix="work"))
        self.known: set[str] = set()
        for name, data in reader.beside().items():
            (self.work / name).write_bytes(data)
        self.kept = {path.name for path in self.work.iterdir()} | {"in"}

    def __call__(self, data: bytes) -> None:
        """One execution."""
        made = packed(self.reader, bytes(data))
        if made is None:
            return
        (self.work / "in").write_bytes(made)
        for words in self.reader.commands:
            line = [word.replace("@", f"{self.work}/") for word in words]
            result = self.runner.invoke(self.app, line)
            fault = result.exception
            if fault is not None and not isinstance(fault, (SystemExit, self.refused)):
                self._note(place_of(fault), repr(fault), made)
            elif result.exit_code not in STATUSES:
                self._note(f"status {result.exit_code}", "", made)
            left = [path for path in self.work.iterdir() if path.name not in self.kept]
            if left and result.exit_code == 2:
                self._note("a file left behind", str(left[0].name), made)
            for path in left:
                path.unlink()

    def _note(self, name: str, words: str, data: bytes) -> None:
        if name in self.known:
            return
        self.known.add(name)
        kept = self.folder / f"crash-{self.reader.name}-{len(self.known)}"
        kept.write_bytes(data)
        with (self.folder / f"{self.reader.name}.jsonl").open("a") as stream:
            stream.write(json.dumps({"name": name, "words": words[:300], "input": str(kept)}) + "\n")


def child(name: str, runs: int, seed: int, folder: Path) -> None:
    """Fuzz one reader until the number of executions is reached; the fuzzer ends the process."""
    reader = READERS[name]
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["chancery"]):
        target = Target(reader, folder)
    corpus = folder / f"corpus-{name}"
    corpus.mkdir()
    for number, data in enumerate(seeds_of(reader)):
        (corpus / f"seed-{number:04}").write_bytes(data)
    mutate = MUTATORS[reader.shape]

    def mutator(data: bytes, size: int, turn: int) -> bytes:
        made = mutate(bytes(data), turn)
        return bytes(atheris.Mutate(bytes(data), size)) if made is None or len(made) > size else made

    flags = [f"-runs={runs}", f"-seed={seed}", f"-max_len={LONGEST}", "-timeout=30", "-rss_limit_mb=3072"]
    atheris.Setup([sys.argv[0], *flags, str(corpus)], target, custom_mutator=mutator)
    atheris.Fuzz()


def fuzz(name: str, runs: int, seed: int, folder: Path) -> tuple[int, int, list[dict[str, Any]], str]:
    """Run one reader in a child; returns executions, edges covered, crashes, and why it ended early, if it did."""
    command = [sys.executable, __file__, "--child", name, str(runs), str(seed), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")
    executions = [int(found) for found in re.findall(r"Done (\d+) (?:runs|in)", done.stderr)]
    counted = [int(found) for found in re.findall(r"^#(\d+)\s", done.stderr, re.MULTILINE)]
    edges = [int(found) for found in re.findall(r"cov: (\d+)", done.stderr)]
    report = folder / f"{name}.jsonl"
    crashes = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
    early = "" if executions else f"ended early, status {done.returncode}: {done.stderr.strip().splitlines()[-1:]}"
    return max([*executions, *counted], default=0), max(edges, default=0), crashes, early


def main() -> int:
    """Fuzz the readers asked for; status 1 when one crashed."""
    words = sys.argv[1:]
    seed = int(words[words.index("--seed") + 1]) if "--seed" in words else 1
    words = [word for at, word in enumerate(words) if word != "--seed" and words[max(0, at - 1)] != "--seed"]
    runs = int(words[0]) if words and words[0].isdigit() else EXECUTIONS
    names = [word for word in words if word in READERS] or list(READERS)
    if find_spec("atheris") is None:
        print("skipped: atheris is not installed")
        return 0
    folder = Path(tempfile.mkdtemp(prefix="fuzz"))
    rows, bad = [], 0
    for name in names:
        executions, edges, crashes, early = fuzz(name, runs, seed, folder)
        for crash in crashes:
            print(f"{name}: {crash['name']} {crash['words']} {crash['input']}")
        if early:
            print(f"{name}: {early[:400]}")
        bad += len(crashes) + bool(early)
        rows.append((name, f"{executions:,} executions, {edges:,} edges, {len(crashes)} crashes", "0 crashes"))
    show(title=f"Readers under coverage-guided fuzzing, seed {seed}; inputs in {folder}", rows=rows)
    return 1 if bad else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
    else:
        sys.exit(main())
