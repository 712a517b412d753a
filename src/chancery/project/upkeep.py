"""Brings a home up to date: folders, keys, database, translations, static files. Quick when nothing changed."""

from __future__ import annotations

import hashlib
from io import StringIO
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from chancery.platform.storage.keys import root_key
from chancery.project.translations import compile_all

STAMP: Final = ".collected"


def prepare_home() -> None:
    """Make what is missing and bring what is old up to date; safe to repeat."""
    settings.HOME.prepare()
    root_key()
    if _migrations_wait():
        call_command("migrate", interactive=False, verbosity=0)
    compile_all()
    collect_assets()


def pending_changes() -> list[str]:
    """Say which models have no migration and which settings are wrong; empty when all is well."""
    found, output = [], StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=output, stderr=output)
    except SystemExit:
        found.append(output.getvalue().strip() or "a model has changed without a migration")
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
