"""The demo: cold, and a second start. ``python bench/demo.py``."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from measuring import folder_bytes, run, show


def main() -> None:
    """Make a demo home from nothing, then start it again."""
    with tempfile.TemporaryDirectory(prefix="chancery-demo-") as folder:
        environment = {"CHANCERY_HOME": str(Path(folder, "home"))}
        command = [sys.executable, "-m", "chancery.project.cli", "demo", "--no-serve", "--json"]
        cold = run(command, environment=environment)
        again = run(command, environment=environment)
        end = json.loads(cold.output.splitlines()[-1])
        main_job = sum(stage["seconds"] for stage in end.get("stages", {}).values())
        rows = [
            ("cold (s)", f"{cold.seconds:.1f}", "under 90 with the installation"),
            ("of it the main job (s)", f"{main_job:.1f}", "under 40"),
            ("second start (s)", f"{again.seconds:.1f}", "seconds"),
            ("peak memory (MB)", f"{cold.peak / 1e6:.0f}", ""),
            ("home (MB)", f"{folder_bytes(Path(folder)) / 1e6:.1f}", ""),
        ]
    show(title="Demo", rows=rows)


if __name__ == "__main__":
    main()
