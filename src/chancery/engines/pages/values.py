"""What can be printed, and why something cannot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chancery.foundation.errors import Refused

PrintableKind = Literal["mail", "text", "html", "pdf", "image"]
IMAGED_KINDS: tuple[str, ...] = ("mail", "text", "html", "pdf", "image")


class ImagingRefused(Refused):
    """A document of which no page images can be made; its ``code`` says why.

    Codes: encrypted, corrupt, empty, too_many_pages, too_large, time_limit, memory_limit, crashed.
    """

    code = "imaging_refused"


@dataclass(frozen=True, slots=True)
class Printable:
    """One document as it goes to paper.

    kind: mail, text and html are typeset from ``text`` (html also from ``native``); pdf and image need
    ``native``.
    title: a heading for text and html, empty for none. header: label and value of each header line, in order.
    """

    kind: PrintableKind
    title: str = ""
    header: tuple[tuple[str, str], ...] = ()
    text: str | None = None
    native: Path | None = None
