"""The `chancery` command: sets Django up, then hands over to the commands."""

from __future__ import annotations

import os
import sys

import django


def main() -> None:
    """Run one command. The commands import models, which exist only once the settings are loaded."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chancery.project.settings")
    if "demo" in sys.argv[1:2]:
        os.environ.setdefault("CHANCERY_HOME", "var/demo")
        os.environ.setdefault("CHANCERY_DEMO", "1")
    django.setup()
    from chancery.project.entry import run  # noqa: PLC0415

    run()


if __name__ == "__main__":
    main()
