"""What libmagic takes a content for."""

from __future__ import annotations

import pylibmagic  # noqa: F401  (puts the bundled libmagic on the search path)

import magic  # isort: skip
from chancery.engines.ingest.reading import Content


def guessed(*, content: Content) -> str:
    """Return the media type that libmagic names, application/octet-stream where it fails."""
    try:
        if content.kept is not None:
            return str(magic.from_buffer(content.kept, mime=True))
        return str(magic.from_file(str(content.location), mime=True))
    except (magic.MagicException, OSError, UnicodeError):
        return "application/octet-stream"
