"""Start-up: the one place that knows every room."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Registers jobs and subscriptions once every room is loaded."""

    name = "chancery.project"
    label = "project"

    def ready(self) -> None:
        """Tell the platform which jobs and handlers exist."""
        import_module("chancery.project.registration").register_rooms()
