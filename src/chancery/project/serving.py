"""Runs the parts of one installation as child processes and keeps them alive."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Final

from django.conf import settings

from chancery.foundation.errors import Refused
from chancery.platform.jobs.worker import work
from chancery.project.upkeep import sweep_scratch

FIRST_PORT: Final = 8000
GRACE_SECONDS: Final = 10.0
WEB_THREADS: Final = 4
START_SECONDS: Final = 60.0


class PortTaken(Refused):
    """The port that was asked for is in use."""

    code = "port_taken"


def free_port(*, host: str, wanted: int | None) -> int:
    """Return the wanted port, or 8000 or the next free one; refuses "port_taken"."""
    for port in [wanted] if wanted is not None else range(FIRST_PORT, FIRST_PORT + 200):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise PortTaken("Port %(port)s is in use.", port=wanted or FIRST_PORT)


def serve_until_stopped(*, host: str, port: int | None, on_ready: Callable[[str], None]) -> None:
    """Run web and workers until SIGTERM or SIGINT; a child that dies is started again, later each time.

    on_ready is called once with the address when the first page can be fetched.
    """
    chosen = free_port(host=host, wanted=port)
    address = f"http://{'localhost' if host in ('127.0.0.1', '::1') else host}:{chosen}"
    environment = {**os.environ, "CHANCERY_URL": os.environ.get("CHANCERY_URL") or address}
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = [sys.executable, "-m", "chancery.project.cli", "worker"]
    children = [
        Child("web", web_command(host=host, port=chosen), environment),
        *(Child(f"worker {number + 1}", worker, environment) for number in range(settings.CHANCERY_WORKERS)),
    ]
    try:
        for child in children:
            child.start()
        if _answers(f"http://{host}:{chosen}/alive/", children[0], stop):
            on_ready(environment["CHANCERY_URL"])
        while not stop.wait(0.5):
            for child in children:
                child.revive()
    finally:
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.wait()


def web_command(*, host: str, port: int) -> list[str]:
    """Return the command line of the web server: one process, a few threads."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", "1", "--blocking-threads", str(WEB_THREADS), "--log-level", "warning", "--no-ws",
        "--respawn-failed-workers", "chancery.project.wsgi:application",
    ]  # fmt: skip


class Child:
    """One supervised process, in a session of its own so that Ctrl-C reaches only the supervisor."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.running: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.not_before = 0.0

    def start(self) -> None:
        """Start the process."""
        self.running = subprocess.Popen(self.command, env=self.environment, start_new_session=True)

    def revive(self) -> None:
        """Start the process again if it has died; 0.5 to 30 seconds later."""
        if self.running is None or self.running.poll() is None:
            return
        if not self.not_before:
            self.deaths += 1
            self.not_before = time.monotonic() + min(30.0, 0.5 * 2 ** (self.deaths - 1))
            sys.stderr.write(f"{self.name} ended with code {self.running.returncode}; it is started again\n")
        elif time.monotonic() >= self.not_before:
            self.not_before = 0.0
            self.start()

    def ask_to_stop(self) -> None:
        """Ask the process to end what it does and stop."""
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()

    def wait(self) -> None:
        """Wait for the end; after the grace time the process group is killed."""
        if self.running is None:
            return
        try:
            self.running.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()


def work_until_stopped() -> None:
    """Work in the background until SIGTERM or SIGINT, or until the supervisor is gone.

    First removes what workers that were killed left in the scratch folder.
    """
    sweep_scratch(folder=settings.HOME.scratch)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=_watch_parent, args=(os.getppid(), stop), daemon=True).start()
    work(stop=stop)


def _watch_parent(parent: int, stop: threading.Event) -> None:
    while not stop.wait(2):
        if os.getppid() != parent:
            stop.set()


def _answers(url: str, child: Child, stop: threading.Event) -> bool:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and not stop.is_set():
        if child.running is not None and child.running.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False
