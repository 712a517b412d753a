"""The gallery of components as a site of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

TEMPLATES = Path(__file__).parent / "templates"
INTERFACE = Path(__file__).parents[2] / "src" / "chancery" / "interface"


@pytest.fixture
def gallery(settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Return a client of the gallery."""
    engines = [{**engine, "DIRS": [str(TEMPLATES)]} for engine in settings.TEMPLATES]  # type: ignore[attr-defined]
    settings.TEMPLATES = engines  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = "interface.gallery"  # type: ignore[attr-defined]
    # The gallery is open to all: it has no people who could sign in.
    monkeypatch.setattr("chancery.project.edge.OPEN_TO_ALL", ("/",))
    with translation.override("en"):
        yield Client()
