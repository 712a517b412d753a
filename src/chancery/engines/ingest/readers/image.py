"""Pictures: dimensions and camera notes; their text comes from recognition, elsewhere."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pi_heif
from PIL import AvifImagePlugin, ExifTags, Image, TiffImagePlugin, WebPImagePlugin  # noqa: F401

from chancery.engines.ingest.reading import Content, Reading, Unreadable

pi_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None
_FORMATS = {"heic": ("HEIF", "AVIF")}
"""Where nothing else can be meant; of the other kinds all readers are asked, those loaded here first."""
_WANTED = {
    "DateTime": "created",
    "DateTimeOriginal": "created",
    "Make": "device_make",
    "Model": "device_model",
    "Software": "application",
    "Artist": "author",
    "ImageDescription": "title",
}


def read(content: Content, key: str) -> Reading:
    """Return width, height, frames and notes, and mark the picture for text recognition."""
    try:
        with content.stream() as stream, Image.open(stream, formats=_FORMATS.get(key)) as picture:
            metadata: dict[str, Any] = {
                "width": picture.width,
                "height": picture.height,
                "frames": getattr(picture, "n_frames", 1),
                "needs_ocr": True,
            }
            metadata.update(_notes(picture))
            if key == "heic" and content.decisions.ocr:
                page = BytesIO()
                picture.convert("RGB").save(page, "PNG", compress_level=1)
                content.scan = page.getvalue()
    except (OSError, SyntaxError, ValueError, EOFError) as fault:
        raise Unreadable("The picture is damaged and cannot be opened.", code="corrupt") from fault
    return Reading(metadata=metadata)


def _notes(picture: Image.Image) -> dict[str, str]:
    found = {}
    for tag, value in picture.getexif().items():
        name = _WANTED.get(ExifTags.TAGS.get(tag, ""))
        if name and isinstance(value, str) and value.strip("\x00 "):
            found[name] = value.strip("\x00 ")
    return found
