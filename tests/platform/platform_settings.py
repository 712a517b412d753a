"""Settings of the platform alone, without rooms of business: quick to start in a process of its own."""

from __future__ import annotations

from chancery.project.settings import *  # noqa: F403
from chancery.project.settings import INSTALLED_APPS

APP_NAMES: list[str] = []
INSTALLED_APPS = [name for name in INSTALLED_APPS if not name.startswith("chancery.apps.")]
