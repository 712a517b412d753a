"""Numbers that the environment sets."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured


def whole_number(*, name: str, default: int, most: int) -> int:
    """Return the setting of that name, a whole number from 1 to ``most``; the default if it is absent or empty.

    Raises ImproperlyConfigured for anything else.
    """
    said = os.environ.get(name, "").strip()
    if not said:
        return default
    if not said.isascii() or not said.isdigit() or not 1 <= int(said[:9]) <= most:
        raise ImproperlyConfigured(f"{name} is a whole number from 1 to {most}, not {said!r}")
    return int(said)
