"""The `chancery` command: sets Django up, then hands over to the commands."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import typer

from chancery.project.commands import answering
from chancery.project.crafts import CRAFTS, add_craft


def main() -> None:
    """Run one command. Most import models, which exist only once the settings are loaded; engines need none."""
    if sys.argv[1:] and sys.argv[1] in CRAFTS:
        if sys.argv[1] == "ingest":  # its processes share the processors, and it multiplies no large matrices
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        craft = typer.Typer(name="chancery", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
        craft.callback()(lambda: None)
        add_craft(app=craft, module=CRAFTS[sys.argv[1]])
        answering.run(craft)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chancery.project.settings")
    if "demo" in sys.argv[1:2]:
        os.environ.setdefault("CHANCERY_HOME", "var/demo")
        os.environ.setdefault("CHANCERY_DEMO", "1")
    import_module("django").setup()
    from chancery.project.entry import run  # noqa: PLC0415

    run()


if __name__ == "__main__":
    main()
