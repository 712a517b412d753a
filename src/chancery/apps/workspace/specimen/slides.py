"""Slide decks of a sample matter, with speaker notes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pptx import Presentation
from pptx.util import Inches

from .packing import repack_office


@dataclass(frozen=True, kw_only=True)
class Slide:
    """One slide: title, lines of its body, what the speaker wrote below it, and perhaps a picture (JPEG)."""

    title: str
    lines: tuple[str, ...]
    notes: str = ""
    picture: bytes | None = None


def write_slides(*, slides: Sequence[Slide], title: str, author: str, at: datetime) -> bytes:
    """Return a .pptx of the slides, dated ``at`` (UTC)."""
    deck = Presentation()
    core = deck.core_properties
    core.title, core.author, core.last_modified_by = title, author, author
    core.created = core.modified = at.replace(tzinfo=None)
    for number, slide in enumerate(slides):
        page = deck.slides.add_slide(deck.slide_layouts[0 if number == 0 else 1])
        page.shapes.title.text = slide.title
        body = page.placeholders[1].text_frame
        body.text = "\n".join(slide.lines)
        if slide.picture is not None:
            page.placeholders[1].width = Inches(5)
            page.shapes.add_picture(io.BytesIO(slide.picture), Inches(5.6), Inches(2.2), width=Inches(4))
        if slide.notes:
            page.notes_slide.notes_text_frame.text = slide.notes
    held = io.BytesIO()
    deck.save(held)
    return repack_office(content=held.getvalue(), at=at)
