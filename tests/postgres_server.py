"""Runs a command against a PostgreSQL server of its own: ``python -m tests.postgres_server -- COMMAND``.

Finds initdb on the path or under /usr/lib/postgresql, makes a cluster in a temporary folder, listens on a loopback
port, sets DATABASE_URL, runs the command, stops the server and removes everything. The server refuses to run as
root; then the user ``postgres`` runs it. With --skip-if-absent a missing server is reported, not a failure.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def find_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs: the newest installed version, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3].split(".")[0]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One temporary cluster."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="chancery-postgres-"))
        self.port = free_port()
        self.password = secrets.token_hex(8)
        self.owner = self._owner()

    def _owner(self) -> str | None:
        """Return the user who runs the server, None for oneself."""
        if os.geteuid() != 0:
            return None
        pwd.getpwnam("postgres")
        shutil.chown(self.folder, "postgres")
        return "postgres"

    def _run(self, *command: str) -> None:
        prefix = ["runuser", "-u", self.owner, "--"] if self.owner else []
        log = self.folder / "commands.log"
        with log.open("ab") as output:
            if subprocess.run([*prefix, *command], cwd=self.folder, stdout=output, stderr=output).returncode:
                raise RuntimeError(f"{command[0]} failed:\n{log.read_text('utf-8', 'replace')}")

    def start(self) -> str:
        """Make and start the cluster; returns its address."""
        secret = self.folder / "password"
        secret.write_text(self.password)
        if self.owner:
            shutil.chown(secret, self.owner)
        data = str(self.folder / "data")
        self._run(
            str(self.programs / "initdb"), "-D", data, "-U", "chancery", "-A", "scram-sha-256",
            "--pwfile", str(secret), "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
            " -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=60"
        )
        self._run(
            str(self.programs / "pg_ctl"), "-D", data, "-w", "-t", "60",
            "-l", str(self.folder / "server.log"), "-o", options, "start",
        )  # fmt: skip
        return f"postgres://chancery:{self.password}@127.0.0.1:{self.port}/postgres"

    def stop(self) -> None:
        """Stop the cluster and remove it."""
        try:
            self._run(str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def main(arguments: list[str]) -> int:
    """Start, run the command, stop; returns the command's exit code."""
    skip = "--skip-if-absent" in arguments
    command = arguments[arguments.index("--") + 1 :] if "--" in arguments else []
    if not command:
        sys.stderr.write("usage: python -m tests.postgres_server [--skip-if-absent] -- COMMAND\n")
        return 2
    programs = find_programs()
    if programs is None:
        sys.stderr.write("skipped: no PostgreSQL server programs (initdb) on this machine\n")
        return 0 if skip else 1
    server, started = Server(programs), time.monotonic()
    try:
        url = server.start()
        sys.stderr.write(f"PostgreSQL from {programs} is up after {time.monotonic() - started:.1f} s\n")
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}).returncode
    finally:
        server.stop()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
