"""Brings a home up to date: folders, keys, database, translations, static files. Quick when nothing changed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from io import StringIO
from pathlib import Path
from typing import Final

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from chancery.platform.storage.keys import root_key
from chancery.project.translations import compile_all

STAMP: Final = ".collected"
UPLOAD_SECONDS: Final = 24 * 60 * 60
_OWNED: Final = re.compile(r"^[a-z]+-([0-9]+)-")


def prepare_home() -> None:
    """Make what is missing and bring what is old up to date; safe to repeat."""
    settings.HOME.prepare()
    root_key()
    sweep_scratch(folder=settings.HOME.scratch)
    if _migrations_wait():
        call_command("migrate", interactive=False, verbosity=0)
    compile_all()
    collect_assets()


def sweep_scratch(*, folder: Path) -> int:
    """Remove the working files of processes that are gone, killed ones too; returns how many were removed.

    They hold evidence in plain form. Uploads cut off in the middle go after a day.
    """
    swept = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        owner = _OWNED.search(path.name)
        if owner and not _alive(int(owner[1])):
            shutil.rmtree(path, ignore_errors=True)
            swept += 1
        elif path.name.endswith(".upload") and path.stat().st_mtime < time.time() - UPLOAD_SECONDS:
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def pending_changes() -> list[str]:
    """Say which models have no migration and which settings are wrong; empty when all is well."""
    loader = MigrationLoader(None)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    found = [
        f"{label}: {operation.describe()}"
        for label, migrations in sorted(detector.changes(graph=loader.graph).items())
        for migration in migrations
        for operation in migration.operations
    ]
    output = StringIO()
    try:
        call_command("check", stdout=output, stderr=output)
    except SystemCheckError as error:
        found.append(str(error))
    return found


def collect_assets() -> bool:
    """Copy, hash and compress style sheets, scripts and pictures if they changed; returns whether they did."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    state = _assets_state()
    if stamp.exists() and stamp.read_text("utf-8") == state:
        return False
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, clear=False, verbosity=0)
    stamp.write_text(state, "utf-8")
    return True


def _assets_state() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _migrations_wait() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
