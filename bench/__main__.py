"""Run every bench, one table each: ``python -m bench``."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
ORDER = ("main_job.py", "demo.py", "pages.py", "documents_list.py", "production_engine.py")
SKIPPED = {
    "measuring.py",
    "redline_edits.py",
    "redline_peers.py",
    "fuzz_inputs.py",
    "ledes_made.py",
    "__main__.py",
    "__init__.py",
}


def main() -> int:
    """Run the benches one after another; returns 1 if one of them failed."""
    others = sorted(path.name for path in HERE.glob("*.py") if path.name not in {*SKIPPED, *ORDER})
    failed = []
    for name in (*ORDER, *others):
        if not (HERE / name).exists():
            continue
        print(f"\n== {name}", flush=True)
        started = time.monotonic()
        if subprocess.run([sys.executable, str(HERE / name)], check=False).returncode:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - started:.0f} s", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
