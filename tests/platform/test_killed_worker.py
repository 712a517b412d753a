"""A worker is killed in the middle, again and again; nothing is lost and nothing is done twice."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("killed_worker.py")


@pytest.fixture
def run(tmp_path):
    """Return a function that runs one step in a home (and, on PostgreSQL, a database) of its own."""
    environment = {**os.environ, "CHANCERY_HOME": str(tmp_path / "home")}
    environment.pop("CHANCERY_TEST_HOME", None)
    url, name = environment.get("DATABASE_URL", ""), f"killed_{secrets.token_hex(4)}"
    if url:
        psycopg = pytest.importorskip("psycopg")
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}"')
        base, _, options = url.partition("?")
        environment["DATABASE_URL"] = base.rpartition("/")[0] + f"/{name}" + (f"?{options}" if options else "")

    def start(step: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(SCRIPT), step]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    yield start
    if url:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def finished(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return output


def test_kill_minus_nine_loses_nothing_and_repeats_nothing(run):
    finished(run("prepare"))
    for stop_after in (5, 20):
        worker = run("work")
        assert worker.stdout is not None
        for line in worker.stdout:
            if int(line) >= stop_after:
                break
        worker.kill()
        worker.wait()
        state = json.loads(finished(run("report")))
        assert state["state"] == "running", "a killed worker leaves its claim"
        assert stop_after < len(state["numbers"]) < 60
        assert finished(run("reap")) == "1"
    finished(run("work"))
    state = json.loads(finished(run("report")))
    assert state == {"state": "done", "attempts": 3, "numbers": [str(n) for n in range(60)], "ok": True}
