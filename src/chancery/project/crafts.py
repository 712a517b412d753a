"""Commands of the engines: they need no home, no database and no settings, so they start at once."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Final

import typer

# Word after `chancery` → module of `chancery.project.commands` that adds it.
CRAFTS: Final = {
    "ingest": "ingest",
    "search": "retrieval",
    "tar": "review",
    "quality": "quality",
    "allocate": "allocation",
    "sla": "allocation",
    "coverage": "allocation",
    "ledes": "billing",
    "guidelines": "billing",
    "calc": "calculators",
    "redline": "comparison",
    "extract": "extraction",
    "rules": "classification",
}


def add_craft(*, app: typer.Typer, module: str) -> None:
    """Add the commands of one engine; each module of `commands` has a function ``register(app)``."""
    import_module(f"chancery.project.commands.{module}").register(app)


def add_crafts(app: typer.Typer) -> None:
    """Add the commands of every engine that has some."""
    for module in sorted(set(CRAFTS.values())):
        if find_spec(f"chancery.project.commands.{module}") is not None:
            add_craft(app=app, module=module)
