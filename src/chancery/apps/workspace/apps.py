"""Registration of the workspace room."""

from __future__ import annotations

from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    """The workspace room."""

    name = "chancery.apps.workspace"
    label = "workspace"
