"""One command runs everything, brings back what dies and stops cleanly."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import psutil
import pytest
from django.core.exceptions import ImproperlyConfigured

from chancery.foundation.errors import Refused
from chancery.project.numbers import whole_number
from chancery.project.serving import free_port


def test_ports():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Refused) as refusal:
            free_port(host="127.0.0.1", wanted=port)
        assert refusal.value.code == "port_taken"
    assert free_port(host="127.0.0.1", wanted=port) == port


@pytest.mark.parametrize(("said", "found"), [("", 2), (" 3 ", 3), ("64", 64)])
def test_the_number_of_workers_is_read(monkeypatch, said, found):
    monkeypatch.setenv("CHANCERY_WORKERS", said)
    assert whole_number(name="CHANCERY_WORKERS", default=2, most=64) == found


@pytest.mark.parametrize("said", ["0", "65", "-1", "two", "2.5", "²", "9" * 5000])
def test_a_number_of_workers_that_is_none_is_refused(monkeypatch, said):
    monkeypatch.setenv("CHANCERY_WORKERS", said)
    with pytest.raises(ImproperlyConfigured):
        whole_number(name="CHANCERY_WORKERS", default=2, most=64)


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310
        return answer.read()


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


def workers(parent: psutil.Process) -> list[psutil.Process]:
    """Return the living worker processes of a supervisor."""
    alive = [child for child in parent.children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in alive if "worker" in child.cmdline()]


@pytest.mark.slow
def test_serve_revives_a_dead_worker_and_stops_with_its_children(tmp_path):
    environment = {**os.environ, "CHANCERY_HOME": str(tmp_path / "home"), "DATABASE_URL": ""}
    environment |= {"DJANGO_SETTINGS_MODULE": "chancery.project.settings", "CHANCERY_DEMO": ""}
    server = subprocess.Popen(
        [sys.executable, "-m", "chancery.project.cli", "serve"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        logins = server.stdout.readline()
        assert logins.startswith("First logins: counsel, ")
        address = next(filter(None, (re.search(r"http://localhost:\d+", line) for line in server.stdout)))
        assert fetch(address[0] + "/alive/") == b"ok"
        assert b"<h1>" in fetch(address[0] + "/accounts/login/")
        style = re.search(rb'href="(/static/[^"]+\.css)"', fetch(address[0] + "/accounts/login/"))
        assert style is not None and len(fetch(address[0] + style[1].decode())) > 1000
        me = psutil.Process(server.pid)
        wait_for(lambda: len(workers(me)) == 2)
        worker = workers(me)[0]
        worker.kill()
        wait_for(lambda: len([one for one in workers(me) if one.pid != worker.pid]) == 2)
        family = me.children(recursive=True)
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
        wait_for(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family), 15)
    finally:
        if server.poll() is None:
            server.kill()
