"""A home of its own, served as people run it: `chancery serve` with its worker, and sign-in links of the demo."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PEOPLE = ("counsel", "counsel-2", "manager", "reviewer-1", "reviewer-2", "reviewer-3", "attorney", "administrator")
START_SECONDS = 120.0

FURNISH = """
import json, sys
from datetime import timedelta
import django
django.setup()
from django.utils import timezone
from chancery.apps.workspace.actions.people import furnish
from chancery.platform.identity.actions import issue_sign_in_link
from chancery.platform.identity.models import User
from chancery.project.upkeep import prepare_home
prepare_home()
furnish(at=timezone.now())
day = timedelta(hours=12)
people = User.objects.filter(username__in=sys.argv[1:])
links = {p.username: issue_sign_in_link(user=p, at=timezone.now(), valid_for=day) for p in people}
print(json.dumps({"links": links, "names": {p.username: [p.display_name, p.display_name_zh] for p in people}}))
"""


@dataclass(frozen=True)
class House:
    """A served home. links: one-use tokens by username; names: display names, English then Chinese."""

    home: Path
    address: str
    links: dict[str, str]
    names: dict[str, list[str]]
    environment: dict[str, str]

    def username_of(self, shown: str) -> str:
        """Return the login of the person whose name stands on a page."""
        return next(name for name, both in self.names.items() if any(one and one in shown for one in both))

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one `chancery` command in this home."""
        return subprocess.run(
            [sys.executable, "-m", "chancery.project.cli", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def surroundings(home: Path) -> dict[str, str]:
    """Return the environment of a demo home, without what the test run itself sets."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "BLOBS_URL")}
    return {
        **kept,
        "CHANCERY_HOME": str(home),
        "CHANCERY_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "chancery.project.settings",
    }


@contextmanager
def served(home: Path, *, people: Sequence[str] = PEOPLE) -> Iterator[House]:
    """Furnish a home, serve it on a free port, and stop what was started."""
    environment = surroundings(home)
    made = subprocess.run(
        [sys.executable, "-c", FURNISH, *people], env=environment, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    known = json.loads(made.stdout.splitlines()[-1])
    port = free_port()
    log = (home / "serve.log").open("ab")
    server = subprocess.Popen(
        [sys.executable, "-m", "chancery.project.cli", "serve", "--port", str(port)],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        address = f"http://localhost:{port}"
        wait_for_answer(f"{address}/alive/", server, home / "serve.log")
        yield House(home, address, known["links"], known["names"], environment)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


def wait_for_answer(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the first page can be fetched."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text("utf-8")[-3000:]
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback address
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"nothing answers at {url}: {log.read_text('utf-8')[-3000:]}")
