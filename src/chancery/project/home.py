"""The folder in which everything of one installation lives."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from chancery.platform.storage.secret_files import write_new_secret

DEFAULT_HOME = Path("~/.local/share/chancery")


@dataclass(frozen=True, slots=True)
class Home:
    """Layout of CHANCERY_HOME; folders are readable by their owner only."""

    root: Path

    @property
    def database(self) -> Path:
        """The embedded database file."""
        return self.root / "db" / "main.sqlite3"

    @property
    def blobs(self) -> Path:
        """Encrypted objects."""
        return self.root / "blobs"

    @property
    def index(self) -> Path:
        """Search indexes, one folder per organisation; can be rebuilt from the database."""
        return self.root / "index"

    @property
    def keys(self) -> Path:
        """Secret keys, files of mode 0600."""
        return self.root / "keys"

    @property
    def scratch(self) -> Path:
        """Working files of background work; may be emptied while nothing runs."""
        return self.root / "scratch"

    @property
    def backups(self) -> Path:
        """Copies made by the backup command."""
        return self.root / "backups"

    @property
    def static(self) -> Path:
        """Style sheets, scripts and pictures, collected at start-up."""
        return self.root / "static"

    def prepare(self) -> None:
        """Make the folders that are missing, mode 0700."""
        self.root.mkdir(parents=True, exist_ok=True)
        for folder in (self.database.parent, self.blobs, self.index, self.keys, self.scratch, self.backups):
            folder.mkdir(mode=0o700, exist_ok=True)
        self.static.mkdir(exist_ok=True)

    def secret(self) -> str:
        """Return the secret that signs sessions; made at the first call, file mode 0600."""
        path = self.keys / "session.secret"
        if not path.exists():
            self.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_new_secret(path=path, data=secrets.token_urlsafe(64).encode("ascii"))
        return path.read_text("ascii").strip()


def home_from_environment() -> Home:
    """Return the home named by CHANCERY_HOME, or the default one."""
    return Home(Path(os.environ.get("CHANCERY_HOME") or DEFAULT_HOME).expanduser().resolve())
