"""The whole main job: seconds of each stage, peak memory, sizes. ``python bench/main_job.py [runs] [folder …]``.

Runs the sample matter (and every folder given, and ``files`` of CHANCERY_TEST_DATA if that is set) from request to
invoice in a fresh home, once without codes and again with codes and approval, as a person would. Medians over runs.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from measuring import folder_bytes, median, run, show

CHANCERY = [sys.executable, "-m", "chancery.project.cli"]
SAMPLE = (
    "import sys; from pathlib import Path; from chancery.apps.workspace.specimen.matters import write_supply_dispute; "
    "write_supply_dispute(folder=Path(sys.argv[1]))"
)


def codes_for(items: Path, codes: Path) -> None:
    """Write a coding file for every item: two in three responsive, one in thirty privileged, by the hash."""
    with codes.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["path", "code", "privilege", "second_reviewer", "second_code", "description"])
        for line in items.read_text("utf-8").splitlines():
            item = json.loads(line)
            if item["status"] != "item":
                continue
            lot = int(hashlib.sha256(item["sha256"].encode()).hexdigest(), 16)
            code = "responsive" if lot % 3 else "not_responsive"
            privilege = "AC" if lot % 29 == 0 else "none"
            table.writerow([item["path"], code, privilege, "reviewer-2", code, "Advice of counsel"])


def once(source: Path, work: Path) -> dict[str, float]:
    """Run the main job over a folder in a fresh home; returns its figures."""
    home, out, codes = work / "home", work / "out", work / "codes.csv"
    environment = {"CHANCERY_HOME": str(home)}
    run([*CHANCERY, "migrate"], environment=environment)
    command = [*CHANCERY, "matter", "run", str(source), "--out", str(out), "--json"]
    first = run(command, environment=environment)
    codes_for(out / "items.jsonl", codes)
    second = run([*command, "--codes", str(codes), "--approve", "attorney"], environment=environment)
    ends = [json.loads(each.output.splitlines()[-1]) for each in (first, second)]
    assert ends[0]["status"] == "awaiting_review", ends[0]
    assert ends[1]["status"] == "delivered", ends[1]
    stages: dict[str, float] = {}
    for end in ends:
        for name, stage in end["stages"].items():
            stages[name] = stages.get(name, 0) + stage["seconds"]
    figures = {f"{name} (s)": seconds for name, seconds in stages.items()}
    accounting = json.loads((out / "accounting.json").read_text("utf-8"))
    assert accounting["adds_up"], accounting
    found = {
        **figures,
        "all stages (s)": sum(stages.values()),
        "first call, start-up included (s)": first.seconds,
        "second call, start-up included (s)": second.seconds,
        "peak memory (MB)": max(first.peak, second.peak) / 1e6,
        "evidence (MB)": folder_bytes(source) / 1e6,
        "home (MB)": folder_bytes(home) / 1e6,
        "production (MB)": folder_bytes(out / "production") / 1e6,
        "input files": accounting["input_files"],
        "items": accounting["items"],
        "exceptions": accounting["exceptions"],
        "pages": ends[1]["counts"]["production"]["pages"],
    }
    shutil.rmtree(work)
    return found


def measured(*, name: str, source: Path, runs: int, wanted: dict[str, str]) -> None:
    """Run several times and print the medians."""
    every = []
    for _ in range(runs):
        every.append(once(source, Path(tempfile.mkdtemp(prefix="chancery-bench-"))))
    rows = [
        (key, f"{median([figures[key] for figures in every]):,.1f}".removesuffix(".0"), wanted.get(key, ""))
        for key in every[0]
    ]
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    show(title=f"Main job: {name}, median of {runs}, load {load:.1f} per processor", rows=rows)


def main(arguments: list[str]) -> None:
    """Measure the sample matter, then the folders given and the test data."""
    runs = int(arguments[0]) if arguments and arguments[0].isdigit() else 3
    folders = [Path(each) for each in arguments if not each.isdigit()]
    data = os.environ.get("CHANCERY_TEST_DATA")
    folders += [Path(data) / "files"] if data and not folders else []
    with tempfile.TemporaryDirectory(prefix="chancery-sample-") as folder:
        sample = Path(folder, "sample")
        run([sys.executable, "-c", SAMPLE, str(sample)], environment={})
        measured(name="sample matter", source=sample, runs=runs, wanted={"all stages (s)": "under 40"})
    for source in folders:
        measured(name=source.name, source=source, runs=1, wanted={})


if __name__ == "__main__":
    main(sys.argv[1:])
